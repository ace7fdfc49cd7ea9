//! What the features read of a token.

use super::cues::{Cue, cue};
use super::hash;
use super::lists::{Class, Lists};
use super::token::{Gap, Kind, Token};

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
        let mut letters = ['\0'; MAX_LETTERS];
        let count = lower_case(text, &mut letters);
        let letters = letters.get(..count).unwrap_or_default();
        let hash = hash::hash(letters);
        let suffix = |n: usize| hash::hash(letters.get(count.saturating_sub(n)..).unwrap_or_default());
        let is_word = token.kind == Kind::Word;
        Self {
            hash,
            prefix: hash::hash(letters.get(..count.min(3)).unwrap_or_default()),
            suffix2: suffix(2),
            suffix3: suffix(3),
            shape: shape(text, token.kind),
            class: if is_word { lists.class(hash) } else { Class::NONE },
            cue: if is_word { cue(hash) } else { Cue::None },
            gap: token.gap,
            length: u8::try_from(count.min(12)).unwrap_or(12),
        }
    }

    /// Returns the attributes of a token of one character, in which all parts are the whole.
    fn sign(text: &str, gap: Gap) -> Self {
        let mut letters = ['\0'; MAX_LETTERS];
        let count = lower_case(text, &mut letters);
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
            length: u8::try_from(count).unwrap_or(1),
        }
    }
}

/// Writes the lower case of a token with one form of the apostrophe, and returns its length.
fn lower_case(text: &str, letters: &mut [char; MAX_LETTERS]) -> usize {
    if text.is_ascii() {
        let bytes = text.bytes().map(|byte| char::from(byte.to_ascii_lowercase()));
        return letters.iter_mut().zip(bytes).map(|(slot, c)| *slot = c).count();
    }
    let chars = text.chars().flat_map(char::to_lowercase);
    letters.iter_mut().zip(chars).map(|(slot, c)| *slot = if c == '\u{2019}' { '\'' } else { c }).count()
}

/// Returns the number of upper case letters, of lower case letters, and of other characters that are no letters.
fn count_cases(text: &str) -> (usize, usize, usize) {
    if text.is_ascii() {
        let count = |of: fn(&u8) -> bool| text.bytes().filter(of).count();
        return (
            count(u8::is_ascii_uppercase),
            count(u8::is_ascii_lowercase),
            count(|byte| !byte.is_ascii_alphabetic()),
        );
    }
    let count = |of: fn(char) -> bool| text.chars().filter(|&c| of(c)).count();
    (count(char::is_uppercase), count(char::is_lowercase), count(|c| !c.is_alphabetic()))
}

fn shape(text: &str, kind: Kind) -> Shape {
    let first = text.chars().next().unwrap_or(' ');
    match kind {
        Kind::Number => match text.len() {
            1 => Shape::Digit,
            4 => Shape::Year,
            _ => Shape::Digits,
        },
        Kind::Sign => match first {
            '.' => Shape::Dot,
            ',' | ';' => Shape::Comma,
            '"' | '\'' | '\u{2018}'..='\u{201F}' | '«' | '»' | '`' => Shape::Quote,
            '-' | '\u{2010}'..='\u{2015}' => Shape::Hyphen,
            ':' => Shape::Colon,
            '(' | '[' | '{' | '<' => Shape::Open,
            ')' | ']' | '}' | '>' => Shape::Close,
            '@' | '#' | '/' | '_' | '=' => Shape::At,
            _ => Shape::Other,
        },
        Kind::Word => {
            let (upper, lower, others) = count_cases(text);
            let is_joined = others > 0;
            match () {
                () if upper == 0 && lower == 0 => Shape::Caseless,
                () if upper == 0 => Shape::Lower,
                () if upper == 1 && lower == 0 => Shape::Initial,
                () if lower == 0 => Shape::Upper,
                () if is_joined => Shape::Joined,
                () if upper == 1 && first.is_uppercase() => Shape::Capital,
                () => Shape::Mixed,
            }
        }
    }
}
