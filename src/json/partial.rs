//! JSON that arrives in fragments split anywhere: tool arguments in a stream.

use super::error::{JsonError, MAX_DEPTH};
use super::number::NumberPart;
use super::string::{self, Step};

/// A part of JSON text. The raw bytes of all tokens, in order, are the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonToken {
    /// Anything outside of strings: punctuation, white space, numbers, `true`, `false` and `null`. It contains no text and is forwarded as
    /// it is.
    Structural(String),
    /// The opening quote of a string.
    StringStart { is_key: bool },
    /// A part of a string: decoded and raw.
    Text { text: String, raw: String },
    /// The closing quote of a string.
    StringEnd,
}

impl JsonToken {
    /// Returns the raw bytes of the token.
    pub(crate) fn raw(&self) -> &str {
        match self {
            Self::Structural(raw) | Self::Text { raw, .. } => raw,
            Self::StringStart { .. } | Self::StringEnd => "\"",
        }
    }
}

/// What the grammar allows next, outside of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    AfterValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParserState {
    Between(Expect),
    Number(NumberPart),
    /// Inside of `true`, `false` or `null`: the characters that must follow.
    Word(&'static str),
    String {
        is_key: bool,
    },
}

/// An incremental parser that separates strings from structure.
///
/// A character that JSON does not allow is an error, so that [`JsonToken::Structural`] cannot hide text. The parser buffers at most one
/// escape (12 bytes).
#[derive(Clone, Debug)]
pub(crate) struct PartialJson {
    state: ParserState,
    /// The containers that have not ended; `true` for objects.
    open: Vec<bool>,
    /// The beginning of an escape that the last fragment split.
    pending: String,
    /// The number of bytes read, for error messages.
    read: usize,
}

impl Default for PartialJson {
    fn default() -> Self {
        Self { state: ParserState::Between(Expect::Value), open: Vec::new(), pending: String::new(), read: 0 }
    }
}

impl PartialJson {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns `true` if one complete JSON value has been read. A number at the outermost level may always continue.
    #[cfg(test)]
    pub(crate) fn is_complete(&self) -> bool {
        self.open.is_empty() && matches!(self.state, ParserState::Between(Expect::AfterValue) | ParserState::Number(_))
    }

    /// Reads the next fragment.
    pub(crate) fn push(&mut self, fragment: &str) -> Result<Vec<JsonToken>, JsonError> {
        let joined;
        let mut rest = if self.pending.is_empty() {
            fragment
        } else {
            self.pending.push_str(fragment);
            joined = std::mem::take(&mut self.pending);
            joined.as_str()
        };
        let mut tokens = Vec::new();
        while let Some(ch) = rest.chars().next() {
            let used = if let ParserState::String { is_key } = self.state {
                match self.string(rest, is_key, &mut tokens)? {
                    0 => {
                        self.pending.push_str(rest);
                        break;
                    }
                    used => used,
                }
            } else {
                self.structure(ch, &mut tokens)?
            };
            self.read += used;
            rest = rest.get(used..).unwrap_or_default();
        }
        Ok(tokens)
    }

    /// Signals the end of the input, and returns the buffered part of an escape.
    pub(crate) fn finish(&mut self) -> Option<JsonToken> {
        (!self.pending.is_empty()).then(|| JsonToken::Structural(std::mem::take(&mut self.pending)))
    }

    /// Reads inside of a string: up to an escape, one escape, or the end. Returns zero if more input is needed.
    fn string(&mut self, rest: &str, is_key: bool, tokens: &mut Vec<JsonToken>) -> Result<usize, JsonError> {
        let plain = rest.split(|c: char| c == '"' || c == '\\' || c < ' ').next().unwrap_or_default();
        if !plain.is_empty() {
            add_text(tokens, plain, plain);
            return Ok(plain.len());
        }
        if rest.starts_with('"') {
            tokens.push(JsonToken::StringEnd);
            self.state = ParserState::Between(if is_key { Expect::Colon } else { Expect::AfterValue });
            return Ok(1);
        }
        if !rest.starts_with('\\') {
            return Err(JsonError::syntax(self.read, "control characters to be escaped"));
        }
        match string::step(rest, false) {
            Step::Unit(unit) => {
                let mut buffer = [0; 4];
                let written = rest.get(..unit.raw_len).unwrap_or_default();
                add_text(tokens, unit.ch.encode_utf8(&mut buffer), written);
                Ok(unit.raw_len)
            }
            Step::Incomplete => Ok(0),
            Step::Invalid => Err(JsonError::syntax(self.read, "a known escape after '\\'")),
        }
    }

    /// Reads one character outside of strings.
    fn structure(&mut self, ch: char, tokens: &mut Vec<JsonToken>) -> Result<usize, JsonError> {
        match self.state {
            ParserState::Word(left) => {
                let Some(left) = left.strip_prefix(ch) else {
                    return Err(JsonError::syntax(self.read, "'true', 'false' or 'null'"));
                };
                self.state =
                    if left.is_empty() { ParserState::Between(Expect::AfterValue) } else { ParserState::Word(left) };
                add_structural(tokens, ch);
                return Ok(1);
            }
            ParserState::Number(part) => {
                if let Some(part) = u8::try_from(ch).ok().and_then(|byte| part.next(byte)) {
                    self.state = ParserState::Number(part);
                    add_structural(tokens, ch);
                    return Ok(1);
                }
                if !part.may_end() {
                    return Err(JsonError::syntax(self.read, "a digit"));
                }
                self.state = ParserState::Between(Expect::AfterValue);
            }
            ParserState::Between(_) | ParserState::String { .. } => {}
        }
        let ParserState::Between(expect) = self.state else {
            return Err(JsonError::syntax(self.read, "JSON"));
        };
        if matches!(ch, ' ' | '\t' | '\n' | '\r') {
            add_structural(tokens, ch);
            return Ok(1);
        }
        self.state = match (expect, ch) {
            (Expect::Key | Expect::KeyOrEnd, '"') => ParserState::String { is_key: true },
            (Expect::Value | Expect::ValueOrEnd, '"') => ParserState::String { is_key: false },
            (Expect::Value | Expect::ValueOrEnd, '{') => self.enter(true)?,
            (Expect::Value | Expect::ValueOrEnd, '[') => self.enter(false)?,
            (Expect::Value | Expect::ValueOrEnd, '-') => ParserState::Number(NumberPart::Minus),
            (Expect::Value | Expect::ValueOrEnd, '0') => ParserState::Number(NumberPart::Zero),
            (Expect::Value | Expect::ValueOrEnd, '1'..='9') => ParserState::Number(NumberPart::Integer),
            (Expect::Value | Expect::ValueOrEnd, 't') => ParserState::Word("rue"),
            (Expect::Value | Expect::ValueOrEnd, 'f') => ParserState::Word("alse"),
            (Expect::Value | Expect::ValueOrEnd, 'n') => ParserState::Word("ull"),
            (Expect::Colon, ':') => ParserState::Between(Expect::Value),
            (Expect::KeyOrEnd, '}') | (Expect::ValueOrEnd, ']') => self.leave(),
            (Expect::AfterValue, '}') if self.open.last() == Some(&true) => self.leave(),
            (Expect::AfterValue, ']') if self.open.last() == Some(&false) => self.leave(),
            (Expect::AfterValue, ',') => match self.open.last() {
                Some(true) => ParserState::Between(Expect::Key),
                Some(false) => ParserState::Between(Expect::Value),
                None => return Err(JsonError::syntax(self.read, "the end of the text")),
            },
            _ => return Err(JsonError::syntax(self.read, "JSON in the tool arguments")),
        };
        match self.state {
            ParserState::String { is_key } => tokens.push(JsonToken::StringStart { is_key }),
            _ => add_structural(tokens, ch),
        }
        Ok(1)
    }

    fn enter(&mut self, is_object: bool) -> Result<ParserState, JsonError> {
        if self.open.len() == MAX_DEPTH {
            return Err(JsonError::too_deep(self.read));
        }
        self.open.push(is_object);
        Ok(ParserState::Between(if is_object { Expect::KeyOrEnd } else { Expect::ValueOrEnd }))
    }

    fn leave(&mut self) -> ParserState {
        self.open.pop();
        ParserState::Between(Expect::AfterValue)
    }
}

fn add_structural(tokens: &mut Vec<JsonToken>, ch: char) {
    if let Some(JsonToken::Structural(raw)) = tokens.last_mut() {
        raw.push(ch);
    } else {
        tokens.push(JsonToken::Structural(ch.into()));
    }
}

fn add_text(tokens: &mut Vec<JsonToken>, decoded: &str, written: &str) {
    if let Some(JsonToken::Text { text, raw }) = tokens.last_mut() {
        text.push_str(decoded);
        raw.push_str(written);
    } else {
        tokens.push(JsonToken::Text { text: decoded.into(), raw: written.into() });
    }
}

/// Buffered text of a string, in its raw form.
///
/// A guard counts decoded bytes. This returns the raw bytes that they came from, so that text that is not masked stays as it was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct BufferedText {
    raw: String,
    at: usize,
}

impl BufferedText {
    /// Adds the raw bytes of a [`JsonToken::Text`].
    pub(crate) fn push(&mut self, raw: &str) {
        // Released bytes are dropped in halves, so that the bytes moved stay linear in the bytes pushed.
        if self.at > self.raw.len() / 2 {
            self.raw.drain(..self.at);
            self.at = 0;
        }
        self.raw.push_str(raw);
    }

    /// Returns `true` if nothing is buffered.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.raw.len()
    }

    /// Writes the raw bytes of the next `length` decoded bytes.
    pub(crate) fn keep(&mut self, length: usize, out: &mut String) {
        let start = self.at;
        self.skip(length);
        out.push_str(self.raw.get(start..self.at).unwrap_or_default());
    }

    /// Writes `replacement`, escaped, instead of the next `length` decoded bytes.
    pub(crate) fn replace(&mut self, length: usize, replacement: &str, out: &mut String) {
        self.skip(length);
        string::escape_into(replacement, out);
    }

    fn skip(&mut self, length: usize) {
        let mut left = length;
        while left > 0 && self.at < self.raw.len() {
            let Step::Unit(unit) = string::step(self.raw.get(self.at..).unwrap_or_default(), true) else {
                break;
            };
            self.at += unit.raw_len;
            left = left.saturating_sub(unit.ch.len_utf8());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonToken, PartialJson};

    /// An escape that the end of the input cuts is forwarded as it was written.
    #[test]
    fn the_end_returns_what_is_buffered() {
        for (fragment, expected) in
            [("\"a\\u00", Some("\\u00")), ("\"a\\", Some("\\")), ("\"a", None), ("\"a\"", None), ("[1", None)]
        {
            let mut reader = PartialJson::new();
            reader.push(fragment).expect("the beginning of JSON");
            let expected = expected.map(|raw| JsonToken::Structural(raw.to_owned()));
            assert_eq!(reader.finish(), expected, "{fragment}");
            assert_eq!(reader.finish(), None, "once");
        }
    }
}
