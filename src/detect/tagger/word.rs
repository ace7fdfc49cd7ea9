//! What the features read of a token.

use super::cues::{Cue, cue};
use super::hash::{Hash, Mixed};
use super::lists::{CLASSES, Class, Lists};
use super::token::{Gap, Kind, Token};

/// The letters of a word in lower case.
const MAX_LETTERS: usize = 40;

/// The most characters of a token that count.
pub(crate) const MAX_LENGTH: usize = 12;

/// The attributes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// All letters.
    pub(crate) hash: Mixed,
    /// The first three letters.
    pub(crate) prefix: Hash,
    /// The last two letters.
    pub(crate) suffix2: Hash,
    /// The last three letters.
    pub(crate) suffix3: Hash,
    pub(crate) look: Look,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    pub(crate) class: Class,
    pub(crate) cue: Cue,
    pub(crate) gap: Gap,
    pub(crate) length: u8,
}

// Without holes, which would be copied one by one.
const _: () = assert!(size_of::<Word>() == 24);

/// Class and shape of a word in one number below [`Look::COUNT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look(u16);

impl Look {
    /// Bits of the shape.
    const SHAPE_BITS: u32 = 5;
    /// Numbers of shapes.
    pub(crate) const SHAPES: usize = 1 << Self::SHAPE_BITS;
    pub(crate) const COUNT: usize = CLASSES << Self::SHAPE_BITS;

    pub(crate) const fn of(class: Class, shape: Shape) -> Self {
        Self((class.number() as u16) << Self::SHAPE_BITS | shape as u16)
    }

    pub(crate) fn number(self) -> u16 {
        self.0
    }
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
        hash: Mixed::from_number(1),
        prefix: Hash::unfinish(Mixed::from_number(1)),
        suffix2: Hash::unfinish(Mixed::from_number(1)),
        suffix3: Hash::unfinish(Mixed::from_number(1)),
        look: Look::of(Class::NONE, Shape::Edge),
        kind: Kind::Sign,
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
        let of = |letters: Option<&[char]>| Hash::default().with(letters.unwrap_or_default().iter().copied());
        let suffix = |n: usize| of(letters.get(count.saturating_sub(n)..));
        let (hash, is_word) = (of(Some(letters)).finish(), token.kind == Kind::Word);
        let class = if is_word { lists.class(hash.number()) } else { Class::NONE };
        let shape = shape(text, token.kind);
        Self {
            hash,
            prefix: of(letters.get(..count.min(3))),
            suffix2: suffix(2),
            suffix3: suffix(3),
            look: Look::of(class, shape),
            kind: token.kind,
            shape,
            class,
            cue: if is_word { cue(hash.number()) } else { Cue::None },
            gap: token.gap,
            length: counted(count),
        }
    }

    /// Returns the attributes of a sign. Several of the same are one to all features but the length.
    fn sign(text: &str, gap: Gap) -> Self {
        let mut letters = ['\0'; MAX_LETTERS];
        let first = text.chars().next().unwrap_or(' ');
        let size = first.len_utf8();
        let count = lower_case(text.get(..size).unwrap_or_default(), &mut letters);
        let hash = Hash::default().with(letters.get(..count).unwrap_or_default().iter().copied());
        Self::of_sign(hash, sign_shape(first), gap, text.len() / size)
    }

    /// Returns the attributes of a sign.
    pub(crate) fn of_sign(hash: Hash, shape: Shape, gap: Gap, count: usize) -> Self {
        Self {
            hash: hash.finish(),
            prefix: hash,
            suffix2: hash,
            suffix3: hash,
            look: Look::of(Class::NONE, shape),
            kind: Kind::Sign,
            shape,
            class: Class::NONE,
            cue: Cue::None,
            gap,
            length: counted(count),
        }
    }
}

/// Returns the number of characters of a token, as far as it counts.
pub(crate) fn counted(count: usize) -> u8 {
    count.min(MAX_LENGTH) as u8
}

/// Writes the lower case of a token with one form of the apostrophe, and returns its length.
fn lower_case(text: &str, letters: &mut [char; MAX_LETTERS]) -> usize {
    let chars = text.chars().flat_map(char::to_lowercase);
    letters.iter_mut().zip(chars).map(|(slot, c)| *slot = if c == '\u{2019}' { '\'' } else { c }).count()
}

/// The number of characters of each kind in a word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cases {
    pub(crate) upper: u32,
    pub(crate) lower: u32,
    /// No letters.
    pub(crate) others: u32,
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
        Kind::Sign => sign_shape(first),
        Kind::Word => word_shape(count_cases(text), first.is_uppercase()),
    }
}

pub(crate) const fn sign_shape(sign: char) -> Shape {
    match sign {
        '.' => Shape::Dot,
        ',' | ';' => Shape::Comma,
        '"' | '\'' | '\u{2018}'..='\u{201F}' | '«' | '»' | '`' => Shape::Quote,
        '-' | '\u{2010}'..='\u{2015}' => Shape::Hyphen,
        ':' | '=' => Shape::Colon,
        '(' | '[' | '{' | '<' => Shape::Open,
        ')' | ']' | '}' | '>' => Shape::Close,
        '@' | '#' | '/' | '_' => Shape::At,
        _ => Shape::Other,
    }
}

pub(crate) fn number_shape(digits: usize) -> Shape {
    match digits {
        1 => Shape::Digit,
        4 => Shape::Year,
        _ => Shape::Digits,
    }
}

pub(crate) fn word_shape(Cases { upper, lower, others }: Cases, begins_upper: bool) -> Shape {
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
