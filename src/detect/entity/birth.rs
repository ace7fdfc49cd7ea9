//! Dates of birth, in figures and with the name of the month.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

use super::builders::{context_if, exact, part};
use super::description::{Comparison, Description};
use super::recognizer::{Recognizer, RecognizerInput};
use crate::detect::pattern::{Count, Form, Verdict};

/// The pattern of the text between two numbers of a date, in a form that is sent as well.
macro_rules! sign {
    () => {
        r"(?:[ \n]?[-/.][ \n]?|[ \n]|%2[DFdf])"
    };
}

/// The pattern of what may join a date to the words after it: `is my date of birth`.
macro_rules! stated {
    () => {
        r"(?:[*_~'\x22\x60>)]*[ \n](?i:is|was|ist|war|lautet|est|es|era)(?:[ \n](?i:my|your|his|her|their|our|the|a|mein|dein|sein|ihr|unser|das|ma|sa|votre|la|mi|su)(?:[ \n](?i:date|fecha|data))?)?)?"
    };
}

pub(super) static DATE_OF_BIRTH: Description = Description {
    comparison: Comparison::Groups,
    recognizers: &[&[
        // With the full hour of a time stamp, as data has it: `1985-03-15T00:00:00Z`. Visits have minutes.
        near_birth(exact(concat!(r"\b\d+", sign!(), r"\d+", sign!(), r"\d+(?:T\d\d:00)?", stated!(), r"\b"), 34, numeric_date))
            .with_count(Count::digits(4, 12))
            .with_value(without_time),
        near_birth(exact(r"\b\d+\b", 8, compact_date))
            .with_count(Count::digits(8, 8))
            .with_forms(const { &[Form::grouped(&[8])] }),
        near_birth(exact(
            concat!(r"\b(?:\d{1,2}(?i:st|nd|rd|th)?(?:[ \n]of)?[ \n-]?)?(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[. \n,-]?[ \n]?(?:\d{1,2}(?i:st|nd|rd|th)?,?[ \n])?(?:(?:19|20)\d\d|\d\d)", stated!(), r"\b"),
            44,
            worded_date,
        ))
        .with_value(to_last_digit),
        // In other languages the day is first: `15. März 1985`, `1er mars 1985`, `15 de marzo de 1985`.
        near_birth(exact(
            concat!(r"\b\d{1,2}(?:\.[ \n]?|(?i:er|o)?[ \n])(?i:d[ei][ \n])?[^\x00-\x40\x5b-\x60\x7b-\x7f]{3,}\.?[ \n](?i:del?[ \n])?(?:19|20)\d\d", stated!(), r"\b"),
            54,
            date_abroad,
        ))
        .with_value(to_last_digit),
        near_birth(exact(r"\b\d+[ ]?(?:年|년)[ ]?\d+[ ]?(?:月|월)[ ]?\d+[ ]?(?:日|일)", 24, date_of_east_asia)),
    ]],
    ..Description::DEFAULT
};

/// Makes a date count near a word for births only.
const fn near_birth(date: Recognizer) -> Recognizer {
    date.never_sure().with_context(BIRTH_WORDS).context_distance(40, 16)
}

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
    "né le",
    "née le",
    "date de naissance",
    "geboren am",
    "geburtstag",
    "geb.",
    "fecha de nacimiento",
    "nacido",
    "nacida",
    "nacido el",
    "nacida el",
    "cumpleaños",
    "data di nascita",
    "nascita",
    "nato il",
    "nata il",
    "data de nascimento",
    "nascimento",
    "nascido em",
    "nascida em",
    "geboortedatum",
    "дата рождения",
    "рождения",
    "родился",
    "родилась",
    "出生日期",
    "出生",
    "出生年月日",
    "生日",
    "生年月日",
    "誕生日",
    "생년월일",
    "생일",
    "تاريخ الميلاد",
    "जन्म तिथि",
    "data urodzenia",
    "urodzony",
    "urodzona",
    "födelsedatum",
    "född",
    "fødselsdato",
    "født",
    "syntymäaika",
    "datum narození",
    "születési dátum",
    "data nașterii",
    "doğum tarihi",
    "ημερομηνία γέννησης",
    "дата народження",
    "ngày sinh",
    "tanggal lahir",
    "תאריך לידה",
];

/// The months by their names in German, French, Spanish, Italian, Portuguese, Dutch, Polish and Russian, as dates have them, and what they are
/// shortened to. In lower case.
#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "januar", "jänner", "februar", "feber", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember",
    "jan", "feb", "mär", "mrz", "apr", "jun", "jul", "aug", "sep", "sept", "okt", "nov", "dez",
    "janvier", "février", "fevrier", "mars", "avril", "juin", "juillet", "août", "aout", "septembre", "octobre", "novembre", "décembre",
    "decembre", "janv", "févr", "avr", "juil", "oct", "déc",
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "setiembre", "octubre", "noviembre", "diciembre",
    "ene", "abr", "ago", "dic",
    "gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "novembre", "dicembre",
    "janeiro", "fevereiro", "março", "marco", "maio", "junho", "julho", "setembro", "outubro", "novembro", "dezembro",
    "januari", "februari", "maart", "mei", "augustus", "december",
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
];

/// Returns the date without the words after it.
fn to_last_digit(text: &str) -> Range<usize> {
    0..text.trim_end_matches(|c: char| !c.is_ascii_digit()).len()
}

fn without_time(text: &str) -> Range<usize> {
    let date = to_last_digit(text);
    0..part(text, date.clone()).find('T').unwrap_or(date.end)
}

fn numeric_date(c: &RecognizerInput<'_>) -> Verdict {
    let text = unescaped(part(c.text, without_time(c.text)));
    let groups: SmallVec<[&str; 3]> =
        text.split(['-', '/', '.', ' ', '\n']).filter(|group| !group.is_empty()).collect();
    let [first, second, last] = groups.as_slice() else { return Verdict::Reject };
    let is_shaped = matches!((first.len(), second.len(), last.len()), (4, 1..=2, 1..=2) | (1..=2, 1..=2, 2 | 4));
    let apart = !c.is_after(&['-', '/', '.', '$']) && !matches!(c.after, Some('-' | '/'));
    context_if(is_shaped && apart && c.wraps_once() && has_one_sign(&text) && is_date(first, second, last))
}

/// Returns a date with its signs as they are without the escapes of addresses.
fn unescaped(date: &str) -> Cow<'_, str> {
    if date.contains('%') {
        date.replace("%2F", "/").replace("%2f", "/").replace("%2D", "-").replace("%2d", "-").into()
    } else {
        date.into()
    }
}

/// Returns `true` if the same sign is between the numbers. With two, as in "1 15/03", a date begins at a later number.
fn has_one_sign(text: &str) -> bool {
    let signs = text.split(|c: char| c.is_ascii_digit()).filter(|sign| !sign.is_empty());
    let mut signs = signs.map(|sign| sign.bytes().map(|byte| if byte == b'\n' { b' ' } else { byte }));
    let (Some(first), Some(second)) = (signs.next(), signs.next()) else { return false };
    first.eq(second)
}

/// Returns `true` for eight digits that are a date. The year is first or last.
fn compact_date(c: &RecognizerInput<'_>) -> Verdict {
    let digits = |range: Range<usize>| part(c.text, range);
    let date = is_date(digits(0..4), digits(4..6), digits(6..8)) || is_date(digits(0..2), digits(2..4), digits(4..8));
    context_if(
        date && c.is_alone() && !c.is_after(&['-', '/', '.', '$', '#', '+']) && !matches!(c.after, Some('-' | '/')),
    )
}

/// Returns `true` if these numbers are a date: the year first, or last and then maybe of two digits.
fn is_date(first: &str, second: &str, last: &str) -> bool {
    let number = |text: &str| text.parse().unwrap_or(0);
    let (a, b, e) = (number(first), number(second), number(last));
    if first.len() == 4 {
        return is_year(a) && (1..=12).contains(&b) && (1..=31).contains(&e);
    }
    let year = is_year(e) || e < 100 && first.len() + second.len() + last.len() >= 4;
    let either = ((1..=12).contains(&a) && (1..=31).contains(&b)) || ((1..=31).contains(&a) && (1..=12).contains(&b));
    year && either
}

/// Years living persons can be born in.
fn is_year(year: u32) -> bool {
    (1900..=2035).contains(&year)
}

fn worded_date(c: &RecognizerInput<'_>) -> Verdict {
    let text = part(c.text, to_last_digit(c.text));
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let Some((rest, last)) = text.split_at_checked(text.len() - digits) else { return Verdict::Reject };
    // "May 1995" alone is a month, no birthday. Two digits are a year in "15-Mar-85" only.
    let day = rest.bytes().any(|b| b.is_ascii_digit());
    let year = match digits {
        4 => last.parse().is_ok_and(is_year),
        _ => rest.ends_with('-') && rest.starts_with(|c: char| c.is_ascii_digit()),
    };
    context_if(day && year && c.wraps_once())
}

fn date_abroad(c: &RecognizerInput<'_>) -> Verdict {
    let text = part(c.text, to_last_digit(c.text));
    let mut words = text.split([' ', '\n', '.']).map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()));
    let is_month = words.any(|word| MONTHS.contains(&word.to_lowercase().as_str()));
    let digits = c.text.bytes().take_while(u8::is_ascii_digit).count();
    let day = part(c.text, 0..digits).parse().is_ok_and(|day: u32| (1..=31).contains(&day));
    let year = part(text, text.len().saturating_sub(4)..text.len()).parse().is_ok_and(is_year);
    context_if(is_month && day && year && c.wraps_once())
}

/// Validates `1985年3月15日`, and the year of an era, `昭和60年3月15日`, of which the name is not a part.
fn date_of_east_asia(c: &RecognizerInput<'_>) -> Verdict {
    let numbers: SmallVec<[u32; 3]> =
        c.text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    let [year, month, day] = numbers.as_slice() else { return Verdict::Reject };
    context_if((is_year(*year) || (1..100).contains(year)) && (1..=12).contains(month) && (1..=31).contains(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_date_are_the_same() {
        for (text, expected) in
            [("1.2.85", true), ("1. 2. 85", true), ("1\n2 85", true), ("1 2/85", false), ("1. 2.85", false)]
        {
            assert_eq!(has_one_sign(text), expected, "{text:?}");
        }
    }
}
