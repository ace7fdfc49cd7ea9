//! The characters that fold to others, by view. Hand-kept; sources beside each table.

/// Characters that are not seen: zero-width, bidirectional controls, variation selectors, tags.
///
/// Source: Unicode 16 `Default_Ignorable_Code_Point` and `Bidi_Control`.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5
        | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Dashes (Unicode `Dash_Punctuation`, and minus and hyphen bullets).
pub(super) fn is_dash(c: char) -> bool {
    matches!(
        u32::from(c),
        0x058A | 0x05BE | 0x1400 | 0x1806 | 0x2010
            ..=0x2015
                | 0x2043
                | 0x207B
                | 0x208B
                | 0x2212
                | 0x2E17
                | 0x2E1A
                | 0x2E3A
                | 0x2E3B
                | 0x301C
                | 0x3030
                | 0xFE31
                | 0xFE32
                | 0xFE58
                | 0xFE63
                | 0xFF0D
    )
}

/// Spaces (Unicode `Space_Separator`).
pub(super) fn is_space(c: char) -> bool {
    matches!(u32::from(c), 0x00A0 | 0x1680 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000)
}

/// First digits of the decimal digit rows of Unicode (`General_Category=Nd`) outside ASCII and the compatibility forms.
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
    0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16B50, 0x1E140,
    0x1E2F0, 0x1E950,
];

/// The ASCII digit a decimal digit of another script stands for.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let row = ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?;
    let value = code - ZEROS[row];
    if value < 10 { char::from_digit(value, 10) } else { None }
}

/// Letters that look like a Latin letter, or are one with a stroke or a ligature, in lower case.
///
/// Both cases of a letter fold alike, else a Russian or Greek word would no longer match itself in capitals. After Unicode's
/// `confusables.txt` (UTS 39), limited to letters a reader takes for Latin ones.
pub(super) fn look_alike(c: char) -> Option<&'static str> {
    let position = LOOK_ALIKES.binary_search_by_key(&c, |&(from, _)| from).ok()?;
    Some(LOOK_ALIKES[position].1)
}

const LOOK_ALIKES: &[(char, &str)] = &[
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

/// Quotation marks that people and editors put in place of the ASCII ones.
pub(super) fn ascii_quote(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{2032}' => Some('\''),
        '\u{201C}' | '\u{201D}' | '\u{201F}' | '\u{2033}' => Some('"'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{LOOK_ALIKES, ZEROS};

    #[test]
    fn tables_are_sorted() {
        assert!(LOOK_ALIKES.is_sorted_by_key(|&(from, _)| from));
        assert!(ZEROS.is_sorted());
    }
}
