//! Ages and dates of birth.

use std::ops::Range;

use super::EntityType::{Age, DateOfBirth};
use super::form::{accept_if, context_if, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // The number is the value; "years old" says nothing about anybody.
    plain(
        Age,
        r"\b\d+(?:[ -]?(?i:(?:years?|yrs?|months?|weeks?|days?)(?:[ -](?:old|of[ -]age|young)))|[ -]?(?i:y/?o|y\.o\.)|[ -]?(?i:yrs?\.?[ -]old))\b",
        32,
        age_before,
    )
    .value(leading_digits),
    plain(
        Age,
        r"\b(?i:aged?|ages|age of|aged? is|aged?[ ]?[:=]|age\x22[ ]?:|just turned|turned|turning|i'll turn|will turn|will be turning|when (?:he|she|i) was|birthday,? (?:is|was)) ?\d+\b",
        40,
        age_behind,
    )
    .value(trailing_digits),
    plain(Age, r"\b(?:I am|I'm|i'm|i am|He is|She is|he is|she is|he's|she's|He's|She's) \d+\b", 20, age_said).value(trailing_digits),
    plain(
        DateOfBirth,
        r"\b\d+[-/. ]\d+[-/. ]\d+\b",
        10,
        numeric_date,
    )
    .near(BIRTH_WORDS)
    .reach(40, 16),
    plain(
        DateOfBirth,
        r"\b(?:\d{1,2}(?i:st|nd|rd|th)?(?: of)?[ -]?)?(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[. ,-]?[ ]?(?:\d{1,2}(?i:st|nd|rd|th)?,?[ ])?(?:19|20)\d\d\b",
        32,
        worded_date,
    )
    .near(BIRTH_WORDS)
    .reach(40, 16),
];

const BIRTH_WORDS: &[&str] = &[
    "dob",
    "d.o.b",
    "d.o.b.",
    "born",
    "birth",
    "birthday",
    "birthdate",
    "date of birth",
    "dateofbirth",
    "date_of_birth",
    "birth_date",
    "birthdays",
    "b-day",
    "bday",
    "geboren",
    "geburtsdatum",
    "date-of-birth",
    "birth_day",
    "nacimiento",
    "naissance",
];

fn leading_digits(text: &str) -> Range<usize> {
    0..text.bytes().take_while(u8::is_ascii_digit).count()
}

fn trailing_digits(text: &str) -> Range<usize> {
    tail(text, |c| !c.is_ascii_digit())
}

/// Ages of persons: nobody is known to have passed 122.
fn possible_age(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|age| (1..=122).contains(&age)) && !text.starts_with('0')
}

fn age_before(c: &Candidate<'_>) -> Verdict {
    let number = !matches!(c.before, Some('.' | ',' | '$' | '-' | '/'));
    accept_if(number && possible_age(&c.text[leading_digits(c.text)]))
}

fn age_behind(c: &Candidate<'_>) -> Verdict {
    let alone = !matches!(c.after, Some('%' | '-' | '/' | ':' | '\''));
    accept_if(alone && possible_age(&c.text[trailing_digits(c.text)]))
}

fn age_said(c: &Candidate<'_>) -> Verdict {
    // "I am 23." and "I'm 23, ..." but not "I am 5 minutes late" nor "I'm 100% sure".
    let value = &c.text[trailing_digits(c.text)];
    accept_if(
        value.len() == 2
            && possible_age(value)
            && matches!(c.after, None | Some('.' | ',' | '!' | '?' | ';' | ')' | '\n')),
    )
}

fn numeric_date(c: &Candidate<'_>) -> Verdict {
    let parts: Vec<u32> = c.text.split(['-', '/', '.', ' ']).filter_map(|p| p.parse().ok()).collect();
    let lens: Vec<usize> = c.text.split(['-', '/', '.', ' ']).map(str::len).collect();
    if !matches!(lens.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4]) {
        return Verdict::Reject;
    }
    let [a, b, e] = parts.as_slice() else {
        return Verdict::Reject;
    };
    let date = if *a > 99 {
        year(*a) && (1..=12).contains(b) && (1..=31).contains(e)
    } else {
        let year = year(*e) || (*e < 100 && c.text.len() >= 6);
        let either = ((1..=12).contains(a) && (1..=31).contains(b)) || ((1..=31).contains(a) && (1..=12).contains(b));
        year && either
    };
    context_if(date && !matches!(c.before, Some('-' | '/' | '.' | '$')) && !matches!(c.after, Some('-' | '/')))
}

/// Years living persons can be born in.
fn year(year: u32) -> bool {
    (1900..=2035).contains(&year)
}

fn worded_date(c: &Candidate<'_>) -> Verdict {
    let year = c.text.get(c.text.len().saturating_sub(4)..).and_then(|y| y.parse().ok()).is_some_and(year);
    // "May 1995" alone is a month, no birthday.
    let day = c.text[..c.text.len() - 4].bytes().any(|b| b.is_ascii_digit());
    context_if(year && day)
}
