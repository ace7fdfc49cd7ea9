//! Reads tokens of ASCII text with their attributes in one pass. All other text is read by [`super::token`] and [`super::word`], whose results are
//! the same.

use super::cues::{Cue, cue};
use super::hash::Hash;
use super::lists::{Class, Lists};
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, Token};
use super::word::{Cases, Look, Shape, Word, counted, number_shape, sign_shape, word_shape};

/// Reads the token at or after `from`. Returns `None` if the plain reading is to decide: at the end of what has arrived, and near other characters.
#[inline]
pub(crate) fn next_token(text: &[u8], from: usize, lists: &Lists<'_>) -> Option<(Token, Word)> {
    let rest = text.get(from..)?;
    let (space, gap) = white_space(rest)?;
    let body = rest.get(space..)?;
    let first = *body.first()?;
    let (kind, length, word) = if first.is_ascii_alphabetic() {
        let (length, word) = word(body, gap, lists)?;
        (Kind::Word, length, word)
    } else if first.is_ascii_digit() {
        let (length, word) = number(body, gap);
        (Kind::Number, length, word)
    } else {
        let (length, word) = sign(body, first, gap);
        (Kind::Sign, length, word)
    };
    let &[first, second, third] = body.get(length..)?.first_chunk()?;
    let start = from + space;
    let next = [Some(first.into()), Some(second.into())];
    (first | second | third).is_ascii().then_some((Token { start, end: start + length, kind, gap, next }, word))
}

/// Returns the length of the white space at the start, and what it is as a gap.
#[inline]
fn white_space(text: &[u8]) -> Option<(usize, Gap)> {
    let is_visible = |byte: u8| (b'!'..=b'~').contains(&byte);
    match *text {
        [first, ..] if is_visible(first) => Some((0, Gap::None)),
        [b' ', second, ..] if is_visible(second) => Some((1, Gap::Space)),
        _ => any_white_space(text),
    }
}

#[inline(never)]
fn any_white_space(text: &[u8]) -> Option<(usize, Gap)> {
    let mut gap = Gap::None;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'\n' => gap = Gap::Line,
            b' ' | b'\t' | b'\r' | 0x0B | 0x0C => gap = if gap == Gap::Line { gap } else { Gap::Space },
            0x80.. => return None,
            _ => return Some((at, gap)),
        }
    }
    None
}

/// The bit that lower case letters have and upper case letters do not. Digits and joints have it.
const LOWER_BIT: u8 = 0x20;

fn lower(byte: u8) -> u32 {
    (byte | LOWER_BIT).into()
}

/// The lower case of the letters, and 0 for all other bytes.
#[allow(clippy::indexing_slicing, reason = "below the length; a constant has no iterators")]
const LETTERS: [u32; 256] = {
    let (mut letters, mut letter) = ([0; 256], b'a');
    while letter <= b'z' {
        letters[letter as usize] = letter as u32;
        letters[letter.to_ascii_uppercase() as usize] = letter as u32;
        letter += 1;
    }
    letters
};

#[inline]
fn letter(byte: u8) -> u32 {
    LETTERS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Returns the length of the word at the start, and its attributes.
#[inline]
fn word(text: &[u8], gap: Gap, lists: &Lists<'_>) -> Option<(usize, Word)> {
    let within = text.get(..MAX_TOKEN_BYTES).unwrap_or(text);
    let (mut state, mut all, mut joints, mut length) = (Hash::default(), u8::MAX, 0, 0);
    let mut prefix = None;
    if let Some(&[first, second, third]) = within.first_chunk()
        && let [a, b, c] = [letter(first), letter(second), letter(third)]
        && (a > 0 && b > 0 && c > 0)
    {
        state = state.with([a, b, c]);
        (prefix, all, length) = (Some(state), first & second & third, 3);
    }
    // A word that is not over within these bytes is several tokens, or has not arrived.
    loop {
        let &byte = within.get(length)?;
        let letter = letter(byte);
        if letter > 0 {
            state.add(letter);
        } else if is_joint(text, length, byte) {
            state.add(byte.into());
            joints += 1;
        } else {
            break;
        }
        all &= byte;
        length += 1;
    }
    let written = text.get(..length)?;
    // Joints have the bit of lower case letters too.
    let shape = if all & LOWER_BIT == 0 { cased_shape(written, joints) } else { Shape::Lower };
    let hash = state.finish();
    let (class, cue) = (lists.class(hash.number()), cue(hash.number()));
    let [prefix, suffix2, suffix3] = parts(written, state, prefix);
    let (look, kind) = (Look::of(class, shape), Kind::Word);
    let word = Word { hash, prefix, suffix2, suffix3, look, kind, shape, class, cue, gap, length: counted(length) };
    Some((length, word))
}

/// Returns `true` if the byte at an offset joins two letters of a word. An `'s` at its end is not a part of it.
#[inline]
fn is_joint(text: &[u8], at: usize, byte: u8) -> bool {
    if !matches!(byte, b'\'' | b'-') {
        return false;
    }
    let after = |distance: usize| text.get(at + distance).copied().unwrap_or_default();
    let is_possessive = byte == b'\'' && lower(after(1)) == u32::from(b's') && !after(2).is_ascii_alphabetic();
    after(1).is_ascii_alphabetic() && !is_possessive
}

/// Returns the shape of a word with upper case letters.
#[inline(never)]
fn cased_shape(word: &[u8], joints: u32) -> Shape {
    let upper = word.iter().filter(|byte| byte.is_ascii_uppercase()).count() as u32;
    let lower = word.len() as u32 - upper - joints;
    word_shape(Cases { upper, lower, others: joints }, word.first().is_some_and(u8::is_ascii_uppercase))
}

/// Returns the length of the number at the start, and its attributes.
#[inline]
fn number(text: &[u8], gap: Gap) -> (usize, Word) {
    let (mut state, mut length) = (Hash::default(), 0);
    for &digit in text.get(..MAX_TOKEN_BYTES).unwrap_or(text) {
        if !digit.is_ascii_digit() {
            break;
        }
        state.add(digit.into());
        length += 1;
    }
    let (hash, parts) = (state.finish(), parts(text.get(..length).unwrap_or_default(), state, None));
    let ([prefix, suffix2, suffix3], class, shape) = (parts, Class::NONE, number_shape(length));
    let (look, kind, cue) = (Look::of(class, shape), Kind::Number, Cue::None);
    (length, Word { hash, prefix, suffix2, suffix3, look, kind, shape, class, cue, gap, length: counted(length) })
}

/// Returns the length of the signs at the start that are the same, and their attributes.
#[inline]
fn sign(text: &[u8], sign: u8, gap: Gap) -> (usize, Word) {
    let mut length = 0;
    for &byte in text.get(..MAX_TOKEN_BYTES).unwrap_or(text) {
        if byte != sign {
            break;
        }
        length += 1;
    }
    let shape = SIGN_SHAPES.get(usize::from(sign)).copied().unwrap_or(Shape::Other);
    (length, Word::of_sign(Hash::default().with([sign]), shape, gap, length))
}

/// The shapes of ASCII signs.
#[allow(clippy::indexing_slicing, reason = "below the length; a constant has no iterators")]
const SIGN_SHAPES: [Shape; 128] = {
    let (mut shapes, mut byte) = ([Shape::Other; 128], 0);
    while byte < 128 {
        shapes[byte] = sign_shape(byte as u8 as char);
        byte += 1;
    }
    shapes
};

/// Returns the first three, the last two and the last three letters of a word whose letters are `all`. The first three may be known.
#[inline]
fn parts(word: &[u8], all: Hash, prefix: Option<Hash>) -> [Hash; 3] {
    let (Some(&first), Some(&[third, second, last])) = (word.first_chunk::<3>(), word.last_chunk()) else {
        return [all; 3];
    };
    let prefix = prefix.unwrap_or_else(|| Hash::default().with(first.map(lower)));
    let [third, second, last] = [third, second, last].map(lower);
    [prefix, Hash::default().with([second, last]), Hash::default().with([third, second, last])]
}

#[cfg(test)]
mod tests {
    use super::super::lists::BUCKETS;
    use super::super::random::below;
    use super::super::token;
    use super::*;

    /// Wherever this reads a token, the plain reading finds the same, with the same attributes, whatever follows.
    #[test]
    fn tokens_are_those_of_the_plain_reading() {
        let (_, file) = super::super::model::Weights::read(include_bytes!("names.bin")).expect("a model");
        let lists = Lists::read(file).expect("lists");
        let parts = ["a", "Anna", "KELLER", "the", "s", "S", "'", "-", " ", "\n", "\t ", "12", "2024", "é", "\u{2019}"]
            .into_iter()
            .chain(["von", "street", "...", ",", "@", "\u{a0}", "\u{1c}", "McX", "sesquipedalian", "9", "Ⅷ", "\u{b}"]);
        let parts: Vec<&str> = parts.collect();
        let mut below = below(0x2545_F491_4F6C_DD1D);
        let (mut read, mut left) = (0, 0);
        for _ in 0..4000 {
            let text: String = (0..below(20)).map(|_| parts[below(parts.len())]).collect();
            let mut at = 0;
            while let Some(token) = token::next_token(&text, at, true) {
                let plain = (token, Word::of(&text[token.start..token.end], &token, &lists));
                match next_token(text.as_bytes(), at, &lists) {
                    Some(quick) => {
                        assert_eq!(quick, plain, "{text:?} from {at}");
                        assert_eq!(token::next_token(&text, at, false), Some(token), "{text:?} from {at}");
                        read += 1;
                    }
                    None => left += 1,
                }
                at = token.end;
            }
        }
        assert!(read > 1000 && left > 1000, "{read} read, {left} left");
    }

    /// Every ASCII character between two letters, and twice.
    #[test]
    fn each_sign_is_that_of_the_plain_reading() {
        let lists = Lists::read(&[0; BUCKETS]).expect("empty lists");
        for sign in (0..128_u8).map(char::from) {
            for text in [format!("{sign}a b."), format!("{sign}{sign}a b.")] {
                let Some((token, word)) = next_token(text.as_bytes(), 0, &lists) else { panic!("{text:?}") };
                assert_eq!(Some(token), token::next_token(&text, 0, true), "{text:?}");
                assert_eq!(word, Word::of(&text[token.start..token.end], &token, &lists), "{text:?}");
            }
        }
    }
}
