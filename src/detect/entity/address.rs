//! Postal addresses: street forms of the United States, the United Kingdom and some other countries, post office boxes.
//!
//! Half of the world's addresses have no form that a pattern could know; this finds those that name a street kind, a unit
//! or a box.

use super::EntityType::Address;
use super::form::{accept_if, is_word, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

/// A capitalised word of a street or a place, or an ordinal ("42nd").
macro_rules! word {
    () => {
        r"(?:[A-Z]|[^\x00-\x7f])[^\x00-\x26\x28-\x2c\x2f-\x40\x5b-\x60\x7b-\x7f]*"
    };
}

/// Street kinds of USPS Publication 28 appendix C1 and the Royal Mail's common ones, long and short.
macro_rules! kind {
    () => {
        r"(?:Street|St|Avenue|Ave|Av|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Circle|Cir|Boulevard|Blvd|Way|Place|Pl|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Square|Sq|Trail|Trl|Crescent|Cres|Close|Gardens|Grove|Mews|Row|Walk|Alley|Plaza|Loop|Path|Pike|Turnpike|Expressway|Freeway|Route|Bend|Cove|Crossing|Hill|Ridge|Rise|Run|View|Vista|Point|Park|Heights|Esplanade|Parade|Quay|STREET|ST|AVENUE|AVE|ROAD|RD|DRIVE|DR|LANE|BLVD|street|avenue|road|lane|drive|boulevard)"
    };
}

/// Apartment, suite, floor.
macro_rules! unit {
    () => {
        r"(?:,? ?\n? ?(?:(?i:apt|apartment|suite|ste|unit|floor|fl|room|rm|bldg|building|flat)\.? ?#? ?[0-9A-Za-z-]+|# ?[0-9A-Za-z-]+))?"
    };
}

/// City, state, postal code (US ZIP, Canadian or UK form), country.
macro_rules! place {
    () => {
        concat!(
            r"(?:(?:,[ ]?\n?[ ]*|[ ]?\n[ ]*)",
            word!(),
            r"(?: ",
            word!(),
            r")*)?(?:[ ]?\n?[ ]*,? ?[A-Z][A-Z])?(?:,?[ ]?\n?[ ]*(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z][A-Z]?\d[0-9A-Z]? ?\d[A-Z][A-Z]))?(?:,? ?(?:USA|U\.S\.A\.|United States|Canada|UK|United Kingdom|Australia))?"
        )
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(
        Address,
        concat!(
            r"\b\d+(?:-\d+)?[A-Za-z]?,? (?:(?:N|S|E|W|NE|NW|SE|SW)\.? )?(?:",
            r"(?:\d+(?:st|nd|rd|th)|",
            word!(),
            r") )+",
            kind!(),
            r"\b\.?(?: (?:North|South|East|West|N|S|E|W|NE|NW|SE|SW)\b)?",
            unit!(),
            place!()
        ),
        160,
        street,
    ),
    // Anything numbered with an apartment or suite behind it.
    plain(
        Address,
        concat!(r"\b\d+ (?:[0-9][0-9A-Za-z]*|", word!(), r")(?:[ .,]{1,2}(?:[0-9][0-9A-Za-z]*|", word!(), r"))* ?\n? ?(?i:apt|apartment|suite|ste|unit)\.? ?#?\d+", place!()),
        160,
        numbered_unit,
    ),
    plain(
        Address,
        concat!(r"\b(?i:p\. ?o\. ?|po |post office )(?i:box) #?\d+", place!()),
        120,
        any,
    ),
    // Military mail (USPS Publication 28, 238): unit or PSC and box, or a ship, then APO, FPO or DPO.
    plain(
        Address,
        r"\b(?i:unit|psc|cmr|usns|usnv|uss|uscgc) (?:\d+,? (?i:box) \d+|[A-Z][a-z]+)[ ]?,?\n?[ ]*(?i:apo|fpo|dpo),? (?i:aa|ae|ap) \d{5}(?:-\d{4})?\b",
        64,
        any,
    ),
    // German, Dutch, Nordic, Finnish and Hungarian compounds: the kind is the end of the word.
    plain(
        Address,
        r"\b[A-Z][^\x00-\x40\x5b-\x60\x7b-\x7f]+(?:stra(?:[^\x00-\x7f]+|ss)e|str\.|gasse|weg|platz|allee|damm|ring|ufer|gatan|v[^\x00-\x7f]+gen|gate|gata|gade|vej|veien|katu|tie|laan|straat|plein|gracht|kade)(?: [0-9]+ ?[a-zA-Z]?)\b(?:, ?(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z][^\x00-\x40\x5b-\x60\x7b-\x7f]+)?)?",
        120,
        any,
    ),
    // French: the kind comes first, behind the number.
    plain(
        Address,
        concat!(r"\b\d+(?: ?(?:bis|ter))?,? (?i:rue|avenue|boulevard|place|chemin|all[^\x00-\x7f]+e|impasse|quai|cours)(?: (?:de|du|des|la|le|les|l'|d'|", word!(), r"))+(?:, ?\d{5}(?: ", word!(), r")*)?"),
        120,
        romance,
    ),
    // Italian, Spanish, Portuguese, Polish: the number last.
    plain(
        Address,
        concat!(r"\b(?:Via|Viale|Piazza|Corso|Calle|Avenida|Plaza|Paseo|Rua|Avda\.|C/|ul\.|al\.)(?: (?:de|del|della|dei|da|do|dos|la|las|los|el|", word!(), r"))+,? (?:n\.? ?)?\d+\b"),
        96,
        any,
    ),
    // A postal code alone, where it is called so.
    plain(Address, r"\b(?i:zip(?: ?code)?|postal code|postcode|post code)(?:'s)?(?i: is| =|:|=)? ?(?:\d{5}(?:-\d{4}|-\d{3})?|[A-Za-z]{1,2}\d[0-9A-Za-z]? ?\d[A-Za-z]{2}|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d|\d{4})\b", 40, any)
        .value(code_value),
];

fn any(c: &Candidate<'_>) -> Verdict {
    accept_if(!is_word(c.before) && !c.after.is_some_and(char::is_alphanumeric))
}

/// A code may have one space inside; the keyword ends in a letter or a sign.
fn code_value(text: &str) -> std::ops::Range<usize> {
    let first = text.char_indices().find(|&(_, c)| c.is_ascii_digit()).map_or(0, |(i, _)| i);
    let letters = text[..first].bytes().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let start = if letters <= 2 { first - letters } else { tail(&text[..first], |c| matches!(c, ' ' | ':' | '=')).start };
    start..text.len()
}

fn street(c: &Candidate<'_>) -> Verdict {
    let words = c.text.split([' ', '\n']).count();
    let number = c.text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = !is_word(c.before) && !c.after.is_some_and(|a| a.is_alphanumeric() || a == '_');
    let inside = matches!(c.before, Some('.' | '-' | '/' | '$' | '#' | ':'));
    // Five digits at most; a year with a sentence behind it is told by the length.
    accept_if(whole && !inside && number <= 6 && (3..=18).contains(&words) && ends_well(c.text))
}

fn ends_well(text: &str) -> bool {
    !text.ends_with([' ', ',', '\n', '-'].as_slice())
}

fn numbered_unit(c: &Candidate<'_>) -> Verdict {
    let words = c.text.split([' ', '\n']).count();
    accept_if(any(c) == Verdict::Accept && words <= 16 && ends_well(c.text))
}

fn romance(c: &Candidate<'_>) -> Verdict {
    let last = c.text.rsplit(' ').next().unwrap_or_default();
    let named = last.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    accept_if(any(c) == Verdict::Accept && named && ends_well(c.text))
}
