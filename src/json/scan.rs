//! The scanner: strict RFC 8259, iterative, one pass.

use super::error::{JsonError, JsonErrorKind, MAX_DEPTH};
use super::number::NumberPart;
use super::tape::{MAX_LENGTH, NodeKind, Tape, TapeWriter};

/// What the grammar allows next.
#[derive(Clone, Copy)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    AfterValue,
}

/// Parses `text` into its values in document order.
pub(super) fn scan(text: &str) -> Result<Tape, JsonError> {
    let bytes = text.as_bytes();
    check_length(bytes.len())?;
    let mut at = skip_space(bytes, 0);
    if at == bytes.len() {
        return Err(JsonError::new(JsonErrorKind::Empty));
    }
    let mut tape = TapeWriter::new(bytes.len());
    let mut expect = Expect::Value;
    loop {
        at = skip_space(bytes, at);
        let Some(&byte) = bytes.get(at) else {
            return Err(JsonError::syntax(at, "more text"));
        };
        match expect {
            Expect::Key | Expect::KeyOrEnd => match byte {
                b'"' => {
                    let end = push_string(bytes, at, NodeKind::Key, &mut tape)?;
                    at = skip_space(bytes, end);
                    if bytes.get(at) != Some(&b':') {
                        return Err(JsonError::syntax(at, "':'"));
                    }
                    at += 1;
                    expect = Expect::Value;
                }
                b'}' if matches!(expect, Expect::KeyOrEnd) => expect = Expect::AfterValue,
                _ => return Err(JsonError::syntax(at, "a field name in quotes")),
            },
            Expect::Value | Expect::ValueOrEnd => match byte {
                b'{' | b'[' => {
                    if tape.depth() == MAX_DEPTH {
                        return Err(JsonError::too_deep(at));
                    }
                    let (kind, next) = if byte == b'{' {
                        (NodeKind::Object, Expect::KeyOrEnd)
                    } else {
                        (NodeKind::Array, Expect::ValueOrEnd)
                    };
                    tape.open(kind, at);
                    at += 1;
                    expect = next;
                    continue;
                }
                b']' if matches!(expect, Expect::ValueOrEnd) => expect = Expect::AfterValue,
                b'"' => {
                    at = push_string(bytes, at, NodeKind::String, &mut tape)?;
                    expect = Expect::AfterValue;
                }
                _ => {
                    let (kind, end) = scalar(bytes, at)?;
                    tape.leaf(kind, at..end);
                    at = end;
                    expect = Expect::AfterValue;
                }
            },
            Expect::AfterValue => {}
        }
        if !matches!(expect, Expect::AfterValue) {
            continue;
        }
        // A value has ended. The next value follows, or the end of its container.
        loop {
            let Some(around) = tape.around() else {
                at = skip_space(bytes, at);
                if at != bytes.len() {
                    return Err(JsonError::syntax(at, "the end of the text"));
                }
                return Ok(tape.finish());
            };
            at = skip_space(bytes, at);
            let is_object = around == NodeKind::Object;
            match bytes.get(at) {
                Some(b',') => {
                    at += 1;
                    expect = if is_object { Expect::Key } else { Expect::Value };
                    break;
                }
                Some(b'}') if is_object => {}
                Some(b']') if !is_object => {}
                _ if is_object => return Err(JsonError::syntax(at, "',' or '}'")),
                _ => return Err(JsonError::syntax(at, "',' or ']'")),
            }
            at += 1;
            tape.close(at);
        }
    }
}

fn check_length(length: usize) -> Result<(), JsonError> {
    if length > MAX_LENGTH { Err(JsonError::new(JsonErrorKind::TooLong { length })) } else { Ok(()) }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Reads a string from its opening quote, and returns the offset after the closing quote.
fn push_string(bytes: &[u8], start: usize, kind: NodeKind, tape: &mut TapeWriter) -> Result<usize, JsonError> {
    let (mut at, mut is_escaped) = (start + 1, false);
    loop {
        at = end_of_plain(bytes, at);
        match bytes.get(at) {
            None => return Err(JsonError::syntax(at, "the closing quote of a string")),
            Some(b'"') => break,
            Some(b'\\') => {
                is_escaped = true;
                at = escape(bytes, at)?;
            }
            Some(_) => return Err(JsonError::syntax(at, "control characters to be escaped")),
        }
    }
    tape.string(kind, start..at + 1, is_escaped);
    Ok(at + 1)
}

/// Returns the first offset from `at` on of a quote, a backslash or a control character, or the end.
fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    let is_plain = |&byte: &u8| (byte >= 0x20) & (byte != b'"') & (byte != b'\\');
    // Whole blocks without branches, which the compiler turns into a few instructions.
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<32>) {
        if !block.iter().fold(true, |all, byte| all & is_plain(byte)) {
            break;
        }
        at += block.len();
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_plain(byte)).count()
}

fn escape(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match bytes.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            _ => Err(JsonError::syntax(at, "four hexadecimal digits after '\\u'")),
        },
        _ => Err(JsonError::syntax(at, "a known escape after '\\'")),
    }
}

fn scalar(bytes: &[u8], at: usize) -> Result<(NodeKind, usize), JsonError> {
    for (word, kind) in [("true", NodeKind::Bool), ("false", NodeKind::Bool), ("null", NodeKind::Null)] {
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Ok((kind, at + word.len()));
        }
    }
    number(bytes, at).map(|end| (NodeKind::Number, end))
}

fn number(bytes: &[u8], start: usize) -> Result<usize, JsonError> {
    let part = bytes.get(start).and_then(|&byte| NumberPart::first(byte));
    let mut part = part.ok_or_else(|| JsonError::syntax(start, "a value"))?;
    let mut at = start + 1;
    while let Some(next) = bytes.get(at).and_then(|&byte| part.next(byte)) {
        part = next;
        at += 1;
    }
    if part.may_end() { Ok(at) } else { Err(JsonError::syntax(at, "a digit")) }
}

#[cfg(test)]
mod tests {
    use super::{MAX_LENGTH, check_length, scan};

    #[test]
    fn a_text_is_as_long_as_the_tape_can_index() {
        assert_eq!(MAX_LENGTH, (512 << 20) - 1);
        assert_eq!(check_length(MAX_LENGTH), Ok(()));
        let error = check_length(MAX_LENGTH + 1).expect_err("too long");
        assert!(error.to_string().starts_with("536870912 bytes long"), "{error}");
    }

    #[test]
    fn numbers_are_those_of_the_grammar() {
        let signs = ["", "-", "+", "--"];
        let integers = ["", "0", "7", "10", "01"];
        let fractions = ["", ".", ".0", ".25", ".-5"];
        let exponents = ["", "e", "e5", "E5", "e+5", "e-05", "e+", "e5.0"];
        for sign in signs {
            for integer in integers {
                for fraction in fractions {
                    for exponent in exponents {
                        let number = format!("{sign}{integer}{fraction}{exponent}");
                        let is_known = serde_json::from_str::<serde_json::Value>(&number).is_ok();
                        assert_eq!(scan(&number).is_ok(), is_known, "{number}");
                    }
                }
            }
        }
    }

    #[test]
    fn strings_are_those_of_the_grammar() {
        let escaped = (0..=0x7f).map(|letter| format!("\\{}", char::from(letter)));
        let plain = (0..=0x7f).map(|letter: u8| char::from(letter).to_string());
        let hex = ["\\u00e9", "\\u00E9", "\\u00g0", "\\u00", "\\u+0e9", "\\\\u00g0"].map(String::from);
        for inside in escaped.chain(plain).chain(hex) {
            // After a block of characters without a quote, too.
            for before in ["", "a", &"a".repeat(31), &"a".repeat(70)] {
                let string = format!("\"{before}{inside}\"");
                let is_known = serde_json::from_str::<String>(&string).is_ok();
                assert_eq!(scan(&string).is_ok(), is_known, "{string:?}");
            }
        }
    }
}
