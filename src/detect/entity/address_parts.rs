//! The parts of an address: its words, the signs between them, and how an address ends.

use smallvec::SmallVec;

use super::builders::part;

/// The parts of an address: each word, after the signs in front of it.
pub(super) type Parts<'a> = SmallVec<[(&'a str, &'a str); MOST_PARTS]>;

/// The maximum number of parts of a street address.
const MOST_PARTS: usize = 16;

/// Returns `true` for the signs between words.
pub(super) fn is_sign(byte: u8) -> bool {
    matches!(byte, b' ' | b',' | b'.' | b'#' | b'\n')
}

/// Returns the words.
pub(super) fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|&byte| is_sign(byte)).filter(|word| !word.is_empty())
}

/// Returns the parts, or where the last ones begin if there are too many. Reads no more than it returns.
pub(super) fn last_parts(text: &str) -> Result<Parts<'_>, usize> {
    let mut back = parts_back(text);
    let mut parts: Parts<'_> = back.by_ref().take(MOST_PARTS).collect();
    if back.next().is_some() {
        return Err(end_of_word(text, text.len()) - length_of(&parts));
    }
    parts.reverse();
    Ok(parts)
}

/// Returns the parts from the last one on.
pub(super) fn parts_back(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut end = end_of_word(text, text.len());
    std::iter::from_fn(move || {
        let from = start_of_word(text, end);
        let signs = end_of_word(text, from);
        let last = (end > 0).then(|| (part(text, signs..from), part(text, from..end)));
        end = signs;
        last
    })
}

/// Returns the end of the last word before `at`.
fn end_of_word(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rposition(|&byte| !is_sign(byte)).map_or(0, |last| last + 1)
}

/// Returns the start of the word that ends at `end`.
fn start_of_word(text: &str, end: usize) -> usize {
    let before = text.as_bytes().get(..end).unwrap_or_default();
    before.iter().rposition(|&byte| is_sign(byte)).map_or(0, |last| last + 1)
}

/// Returns the number of bytes of these parts.
pub(super) fn length_of(parts: &[(&str, &str)]) -> usize {
    parts.iter().map(|(signs, word)| signs.len() + word.len()).sum()
}

pub(super) fn has_digit(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

/// Returns `false` if some text ends in a number with which no address ends.
pub(super) fn may_end_address(text: &str) -> bool {
    let ends =
        |(_, last)| !has_digit(last) || is_numeric_code(last) || has_shape(last, "9AA") || has_shape(last, "9A9");
    parts_back(text).next().is_none_or(ends)
}

/// Returns `true` if what follows street and unit is nothing, or city, state, postal code and country as they are written.
pub(super) fn ends_address(parts: &[(&str, &str)], has_unit: bool) -> bool {
    let Some((&last, before)) = parts.split_last() else {
        return true;
    };
    let lines = parts.iter().filter(|p| p.0.contains('\n')).count();
    // The dot of `St.,` is no end of a sentence, nor is one before the line with the place.
    let abbreviates = |signs: &str| signs.starts_with(".,") || signs == ".\n" && lines == 1;
    let is_abbreviated = !has_unit && parts.first().is_some_and(|p| abbreviates(p.0));
    let sentence = parts.iter().skip(usize::from(is_abbreviated)).any(|p| p.0.contains('.'));
    if parts.len() > 9 || lines > 4 || sentence {
        return false;
    }
    if !before.is_empty() && matches!(last.1, "USA" | "UK" | "Canada" | "States" | "Kingdom" | "Australia") {
        let country = if matches!(last.1, "States" | "Kingdom") { 2 } else { 1 };
        return ends_address(parts.split_at(parts.len().saturating_sub(country)).0, has_unit);
    }
    let words = parts.iter().all(|p| !has_digit(p.1));
    let state = last.1.len() == 2 && last.1.bytes().all(|b| b.is_ascii_uppercase());
    if postal_code(parts) {
        // Numbers in front of the code would be another address.
        parts.len() <= 3 || parts.iter().rev().skip(2).all(|p| !has_digit(p.1))
    } else if state {
        words && !before.is_empty() && before.len() <= 4
    } else {
        // A city alone: after a comma, or after a unit on the next line.
        words
            && lines <= usize::from(has_unit)
            && parts.len() <= 3
            && (parts.first().is_some_and(|p| p.0.contains(',')) || (has_unit && lines == 1))
            && parts.iter().skip(1).all(|p| p.0 == " ")
    }
}

/// Returns `true` if the parts end in a postal code: US, most of Europe, Canadian, UK.
fn postal_code(parts: &[(&str, &str)]) -> bool {
    let Some(last) = parts.last() else {
        return false;
    };
    let first_half = parts.iter().rev().nth(1).map_or("", |p| p.1);
    let halves = has_shape(last.1, "9AA") && has_digit(first_half) && first_half.len() <= 4;
    let canadian = has_shape(last.1, "9A9") && has_shape(first_half, "A9A");
    // One code after another is the date or the number of the next line.
    let numeric = is_numeric_code(last.1) && !has_digit(first_half);
    numeric || halves || canadian
}

fn is_numeric_code(word: &str) -> bool {
    const SHAPES: [&str; 8] = ["9999", "99999", "999999", "99999-9999", "99999-999", "99-999", "999-9999", "9999-999"];
    SHAPES.iter().any(|shape| has_shape(word, shape))
}

/// Returns `true` if a word has this shape: `9` stands for a digit, `-` for itself, `A` for any other byte.
fn has_shape(word: &str, shape: &str) -> bool {
    let fits = |(byte, sign): (u8, u8)| match sign {
        b'9' => byte.is_ascii_digit(),
        b'-' => byte == b'-',
        _ => byte != b'-' && !byte.is_ascii_digit(),
    };
    word.len() == shape.len() && word.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parts, read from the start.
    fn all_parts(text: &str) -> Vec<(&str, &str)> {
        let (mut parts, mut signs, mut word) = (Vec::new(), 0, None);
        for (at, byte) in text.bytes().enumerate() {
            match (is_sign(byte), word) {
                (false, None) => word = Some(at),
                (true, Some(from)) => {
                    parts.push((part(text, signs..from), part(text, from..at)));
                    (signs, word) = (at, None);
                }
                _ => {}
            }
        }
        parts.extend(word.map(|from| (part(text, signs..from), part(text, from..text.len()))));
        parts
    }

    proptest! {
        #[test]
        fn the_last_parts_are_those_of_all(text in "([1Aaé-]{0,5}[ ,.#\n]{0,2}){0,24}") {
            let all = all_parts(&text);
            prop_assert!(words(&text).eq(all.iter().map(|part| part.1.as_bytes())));
            match last_parts(&text) {
                Ok(parts) => prop_assert_eq!(parts.as_slice(), all.as_slice()),
                Err(first) => {
                    prop_assert!(all.len() > MOST_PARTS);
                    prop_assert_eq!(first, length_of(&all[..all.len() - MOST_PARTS]));
                }
            }
        }

        #[test]
        fn what_ends_an_address_may_end_one(text in "( ?(USA|12|12345|123-4567|1AA|K1A|1A1|Ontario|CA|,)){0,6}") {
            let ends = last_parts(&text).is_ok_and(|parts| ends_address(&parts, false) || ends_address(&parts, true));
            prop_assert!(!ends || may_end_address(&text), "{}", text);
        }
    }
}
