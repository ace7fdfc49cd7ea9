//! What a boundary needs to know of a character.

/// The class of a character, as far as word boundaries and line anchors ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CharKind {
    /// No character: the text begins or ends here.
    Edge = 0,
    /// `\n`.
    LineFeed = 1,
    /// `\r`.
    CarriageReturn = 2,
    /// An ASCII letter, digit or `_`.
    WordAscii = 3,
    /// A letter or digit of a script that separates its words.
    WordOther = 4,
    /// Anything else.
    Other = 5,
}

/// Number of kinds, for tables indexed by kind.
pub(crate) const KINDS: usize = 6;

/// Kinds by number, the inverse of `kind as usize`.
pub(crate) const ALL_KINDS: [CharKind; KINDS] = [
    CharKind::Edge,
    CharKind::LineFeed,
    CharKind::CarriageReturn,
    CharKind::WordAscii,
    CharKind::WordOther,
    CharKind::Other,
];

/// What a character can be taken for: a footnote mark is a digit, and a boundary as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindSet(u8);

impl KindSet {
    /// Returns the set of one kind.
    pub(crate) fn one(kind: CharKind) -> Self {
        Self(1 << kind as u8)
    }

    /// Returns the set with one kind more.
    pub(crate) fn with(self, kind: CharKind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Returns one bit for each kind, the lowest for the first.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Returns the kinds.
    pub(crate) fn iter(self) -> impl Iterator<Item = CharKind> {
        ALL_KINDS.into_iter().filter(move |&kind| self.0 & (1 << kind as u8) != 0)
    }

    /// Returns `true` if the character can only be a part of a word.
    pub(crate) fn is_word(self) -> bool {
        self.iter().all(CharKind::is_word)
    }
}

impl CharKind {
    /// The kinds of characters outside ASCII.
    pub(crate) const OTHER_SCRIPTS: &[Self] = &[Self::WordOther, Self::Other];

    /// The kind of `c`.
    pub(crate) fn of(c: char) -> Self {
        match c {
            '\n' => Self::LineFeed,
            '\r' => Self::CarriageReturn,
            '0'..='9' | 'A'..='Z' | 'a'..='z' | '_' => Self::WordAscii,
            c if c.is_ascii() => Self::Other,
            c if is_unspaced_script(c) => Self::Other,
            c if c.is_alphanumeric() => Self::WordOther,
            _ => Self::Other,
        }
    }

    /// The kind of the ASCII character `byte`; other bytes are `Other`.
    pub(crate) fn of_ascii(byte: u8) -> Self {
        ASCII_KINDS[usize::from(byte)]
    }

    /// Whether a word goes on over this character.
    pub(crate) fn is_word(self) -> bool {
        matches!(self, Self::WordAscii | Self::WordOther)
    }

    /// Whether an ASCII word goes on over this character.
    pub(crate) fn is_ascii_word(self) -> bool {
        self == Self::WordAscii
    }
}

const ASCII_KINDS: [CharKind; 256] = {
    let mut kinds = [CharKind::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'\n' => CharKind::LineFeed,
            b'\r' => CharKind::CarriageReturn,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => CharKind::WordAscii,
            _ => CharKind::Other,
        };
        byte += 1;
    }
    kinds
};

/// Scripts written without spaces between words: a word boundary is everywhere in them, else a number or a name set in
/// Chinese text could never be found.
fn is_unspaced_script(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF       // Thai, Lao
        | 0x1000..=0x109F     // Myanmar
        | 0x1780..=0x17FF     // Khmer
        | 0x2E80..=0x2FDF     // CJK radicals
        | 0x3005..=0x3007
        | 0x3021..=0x3029
        | 0x3040..=0x30FF     // Hiragana, Katakana
        | 0x3100..=0x312F
        | 0x31A0..=0x31FF
        | 0x3400..=0x4DBF     // CJK extension A
        | 0x4E00..=0x9FFF     // CJK ideographs
        | 0xF900..=0xFAFF
        | 0xFF66..=0xFF9D     // halfwidth Katakana
        | 0x20000..=0x3FFFF)
}
