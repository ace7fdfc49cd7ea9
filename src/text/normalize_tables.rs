//! Confusable letters and quotation marks, which no data of Unicode generates. Kept by hand; sources next to each
//! table.

/// Returns the letters that look like a Latin letter, or are one with a stroke or a ligature, in lower case.
///
/// Both cases of a letter fold alike, else a Russian or Greek word would no longer match itself in capitals. After Unicode's
/// `confusables.txt` (UTS 39), limited to letters that look like Latin ones.
pub(super) fn confusable(c: char) -> Option<&'static str> {
    let position = CONFUSABLES.binary_search_by_key(&c, |&(from, _)| from).ok()?;
    Some(CONFUSABLES[position].1)
}

const CONFUSABLES: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('ð', "d"),
    ('ø', "o"),
    ('þ', "th"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('ł', "l"),
    ('ŋ', "n"),
    ('œ', "oe"),
    ('ŧ', "t"),
    ('ƀ', "b"),
    ('ƈ', "c"),
    ('ɑ', "a"),
    ('ɓ', "b"),
    ('ɖ', "d"),
    ('ɗ', "d"),
    ('ə', "e"),
    ('ɛ', "e"),
    ('ɡ', "g"),
    ('ɢ', "g"),
    ('ɩ', "i"),
    ('ɪ', "i"),
    ('ɴ', "n"),
    ('ʀ', "r"),
    ('ʏ', "y"),
    ('ʙ', "b"),
    ('ʜ', "h"),
    ('ʟ', "l"),
    ('α', "a"),
    ('β', "b"),
    ('ε', "e"),
    ('ζ', "z"),
    ('η', "n"),
    ('ι', "i"),
    ('κ', "k"),
    ('μ', "m"),
    ('ν', "v"),
    ('ο', "o"),
    ('ρ', "p"),
    ('τ', "t"),
    ('υ', "u"),
    ('χ', "x"),
    ('ϲ', "c"),
    ('ϳ', "j"),
    ('а', "a"),
    ('в', "b"),
    ('е', "e"),
    ('к', "k"),
    ('м', "m"),
    ('н', "h"),
    ('о', "o"),
    ('р', "p"),
    ('с', "c"),
    ('т', "t"),
    ('у', "y"),
    ('х', "x"),
    ('ѕ', "s"),
    ('і', "i"),
    ('ј', "j"),
    ('ү', "y"),
    ('һ', "h"),
    ('ӏ', "l"),
    ('ԁ', "d"),
    ('ԛ', "q"),
    ('ԝ', "w"),
    ('ո', "n"),
    ('ս', "u"),
    ('օ', "o"),
    ('ᴀ', "a"),
    ('ᴄ', "c"),
    ('ᴅ', "d"),
    ('ᴇ', "e"),
    ('ᴊ', "j"),
    ('ᴋ', "k"),
    ('ᴍ', "m"),
    ('ᴏ', "o"),
    ('ᴘ', "p"),
    ('ᴛ', "t"),
    ('ᴜ', "u"),
    ('ᴠ', "v"),
    ('ᴡ', "w"),
    ('ᴢ', "z"),
];

/// Returns the ASCII form of quotation marks that people and editors use in its place.
pub(super) fn ascii_quote(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{2032}' => Some('\''),
        '\u{201C}' | '\u{201D}' | '\u{201F}' | '\u{2033}' => Some('"'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CONFUSABLES;
    use crate::text::normalize::View;
    use crate::text::view::normalize_text;

    #[test]
    fn the_table_is_sorted() {
        assert!(CONFUSABLES.is_sorted_by_key(|&(from, _)| from));
    }

    #[test]
    fn every_entry_takes_effect() {
        for &(from, to) in CONFUSABLES {
            assert_eq!(normalize_text(&from.to_string(), View::Word), to, "{from}");
        }
    }
}
