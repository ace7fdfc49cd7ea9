//! The verification value, expiry date and PIN of a payment card. None has a structure, so all need a
//! keyword in front or a context word near.

use std::ops::Range;

use super::builders::{
    accept_if, context_if, exact, keyword_link, last_digits, marks, opening, part, strip_digits_end,
};
use super::checksum::{digits, luhn};
use super::description::{Comparison, Description};
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::{Count, Form, Verdict};

/// The pattern of the text between the word PIN and its digits.
macro_rules! pin_link {
    () => {
        concat!(marks!(), r"(?:[ \n]?(?:=>|[:=>|])|[ ]--?>?[ \n])?", marks!(), opening!())
    };
}

/// The edge of two values in a list, with what may be around the values.
macro_rules! edge {
    () => {
        r"[ \n]?[*_~'\x22\x60<>]*\|[*_~'\x22\x60<>]*[ \n]?"
    };
}

/// A card and its expiry date, as they are listed.
macro_rules! listed {
    () => {
        concat!(r"\b\d{12,19}", edge!(), r"\d\d[|/]\d{2,4}")
    };
}

/// The same with spaces, commas or semicolons between them.
macro_rules! listed_in_line {
    () => {
        r"\b\d{12,19}[ ,;]{1,2}\d\d/\d{2,4}"
    };
}

pub(super) static CREDIT_DEBIT_CARD_CVV: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    aliases: &["CVV"],
    recognizers: &[&[
        exact(
            concat!(
                r"\b(?i:cvv2?|cvc2?|cvn2?|csc|cid|card[ _-]?verification[ _-]?(?:value|code|number)|(?:card[ _-]?)?security[ _-]?code|verification[ _-]?code)(?i:[ _](?:code|number|no\.?|value))?",
                keyword_link!(),
                r"\d{3,4}\b"
            ),
            64,
            cvv,
        )
        .with_value(last_digits)
        .with_context(CVV_CONTEXT),
        exact(r"\b\d+\b", 4, bare_cvv)
            .with_count(Count::digits(3, 4))
            .with_forms(const { &[Form::grouped(&[3]), Form::grouped(&[4])] })
            .never_sure()
            .with_context(CVV_WORDS)
            .context_distance(16, 16)
            .with_veto(in_card),
        // A card with its date and code, as stolen ones are listed: `4242424242424242|12|27|123`.
        exact(concat!("(?:", listed!(), edge!(), "|", listed_in_line!(), r"[ ,;]{1,2})\d{3,4}\b"), 48, is_listed).with_value(last_digits),
    ]],
    ..Description::DEFAULT
};

pub(super) static CREDIT_DEBIT_CARD_EXPIRY: Description = Description {
    comparison: Comparison::Groups,
    recognizers: &[&[
        exact(concat!("(?:", listed!(), "|", listed_in_line!(), r")\b"), 40, is_listed).with_value(listed_expiry_value),
        // Fields of data: `exp_month=12&exp_year=2028`.
        exact(
            concat!(r"\b(?i:(?:card|cc)?[_-]?exp(?:iry|iration|ires?)?[_-]?(?:month|year))", keyword_link!(), r"\d{1,4}\b"),
            48,
            expiry_field,
        )
        .with_value(last_digits),
        exact(r"\b\d+[ \n]?[/-][ \n]?\d+\b", 9, expiry).with_count(Count::digits(4, 8)).never_sure().with_context(EXPIRY_WORDS),
        // The year first, as data has it.
        exact(r"\b20\d\d[/-]\d\d\b", 7, year_first).never_sure().with_context(CARD_EXPIRY_WORDS),
        exact(
            r"\b(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?[ \n,/-]{1,2}(?:20)\d\d\b",
            16,
            month_name,
        )
        .never_sure()
        .with_context(CARD_EXPIRY_WORDS),
    ]],
    ..Description::DEFAULT
};

pub(super) static PIN: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    recognizers: &[&[
        exact(
            concat!(
                r"\b(?:PIN|Pin|pin)(?i:[ _-]?(?:code|number|no\.?|#))?(?i:[ \n](?:is|was|to|of|as))?",
                pin_link!(),
                r"\d{4,8}\b"
            ),
            40,
            pin,
        )
        .with_value(last_digits),
        exact(r"\b\d+\b", 6, bare_pin)
            .with_count(Count::digits(4, 6))
            .with_forms(const { &[Form::grouped(&[4]), Form::grouped(&[5]), Form::grouped(&[6])] })
            .never_sure()
            .with_context(PIN_WORDS)
            .context_distance(24, 16),
    ]],
    ..Description::DEFAULT
};

const CVV_CONTEXT: &[&str] = &[
    "card",
    "visa",
    "mastercard",
    "amex",
    "credit",
    "debit",
    "expiry",
    "expires",
    "exp",
    "cvv",
    "cvc",
    "payment",
    "cvv2",
    "cvc2",
    "csc",
    "cvn",
];

const CVV_WORDS: &[&str] = &[
    "cvv",
    "cvv2",
    "cvc",
    "cvc2",
    "csc",
    "cvn",
    "card verification",
    "card security code",
    "prüfnummer",
    "kartenprüfnummer",
    "cryptogramme",
    "cryptogramme visuel",
    "código de seguridad",
    "codice di sicurezza",
    "código de segurança",
    "код безопасности",
    "код cvv",
    "安全码",
    "验证码 cvv",
    "セキュリティコード",
    "보안코드",
];

const PIN_WORDS: &[&str] = &[
    "pin code",
    "pin number",
    "my pin",
    "atm pin",
    "card pin",
    "your pin",
    "pin is",
    "the pin",
    "as pin",
    "as my pin",
    "new pin",
    "geheimzahl",
    "pin-code",
    "code pin",
    "código pin",
    "clave pin",
    "codice pin",
    "пин",
    "пин код",
    "пин-код",
    "密码是",
    "暗証番号",
    "비밀번호",
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
    "expiry date",
    "exp date",
    "gültig bis",
    "ablaufdatum",
    "date d'expiration",
    "expire le",
    "valable jusqu'au",
    "vencimiento",
    "caducidad",
    "fecha de caducidad",
    "válida hasta",
    "scadenza",
    "validade",
    "срок действия",
    "действует до",
    "有效期",
    "有効期限",
    "유효기간",
];

/// With a month in letters, "card" alone is too weak: cards are lost, ordered and sent in months.
const CARD_EXPIRY_WORDS: &[&str] =
    &["exp", "expiry", "expires", "expiring", "expiration", "valid thru", "valid through", "valid until", "good thru"];

fn cvv(c: &RecognizerInput<'_>) -> Verdict {
    // `CVV` needs no context; "security code", "CID" and "verification code" are also of one-time passwords and doors.
    let sure = c.text.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("cv") || p.eq_ignore_ascii_case("ca"));
    if c.after.is_some_and(|a| matches!(a, '%' | '/')) {
        Verdict::Reject
    } else if sure || security_field(c.text) {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

/// Returns `true` if it is a field of data, `security_code: 123`, and not the security code of a door.
fn security_field(text: &str) -> bool {
    let Some((word, rest)) = text.split_at_checked(8) else { return false };
    word.eq_ignore_ascii_case("security") && rest.starts_with(['_', 'C']) && text.contains([':', '='])
}

/// Returns the parts of a card that is listed with its date and its code, if its number is one.
fn listed(text: &str) -> Option<(u8, &str)> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let (number, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    (luhn(&digits(number)) && matches!(year.len(), 2 | 4)).then_some((month, year))
}

fn is_listed(c: &RecognizerInput<'_>) -> Verdict {
    accept_if(listed(c.text).is_some())
}

fn listed_expiry_value(text: &str) -> Range<usize> {
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let date = part(text, number..text.len()).trim_start_matches(|c: char| !c.is_ascii_digit());
    text.len() - date.len()..text.len()
}

fn expiry_field(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, last_digits(c.text));
    let is_year = value.len() == 2 && value > "20" || value.len() == 4 && value.starts_with("20");
    let is_month = value.len() <= 2 && value.parse().is_ok_and(|month| (1..=12).contains(&month));
    let name = part(c.text, 0..c.text.len() - value.len()).to_ascii_lowercase();
    // Warranties and licences expire too: two digits are those of cards.
    let is_of_card = ["card", "cc", "exp_", "expm", "expy"].iter().any(|start| name.starts_with(start));
    accept_if((is_of_card || value.len() == 2) && if name.contains("year") { is_year } else { is_month })
}

/// Rejects a group of the number of a card after the first, `4111 1111 1111 1111`. Years and the dates of expiry, which may be before a code too, begin
/// otherwise.
fn in_card(s: &Surroundings<'_>) -> Objection {
    let (mut rest, mut groups) = (s.before, 0);
    while let Some((head, 4)) = rest.strip_suffix([' ', '-']).and_then(strip_digits_end) {
        (rest, groups) = (head, groups + 1);
    }
    let begins_card = match s.before.as_bytes().get(rest.len()..) {
        Some([b'2', second, ..]) => *second != b'0',
        Some([first, ..]) => (b'3'..=b'6').contains(first),
        _ => false,
    };
    if s.text.len() == 4 && (1..=3).contains(&groups) && begins_card { Objection::Start } else { Objection::None }
}

/// Digits that are a number of their own: no sign, currency, fraction, date or longer number around them.
fn lone_number(c: &RecognizerInput<'_>) -> bool {
    !c.is_after(&['.', ',', '/', '-', '$', '+', '*']) && !matches!(c.after, Some('/' | '-' | '%' | ':'))
}

fn bare_cvv(c: &RecognizerInput<'_>) -> Verdict {
    context_if(c.text.len() >= 3 && lone_number(c) && !year(c.text))
}

fn year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

fn bare_pin(c: &RecognizerInput<'_>) -> Verdict {
    context_if(c.text.len() >= 4 && lone_number(c) && !year(c.text))
}

fn pin(c: &RecognizerInput<'_>) -> Verdict {
    // Indian postal codes are called PIN codes and have six digits; they are masked too, which does no harm.
    if matches!(c.after, Some('/' | '-' | '%')) { Verdict::Reject } else { Verdict::Accept }
}

fn expiry(c: &RecognizerInput<'_>) -> Verdict {
    // "12/05/2024" is a full date and "1/20 of" a fraction.
    let alone = !c.is_after(&['/', '-', '.', '$', ',']) && !matches!(c.after, Some('/' | '-' | '%'));
    let Some((month, year)) = c.text.split_once(['/', '-']) else {
        return Verdict::Reject;
    };
    let (month, year) = (month.trim_end(), year.trim_start());
    let month_ok = month.parse::<u8>().is_ok_and(|m| (1..=12).contains(&m));
    let year_ok = year.len() == 2 || (year.len() == 4 && year.starts_with("20"));
    context_if(alone && c.wraps_once() && month_ok && year_ok && (month.len() == 2 || year.len() == 4))
}

fn year_first(c: &RecognizerInput<'_>) -> Verdict {
    let month = c.text.get("2027-".len()..).and_then(|month| month.parse::<u8>().ok());
    context_if(c.is_apart() && c.after != Some('/') && month.is_some_and(|month| (1..=12).contains(&month)))
}

fn month_name(c: &RecognizerInput<'_>) -> Verdict {
    context_if(c.wraps_once())
}
