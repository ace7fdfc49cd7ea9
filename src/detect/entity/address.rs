//! Postal addresses: street forms of the United States, the United Kingdom and some other countries, post office boxes.
//!
//! Half of the world's addresses have no form that a pattern could know; this finds those that name a street kind, a unit
//! or a box.

use super::address_abroad;
use super::address_parts::{
    ends_address, has_digit, is_sign, last_parts, length_of, may_end_address, parts_back, words,
};
use super::builders::{accept_if, exact, is_word, keyword_link, marks, opening, part, reject_end, value_after_keyword};
use super::description::Description;
use super::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Verdict};

/// A capitalized word of a street or a place, or an ordinal ("42nd").
macro_rules! word {
    () => {
        r"(?:[A-Z]|[^\x00-\x7f])[^\x00-\x26\x28-\x2c\x2e\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]*"
    };
}

/// One more part of an address: a word, a number, or one of the small words that occur inside.
macro_rules! part {
    () => {
        concat!(
            r"(?:[ ,.#\n]+(?:",
            word!(),
            r"|\d[0-9A-Za-z-]*|de|du|des|la|le|of|the|and|st|street|ave|avenue|road|rd|lane|drive|blvd|way|apt|suite|ste|unit|floor|flat|box))"
        )
    };
}

/// The postal code and the place after a street, on its line or the next.
macro_rules! code_and_place {
    ($words:literal) => {
        concat!(
            r"(?:(?:, ?|,?\n)(?:[A-Z][A-Z]?-)?(?:\d{5}-\d{3}|\d{4}-\d{3}|\d\d-\d{3}|\d{3} \d\d|\d{4}(?: [A-Z][A-Z])?|\d{5,6})(?: (?:[A-Z]|[^\x00-\x7f])[^\x00-\x40\x5b-\x60\x7b-\x7f]+)",
            $words,
            ")"
        )
    };
}

/// The same, which may be missing.
macro_rules! place {
    ($words:literal) => {
        concat!(code_and_place!($words), "?")
    };
}

/// Street kinds of USPS Publication 28 appendix C1 and the Royal Mail's common ones, long and short, in lower case, sorted.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "alley", "av", "ave", "avenue", "bend", "blvd", "boulevard", "bypass", "cir", "circle", "close", "court", "cove", "cres", "crescent",
    "crossing", "ct", "dr", "drive", "esplanade", "expressway", "freeway", "gardens", "grove", "heights", "highway", "hill", "hwy", "lane",
    "ln", "loop", "mews", "parade", "parkway", "path", "pike", "pkwy", "pl", "place", "plaza", "point", "quay", "rd", "ridge", "rise", "road",
    "row", "run", "sq", "square", "st", "street", "ter", "terrace", "trail", "trl", "turnpike", "view", "vista", "walk", "way",
];

/// Names of apartments, suites and floors.
const UNITS: &[&str] =
    &["apt", "apartment", "suite", "ste", "unit", "floor", "fl", "room", "rm", "bldg", "building", "flat"];

pub(super) static ADDRESS: Description = Description {
    aliases: &["LOCATION"],
    ends_at_dashes: true,
    recognizers: &[address_abroad::RECOGNIZERS, &[
        // A number and what follows it; whether that is an address is for the validator, which keeps the automaton small.
        exact(concat!(r"\b\d+(?:-\d+)?[A-Za-z]?", part!(), part!(), r"+\.?"), 160, street)
            .ending_a_word()
            .with_count(Count::letters(2)),
        exact(concat!(r"\b(?i:p\. ?o\. ?|po |post office )(?i:box) #?\d+", part!(), r"*"), 120, box_number).ending_a_word(),
        // Military mail (USPS Publication 28, 238): unit or PSC and box, or a ship, then APO, FPO or DPO.
        exact(
            r"\b(?i:unit|psc|cmr|usns|usnv|uss|uscgc) (?:\d+,? (?i:box) \d+|[A-Z][a-z]+)[ ]?,?\n?[ ]*(?i:apo|fpo|dpo),? (?i:aa|ae|ap) \d{5}(?:-\d{4})?\b",
            64,
            any,
        ),
        // German, Dutch, Nordic, Finnish and Hungarian compounds: the kind is the end of the word.
        // The validator looks for the kind: as alternatives at the end of any word, kinds would multiply the states of the automaton.
        exact(
            concat!(
                r"\b[A-Z][^\x00-\x40\x5b-\x60\x7b-\x7f]+(?:-[A-Z][^\x00-\x40\x5b-\x60\x7b-\x7f]+)?(?:\.?|[ -](?:Stra(?:ß|ss)e|Str\.|Allee|Platz|Weg|Gasse|Damm|Ufer|Ring|Markt)) [0-9]+(?: ?[a-zA-Z])?",
                place!("?")
            ),
            120,
            compound,
        ),
        // French: the kind comes first, after the number.
        exact(
            concat!(r"\b\d+(?: ?(?:bis|ter))?,? (?i:rue|avenue|boulevard|place|chemin|all[^\x00-\x7f]+e|impasse|quai|cours)(?: (?:de|du|des|la|le|les|l'|d'|", word!(), r"))+", place!("*")),
            120,
            romance,
        ),
        // Italian, Spanish, Portuguese, Polish: the number last.
        exact(
            concat!(r"\b(?:Via|Viale|Piazza|Corso|Calle|Avenida|Plaza|Paseo|Rua|Av\.|Avda\.|C/|ul\.|al\.)(?: (?:de|del|della|dei|da|do|dos|la|las|los|el|", word!(), r"))+,? (?:n\.? ?)?\d+(?:/\d*[A-Za-z]?|[a-z])?(?: m\. ?\d+|, ?\d{1,2}[oa]\.? ?(?:[A-Z]\b|izq|izda|dcha|dto|esq)\.?)?", place!("{0,3}")),
            120,
            any,
        ),
        // Belgian and Swiss: the kind first and the number last. Without a postal code, the number may be that of what follows.
        exact(
            concat!(r"\b(?:\d+ ?(?:bis|ter)?,? )?(?i:rue|avenue|boulevard|place|chemin|quai|cours|square|drève|chauss[^\x00-\x7f]+e|route|all[^\x00-\x7f]+e)(?: (?:de|du|des|la|le|les|", word!(), r"))+,? \d+[A-Za-z]?(?:/\d+|,? (?i:bte|bo[^\x00-\x7f]+te|bus) ?\d+)?", code_and_place!("{0,3}")),
            120,
            any,
        ),
        // A postal code alone, where it is called so.
        exact(
            concat!(
                r"\b(?i:zip(?:[ _-]?code)?|postal[ _-]?code|post[ _-]?code|plz|postleitzahl|code postal|c[^\x00-\x7f]+digo postal|cep|postnummer)(?:'s)?",
                keyword_link!(),
                r"(?:\d{5}(?:-\d{4}|-\d{3})?|\d{3}[ \n]\d{2}|\d{2}-\d{3}|\d{4}[ \n]?[A-Z]{2}|[A-Za-z]{1,2}\d[0-9A-Za-z]?[ \n]?\d[A-Za-z]{2}|[A-Za-z]\d[A-Za-z][ \n]?\d[A-Za-z]\d|\d{4})\b"
            ),
            40,
            any,
        )
            .with_value(code_value),
    ]],
    ..Description::DEFAULT
};

fn any(c: &RecognizerInput<'_>) -> Verdict {
    accept_if(!is_word(c.before) && !c.after.is_some_and(char::is_alphanumeric))
}

/// Returns a code may have one space inside; the keyword ends in a letter or a sign.
fn code_value(text: &str) -> std::ops::Range<usize> {
    let first = text.bytes().position(|b| b.is_ascii_digit()).unwrap_or(0);
    let head = part(text, 0..first);
    let letters = head.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let start =
        if letters <= 2 { first - letters } else { value_after_keyword(head, |c| !c.is_ascii_alphanumeric()).start };
    start..text.len()
}

/// The kinds as numbers, in the same order.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
const KIND_KEYS: [u128; KINDS.len()] = {
    let (mut keys, mut at) = ([0; KINDS.len()], 0);
    while at < keys.len() {
        keys[at] = key(KINDS[at].as_bytes());
        at += 1;
    }
    keys
};

/// Returns the first 16 letters of a word in lower case, as a number in the order of words.
#[expect(clippy::indexing_slicing, reason = "below the length")]
const fn key(word: &[u8]) -> u128 {
    let (mut key, mut at) = (0, 0);
    while at < 16 {
        key = key << 8 | if at < word.len() { word[at].to_ascii_lowercase() as u128 } else { 0 };
        at += 1;
    }
    key
}

/// Returns `true` for a street kind.
fn is_kind(word: impl AsRef<[u8]>) -> bool {
    let word = word.as_ref();
    let known = || KIND_KEYS.binary_search(&key(word)).ok().and_then(|at| KINDS.get(at));
    begins_with_letter(word) && known().is_some_and(|kind| kind.len() == word.len())
}

/// Returns `true` for the name of an apartment, a suite or a floor.
fn is_unit(word: impl AsRef<[u8]>) -> bool {
    let word = word.as_ref();
    begins_with_letter(word) && UNITS.iter().any(|unit| unit.as_bytes().eq_ignore_ascii_case(word))
}

fn begins_with_letter(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphabetic)
}

fn is_named(word: &[u8]) -> bool {
    is_kind(word) || is_unit(word)
}

/// Returns `true` if the last word is the number of a unit: the name of one is before it, or `#`.
fn ends_with_unit(text: &str) -> bool {
    let mut parts = parts_back(text);
    let last = parts.next();
    last.is_some_and(|(signs, _)| signs.contains('#')) || parts.next().is_some_and(|(_, word)| is_unit(word))
}

fn whole(c: &RecognizerInput<'_>) -> bool {
    !is_word(c.before) && !c.after.is_some_and(|a| a.is_alphanumeric() || a == '_')
}

fn street(c: &RecognizerInput<'_>) -> Verdict {
    if is_word(c.after) || c.after.is_some_and(char::is_alphanumeric) || c.text.ends_with('\'') {
        return reject_end(c);
    }
    // Most of what comes here ends in some other number, or holds no word of an address. A later start has fewer words.
    if !may_end_address(c.text) && !ends_with_unit(c.text) {
        return reject_end(c);
    }
    let Some(named) = words(c.text).skip(2).position(is_named) else { return reject_end(c) };
    let parts = match last_parts(c.text) {
        Ok(parts) => parts,
        Err(first) => return Verdict::RejectBefore(first),
    };
    if c.text.ends_with('.') && !parts.last().is_some_and(|p| is_kind(p.1) && p.1.len() <= 4) {
        return reject_end(c);
    }
    // The words between the number and that word are at most five.
    if let Some(more) = named.checked_sub(5).filter(|&more| more > 0) {
        return Verdict::RejectBefore(length_of(parts.get(..more).unwrap_or_default()));
    }
    let number = c.text.bytes().take_while(u8::is_ascii_digit).count();
    // "370 3911 Fourth Avenue" is one address, but not "10 20 30 Main Street", and in "10 20 Unit 5" the unit has the second number.
    let is_number = |i: usize| parts.get(i).is_some_and(|part| part.1.bytes().all(|b| b.is_ascii_digit()));
    let before_number =
        |i: usize| is_number(i + 1) && (is_number(i + 2) || parts.get(i + 2).is_some_and(|part| is_unit(part.1)));
    let inside = is_word(c.before) || matches!(c.before, Some('.' | '-' | '/' | '$' | '#' | ':'));
    let numbers = (0..parts.len()).take_while(|&i| before_number(i)).count();
    if inside || numbers > 0 || number > 6 {
        return Verdict::RejectBefore(length_of(parts.get(..numbers.max(1)).unwrap_or_default()));
    }
    // "3. A Quiet Place" is an item of a list.
    if parts.get(1).is_some_and(|p| p.0.contains(['.', '#'])) {
        return Verdict::Reject;
    }
    // A street kind on the same line, at most five words after the number, or a unit at most seven.
    let same_line = |i: usize| parts.iter().take(i + 1).skip(1).all(|p| !p.0.contains('\n'));
    let word = |i: usize| parts.get(i).map_or("", |p| p.1);
    let kind = (2..parts.len().min(7)).find(|&i| is_kind(word(i)) && same_line(i));
    let unit = (2..parts.len().saturating_sub(1).min(8)).find(|&i| is_unit(word(i)) && has_digit(word(i + 1)));
    let plain_dots = |until: usize| {
        parts.iter().skip(1).take(until).zip(&parts).all(|(p, before)| !p.0.contains('.') || before.1.len() <= 4)
    };
    let end = match (kind, unit) {
        (Some(k), _) => end_of_street(&parts, k),
        (None, Some(u)) => u + 1,
        (None, None) => return Verdict::Reject,
    };
    accept_if(plain_dots(end) && ends_address(parts.get(end + 1..).unwrap_or_default(), unit.is_some()))
}

/// Returns the last part of street, direction and unit.
fn end_of_street(parts: &[(&str, &str)], kind: usize) -> usize {
    let mut end = kind;
    let direction =
        |w: &str| matches!(w, "N" | "S" | "E" | "W" | "NE" | "NW" | "SE" | "SW" | "North" | "South" | "East" | "West");
    if parts.get(end + 1).is_some_and(|p| direction(p.1)) {
        end += 1;
    }
    match (parts.get(end + 1), parts.get(end + 2)) {
        (Some(unit), Some(number)) if is_unit(unit.1) && (has_digit(number.1) || number.1.len() == 1) => end + 2,
        (Some(number), _) if number.0.contains('#') => end + 1,
        _ => end,
    }
}

fn box_number(c: &RecognizerInput<'_>) -> Verdict {
    let number = c.text.bytes().position(|b| b.is_ascii_digit()).unwrap_or_default();
    let (_, after) = c.text.split_at_checked(number).unwrap_or_default();
    let rest = after.split_at_checked(after.bytes().position(is_sign).unwrap_or(after.len())).unwrap_or_default().1;
    accept_if(whole(c) && may_end_address(rest) && last_parts(rest).is_ok_and(|parts| ends_address(&parts, false)))
}

fn ends_well(text: &str) -> bool {
    !text.ends_with([' ', ',', '\n', '-', '\''].as_slice())
}

/// Endings of street names that are one word: German, Dutch, Swedish, Norwegian, Danish, Finnish.
const ENDINGS: &[&str] = &[
    "stra\u{df}e",
    "strasse",
    "str.",
    "gasse",
    "weg",
    "platz",
    "allee",
    "damm",
    "ufer",
    "gatan",
    "v\u{e4}gen",
    "gata",
    "gade",
    "vej",
    "veien",
    "katu",
    "ntie",
    "laan",
    "straat",
    "plein",
    "gracht",
    "kade",
];

fn compound(c: &RecognizerInput<'_>) -> Verdict {
    let number = c.text.bytes().position(|byte| byte.is_ascii_digit()).unwrap_or_default();
    let street = part(c.text, 0..number).trim_end();
    let kind = match street.rsplit_once([' ', '-']) {
        // "Kölner Ring 5" may be anything.
        Some((_, "Ring" | "Markt")) => c.text.contains([',', '\n']),
        Some(_) => true,
        None => ENDINGS.iter().any(|e| street.len() > e.len() + 1 && street.ends_with(e)),
    };
    accept_if(kind && any(c) == Verdict::Accept)
}

fn romance(c: &RecognizerInput<'_>) -> Verdict {
    let last = c.text.rsplit(' ').next().unwrap_or_default();
    let named = last.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    accept_if(any(c) == Verdict::Accept && named && ends_well(c.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted() {
        assert!(KINDS.is_sorted());
    }

    #[test]
    fn kinds_are_known_in_any_case() {
        for kind in KINDS {
            assert!(is_kind(kind) && is_kind(kind.to_uppercase()), "{kind}");
            for other in
                [format!("{kind}x"), format!("{kind}\0"), format!("1{kind}"), format!("{kind}{}", "x".repeat(20))]
            {
                assert_eq!(is_kind(&other), KINDS.contains(&other.as_str()), "{other}");
            }
        }
        assert!(!is_kind("") && !is_kind("é"));
    }
}
