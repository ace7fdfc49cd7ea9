//! How a caller names a Bedrock guardrail and requests its trace.

use super::operation::Operation;
use crate::json::{JsonDocument, RawEdit, without_member};

/// The content of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TraceScope {
    /// The findings: `enabled`.
    Detected,
    /// The topics and entity types without findings as well: `enabled_full`.
    Full,
}

impl TraceScope {
    /// Returns the scope of this name, in the spelling of Converse or InvokeModel.
    fn from_name(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("enabled") => Some(Self::Detected),
            _ if name.eq_ignore_ascii_case("enabled_full") => Some(Self::Full),
            _ => None,
        }
    }
}

/// A guardrail as a caller names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestedGuardrail {
    /// The different names. Of several, readers may take any.
    names: Vec<String>,
    pub(crate) trace: Option<TraceScope>,
}

impl RequestedGuardrail {
    /// Creates a requested guardrail from its identifier and its setting for traces.
    pub(crate) fn new(identifier: Option<&str>, trace: Option<&str>) -> Self {
        Self::of(identifier.into_iter(), trace.into_iter())
    }

    /// Creates a requested guardrail from all values of its two fields. A setting for traces counts if there is one.
    pub(crate) fn of<T: AsRef<str>>(identifiers: impl Iterator<Item = T>, mut traces: impl Iterator<Item = T>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in identifiers {
            if !names.iter().any(|known| known == name.as_ref()) {
                names.push(name.as_ref().to_owned());
            }
        }
        let trace = traces.next().filter(|_| traces.next().is_none());
        Self { names, trace: trace.and_then(|trace| TraceScope::from_name(trace.as_ref())) }
    }

    /// Returns the identifier, if there is only one.
    pub(crate) fn identifier(&self) -> Option<&str> {
        if let [name] = &self.names[..] { Some(name) } else { None }
    }

    /// Returns all identifiers.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The field of a body that names a guardrail, or configures one that is named elsewhere.
fn field(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Converse | Operation::ConverseStream => Some("guardrailConfig"),
        Operation::InvokeModel
        | Operation::InvokeModelWithResponseStream
        | Operation::ChatCompletions
        | Operation::Messages
        | Operation::Responses => Some("amazon-bedrock-guardrailConfig"),
        _ => None,
    }
}

/// Returns the guardrail that the body of a Converse request names.
pub(crate) fn requested_guardrail(operation: Operation, doc: &JsonDocument<'_>) -> RequestedGuardrail {
    let is_converse = matches!(operation, Operation::Converse | Operation::ConverseStream);
    let configs = field(operation).filter(|_| is_converse).into_iter();
    let configs: Vec<usize> = configs.flat_map(|name| doc.values_of(JsonDocument::ROOT, name)).collect();
    let texts = |name| {
        let values = configs.iter().flat_map(move |&config| doc.values_of(config, name));
        values.map(|value| doc.as_str(value).unwrap_or_default())
    };
    RequestedGuardrail::of(texts("guardrailIdentifier"), texts("trace"))
}

/// Returns the edits that remove the settings of a Bedrock guardrail from the body of a request.
pub(crate) fn without_guardrail(operation: Operation, doc: &JsonDocument<'_>) -> Vec<RawEdit> {
    field(operation).map(|name| without_member(doc, name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{RequestedGuardrail, TraceScope, requested_guardrail, without_guardrail};
    use crate::bedrock::operation::Operation;
    use crate::json::{JsonDocument, splice};

    #[test]
    fn converse_names_its_guardrail_in_the_body() {
        let read = |operation, body: &str| requested_guardrail(operation, &JsonDocument::parse_str(body).unwrap());
        let requested = |body: &str| read(Operation::ConverseStream, body);
        let named = |identifier: &str, trace| RequestedGuardrail { names: vec![identifier.to_owned()], trace };
        let body = r#"{"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled"}}"#;
        assert_eq!(requested(body), named("g", Some(TraceScope::Detected)));
        assert_eq!(requested(&body.replace("enabled", "ENABLED_FULL")), named("g", Some(TraceScope::Full)));
        assert_eq!(requested(&body.replace("enabled", "disabled")), named("g", None));
        assert_eq!(requested(&body.replace("Config", "Confi\\u0067")), named("g", Some(TraceScope::Detected)));
        for body in [
            "{}",
            r#"{"guardrailConfig": 1}"#,
            r#"{"a": {"guardrailConfig": {"guardrailIdentifier": "g"}}}"#,
            r#""guardrailConfig""#,
        ] {
            assert_eq!(requested(body), RequestedGuardrail::default(), "{body}");
        }
        for (body, names) in [
            (r#"{"guardrailConfig": {"guardrailIdentifier": "g", "guardrailIdentifier": "h"}}"#, &["g", "h"][..]),
            (
                r#"{"guardrailConfig": {"guardrailIdentifier": "g"}, "guardrailConfig": {"guardrailIdentifier": "h"}}"#,
                &["g", "h"],
            ),
            (r#"{"guardrailConfig": {"guardrailIdentifier": "g", "guardrailIdentifier": "g"}}"#, &["g"]),
        ] {
            let requested = requested(body);
            assert_eq!(requested.names(), names, "{body}");
            assert_eq!(requested.identifier().is_some(), names.len() == 1, "{body}");
        }
        assert_eq!(read(Operation::InvokeModel, body), RequestedGuardrail::default());
    }

    #[test]
    fn settings_for_bedrock_are_removed() {
        let body = r#"{"a": 1.0, "guardrailConfig": {}, "amazon-bedrock-guardrailConfig": {"tagSuffix": "x"}}"#;
        let without = |operation| splice(body, &without_guardrail(operation, &JsonDocument::parse_str(body).unwrap()));
        let converse = r#"{"a": 1.0, "amazon-bedrock-guardrailConfig": {"tagSuffix": "x"}}"#;
        assert_eq!(without(Operation::Converse).as_deref(), Some(converse));
        assert_eq!(without(Operation::InvokeModel).as_deref(), Some(r#"{"a": 1.0, "guardrailConfig": {}}"#));
        assert_eq!(without(Operation::CountTokens), None);
    }
}
