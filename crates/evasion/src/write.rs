//! The implementations of the techniques.

use base64::Engine as _;

use crate::signs::{self, CYRILLIC, IDEOGRAPHS, LEET, LEET_SIGNS, ROTATED, STROKES, TURNED, WORDS};

/// Replaces each character for which `sign` returns another.
fn replaced(text: &str, sign: impl Fn(char) -> Option<char>) -> Option<String> {
    Some(text.chars().map(|c| sign(c).unwrap_or(c)).collect())
}

/// Replaces letters of `pairs`, in either case.
fn drawn(text: &str, pairs: &[(char, char)]) -> Option<String> {
    replaced(text, |c| signs::of(pairs, c.to_ascii_lowercase()))
}

/// Returns the character `c` of an alphabet that begins with these letters and digits.
fn in_alphabet(c: char, upper: u32, lower: u32, digit: u32) -> Option<char> {
    let (first, from) = match c {
        'A'..='Z' => (upper, 'A'),
        'a'..='z' => (lower, 'a'),
        '0'..='9' => (digit, '0'),
        _ => return None,
    };
    char::from_u32(first + u32::from(c) - u32::from(from)).filter(|_| first > 0)
}

/// Returns the middle of text, between two characters of a word or number.
fn middle(text: &str) -> Option<usize> {
    let inside = text.char_indices().skip(1).filter(|&(at, c)| {
        c.is_alphanumeric() && text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric))
    });
    let inside: Vec<usize> = inside.map(|(at, _)| at).collect();
    inside.get(inside.len() / 2).copied()
}

fn at_middle(text: &str, inserted: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(middle(text)?)?;
    Some(format!("{before}{inserted}{after}"))
}

/// Writes every second letter or digit by `encode`.
fn encoded(text: &str, encode: impl Fn(char) -> String) -> Option<String> {
    let mut written = String::new();
    let mut number = 0;
    for c in text.chars() {
        let is_kept = c.is_alphanumeric() && number % 2 == 1;
        number += usize::from(c.is_alphanumeric());
        if is_kept || c == ' ' { written.push(c) } else { written.push_str(&encode(c)) }
    }
    Some(written)
}

pub(crate) fn full_width(text: &str) -> Option<String> {
    replaced(text, |c| c.is_ascii_graphic().then(|| char::from_u32(u32::from(c) + 0xFEE0)).flatten())
}

pub(crate) fn mathematical(text: &str) -> Option<String> {
    replaced(text, |c| in_alphabet(c, 0x1D400, 0x1D41A, 0x1D7CE))
}

pub(crate) fn arabic_digits(text: &str) -> Option<String> {
    replaced(text, |c| in_alphabet(c, 0, 0, 0x660))
}

pub(crate) fn zero_width(text: &str) -> Option<String> {
    at_middle(text, "\u{200B}")
}

pub(crate) fn accents(text: &str) -> Option<String> {
    let accented = |c: char| if "aeiou".contains(c) { format!("{c}\u{301}") } else { c.to_string() };
    Some(text.chars().map(accented).collect())
}

pub(crate) fn look_alikes(text: &str) -> Option<String> {
    replaced(text, |c| signs::of(CYRILLIC, c))
}

pub(crate) fn leet(text: &str) -> Option<String> {
    let mut number = 0;
    // Every second letter that can be replaced: a word of digits alone is a number.
    replaced(text, |c| signs::of(LEET, c.to_ascii_lowercase())).map(|all| {
        let kept = text.chars().zip(all.chars()).map(|(c, sign)| {
            number += usize::from(c != sign);
            if c != sign && number % 2 == 1 { sign } else { c }
        });
        kept.collect()
    })
}

pub(crate) fn leet_signs(text: &str) -> Option<String> {
    drawn(text, LEET_SIGNS)
}

/// Inserts `separator` between the letters and digits of each word.
pub(crate) fn separated(text: &str, separator: &str) -> Option<String> {
    let mut written = String::new();
    let mut last = None;
    for c in text.chars() {
        match (last, c) {
            (_, ' ') if separator == " " => written.push_str("  "),
            // Separators between the groups of a number are dropped.
            (Some('0'..='9'), '-' | ' ') => {
                last = Some('0');
                continue;
            }
            (Some(before), c) if char::is_alphanumeric(before) && c.is_alphanumeric() => {
                written.push_str(separator);
                written.push(c);
            }
            _ => written.push(c),
        }
        last = Some(c);
    }
    Some(written)
}

pub(crate) fn repeated(text: &str) -> Option<String> {
    let vowel =
        |c: char| if "aeiou".contains(c.to_ascii_lowercase()) { c.to_string().repeat(4) } else { c.to_string() };
    Some(text.chars().map(vowel).collect())
}

pub(crate) fn line_end(text: &str) -> Option<String> {
    at_middle(text, "-\n")
}

/// Inserts text before and after the character in the middle.
fn around_middle(text: &str, before: &str, after: &str) -> Option<String> {
    let (head, tail) = text.split_at_checked(middle(text)?)?;
    let (inner, tail) = tail.split_at_checked(tail.chars().next()?.len_utf8())?;
    Some(format!("{head}{before}{inner}{after}{tail}"))
}

pub(crate) fn markdown(text: &str) -> Option<String> {
    around_middle(text, "**", "**").filter(|_| {
        middle(text).is_some_and(|at| text.get(at + 1..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)))
    })
}

pub(crate) fn tags(text: &str) -> Option<String> {
    around_middle(text, "<b class=\"x\">", "</b>")
}

pub(crate) fn entities(text: &str) -> Option<String> {
    encoded(text, |c| match c {
        '@' => "&commat;".to_owned(),
        '.' => "&period;".to_owned(),
        c if c.is_ascii_lowercase() => format!("&#x{:x};", u32::from(c)),
        c => format!("&#{};", u32::from(c)),
    })
}

pub(crate) fn backslashes(text: &str) -> Option<String> {
    let escaped = |c: char| if "@.-_+*~`".contains(c) { format!("\\{c}") } else { c.to_string() };
    Some(text.chars().map(escaped).collect())
}

pub(crate) fn percent(text: &str) -> Option<String> {
    encoded(text, |c| c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect())
}

pub(crate) fn unicode_escapes(text: &str) -> Option<String> {
    encoded(text, |c| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect())
}

pub(crate) fn hex_escapes(text: &str) -> Option<String> {
    encoded(text, |c| if c.is_ascii() { format!("\\x{:02x}", u32::from(c)) } else { c.to_string() })
}

pub(crate) fn at_dot(text: &str) -> Option<String> {
    text.contains('@').then(|| text.replace('@', " (at) ").replace('.', " [dot] "))
}

pub(crate) fn inserted(text: &str, c: char) -> Option<String> {
    at_middle(text, &c.to_string())
}

pub(crate) fn number_words(text: &str) -> Option<String> {
    if text.chars().any(char::is_alphabetic) {
        return None;
    }
    let digits: Vec<&str> = text.chars().filter_map(|c| WORDS.get(c.to_digit(10)? as usize).copied()).collect();
    (digits.len() > 2).then(|| digits.join(" "))
}

pub(crate) fn regional(text: &str) -> Option<String> {
    replaced(text, |c| in_alphabet(c.to_ascii_lowercase(), 0, 0x1F1E6, 0))
}

pub(crate) fn squares(text: &str) -> Option<String> {
    replaced(text, |c| in_alphabet(c, 0x1F170, 0, 0)).filter(|_| text.chars().any(|c| c.is_ascii_uppercase())).or_else(
        || replaced(text, |c| in_alphabet(c.to_ascii_uppercase(), 0x1F170, 0, 0)).filter(|_| !text.contains('@')),
    )
}

pub(crate) fn keycaps(text: &str) -> Option<String> {
    let keycap = |c: char| if c.is_ascii_digit() { format!("{c}\u{FE0F}\u{20E3}") } else { c.to_string() };
    Some(text.chars().map(keycap).collect())
}

pub(crate) fn ideographs(text: &str) -> Option<String> {
    replaced(text, |c| signs::of(IDEOGRAPHS, c))
}

pub(crate) fn turned(text: &str) -> Option<String> {
    drawn(text, TURNED)
}

pub(crate) fn turned_around(text: &str) -> Option<String> {
    let turned = |c: char| signs::of(TURNED, c).or(signs::of(ROTATED, c)).unwrap_or(c);
    Some(text.to_lowercase().chars().rev().map(turned).collect())
}

pub(crate) fn strokes(text: &str) -> Option<String> {
    drawn(text, STROKES)
}

pub(crate) fn base64(text: &str) -> Option<String> {
    (text.len() >= 12).then(|| base64::engine::general_purpose::STANDARD.encode(text))
}

pub(crate) fn hex(text: &str) -> Option<String> {
    (text.len() >= 8).then(|| text.bytes().map(|byte| format!("{byte:02x}")).collect())
}

pub(crate) fn rot13(text: &str) -> Option<String> {
    replaced(text, |c| {
        let first = if c.is_ascii_uppercase() { b'A' } else { b'a' };
        c.is_ascii_alphabetic().then(|| char::from(first + (u8::try_from(c).unwrap_or(first) - first + 13) % 26))
    })
}

pub(crate) fn reversed(text: &str) -> Option<String> {
    Some(text.chars().rev().collect())
}
