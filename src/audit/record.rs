//! A decision record: one line of a decision log.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The schema of the records that this version writes. The number changes when a field changes its meaning or disappears; new fields and
/// new values may appear under the same number.
pub(super) const SCHEMA: &str = "banister.decision/1";

/// The beginning of every schema of decision records.
pub(super) const SCHEMA_NAME: &str = "banister.decision/";

/// The maximum length of the name of a writer, in bytes.
pub(super) const WRITER_BYTES: usize = 256;

/// A line of a decision log.
///
/// It never contains text that was evaluated: findings have a rule, a span and a pointer. In pointers, field names that callers choose
/// are `*`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Decision record of Banister")]
#[non_exhaustive]
pub struct DecisionRecord {
    /// The schema: `banister.decision/1`.
    #[schemars(regex(pattern = r"^banister\.decision/1$"))]
    pub schema: String,
    /// The writer: one run of one process. At most 256 bytes.
    #[schemars(length(max = 256))]
    pub writer: String,
    /// The number of the record in its chain; the first is 1.
    #[schemars(range(min = 1))]
    pub seq: u64,
    /// The `hash` of the record before it; 64 zeros in the first.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub prev: String,
    /// The number of records that were lost between the record before it and this one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// When the record was made, in UTC (RFC 3339).
    #[serde(with = "rfc3339")]
    #[schemars(with = "String", regex(pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"))]
    pub time: SystemTime,
    /// What is recorded.
    #[serde(flatten)]
    pub event: LogEvent,
    /// The SHA-256, in hex, of the bytes of the line before `,"hash":`.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub hash: String,
}

impl DecisionRecord {
    /// Reads a line. It does not verify the hash, see [`ChainVerifier`](crate::ChainVerifier).
    ///
    /// # Errors
    ///
    /// Returns an error if the line is no record, or has a schema that this version does not know.
    pub fn read(line: &[u8]) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Schema<'a> {
            #[serde(borrow)]
            schema: Cow<'a, str>,
        }
        match serde_json::from_slice::<Schema<'_>>(line) {
            Ok(Schema { schema }) if schema == SCHEMA => {
                serde_json::from_slice(line).map_err(|_| RecordError::Malformed)
            }
            Ok(Schema { schema }) if schema.starts_with(SCHEMA_NAME) => Err(RecordError::UnknownSchema),
            _ => Err(RecordError::Malformed),
        }
    }
}

/// The error for a line that cannot be read as a decision record. It does not quote the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The line is no decision record.
    Malformed,
    /// The record has a schema that this version does not know.
    UnknownSchema,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the line is not a decision record",
            Self::UnknownSchema => "the decision record has a schema unknown to this version: update Banister",
        })
    }
}

impl Error for RecordError {}

/// What a line of a decision log records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogEvent {
    /// A writer began to write.
    Opened(Opened),
    /// Text was evaluated, or could not be.
    Decision(Box<Decision>),
    /// A writer ended, and everything that it accepted is in the log.
    Closed,
    /// An event that this version does not know.
    #[serde(other)]
    Other,
}

/// The beginning of a writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Opened {
    /// The version of Banister.
    pub engine: String,
    /// The line before this one, if an earlier writer crashed within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub torn: Option<Torn>,
}

/// A line that was not written to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Torn {
    /// Its length in bytes, without the line feed.
    pub bytes: u64,
    /// The SHA-256 of these bytes, in hex.
    pub sha256: String,
}

/// One evaluation: of a request, a response, a stream, an error, or of text without a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Decision {
    /// The ID of the call. All records of a call have the same, and so has the call's request metadata, if requests are tagged.
    pub decision: String,
    /// What was evaluated.
    pub stage: Stage,
    /// The direction: `INPUT` or `OUTPUT`.
    pub source: Cow<'static, str>,
    /// The operation, such as `Converse`; absent for text without a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Cow<'static, str>>,
    /// The model ID that the caller sent; `*` if it does not look like one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The caller, as the application or gateway names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The request ID that Bedrock returned; only responses have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The request was tagged: its metadata contain the ID of the call and the digest of the policy.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tagged: bool,
    /// The policy that was enforced.
    pub policy: PolicyRecord,
    /// The version of Banister that evaluated it.
    pub engine: Cow<'static, str>,
    /// What was done.
    pub outcome: DecisionOutcome,
    /// Why it could not be inspected, if that is the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// The stream ended before its end: the caller left, or the connection broke.
    #[serde(default, skip_serializing_if = "is_false")]
    pub interrupted: bool,
    /// The findings, in the order of the body.
    pub findings: Vec<FindingRecord>,
    /// The number of findings beyond those listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub findings_omitted: u64,
    /// What was inspected, and what was not.
    pub coverage: Coverage,
    /// The time that the evaluation took, in microseconds.
    pub duration_us: u64,
}

/// The policy of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PolicyRecord {
    /// Its name.
    pub name: String,
    /// The version of the policy format.
    pub version: u32,
    /// Its digest: the SHA-256 of its meaning, in hex.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub digest: String,
}

/// What was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// The body of a request.
    Request,
    /// The metadata in a header of a request.
    Metadata,
    /// The body of a response.
    Response,
    /// The events of a response, recorded at their end.
    Stream,
    /// An error message of the service.
    Error,
    /// Text without a call.
    Text,
    /// A stage that this version does not know.
    #[serde(other)]
    Other,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecisionOutcome {
    /// No finding: forwarded as it is.
    Passed,
    /// Findings that are only reported: forwarded as it is.
    Detected,
    /// Forwarded with spans replaced.
    Masked,
    /// Not forwarded, because of a rule.
    Blocked,
    /// Not forwarded, because it could not be inspected.
    Rejected,
    /// Forwarded without inspection, because a setting allows it.
    Uninspected,
    /// An outcome that this version does not know.
    #[serde(other)]
    Other,
}

/// Why something could not be inspected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Rejection {
    /// The reason.
    pub code: RejectionCode,
    /// The pointer to the field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// The reason why something could not be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionCode {
    /// Not JSON, or nested too deeply.
    Json,
    /// A body in no known format.
    UnknownFormat,
    /// Content of a kind that this version does not know.
    UnknownContent,
    /// A document that is not the plain text it is said to be.
    NotText,
    /// An image where only text can be inspected.
    Image,
    /// Invalid base64.
    Base64,
    /// A match across two events, of which one was already forwarded.
    SplitMatch,
    /// A malformed event stream.
    Frame,
    /// A body that names two guardrails where one selects the policy.
    TwoGuardrails,
    /// A body above the size limit.
    TooLarge,
    /// A compressed body.
    Compressed,
    /// A request body that is a stream.
    StreamedBody,
    /// An operation that this version does not know.
    UnknownOperation,
    /// A response that the SDK could not read.
    Unreadable,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

/// A finding, without the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FindingRecord {
    /// The name of the rule, or of the entity type.
    pub rule: String,
    /// The kind of the rule: `topic`, `word`, `pii`, `regex` or `content`.
    pub kind: Cow<'static, str>,
    /// The entity type, for rules of kind `pii`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<Cow<'static, str>>,
    /// The action taken: `NONE`, `ANONYMIZED`, `REPLACED` or `BLOCKED`.
    pub action: Cow<'static, str>,
    /// The first byte of the span in the decoded string.
    pub start: u64,
    /// The byte after the span.
    pub end: u64,
    /// The RFC 6901 pointer to the string; absent for text without a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The pointer within the JSON that the string contains; `#` separates nested ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner_pointer: Option<String>,
    /// The string is a field name.
    #[serde(default, skip_serializing_if = "is_false")]
    pub key: bool,
    /// The rule of a more certain finding that contains this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// The HMAC-SHA-256 of the matched text under the key of the application, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// What was inspected, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Coverage {
    /// The number of decoded bytes of text that were inspected.
    pub bytes: u64,
    /// The number of characters of text that were inspected.
    pub chars: u64,
    /// Content that is not text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedRecord>,
    /// The number of entries beyond those in `skipped`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped_omitted: u64,
}

/// Content that was not inspected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SkippedRecord {
    /// The RFC 6901 pointer to it.
    pub pointer: String,
    /// What it is.
    pub reason: Cow<'static, str>,
    /// The number of raw bytes.
    pub bytes: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Times as RFC 3339 with microseconds.
pub(super) mod rfc3339 {
    use std::time::SystemTime;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        // The formatter fails outside of the years 1970 to 9999, which a broken clock may show.
        let time = (*time).clamp(SystemTime::UNIX_EPOCH, last());
        serializer.collect_str(&humantime::format_rfc3339_micros(time))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        humantime::parse_rfc3339(&text).map_err(|_| D::Error::custom("the time is not RFC 3339"))
    }

    /// The end of the year 9998.
    fn last() -> SystemTime {
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(253_370_764_799)
    }
}
