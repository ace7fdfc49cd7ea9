//! The tag of a request: metadata that Bedrock writes into its own log.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::json::{JsonDocument, NodeKind, merge};

/// The key of the ID of the call.
const DECISION: &str = "banister-decision";

/// The key of the digest of the policy.
const POLICY: &str = "banister-policy";

/// The number of entries that Bedrock accepts.
const ENTRIES: usize = 16;

/// The field of Converse with the metadata.
const FIELD: &str = "requestMetadata";

/// The tag of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    pub(super) decision: &'a str,
    pub(super) policy: &'a str,
}

impl Tag<'_> {
    /// Returns the entries. They replace entries of the same names.
    pub(crate) fn entries(self) -> [(&'static str, String); 2] {
        [(DECISION, self.decision.to_owned()), (POLICY, self.policy.to_owned())]
    }

    fn object(self) -> Value {
        Value::Object(Map::from_iter(self.entries().map(|(key, value)| (key.to_owned(), Value::from(value)))))
    }

    /// Returns the body of Converse with the tag, or `None` if it cannot be added.
    pub(super) fn add_to_body(self, body: &[u8]) -> Option<Vec<u8>> {
        self.add_to_document(&JsonDocument::parse(body).ok()?)
    }

    /// [`Tag::add_to_body`] of a body that is parsed already.
    pub(super) fn add_to_document(self, doc: &JsonDocument<'_>) -> Option<Vec<u8>> {
        let addition = Value::Object(Map::from_iter([(FIELD.to_owned(), self.object())]));
        merge(doc, &addition).map(String::into_bytes)
    }

    /// Returns the header of InvokeModel with the tag, or `None` if it cannot be added.
    pub(super) fn add_to_header(self, value: Option<&[u8]>) -> Option<Vec<u8>> {
        let doc = JsonDocument::parse(value.unwrap_or(b"{}")).ok()?;
        merge(&doc, &self.object()).map(String::into_bytes)
    }
}

/// Returns `true` if metadata with these keys have room for a tag.
pub(super) fn has_room<'a>(keys: impl Iterator<Item = Cow<'a, str>>) -> bool {
    keys.filter(|key| key != DECISION && key != POLICY).count() <= ENTRIES - 2
}

/// Returns `true` if the body of Converse has room for a tag. It has none if it is not clear where its metadata are.
pub(super) fn has_room_in_body(doc: &JsonDocument<'_>) -> bool {
    let mut fields = doc.values_of(JsonDocument::ROOT, FIELD);
    let (field, second) = (fields.next(), fields.next());
    let is_room = |field| match doc.kind(field) {
        NodeKind::Object => has_room(doc.members(field).map(|(key, _)| doc.string(key))),
        _ => false,
    };
    doc.kind(JsonDocument::ROOT) == NodeKind::Object && second.is_none() && field.is_none_or(is_room)
}

/// Returns `true` if these headers of InvokeModel have room for a tag: there is at most one, and it is an object.
pub(super) fn has_room_in_headers<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> bool {
    let (value, second) = (values.next(), values.next());
    let is_room = |value| {
        JsonDocument::parse(value).is_ok_and(|doc| {
            doc.kind(JsonDocument::ROOT) == NodeKind::Object
                && has_room(doc.members(JsonDocument::ROOT).map(|(key, _)| doc.string(key)))
        })
    };
    second.is_none() && value.is_none_or(is_room)
}

#[cfg(test)]
mod tests {
    use super::{Tag, has_room_in_body, has_room_in_headers};
    use crate::json::JsonDocument;

    const TAG: Tag<'_> = Tag { decision: "a", policy: "b" };

    #[test]
    fn entries_are_added_and_replaced() {
        let body = |body: &str| String::from_utf8(TAG.add_to_body(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(body("{}"), r#"{"requestMetadata":{"banister-decision":"a","banister-policy":"b"}}"#);
        assert_eq!(
            body(r#"{"requestMetadata": {"banister-decision": "forged", "x": "1"}}"#),
            r#"{"requestMetadata": {"banister-decision": "a", "x": "1","banister-policy":"b"}}"#
        );
        let header = |value: Option<&str>| TAG.add_to_header(value.map(str::as_bytes)).unwrap();
        assert_eq!(header(None), br#"{"banister-decision":"a","banister-policy":"b"}"#);
        assert_eq!(header(Some(r#"{"x":"1"}"#)), br#"{"x":"1","banister-decision":"a","banister-policy":"b"}"#);
    }

    #[test]
    fn metadata_that_are_full_or_unclear_are_left_alone() {
        let entries = |count: usize, more: &str| {
            let entries: Vec<String> = (0..count).map(|number| format!("\"k{number}\": \"v\"")).collect();
            format!("{{{}{more}}}", entries.join(","))
        };
        for (metadata, expected) in [
            (entries(14, ""), true),
            (entries(15, ""), false),
            (entries(14, r#","banister-decision": "x", "banister-policy": "y""#), true),
            ("[]".to_owned(), false),
            ("\"x\"".to_owned(), false),
        ] {
            let body = format!(r#"{{"requestMetadata": {metadata}}}"#);
            assert_eq!(has_room_in_body(&JsonDocument::parse_str(&body).unwrap()), expected, "{metadata}");
            assert_eq!(has_room_in_headers([metadata.as_bytes()].into_iter()), expected, "{metadata}");
        }
        let twice = r#"{"requestMetadata": {}, "requestMetadata": {}}"#;
        assert!(!has_room_in_body(&JsonDocument::parse_str(twice).unwrap()));
        assert!(!has_room_in_headers([b"{}".as_slice(), b"{}"].into_iter()));
        assert!(!has_room_in_headers([b"{".as_slice()].into_iter()));
        assert!(has_room_in_headers(std::iter::empty()));
    }
}
