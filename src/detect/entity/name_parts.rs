//! What the words of a name look like.

use std::ops::Range;

use super::builders::{is_mark, part, reject_end};
use super::introductions::introduction;
use super::name_words::{is_camel_case, is_not_name};
use super::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

/// A capitalized word: ASCII letters, apostrophe, hyphen and all characters beyond ASCII.
macro_rules! word {
    () => {
        r"[^\x00-\x40\x5b-\x7f][^\x00-\x26\x28-\x2c\x2e-\x40\x5b-\x60\x7b-\x7f]*"
    };
}
pub(super) use word;

/// A particle of a surname.
macro_rules! particle {
    () => {
        "(?:van|von|de|der|den|del|della|di|da|dos|la|le|al|el|bin|ibn|af|zu|ter|ten|du)"
    };
}
pub(super) use particle;

/// More of a name: words, initials, particles.
macro_rules! more {
    () => {
        concat!("(?: (?:", particle!(), "|", word!(), r"\.?))*")
    };
}
pub(super) use more;

/// The same in a form that is sent, where a plus sign and an escape are spaces.
macro_rules! more_sent {
    () => {
        concat!(r"(?:(?: |\+|%20)(?:", particle!(), "|", word!(), r"\.?))*")
    };
}
pub(super) use more_sent;

/// Particles before a surname: `Dr. de Vries`, `last name: van der Sloot`.
macro_rules! particles {
    () => {
        concat!("(?:", particle!(), " )*")
    };
}
pub(super) use particles;

/// The pattern of the signs that may open a name. No angle bracket: `<First Name>` is a placeholder.
macro_rules! quoted {
    () => {
        r"(?:[*_~'\x22\x60]+\n?)?"
    };
}
pub(super) use quoted;

pub(super) const NAME_MAX: usize = 96;

pub(super) const TITLES: &[&str] =
    &["Mr", "Mrs", "Ms", "Dr", "Prof", "Hon", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Hon."];

/// Particles inside names; they are not words.
const PARTICLES: &[&str] = &[
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "la", "le", "al", "el", "bin", "ibn", "af",
    "zu", "ter", "ten", "du",
];

pub(super) fn is_particle(word: &str) -> bool {
    word.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && PARTICLES.contains(&word)
}

pub(super) fn is_title(word: &str) -> bool {
    word.len() <= "Prof.".len() && TITLES.contains(&word)
}

/// Returns the parts between spaces. For a few short words it is faster than a search.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.bytes().position(|byte| byte == b' ');
        rest = end.map(|end| part(text, end + 1..text.len()));
        Some(part(text, 0..end.unwrap_or(text.len())))
    })
}

/// Names of more words are none, particles aside.
pub(super) const MOST_WORDS: usize = 4;

/// Returns the words of a name, if they are valid: capitalized, made of letters, none of them a word that only looks like one, with
/// particles before and between them. A title alone is no name.
pub(super) fn name_words(text: &str) -> Option<usize> {
    // Most of what is no name shows it by its dots, or is too long.
    let mut count = 0;
    for word in words(text) {
        count += usize::from(!is_particle(word));
        if count > MOST_WORDS || has_other_dot(word) {
            return None;
        }
    }
    let mut count = 0;
    let mut last_particle = true;
    for word in words(text) {
        let stem = word.strip_suffix('.').unwrap_or(word);
        last_particle = is_particle(word);
        if last_particle {
            continue;
        }
        if !is_name_word(word, stem) {
            return None;
        }
        count += 1;
    }
    (!last_particle && count > 0 && !is_title(text)).then_some(count)
}

/// Returns `true` if a word ends in a dot and is neither an initial nor one of the few short forms in names.
pub(super) fn has_other_dot(word: &str) -> bool {
    word.strip_suffix('.').is_some_and(|stem| stem.len() != 1 && !matches!(stem, "Jr" | "Sr" | "St"))
}

/// Returns `true` for the signs that join the parts of a word.
fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '-' | '\u{2019}')
}

/// Returns `true` if a word can be one of a name, without its dot `stem`.
pub(super) fn is_name_word(word: &str, stem: &str) -> bool {
    let mut chars = stem.chars();
    let capital = chars.next().is_some_and(char::is_uppercase);
    let letters = || stem.chars().all(|c| c.is_alphabetic() || is_joint(c));
    let shouted = || stem.len() > 2 && stem != "III" && stem.bytes().all(|b| b.is_ascii_uppercase());
    capital
        && !has_other_dot(word)
        && letters()
        && !shouted()
        && !is_not_name(stem)
        && !is_camel_case(stem)
        && !stem.chars().next_back().is_some_and(is_joint)
        && !stem.ends_with("'s")
}

/// Returns the offset after the last sign that is in no name, or 0.
pub(super) fn after_last_sign(text: &str) -> usize {
    let last = text.bytes().rposition(|byte| matches!(byte, b':' | b'=' | b'>' | b'\n' | b'"' | b'`' | b','));
    last.map_or(0, |at| at + 1)
}

/// Returns `true` if the last word, without the signs in front of it, can be one of a name: whatever the start, it is the last of the name.
pub(super) fn ends_in_name_word(text: &str) -> bool {
    let from = text.bytes().rposition(|byte| byte == b' ').map_or(0, |space| space + 1);
    let word = part(text, from..text.len());
    let word = part(word, after_last_sign(word)..word.len()).trim_start_matches(is_mark);
    is_name_word(word, word.strip_suffix('.').unwrap_or(word))
}

/// Returns `true` if the candidate ends where a word ends.
pub(super) fn whole(c: &RecognizerInput<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_alphanumeric() || a == '_')
}

/// Returns the name after a keyword: all after the last sign, line or keyword. Keywords differ from names by their case at
/// the sites that call this; here the first capitalized word after the introduction counts.
pub(super) fn name_value(text: &str) -> Range<usize> {
    let sign = after_last_sign(text);
    let mut start = text.len() - part(text, sign..text.len()).trim_start().len();
    if sign == 0 {
        start = introduction(text);
    }
    while let Some((title, _)) = part(text, start..text.len()).split_once(' ').filter(|(word, _)| is_title(word)) {
        start += title.len() + 1;
    }
    after_marks(text, start)
}

/// The maximum number of words before a name: "her full legal name is", or a greeting and two titles.
pub(super) const MOST_WORDS_BEFORE: usize = 5;

/// A candidate that ends in a name.
pub(super) struct Named<'a> {
    /// What introduces the name.
    pub(super) head: &'a str,
    pub(super) value: &'a str,
    /// The number of its words.
    pub(super) count: usize,
}

impl<'a> Named<'a> {
    /// Parses a candidate with a name after an introduction or a label, or returns the verdict if no name can be there.
    pub(super) fn of(c: &RecognizerInput<'a>) -> Result<Self, Verdict> {
        if let Some(rejected) = rejected_early(c, MOST_WORDS + MOST_WORDS_BEFORE) {
            return Err(rejected);
        }
        let range = name_value(c.text);
        let (head, value) = (part(c.text, 0..range.start), part(c.text, range));
        name_words(value).map(|count| Self { head, value, count }).ok_or(Verdict::Reject)
    }
}

/// Returns the verdict on a candidate that is [`rejected_by_number`], or ends in a word that is in no name.
pub(super) fn rejected_early(c: &RecognizerInput<'_>, most: usize) -> Option<Verdict> {
    rejected_by_number(c, most).or_else(|| (!ends_in_name_word(c.text)).then(|| reject_end(c)))
}

/// Returns the verdict on a candidate that ends inside a word, or has more words than a name and its introduction have together: a later
/// start has fewer.
pub(super) fn rejected_by_number(c: &RecognizerInput<'_>, most: usize) -> Option<Verdict> {
    if !whole(c) {
        return Some(reject_end(c));
    }
    let text = c.text;
    let (mut end, mut words) = (text.len(), 0);
    for (at, _) in text.bytes().enumerate().rev().filter(|(_, byte)| matches!(byte, b' ' | b'\n')) {
        let word = part(text, at + 1..std::mem::replace(&mut end, at));
        words += usize::from(!word.is_empty() && !is_particle(word));
        if words == most {
            return Some(Verdict::RejectBefore(at + 1));
        }
    }
    None
}

/// Returns the text from `start` on without the Markdown and the quotes that open it.
pub(super) fn after_marks(text: &str, start: usize) -> Range<usize> {
    let value = part(text, start..text.len()).trim_start_matches(is_mark);
    text.len() - value.len()..text.len()
}
