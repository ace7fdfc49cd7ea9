//! Characters drawn for other characters, beyond what the views fold: flags, squares, upside-down letters, digits of Chinese.

use unicode_normalization::char::is_combining_mark;

/// Letters turned upside down, as Unicode names them, and those used for one. Source: the names of the characters in the Unicode
/// Character Database.
const TURNED: &[(char, char)] = &[
    ('\u{0183}', 'g'),
    ('\u{01DD}', 'e'),
    ('\u{0250}', 'a'),
    ('\u{0254}', 'c'),
    ('\u{025F}', 'f'),
    ('\u{0265}', 'h'),
    ('\u{026F}', 'm'),
    ('\u{0279}', 'r'),
    ('\u{027E}', 'j'),
    ('\u{0287}', 't'),
    ('\u{028C}', 'v'),
    ('\u{028D}', 'w'),
    ('\u{028E}', 'y'),
    ('\u{029E}', 'k'),
    ('\u{1D09}', 'i'),
];

/// Letters with a stroke, or reversed, that the views keep apart from the letter they are drawn for. Same source.
const STROKES: &[(char, char)] = &[
    ('\u{0180}', 'b'),
    ('\u{0197}', 'i'),
    ('\u{01A9}', 'e'),
    ('\u{01B6}', 'z'),
    ('\u{01E5}', 'g'),
    ('\u{0237}', 'j'),
    ('\u{023A}', 'a'),
    ('\u{023C}', 'c'),
    ('\u{023E}', 't'),
    ('\u{0244}', 'u'),
    ('\u{0247}', 'e'),
    ('\u{0249}', 'j'),
    ('\u{024D}', 'r'),
    ('\u{024F}', 'y'),
    ('\u{0258}', 'e'),
    ('\u{0268}', 'i'),
    ('\u{0289}', 'u'),
    ('\u{1D7D}', 'p'),
    ('\u{1D7F}', 'u'),
    ('\u{2C65}', 'a'),
    ('\u{2C66}', 't'),
    ('\u{A730}', 'f'),
    ('\u{A781}', 'l'),
];

/// Letters in rows of 26: first character, and the letter it is drawn for.
const ROWS: &[(u32, char)] = &[
    (0x249C, 'a'),  // parenthesized
    (0x1F110, 'A'), // parenthesized
    (0x1F130, 'A'), // squared
    (0x1F150, 'A'), // negative circled
    (0x1F170, 'A'), // negative squared
    (0x1F1E6, 'a'), // regional indicators, of which flags are made
];

/// Letters that are the upside-down form of another letter.
const ROTATED: &[(char, char)] = &[('b', 'q'), ('d', 'p'), ('n', 'u'), ('p', 'd'), ('q', 'b'), ('u', 'n')];

/// The digits of Chinese and Japanese, ordinary and for accounts.
const IDEOGRAPHS: &[(char, char)] = &[
    ('\u{3007}', '0'),
    ('\u{4E00}', '1'),
    ('\u{4E03}', '7'),
    ('\u{4E09}', '3'),
    ('\u{4E5D}', '9'),
    ('\u{4E8C}', '2'),
    ('\u{4E94}', '5'),
    ('\u{4F0D}', '5'),
    ('\u{516B}', '8'),
    ('\u{516D}', '6'),
    ('\u{53C1}', '3'),
    ('\u{56DB}', '4'),
    ('\u{58F9}', '1'),
    ('\u{634C}', '8'),
    ('\u{67D2}', '7'),
    ('\u{7396}', '9'),
    ('\u{8086}', '4'),
    ('\u{8CB3}', '2'),
    ('\u{8D30}', '2'),
    ('\u{9646}', '6'),
    ('\u{9678}', '6'),
    ('\u{96F6}', '0'),
];

/// Returns the letter that `c` is drawn for.
pub(super) fn drawn_letter(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    if let Some(letter) = of_glyph(TURNED, c).or_else(|| of_glyph(STROKES, c)) {
        return Some(letter);
    }
    let code = u32::from(c);
    let &(first, letter) = ROWS.iter().find(|&&(first, _)| (first..first + 26).contains(&code))?;
    char::from_u32(u32::from(letter) + code - first)
}

/// Returns `word` upside down, its last letter first. `None` if that is written in ordinary letters.
pub(crate) fn upside_down(word: &str) -> Option<String> {
    let turned = |c: char| TURNED.iter().find(|&&(_, letter)| letter == c).map(|&(glyph, _)| glyph);
    let rotated = |c: char| ROTATED.iter().find(|&&(from, _)| from == c).map(|&(_, to)| to);
    let turn = |c: char| turned(c).or(rotated(c)).unwrap_or(c);
    let written: String = word.to_lowercase().chars().rev().map(turn).collect();
    written.chars().any(|c| of_glyph(TURNED, c).is_some()).then_some(written)
}

/// Returns what a glyph of a sorted table is drawn for.
fn of_glyph(table: &[(char, char)], c: char) -> Option<char> {
    let at = table.binary_search_by_key(&c, |&(glyph, _)| glyph).ok()?;
    table.get(at).map(|&(_, drawn)| drawn)
}

/// Returns the ASCII digit that `c` is written for, in any script.
pub(super) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    crate::text::unicode::ascii_digit(c).or_else(|| of_glyph(IDEOGRAPHS, c))
}

/// Returns `true` for a character that shows nothing: controls, private use, replacement characters, and noncharacters.
pub(super) fn is_filler(c: char) -> bool {
    let code = u32::from(c);
    matches!(code,
        0..=8 | 0x0E..=0x1F | 0x7F..=0x84 | 0x86..=0x9F
        | 0xE000..=0xF8FF
        | 0xFDD0..=0xFDEF
        | 0xFFFD
        | 0xF_0000..)
        || code & 0xFFFE == 0xFFFE
}

/// Returns `true` for a mark drawn over the character before it, such as the key of `1️⃣`.
pub(super) fn is_drawn_over(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        for table in [TURNED, STROKES, IDEOGRAPHS] {
            assert!(table.is_sorted_by_key(|&(glyph, _)| glyph));
        }
    }

    #[test]
    fn rows_end_with_their_last_letter() {
        assert_eq!(drawn_letter('🇿'), Some('z'));
        assert_eq!(drawn_letter('🅉'), Some('Z'));
        assert_eq!(drawn_letter('\u{1F19A}'), None);
    }
}
