//! Escapes of source code and JSON.

use super::normalize::View;

/// The maximum number of backslashes before the letter of an escape: strings in strings in strings have seven.
const MAX_BACKSLASHES: usize = 15;

/// An escape of source code and JSON.
pub(super) enum Escape {
    /// It represents this character.
    Char(char, usize),
    /// Its last byte is not part of a word, and it has no known meaning.
    Other(usize),
    /// There is none.
    None,
    /// The meaning depends on what follows.
    Open,
}

impl View {
    /// Returns `true` if the view shows escapes as the character they represent.
    pub(super) fn decodes_escapes(self) -> bool {
        self == Self::Entity
    }
}

/// Returns the escape at the start of `rest`, which begins with a backslash. Strings within strings have several backslashes.
pub(super) fn escape(rest: &str, is_last: bool) -> Escape {
    let bytes = rest.as_bytes();
    let slashes = bytes.iter().take(MAX_BACKSLASHES + 1).take_while(|&&byte| byte == b'\\').count();
    if slashes > MAX_BACKSLASHES {
        return Escape::None;
    }
    let Some(&letter) = bytes.get(slashes) else {
        return if is_last { Escape::None } else { Escape::Open };
    };
    let c = match letter {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'f' | b'b' | b'v' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'/' => '/',
        b'u' => return hex_escape(bytes, slashes + 1, 4, is_last),
        b'x' => return hex_escape(bytes, slashes + 1, 2, is_last),
        _ => return Escape::None,
    };
    Escape::Char(c, slashes + 1)
}

fn hex_escape(bytes: &[u8], from: usize, digits: usize, is_last: bool) -> Escape {
    let found = bytes.iter().skip(from).take(digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if found < digits {
        return if bytes.len() == from + found && !is_last { Escape::Open } else { Escape::None };
    }
    let value = bytes
        .iter()
        .skip(from)
        .take(digits)
        .fold(0, |value, &byte| value * 16 + char::from(byte).to_digit(16).unwrap_or(0));
    match char::from_u32(value) {
        // `\x41` is source code, which seldom hides a value: its last digit only is not part of what follows.
        Some(c) if digits == 4 => Escape::Char(c, from + digits),
        _ => Escape::Other(from + digits),
    }
}
