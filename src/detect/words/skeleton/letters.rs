//! Letters, and the signs that replace them in a disguised word.

/// The minimum number of letters of a word: anything is a disguise of fewer.
pub(super) const MIN_LETTERS: usize = 3;

/// Returns the most bytes of text in which a word of so many letters is recognized.
pub(super) const fn max_bytes(letters: usize) -> usize {
    12 * letters + 64
}

/// The role of signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    /// `$hit`: they represent letters.
    Letters,
    /// `s|h|i|t`: they separate letters.
    Separators,
}

/// Digits and signs, and the letters that they represent.
const SIGNS: &[(char, &[char])] = &[
    ('0', &['o']),
    ('1', &['i', 'l']),
    ('2', &['z']),
    ('3', &['e']),
    ('4', &['a']),
    ('5', &['s']),
    ('6', &['g']),
    ('7', &['t']),
    ('8', &['b']),
    ('9', &['g', 'q']),
    ('@', &['a']),
    ('$', &['s']),
    ('\u{A7}', &['s']),
    ('!', &['i', 'l']),
    ('|', &['i', 'l']),
    ('\u{A1}', &['i', 'l']),
    ('\u{A3}', &['l']),
    ('\u{20AC}', &['e']),
    ('+', &['t']),
    ('(', &['c']),
    ('#', &['h']),
    ('\u{A5}', &['y']),
];

/// Returns the letters that a digit or sign represents.
pub(super) fn letters_of(sign: char) -> &'static [char] {
    if sign.is_alphabetic() {
        return &[];
    }
    SIGNS.iter().find(|&&(other, _)| other == sign).map_or(&[], |&(_, letters)| letters)
}

/// Returns the class of a letter or of a sign that represents one; `None` for what separates letters. Letters that share a sign share
/// their class.
pub(super) fn class_of(c: char, signs: Signs) -> Option<char> {
    let is_letter = c.is_alphanumeric();
    if !is_letter && signs == Signs::Separators {
        return None;
    }
    match letters_of(c).first().copied().or(is_letter.then_some(c))? {
        'l' => Some('i'),
        'q' => Some('g'),
        letter => Some(letter),
    }
}
