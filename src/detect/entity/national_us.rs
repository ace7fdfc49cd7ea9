//! Numbers of the United States: social security, taxpayer, passport, bank account and routing.

use super::EntityType::{
    UsBankAccountNumber, UsBankRoutingNumber, UsIndividualTaxIdentificationNumber, UsPassportNumber,
    UsSocialSecurityNumber,
};
use super::checksum::{aba, digit_count, digits};
use super::form::{NUMBER, context_if, is_digit, is_word, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

const SSN_WORDS: &[&str] =
    &["ssn", "ssns", "ss#", "social security", "social", "socialsecurity", "soc sec", "ssid", "taxpayer", "tin"];
const ITIN_WORDS: &[&str] =
    &["itin", "individual taxpayer", "taxpayer", "tax id", "tax identification", "tin", "irs", "tax"];
const PASSPORT_WORDS: &[&str] = &["passport", "passports", "travel document", "passport number", "passport#"];
const ROUTING_WORDS: &[&str] =
    &["routing", "aba", "rtn", "transit", "routing number", "ach", "wire", "fedwire", "bank", "routing#"];
const ACCOUNT_WORDS: &[&str] = &[
    "account",
    "acct",
    "account number",
    "bank",
    "checking",
    "savings",
    "a/c",
    "acc",
    "debit",
    "deposit",
    "account#",
    "acct#",
    "wire",
    "routing",
];

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(UsSocialSecurityNumber, NUMBER, 11, ssn).near(SSN_WORDS),
    plain(UsIndividualTaxIdentificationNumber, NUMBER, 11, itin).near(ITIN_WORDS),
    // Book numbers: nine digits, or a letter and eight (Department of State, next-generation passport).
    plain(UsPassportNumber, r"\b[A-Za-z]?\d[A-Z]?\d+\b", 9, passport).near(PASSPORT_WORDS),
    plain(UsBankRoutingNumber, NUMBER, 11, routing).near(ROUTING_WORDS),
    plain(UsBankAccountNumber, NUMBER, 24, account).near(ACCOUNT_WORDS),
    plain(
        UsBankAccountNumber,
        r"\b(?i:(?:bank |checking |savings |deposit )?(?:account|acct\.?|a/c)[ ]?(?:number|num|no\.?|#)?)(?i:[ ]?(?:is|[:=#]))?[ ]?[Xx*]*\d{6,17}\b",
        64,
        named_account,
    )
    .value(last_digits),
];

fn last_digits(text: &str) -> std::ops::Range<usize> {
    tail(text, |c| !c.is_ascii_digit())
}

/// Not a part of a longer hyphenated or dotted number.
fn alone(c: &Candidate<'_>) -> bool {
    c.stands_alone() && !matches!(c.before, Some('-' | '.' | '$' | '/' | '+' | '#')) && c.after != Some('-')
}

/// Area 000, 666 and 900 to 999, group 00 and serial 0000 are never issued (SSA, "Social security number randomization",
/// POMS RM 10201.035). 078-05-1120 and 219-09-9999 were printed in advertisements and are void; masking them harms nobody.
fn ssn(c: &Candidate<'_>) -> Verdict {
    if !c.grouped_as(&[&[9], &[3, 2, 4]], b"- .") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let number = |r: std::ops::Range<usize>| digits[r].iter().fold(0u32, |sum, &d| sum * 10 + u32::from(d));
    let (area, group, serial) = (number(0..3), number(3..5), number(5..9));
    if !c.stands_alone() || matches!(c.before, Some('-' | '.' | '/' | '+')) || c.after == Some('-') {
        return Verdict::Reject;
    }
    if area == 0 || area == 666 || group == 0 || serial == 0 {
        return Verdict::Reject;
    }
    match c.text.as_bytes()[3] {
        // Data made up for tests is often in the never-issued 9xx range; next to the word it is meant as one.
        _ if area >= 900 => context_if(c.text.as_bytes()[3] == b'-'),
        b'-' => Verdict::Accept,
        _ => Verdict::NeedsContext,
    }
}

/// Middle groups the IRS issues ITINs in: 50 to 65, 70 to 88, 90 to 92, 94 to 99 (IRM 3.21.263.8.2).
fn itin_group(group: u32) -> bool {
    matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn itin(c: &Candidate<'_>) -> Verdict {
    if !c.text.starts_with('9') || !c.grouped_as(&[&[9], &[3, 2, 4]], b"- ") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let group = u32::from(digits[3]) * 10 + u32::from(digits[4]);
    if !alone(c) || !itin_group(group) {
        Verdict::Reject
    } else if c.text.as_bytes()[3] == b'-' {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

fn passport(c: &Candidate<'_>) -> Verdict {
    context_if(c.text.len() == 9 && alone(c))
}

/// The first two digits of routing numbers: 00 to 12, 21 to 32, 61 to 72, 80 (ABA routing number policy).
fn routing(c: &Candidate<'_>) -> Verdict {
    if !c.grouped_as(&[&[9], &[4, 4, 1]], b"- ") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let prefix = digits[0] * 10 + digits[1];
    let issued = matches!(prefix, 0..=12 | 21..=32 | 61..=72 | 80);
    let zero = digits.iter().all(|&d| d == 0);
    context_if(alone(c) && issued && !zero && aba(&digits))
}

fn account(c: &Candidate<'_>) -> Verdict {
    let n = digit_count(c.text);
    // Groups are a sign of another kind of number (card, phone, date) unless they are few and long.
    let groups = c.text.split([' ', '-']).all(|g| g.len() >= 4)
        && !c.text.contains('.')
        && c.text.split([' ', '-']).count() <= 2;
    let groups = groups && (n > 8 || c.text.len() == n);
    let repeated = c.text.bytes().all(|b| b == c.text.as_bytes()[0]);
    context_if(
        (8..=17).contains(&n)
            && alone(c)
            && groups
            && !repeated
            && !date(c.text)
            && !c.after.is_some_and(|a| matches!(a, '%' | '/' | ':')),
    )
}

/// Eight digits that read as a date, year first.
fn date(text: &str) -> bool {
    text.len() == 8
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.starts_with("19") || text.starts_with("20"))
        && matches!(text[4..6].parse(), Ok(1..=12u8))
        && matches!(text[6..].parse(), Ok(1..=31u8))
}

fn named_account(c: &Candidate<'_>) -> Verdict {
    if is_digit(c.after) || is_word(c.after) || matches!(c.after, Some('-' | '%' | '/')) {
        Verdict::Reject
    } else {
        Verdict::Accept
    }
}
