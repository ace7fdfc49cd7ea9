//! What goes with a payment card: verification value, expiry date, PIN. None has a structure to speak of, so all want a
//! keyword in front or a context word near.

use super::EntityType::{CreditDebitCardCvv, CreditDebitCardExpiry, Pin};
use super::form::{context_if, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(
        CreditDebitCardCvv,
        r"\b(?i:cvv2?|cvc2?|cvn2?|csc|cid|card verification (?:value|code|number)|card security code|security code|verification code)(?i: (?:code|number|no\.?|value))?(?i:[ ]?(?:is|was|of|[:=#-]))?[ ]?['(\x22]?\d{3,4}\b",
        64,
        cvv,
    )
    .value(last_digits)
    .near(&["card", "visa", "mastercard", "amex", "credit", "debit", "expiry", "expires", "exp", "cvv", "cvc", "payment", "cvv2", "cvc2", "csc", "cvn"]),
    plain(CreditDebitCardCvv, r"\b\d+\b", 4, bare_cvv)
        .near(&["cvv", "cvv2", "cvc", "cvc2", "csc", "cvn", "card verification", "card security code"])
        .reach(16, 16),
    plain(
        CreditDebitCardExpiry,
        r"\b\d+[ ]?[/-][ ]?\d+\b",
        12,
        expiry,
    )
    .near(EXPIRY_WORDS),
    plain(
        CreditDebitCardExpiry,
        r"\b(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?[ ,/-]{1,2}(?:20)\d\d\b",
        18,
        month_name,
    )
    .near(CARD_EXPIRY_WORDS),
    plain(Pin, r"\b(?:PIN|Pin|pin)(?i:[ -]?(?:code|number|no\.?|#))?(?i: (?:is|was|to|of|as))?[ ]?[:=]?[ ]?['(\x22]?\d{4,8}\b", 40, pin)
        .value(last_digits),
    plain(Pin, r"\b\d+\b", 6, bare_pin)
        .near(&["pin code", "pin number", "my pin", "atm pin", "card pin", "your pin", "pin is", "the pin", "as pin", "as my pin", "new pin"])
        .reach(24, 16),
];

const EXPIRY_WORDS: &[&str] = &[
    "exp",
    "expiry",
    "expires",
    "expiring",
    "expiration",
    "expire",
    "expired",
    "valid thru",
    "valid through",
    "valid until",
    "valid to",
    "good thru",
    "cvv",
    "cvc",
    "card",
    "visa",
    "mastercard",
    "amex",
];

/// With a month in letters, "card" alone is too weak: cards are lost, ordered and sent in months.
const CARD_EXPIRY_WORDS: &[&str] =
    &["exp", "expiry", "expires", "expiring", "expiration", "valid thru", "valid through", "valid until", "good thru"];

fn last_digits(text: &str) -> std::ops::Range<usize> {
    tail(text, |c| !c.is_ascii_digit())
}

fn cvv(c: &Candidate<'_>) -> Verdict {
    // `CVV` says it by itself; "security code", "CID" and "verification code" are also of one-time passwords and doors.
    let sure = c.text.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("cv") || p.eq_ignore_ascii_case("ca"));
    if c.after.is_some_and(|a| matches!(a, '%' | '/')) {
        Verdict::Reject
    } else if sure {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

/// Digits that are a number of their own: no sign, currency, fraction, date or longer number around them.
fn lone_number(c: &Candidate<'_>) -> bool {
    !matches!(c.before, Some('.' | ',' | '/' | '-' | '$' | '+' | '*'))
        && !matches!(c.after, Some('/' | '-' | '%' | ':'))
}

fn bare_cvv(c: &Candidate<'_>) -> Verdict {
    context_if(c.text.len() >= 3 && lone_number(c) && !year(c.text))
}

fn year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

fn bare_pin(c: &Candidate<'_>) -> Verdict {
    context_if(c.text.len() >= 4 && lone_number(c) && !year(c.text))
}

fn pin(c: &Candidate<'_>) -> Verdict {
    // Indian postal codes are called PIN codes and have six digits; they are masked too, which does no harm.
    if matches!(c.after, Some('/' | '-' | '%')) { Verdict::Reject } else { Verdict::Accept }
}

fn expiry(c: &Candidate<'_>) -> Verdict {
    // "12/05/2024" is a full date and "1/20 of" a fraction.
    let alone = !matches!(c.before, Some('/' | '-' | '.' | '$' | ',')) && !matches!(c.after, Some('/' | '-' | '%'));
    let Some((month, year)) = c.text.split_once(['/', '-']) else {
        return Verdict::Reject;
    };
    let (month, year) = (month.trim_end(), year.trim_start());
    let month_ok = month.parse::<u8>().is_ok_and(|m| (1..=12).contains(&m));
    let year_ok = year.len() == 2 || (year.len() == 4 && year.starts_with("20"));
    context_if(alone && month_ok && year_ok && (month.len() == 2 || year.len() == 4))
}

fn month_name(_: &Candidate<'_>) -> Verdict {
    Verdict::NeedsContext
}
