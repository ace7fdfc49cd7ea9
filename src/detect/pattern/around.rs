//! Kinds of the characters around a byte of a view.

use crate::text::kind::CharKind;

/// The kind of the character whose last byte is at `at`; `None` inside a character.
pub(super) fn kind_ending(bytes: &[u8], at: usize) -> Option<CharKind> {
    if bytes[at] < 0x80 {
        return Some(CharKind::of_ascii(bytes[at]));
    }
    let last = bytes.get(at + 1).is_none_or(|&next| next & 0xC0 != 0x80);
    if last { kind_before(bytes, at + 1) } else { None }
}

/// The kind of the character that ends before `at`; `None` at the start of the piece.
pub(super) fn kind_before(bytes: &[u8], at: usize) -> Option<CharKind> {
    let last = *bytes.get(at.checked_sub(1)?)?;
    if last < 0x80 {
        return Some(CharKind::of_ascii(last));
    }
    let start = (0..at).rev().take(4).find(|&start| bytes[start] & 0xC0 != 0x80)?;
    std::str::from_utf8(&bytes[start..at]).ok()?.chars().next().map(CharKind::of)
}

/// The kind of the character that starts at `at`.
pub(super) fn kind_starting(bytes: &[u8], at: usize) -> CharKind {
    let end = bytes.len().min(at + 4);
    let valid = match std::str::from_utf8(&bytes[at..end]) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[at..at + error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map_or(CharKind::Other, CharKind::of)
}
