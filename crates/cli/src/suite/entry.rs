//! The format of a test suite, as types. The JSON Schema takes its descriptions from the comments.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::args::Direction;

/// A Banister test suite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Banister test suite")]
pub(super) struct SuiteEntry {
    /// The path of the policy, relative to this file, or the name of a pack (default: `NAME.yaml` in the directory of `NAME.test.yaml`).
    #[expect(dead_code, reason = "read before the rest; here for the schema")]
    policy: Option<String>,
    /// The test cases.
    #[expect(dead_code, reason = "each is read by itself; here for the schema")]
    #[serde(default)]
    cases: Vec<CaseEntry>,
    /// Many strings of text with the same expected result, some of which may fail.
    #[expect(dead_code, reason = "each is read by itself; here for the schema")]
    #[serde(default)]
    samples: Vec<SampleEntry>,
}

/// A test case: text or a body, and what is expected of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseEntry {
    /// The name of the case, which no other case of the suite has.
    pub(super) name: String,
    /// The direction of the text (default input).
    #[serde(default)]
    pub(super) source: Direction,
    /// The text.
    pub(super) text: Option<String>,
    /// A body of a Bedrock request, or of a response if `source` is `output`.
    pub(super) body: Option<String>,
    /// Nothing is blocked or masked.
    pub(super) passes: Option<bool>,
    /// The text or the body after masking.
    pub(super) masked: Option<String>,
    /// The rules that block the text, each of them.
    pub(super) blocked_by: Option<OneOrMore>,
    /// Rules that have a finding, whatever their action.
    pub(super) detects: Option<OneOrMore>,
    /// Rules that have no finding.
    pub(super) not: Option<OneOrMore>,
    /// All findings in the order of the text, except those within another one.
    pub(super) findings: Option<Vec<FindingEntry>>,
    /// Techniques that must not change the result when they disguise the findings.
    pub(super) evasions: Option<OneOrMore>,
}

/// An expected finding. Only what is written is compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingEntry {
    /// The name of the rule, or of the entity type.
    pub(super) rule: String,
    /// The matched text.
    pub(super) text: Option<String>,
    /// The start of the span, in bytes of UTF-8.
    pub(super) start: Option<usize>,
    /// The end of the span, in bytes of UTF-8.
    pub(super) end: Option<usize>,
    /// What was done: `BLOCKED`, `ANONYMIZED`, `REPLACED` or `NONE`.
    pub(super) action: Option<String>,
    /// The pointer of the text field in a body (RFC 6901).
    pub(super) pointer: Option<String>,
}

/// Many strings of text with the same expected result.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleEntry {
    /// The name of the sample, which no other case of the suite has.
    pub(super) name: String,
    /// The direction of the text (default input).
    #[serde(default)]
    pub(super) source: Direction,
    /// The strings.
    pub(super) texts: Vec<String>,
    /// Nothing is blocked or masked.
    pub(super) passes: Option<bool>,
    /// The rules that block each string.
    pub(super) blocked_by: Option<OneOrMore>,
    /// Rules that have a finding in each string, whatever their action.
    pub(super) detects: Option<OneOrMore>,
    /// Rules that have no finding in any string.
    pub(super) not: Option<OneOrMore>,
    /// The number of strings that may fail (default 0).
    #[serde(default)]
    pub(super) allowed: usize,
}

/// A name, or a list of names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a name, or a list of names")]
pub(super) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    /// Returns the names.
    pub(super) fn names(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::More(names) => names,
        }
    }
}

/// Returns the JSON Schema of test suites.
pub(crate) fn json_schema() -> Value {
    schemars::schema_for!(SuiteEntry).to_value()
}

/// Returns the keys of a type, which its schema lists.
pub(super) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T).to_value();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}
