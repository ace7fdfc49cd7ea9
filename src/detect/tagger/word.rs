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
        let mut letters = ['\0'; MAX_LETTERS];
        let mut count = 0;
        for (slot, c) in letters.iter_mut().zip(text.chars().flat_map(char::to_lowercase)) {
            *slot = if matches!(c, '\u{2019}') { '\'' } else { c };
            count += 1;
        }
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
            let upper = text.chars().filter(|c| c.is_uppercase()).count();
            let lower = text.chars().filter(|c| c.is_lowercase()).count();
            let is_joined = text.chars().any(|c| !c.is_alphabetic());
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
