//! How a caller names a Bedrock guardrail, and asks for its trace.

use memchr::memmem;

use super::operation::Operation;
use crate::json::{Document, without_member};

/// How much a trace tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TraceScope {
    /// What was found: `enabled`.
    Found,
    /// Also the topics and entity types that were not: `enabled_full`.
    Full,
}

impl TraceScope {
    /// The scope of this name, in Converse's spelling or InvokeModel's.
    fn named(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("enabled") => Some(Self::Found),
            _ if name.eq_ignore_ascii_case("enabled_full") => Some(Self::Full),
            _ => None,
        }
    }
}

/// A guardrail as a caller names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestedGuardrail {
    pub(crate) identifier: Option<String>,
    pub(crate) trace: Option<TraceScope>,
}

impl RequestedGuardrail {
    /// The guardrail of this identifier; the trace as its setting is named.
    pub(crate) fn new(identifier: Option<&str>, trace: Option<&str>) -> Self {
        Self { identifier: identifier.map(str::to_owned), trace: trace.and_then(TraceScope::named) }
    }
}

/// The member of a body that names a guardrail, or sets one that is named elsewhere.
fn member(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Converse | Operation::ConverseStream => Some("guardrailConfig"),
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => Some("amazon-bedrock-guardrailConfig"),
        Operation::CountTokens | Operation::StartAsyncInvoke | Operation::ApplyGuardrail => None,
    }
}

/// The identifier of the guardrail that the body of a request names, in the `guardrailConfig` of Converse. Of two, each reader could take
/// another: then none is named. The body is not checked further.
#[must_use]
pub fn guardrail_identifier(operation: Operation, body: &[u8]) -> Option<String> {
    requested_guardrail(operation, body).identifier
}

/// The guardrail that the body of a Converse request names.
pub(crate) fn requested_guardrail(operation: Operation, body: &[u8]) -> RequestedGuardrail {
    let name = match operation {
        Operation::Converse | Operation::ConverseStream => member(operation),
        _ => None,
    };
    let Some(doc) = name.and_then(|name| mentions(body, name)) else { return RequestedGuardrail::default() };
    let only = |object, name: &str| {
        let mut values = doc.members(object).filter(|&(key, _)| doc.string(key) == name).map(|(_, value)| value);
        values.next().filter(|_| values.next().is_none())
    };
    let Some(config) = name.and_then(|name| only(Document::ROOT, name)) else { return RequestedGuardrail::default() };
    let text = |name| only(config, name).and_then(|value| doc.as_str(value));
    RequestedGuardrail::new(text("guardrailIdentifier").as_deref(), text("trace").as_deref())
}

/// A request body without the member that is meant for a guardrail of Bedrock's; nothing if it has none. Every other byte stays.
pub(crate) fn without_guardrail(operation: Operation, body: &[u8]) -> Option<Vec<u8>> {
    let name = member(operation)?;
    without_member(&mentions(body, name)?, name).map(String::into_bytes)
}

/// The body, read, if the name may be in it: as it is, or spelled with escapes.
fn mentions<'a>(body: &'a [u8], name: &str) -> Option<Document<'a>> {
    let found = memmem::find(body, name.as_bytes()).or_else(|| memmem::find(body, b"\\u"));
    found.and_then(|_| Document::parse(body).ok())
}

#[cfg(test)]
mod tests {
    use super::{RequestedGuardrail, TraceScope, requested_guardrail, without_guardrail};
    use crate::bedrock::operation::Operation;

    #[test]
    fn converse_names_its_guardrail_in_the_body() {
        let asked = |body: &str| requested_guardrail(Operation::ConverseStream, body.as_bytes());
        let named = |identifier: &str, trace| RequestedGuardrail { identifier: Some(identifier.to_owned()), trace };
        let body = r#"{"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled"}}"#;
        assert_eq!(asked(body), named("g", Some(TraceScope::Found)));
        assert_eq!(asked(&body.replace("enabled", "ENABLED_FULL")), named("g", Some(TraceScope::Full)));
        assert_eq!(asked(&body.replace("enabled", "disabled")), named("g", None));
        assert_eq!(asked(&body.replace("Config", "Confi\\u0067")), named("g", Some(TraceScope::Found)));
        for body in [
            "{}",
            r#"{"guardrailConfig": 1}"#,
            r#"{"guardrailConfig": {"guardrailIdentifier": "g"}, "guardrailConfig": {"guardrailIdentifier": "h"}}"#,
            r#"{"a": {"guardrailConfig": {"guardrailIdentifier": "g"}}}"#,
            r#"{"guardrailConfig": {"guardrailIdentifier": "g", "guardrailIdentifier": "h"}}"#,
            "not guardrailConfig",
        ] {
            assert_eq!(asked(body), RequestedGuardrail::default(), "{body}");
        }
        assert_eq!(requested_guardrail(Operation::InvokeModel, body.as_bytes()), RequestedGuardrail::default());
    }

    #[test]
    fn what_is_meant_for_bedrock_is_taken_out() {
        let body = br#"{"a": 1.0, "guardrailConfig": {}, "amazon-bedrock-guardrailConfig": {"tagSuffix": "x"}}"#;
        let without = |operation| without_guardrail(operation, body).map(|body| String::from_utf8(body).unwrap());
        let converse = r#"{"a": 1.0, "amazon-bedrock-guardrailConfig": {"tagSuffix": "x"}}"#;
        assert_eq!(without(Operation::Converse).as_deref(), Some(converse));
        assert_eq!(without(Operation::InvokeModel).as_deref(), Some(r#"{"a": 1.0, "guardrailConfig": {}}"#));
        assert_eq!(without(Operation::CountTokens), None);
    }
}
