//! What the features read of a token.

use std::ops::Range;

use super::cues::{Cue, cue};
use super::hash;
use super::lists::{Class, Lists};
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, Token};

/// The letters of a word in lower case.
const MAX_LETTERS: usize = 40;

/// The attributes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) hash: u32,
    pub(crate) prefix: u32,
    pub(crate) suffix2: u32,
    pub(crate) suffix3: u32,
    pub(crate) shape: Shape,
    pub(crate) class: Class,
    pub(crate) cue: Cue,
    pub(crate) gap: Gap,
    pub(crate) length: u8,
}

/// How a token looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    Edge,
    Lower,
    Capital,
    Initial,
    Upper,
    Mixed,
    Joined,
    Caseless,
    Digit,
    Digits,
    Year,
    Dot,
    Comma,
    Quote,
    Hyphen,
    Colon,
    Open,
    Close,
    At,
    Other,
}

impl Word {
    /// What is before the first token and after the last.
    pub(crate) const EDGE: Self = Self {
        hash: 1,
        prefix: 1,
        suffix2: 1,
        suffix3: 1,
        shape: Shape::Edge,
        class: Class::NONE,
        cue: Cue::None,
        gap: Gap::Line,
        length: 0,
    };

    /// Returns the attributes of a token.
    pub(crate) fn of(text: &str, token: &Token, lists: &Lists<'_>) -> Self {
        if token.kind == Kind::Sign {
            return Self::sign(text, token.gap);
        }
        if text.is_ascii() {
            return Self::of_ascii(text.as_bytes(), token, lists);
        }
        let mut letters = ['\0'; MAX_LETTERS];
        let count = lower_case(text, &mut letters);
        let letters = letters.get(..count).unwrap_or_default();
        let suffix = |n: usize| hash::hash(letters.get(count.saturating_sub(n)..).unwrap_or_default());
        let known = Self { shape: shape(text, token.kind), ..Self::EDGE };
        Self {
            prefix: hash::hash(letters.get(..count.min(3)).unwrap_or_default()),
            suffix2: suffix(2),
            suffix3: suffix(3),
            ..known.looked_up(hash::hash(letters), token, count, lists)
        }
    }

    /// Returns the attributes of a word or number of ASCII characters.
    fn of_ascii(text: &[u8], token: &Token, lists: &Lists<'_>) -> Self {
        let mut letters = [0; MAX_TOKEN_BYTES];
        let (mut hash, mut cases) = (hash::Hash::default(), Cases::default());
        for (slot, &byte) in letters.iter_mut().zip(text) {
            let (letter, is_upper) = (byte.to_ascii_lowercase(), byte.is_ascii_uppercase());
            let is_letter = letter.is_ascii_lowercase();
            cases.upper += u32::from(is_upper);
            cases.lower += u32::from(is_letter) - u32::from(is_upper);
            cases.others += u32::from(!is_letter);
            hash.add(letter.into());
            *slot = letter;
        }
        let count = text.len().min(MAX_TOKEN_BYTES);
        let part = |range: Range<usize>| hash::hash_ascii(letters.get(range).unwrap_or_default());
        let shape = match token.kind {
            Kind::Word => word_shape(cases, text.first().is_some_and(u8::is_ascii_uppercase)),
            _ => number_shape(text.len()),
        };
        let known = Self { shape, ..Self::EDGE };
        Self {
            prefix: part(0..count.min(3)),
            suffix2: part(count.saturating_sub(2)..count),
            suffix3: part(count.saturating_sub(3)..count),
            ..known.looked_up(hash.finish(), token, count, lists)
        }
    }

    /// Adds the hash, what the lists say of a word, and the length in characters.
    fn looked_up(self, hash: u32, token: &Token, count: usize, lists: &Lists<'_>) -> Self {
        let is_word = token.kind == Kind::Word;
        Self {
            hash,
            class: if is_word { lists.class(hash) } else { Class::NONE },
            cue: if is_word { cue(hash) } else { Cue::None },
            gap: token.gap,
            length: u8::try_from(count.min(12)).unwrap_or(12),
            ..self
        }
    }

    /// Returns the attributes of a sign. Several of the same are one to all features but the length.
    fn sign(text: &str, gap: Gap) -> Self {
        let mut letters = ['\0'; MAX_LETTERS];
        let first = text.chars().next().map_or(0, char::len_utf8);
        let count = lower_case(text.get(..first).unwrap_or_default(), &mut letters);
        let hash = hash::hash(letters.get(..count).unwrap_or_default());
        Self {
            hash,
            prefix: hash,
            suffix2: hash,
            suffix3: hash,
            shape: shape(text, Kind::Sign),
            class: Class::NONE,
            cue: Cue::None,
            gap,
            length: u8::try_from((text.len() / first.max(1)).min(12)).unwrap_or(1),
        }
    }
}

/// Writes the lower case of a token with one form of the apostrophe, and returns its length.
fn lower_case(text: &str, letters: &mut [char; MAX_LETTERS]) -> usize {
    let chars = text.chars().flat_map(char::to_lowercase);
    letters.iter_mut().zip(chars).map(|(slot, c)| *slot = if c == '\u{2019}' { '\'' } else { c }).count()
}

/// The number of characters of each kind in a word.
#[derive(Clone, Copy, Debug, Default)]
struct Cases {
    upper: u32,
    lower: u32,
    /// No letters.
    others: u32,
}

fn count_cases(text: &str) -> Cases {
    let mut cases = Cases::default();
    for c in text.chars() {
        cases.upper += u32::from(c.is_uppercase());
        cases.lower += u32::from(c.is_lowercase());
        cases.others += u32::from(!c.is_alphabetic());
    }
    cases
}

fn shape(text: &str, kind: Kind) -> Shape {
    let first = text.chars().next().unwrap_or(' ');
    match kind {
        Kind::Number => number_shape(text.len()),
        Kind::Sign => match first {
            '.' => Shape::Dot,
            ',' | ';' => Shape::Comma,
            '"' | '\'' | '\u{2018}'..='\u{201F}' | '«' | '»' | '`' => Shape::Quote,
            '-' | '\u{2010}'..='\u{2015}' => Shape::Hyphen,
            ':' | '=' => Shape::Colon,
            '(' | '[' | '{' | '<' => Shape::Open,
            ')' | ']' | '}' | '>' => Shape::Close,
            '@' | '#' | '/' | '_' => Shape::At,
            _ => Shape::Other,
        },
        Kind::Word => word_shape(count_cases(text), first.is_uppercase()),
    }
}

fn number_shape(digits: usize) -> Shape {
    match digits {
        1 => Shape::Digit,
        4 => Shape::Year,
        _ => Shape::Digits,
    }
}

fn word_shape(Cases { upper, lower, others }: Cases, begins_upper: bool) -> Shape {
    match () {
        () if upper == 0 && lower == 0 => Shape::Caseless,
        () if upper == 0 => Shape::Lower,
        () if upper == 1 && lower == 0 => Shape::Initial,
        () if lower == 0 => Shape::Upper,
        () if others > 0 => Shape::Joined,
        () if upper == 1 && begins_upper => Shape::Capital,
        () => Shape::Mixed,
    }
}
