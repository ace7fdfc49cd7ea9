//! Classes of characters, which decide where boundaries are.

/// The class of a character, as far as word boundaries and line anchors need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CharClass {
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
    /// A letter of the Korean script, which separates words but writes particles (`가`, `의`) after them without a space.
    Hangul = 6,
}

/// The number of classes, for tables indexed by class.
pub(crate) const CLASS_COUNT: usize = 7;

/// All classes by number, the inverse of `class as usize`.
pub(crate) const ALL_CLASSES: [CharClass; CLASS_COUNT] = [
    CharClass::Edge,
    CharClass::LineFeed,
    CharClass::CarriageReturn,
    CharClass::WordAscii,
    CharClass::WordOther,
    CharClass::Other,
    CharClass::Hangul,
];

/// The classes that a character can have: a footnote mark is a digit, and a boundary as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassSet(u8);

impl ClassSet {
    /// Returns the set of one kind.
    pub(crate) fn one(kind: CharClass) -> Self {
        Self(1 << kind as u8)
    }

    /// Returns the set with one kind more.
    pub(crate) fn with(self, kind: CharClass) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Returns one bit for each kind, the lowest for the first.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Returns the classes.
    pub(crate) fn iter(self) -> impl Iterator<Item = CharClass> {
        ALL_CLASSES.into_iter().filter(move |&kind| self.0 & (1 << kind as u8) != 0)
    }

    /// Returns `true` if the character can only be a part of a word.
    pub(crate) fn is_word(self) -> bool {
        self.iter().all(CharClass::is_word)
    }
}

/// The classes of characters outside ASCII.
pub(crate) const NON_ASCII_CLASSES: [CharClass; 3] = [CharClass::WordOther, CharClass::Other, CharClass::Hangul];

impl CharClass {
    /// Returns the kind of `c`.
    pub(crate) fn of(c: char) -> Self {
        match c {
            '\n' => Self::LineFeed,
            '\r' => Self::CarriageReturn,
            '0'..='9' | 'A'..='Z' | 'a'..='z' | '_' => Self::WordAscii,
            c if c.is_ascii() => Self::Other,
            c if is_unspaced_script(c) => Self::Other,
            c if is_hangul(c) => Self::Hangul,
            c if c.is_alphanumeric() => Self::WordOther,
            _ => Self::Other,
        }
    }

    /// Returns the kind of the ASCII character `byte`; other bytes are `Other`.
    pub(crate) fn of_ascii(byte: u8) -> Self {
        ASCII_KINDS[usize::from(byte)]
    }

    /// Returns `true` if a word continues over this character.
    pub(crate) fn is_word(self) -> bool {
        matches!(self, Self::WordAscii | Self::WordOther | Self::Hangul)
    }

    /// Returns `true` if a word that starts with `first` is part of a longer one where `self` is the character before it.
    ///
    /// A Korean word is not found in the middle of another one (`비경쟁사`), but next to a word of another script, as in `한국Acme`.
    pub(crate) fn continues_into(self, first: Self) -> bool {
        self.is_word() && first.is_word() && (self == Self::Hangul) == (first == Self::Hangul)
    }

    /// Returns `true` if a word that ends with `self` is part of a longer one where `after` is the next character.
    ///
    /// Korean after a word is a particle, as far as one character shows: `Acme가`, `경쟁사의`.
    pub(crate) fn is_continued_by(self, after: Self) -> bool {
        self.continues_into(after) && after != Self::Hangul
    }

    /// Returns `true` if an ASCII word continues over this character.
    pub(crate) fn is_ascii_word(self) -> bool {
        self == Self::WordAscii
    }
}

const ASCII_KINDS: [CharClass; 256] = {
    let mut kinds = [CharClass::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'\n' => CharClass::LineFeed,
            b'\r' => CharClass::CarriageReturn,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => CharClass::WordAscii,
            _ => CharClass::Other,
        };
        byte += 1;
    }
    kinds
};

/// Returns the letters of the Korean script: syllables, and the jamo that the word view decomposes them into.
fn is_hangul(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11FF
        | 0x3131..=0x318E     // compatibility jamo
        | 0xA960..=0xA97C
        | 0xAC00..=0xD7A3     // syllables
        | 0xD7B0..=0xD7FB
        | 0xFFA1..=0xFFDC) // halfwidth jamo
}

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

#[cfg(test)]
mod tests {
    use super::CharClass;

    fn kinds(left: char, right: char) -> (CharClass, CharClass) {
        (CharClass::of(left), CharClass::of(right))
    }

    #[test]
    fn korean_after_a_word_is_a_particle_and_before_it_a_word() {
        for (left, right, starts_inside, ends_inside) in [
            ('x', '가', false, false),
            ('사', '의', true, false),
            ('국', 'A', false, false),
            ('я', '가', false, false),
            ('a', 'b', true, true),
            ('é', '1', true, true),
            ('中', '가', false, false),
            ('가', ' ', false, false),
        ] {
            let (a, b) = kinds(left, right);
            assert_eq!((a.continues_into(b), a.is_continued_by(b)), (starts_inside, ends_inside), "{left}{right}");
        }
    }

    #[test]
    fn the_jamo_of_the_word_view_are_korean_too() {
        for c in "가힣간ㄱﾡ".chars() {
            assert_eq!(CharClass::of(c), CharClass::Hangul, "{c}");
        }
        assert_eq!(CharClass::of('ｱ'), CharClass::Other);
    }
}
