//! Validated JSON text with a flat index of its values.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::error::{JsonError, JsonErrorKind};
use super::tape::{NodeKind, Tape};
use super::{scan, string};

/// Validated JSON text, with its values in document order.
#[derive(Clone)]
pub(crate) struct JsonDocument<'a> {
    text: &'a str,
    tape: Tape,
}

impl fmt::Debug for JsonDocument<'_> {
    // Sizes only: the text may be what the guardrail must hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonDocument").field("bytes", &self.text.len()).field("nodes", &self.tape.len()).finish()
    }
}

impl<'a> JsonDocument<'a> {
    /// Index of the outermost value.
    pub(crate) const ROOT: usize = 0;

    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(body)
            .map_err(|error| JsonError::new(JsonErrorKind::Utf8 { offset: error.valid_up_to() }))?;
        if text.starts_with('\u{feff}') {
            // Some readers skip it and others fail, so it is unknown what the model would read.
            return Err(JsonError::new(JsonErrorKind::ByteOrderMark));
        }
        Self::parse_str(text)
    }

    pub(crate) fn parse_str(text: &'a str) -> Result<Self, JsonError> {
        Ok(Self { text, tape: scan::scan(text)? })
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tape.len()
    }

    pub(crate) fn kind(&self, index: usize) -> NodeKind {
        self.tape.kind(index)
    }

    /// Returns the raw bytes of a value; of a string with its quotes.
    pub(crate) fn range(&self, index: usize) -> Range<usize> {
        self.tape.range(index)
    }

    /// Returns the index of the first node that is not part of this value.
    pub(crate) fn next(&self, index: usize) -> usize {
        self.tape.next(index)
    }

    /// Returns the index of the array or object that contains this node; the outermost value contains itself.
    pub(crate) fn parent(&self, index: usize) -> usize {
        self.tape.parent(index)
    }

    /// Returns the position of an item in its array.
    pub(crate) fn position(&self, index: usize) -> u32 {
        self.tape.position(index)
    }

    /// Returns the raw bytes of a value, including quotes.
    pub(crate) fn raw(&self, index: usize) -> &'a str {
        self.text.get(self.range(index)).unwrap_or_default()
    }

    /// Returns the raw bytes of a string between its quotes.
    pub(crate) fn inside(&self, index: usize) -> &'a str {
        let raw = self.raw(index);
        raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
    }

    /// Returns the decoded text of a string or key. Lone surrogates become U+FFFD.
    pub(crate) fn string(&self, index: usize) -> Cow<'a, str> {
        let raw = self.inside(index);
        if self.tape.is_escaped(index) { Cow::Owned(string::decode(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Returns `true` if the decoded text of a key is `text`.
    fn is_key(&self, index: usize, text: &str) -> bool {
        match self.tape.plain_length(index) {
            // Formats are recognized by names that most events do not have, and most differ in their length.
            Some(length) => length == text.len() + 2 && self.inside(index) == text,
            None => self.string(index) == text,
        }
    }

    /// Returns the decoded text of a value, if it is a string.
    pub(crate) fn as_str(&self, index: usize) -> Option<Cow<'a, str>> {
        (self.kind(index) == NodeKind::String).then(|| self.string(index))
    }

    /// Returns an integer. It may be written as a float, like `0.0` of Bedrock with a guardrail, or as a string.
    pub(crate) fn as_index(&self, index: usize) -> Option<u64> {
        let raw = match self.kind(index) {
            NodeKind::Number => Cow::Borrowed(self.raw(index)),
            NodeKind::String => self.string(index),
            _ => return None,
        };
        raw.parse().ok().or_else(|| {
            let number = raw.parse::<f64>().ok()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            ((0.0..4_294_967_296.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
        })
    }

    /// Returns the fields of an object as (key, value) indices; for any other value, none.
    pub(crate) fn members(&self, index: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let is_object = self.kind(index) == NodeKind::Object;
        let end = if is_object { self.next(index) } else { 0 };
        let mut at = index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let (key, value) = (at, at + 1);
            at = self.next(value);
            Some((key, value))
        })
    }

    /// Returns the items of an array; for any other value, none.
    pub(crate) fn items(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let is_array = self.kind(index) == NodeKind::Array;
        let end = if is_array { self.next(index) } else { 0 };
        let mut at = index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let item = at;
            at = self.next(item);
            Some(item)
        })
    }

    /// Returns the values of the fields of an object that have this name.
    pub(crate) fn values_of(&self, object: usize, name: &str) -> impl Iterator<Item = usize> {
        self.members(object).filter(move |&(key, _)| self.is_key(key, name)).map(|(_, value)| value)
    }

    /// Returns the value of the first field with this name.
    pub(crate) fn get(&self, object: usize, name: &str) -> Option<usize> {
        self.values_of(object, name).next()
    }

    /// Returns the value of the only field with this name. Of two, each reader could take another, so then there is none.
    pub(crate) fn get_only(&self, object: usize, name: &str) -> Option<usize> {
        let mut values = self.values_of(object, name);
        values.next().filter(|_| values.next().is_none())
    }

    /// Returns the decoded text of the first field with this name, if it is a string.
    pub(crate) fn get_str(&self, object: usize, name: &str) -> Option<Cow<'a, str>> {
        self.get(object, name).and_then(|value| self.as_str(value))
    }

    /// Returns the RFC 6901 pointer of a value; for a key, that of its field.
    ///
    /// The time depends on the depth, not on the size, so that a pointer for each of a million values stays linear.
    pub(crate) fn pointer(&self, target: usize) -> String {
        let mut steps = Vec::new();
        let mut at = target;
        while at != Self::ROOT {
            let parent = self.parent(at);
            let name = match (self.kind(at), self.kind(parent)) {
                (NodeKind::Key, _) => self.string(at),
                // A value follows its key.
                (_, NodeKind::Object) => self.string(at - 1),
                _ => Cow::Owned(self.position(at).to_string()),
            };
            steps.push(name);
            at = parent;
        }
        let mut pointer = String::new();
        for name in steps.iter().rev() {
            pointer.push('/');
            for c in name.chars() {
                match c {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    c => pointer.push(c),
                }
            }
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::JsonDocument;
    use crate::json::NodeKind;

    #[test]
    fn fields_are_found_by_their_decoded_names() {
        let json = r#"{"plain": "x", "\u0061": 1, "twice": "first", "twice": "second", "o": {"in": "y"}}"#;
        let doc = JsonDocument::parse_str(json).expect("JSON");
        let raw = |name| doc.get(JsonDocument::ROOT, name).map(|value| doc.raw(value));
        let text = |name| doc.get_str(JsonDocument::ROOT, name);
        for (name, expected_raw, expected_text) in [
            ("plain", Some("\"x\""), Some("x")),
            ("a", Some("1"), None),
            ("\\u0061", None, None),
            ("twice", Some("\"first\""), Some("first")),
            ("o", Some(r#"{"in": "y"}"#), None),
            ("in", None, None),
            ("plai", None, None),
        ] {
            assert_eq!((raw(name), text(name).as_deref()), (expected_raw, expected_text), "{name}");
        }
        assert_eq!(doc.get_only(JsonDocument::ROOT, "twice"), None);
        let inner = doc.get(JsonDocument::ROOT, "o").expect("an object");
        assert_eq!(doc.get_str(inner, "in").as_deref(), Some("y"));
    }

    #[test]
    fn an_index_is_an_integer_however_it_is_written() {
        for (json, expected) in [
            ("7", Some(7)),
            ("0.0", Some(0)),
            ("1e2", Some(100)),
            ("4294967295.0", Some(4_294_967_295)),
            ("18446744073709551615", Some(u64::MAX)),
            (r#""7""#, Some(7)),
            (r#""7.0""#, Some(7)),
            (r#""\u0037""#, Some(7)),
            ("1.5", None),
            ("-1", None),
            ("-1.0", None),
            ("4294967296.0", None),
            ("1e400", None),
            (r#""x""#, None),
            ("true", None),
            ("[7]", None),
        ] {
            let doc = JsonDocument::parse_str(json).expect("JSON");
            assert_eq!(doc.as_index(JsonDocument::ROOT), expected, "{json}");
        }
    }

    #[test]
    fn the_pointer_of_a_key_is_that_of_its_value() {
        let doc = JsonDocument::parse_str(r#"{"a/b": [{"c~": 1}]}"#).expect("JSON");
        let pointers: Vec<String> = (0..doc.len()).map(|node| doc.pointer(node)).collect();
        assert_eq!(pointers, ["", "/a~1b", "/a~1b", "/a~1b/0", "/a~1b/0/c~0", "/a~1b/0/c~0"]);
    }

    #[test]
    fn strings_are_copied_only_to_decode_them() {
        let doc = JsonDocument::parse_str(r#"["plain", "\u0065scaped", "é"]"#).expect("JSON");
        let strings: Vec<_> = (0..doc.len()).filter(|&node| doc.kind(node) == NodeKind::String).collect();
        let read: Vec<_> = strings.iter().map(|&node| doc.string(node)).collect();
        assert_eq!(read, ["plain", "escaped", "é"]);
        assert_eq!(read.iter().map(|text| matches!(text, Cow::Owned(_))).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn debug_shows_sizes_only() {
        let doc = JsonDocument::parse_str(r#"{"key": "secret"}"#).expect("JSON");
        assert_eq!(format!("{doc:?}"), "JsonDocument { bytes: 17, nodes: 3 }");
    }
}
