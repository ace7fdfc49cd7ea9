//! The inside of a JSON string: reading escapes, writing escapes.

/// A decoded character, and its number of raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) ch: char,
    pub(super) raw_len: usize,
}

/// The start of the inside of a string that may be incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Unit(Unit),
    /// The bytes may begin an escape or a surrogate pair, so more are needed.
    Incomplete,
    /// Not an escape of RFC 8259.
    Invalid,
}

/// Reads the next character of the inside of a string; `raw` must not be empty.
///
/// A surrogate without its other half becomes U+FFFD. At the end of a complete string, pass `complete` so that a high surrogate does not
/// wait for its other half.
pub(super) fn step(raw: &str, complete: bool) -> Step {
    let bytes = raw.as_bytes();
    if bytes.first() != Some(&b'\\') {
        return match raw.chars().next() {
            Some(ch) => Step::Unit(Unit { ch, raw_len: ch.len_utf8() }),
            None => Step::Incomplete,
        };
    }
    let Some(&letter) = bytes.get(1) else {
        return Step::Incomplete;
    };
    let ch = match letter {
        b'"' | b'\\' | b'/' => char::from(letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes, complete),
        _ => return Step::Invalid,
    };
    Step::Unit(Unit { ch, raw_len: 2 })
}

fn unicode(bytes: &[u8], complete: bool) -> Step {
    let high = match hex(bytes, 2) {
        Ok(value) => value,
        Err(step) => return step,
    };
    let lone = Step::Unit(Unit { ch: char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), raw_len: 6 });
    if !(0xD800..0xDC00).contains(&high) {
        return lone;
    }
    match (bytes.get(6), bytes.get(7)) {
        (None, _) | (Some(b'\\'), None) if !complete => return Step::Incomplete,
        (Some(b'\\'), Some(b'u')) => {}
        _ => return lone,
    }
    match hex(bytes, 8) {
        Ok(low @ 0xDC00..0xE000) => {
            let value = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            Step::Unit(Unit { ch: char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), raw_len: 12 })
        }
        Err(Step::Incomplete) if !complete => Step::Incomplete,
        // The next step reads what follows: it is not a low surrogate, or not an escape.
        _ => lone,
    }
}

fn hex(bytes: &[u8], from: usize) -> Result<u32, Step> {
    let mut value = 0;
    for at in from..from + 4 {
        let Some(&byte) = bytes.get(at) else {
            return Err(Step::Incomplete);
        };
        let Some(digit) = char::from(byte).to_digit(16) else {
            return Err(Step::Invalid);
        };
        value = value * 16 + digit;
    }
    Ok(value)
}

/// Decodes the inside of a valid string.
pub(crate) fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        text.push_str(plain);
        rest = escape;
        // Nothing else occurs in a parsed string. The rest would be kept as it is.
        let Step::Unit(unit) = step(rest, true) else { break };
        let Some((_, next)) = rest.split_at_checked(unit.raw_len) else { break };
        text.push(unit.ch);
        rest = next;
    }
    text.push_str(rest);
    text
}

/// Escapes `text` for a JSON string.
pub(crate) fn escape_into(text: &str, out: &mut String) {
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", ch as u32));
            }
            ch => out.push(ch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, Unit, decode, escape_into, step};

    #[test]
    fn escapes_are_read_and_written_as_serde_json_does() {
        let raw = r#"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"#;
        assert_eq!(decode(raw), serde_json::from_str::<String>(&format!("\"{raw}\"")).expect("a string"));
        for c in ('\0'..='\u{100}').chain(['\u{2028}', '\u{1f600}']) {
            let mut written = String::new();
            escape_into(c.encode_utf8(&mut [0; 4]), &mut written);
            assert_eq!(format!("\"{written}\""), serde_json::to_string(&c).expect("a string"));
        }
    }

    /// A high surrogate waits for its other half, unless the string is complete.
    #[test]
    fn what_may_be_the_first_half_of_a_pair_is_incomplete() {
        let lone = Step::Unit(Unit { ch: char::REPLACEMENT_CHARACTER, raw_len: 6 });
        let pair = Step::Unit(Unit { ch: '\u{1f600}', raw_len: 12 });
        for (raw, split, whole) in [
            (r"\ud83d", Step::Incomplete, lone),
            (r"\ud83d\", Step::Incomplete, lone),
            (r"\ud83d\u", Step::Incomplete, lone),
            (r"\ud83d\ude0", Step::Incomplete, lone),
            (r"\ud83d\ude00", pair, pair),
            (r"\ud83d\u0041", lone, lone),
            (r"\ud83d\n", lone, lone),
            (r"\ud83dx", lone, lone),
            (r"\ude00\ud83d", lone, lone),
            (r"\ud83", Step::Incomplete, Step::Incomplete),
            (r"\ud8x3", Step::Invalid, Step::Invalid),
            (r"\x", Step::Invalid, Step::Invalid),
        ] {
            assert_eq!((step(raw, false), step(raw, true)), (split, whole), "{raw}");
        }
    }
}
