//! Ages.

use std::ops::Range;

use super::builders::{accept_if, exact, is_word, last_digits, part, wraps_once};
use super::description::Description;
use super::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

pub(super) static AGE: Description = Description {
    recognizers: &[&[
        // The value is the number and its unit, as Bedrock's is: "40 years" of "40 years old".
        exact(
            r"\b\d+[*_~'\x22\x60>)]*(?:[ \n]?-?(?i:(?:years?|yrs?|months?|weeks?|days?)[*_~'\x22\x60>)]*(?:[ \n-]-?(?:old|of[ \n-]age|young)))|[ \n]?-?(?i:y/?o|y\.o\.)|[ \n]?-?(?i:yrs?\.?[ \n-]old))\b",
            32,
            age_before,
        )
        .with_value(with_unit),
        exact(
            r"\b(?i:aged?|ages|age of|aged? is|aged?[*_~'\x22\x60]*[ ]?(?:=>|[:=>|]|--?>?[ ])|just turned|turned|turning|i'll turn|will turn|will be turning|when (?:he|she|i) was|birthday,? (?:is|was))[*_~'\x22\x60]*[ \n]?(?:[*_~'\x22\x60]+[ \n]?)?\d+\b",
            48,
            age_after,
        )
        .with_value(last_digits),
        exact(
            r"\b(?:I am|I'm|i'm|i am|He is|She is|he is|she is|he's|she's|He's|She's)[ \n](?:[*_~'\x22\x60]+[ \n]?)?\d+(?:[*_~'\x22\x60 ]*|[*_~'\x22\x60>)]*[ \n]?-?(?i:(?:years?|yrs?|months?|weeks?|days?)[*_~'\x22\x60>)]*(?:[ \n-]-?(?:old|of[ \n-]age|young))))",
            48,
            age_said,
        )
        .with_value(said_value),
    ]],
    ..Description::DEFAULT
};

fn leading_digits(text: &str) -> Range<usize> {
    0..text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Returns the number and its unit. Where Markdown or quotes are around the number, they are not taken apart: the number alone.
fn with_unit(text: &str) -> Range<usize> {
    const UNITS: &[&str] = &["year", "years", "yr", "yrs", "month", "months", "week", "weeks", "day", "days"];
    let digits = leading_digits(text);
    let rest = part(text, digits.end..text.len());
    let word = rest.trim_start_matches([' ', '\n', '-']);
    let unit = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let end = text.len() - word.len() + unit;
    if unit == 0 {
        digits
    } else if UNITS.iter().any(|known| part(word, 0..unit).eq_ignore_ascii_case(known)) {
        0..end
    } else {
        // "64 y/o"
        0..text.len()
    }
}

/// Returns the digits of a candidate that may end in Markdown or a quote, or the number and its unit.
fn said_value(text: &str) -> Range<usize> {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let value = with_unit(part(text, start..text.len()));
    start..start + value.end
}

/// Ages of persons. The oldest known person reached 122.
fn possible_age(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|age| (1..=122).contains(&age)) && !text.starts_with('0')
}

fn age_before(c: &RecognizerInput<'_>) -> Verdict {
    let number = !c.is_after(&['.', ',', '$', '-', '/']);
    accept_if(number && possible_age(part(c.text, leading_digits(c.text))) && c.wraps_once())
}

fn age_after(c: &RecognizerInput<'_>) -> Verdict {
    let value = last_digits(c.text);
    // "aged '67'", but not "turned 60's".
    let quoted = part(c.text, 0..value.start).ends_with('\'');
    // "age > 30" compares, `<age>30</age>` names.
    let label = part(c.text, 0..value.start);
    let names = ["=>", "->", ">\""].iter().any(|sign| label.contains(sign)) || c.after == Some('<');
    let compares = label.contains('>') && !names;
    let alone = !compares && !matches!(c.after, Some('%' | '-' | '/' | ':')) && (quoted || c.after != Some('\''));
    accept_if(alone && possible_age(part(c.text, value)))
}

fn age_said(c: &RecognizerInput<'_>) -> Verdict {
    // "I am 23." and "I'm 23, ..." but not "I am 5 minutes late" nor "I'm 100% sure".
    let value = part(c.text, said_value(c.text));
    if value.contains(|c: char| c.is_ascii_alphabetic()) {
        return accept_if(possible_age(part(value, leading_digits(value))) && wraps_once(value) && !is_word(c.after));
    }
    accept_if(
        value.len() == 2
            && possible_age(value)
            && matches!(c.after, None | Some('.' | ',' | '!' | '?' | ';' | ')' | '\n')),
    )
}
