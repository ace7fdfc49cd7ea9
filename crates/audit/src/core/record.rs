//! One line of JSON, as its fields.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::labels::is_time;

/// The beginning of the schema of decision records.
const DECISION_SCHEMA: &str = "banister.decision/";

/// The fields of a JSON object, in order, with their values as they are. A name may appear twice.
#[derive(Debug)]
pub(super) struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsMembers;
        impl<'de> Visitor<'de> for AsMembers {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(AsMembers)
    }
}

impl<'a> Members<'a> {
    pub(super) fn parse(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Returns the value of a field that appears once, and is not `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) if value.get() != "null" => Some(value.get()),
            _ => None,
        }
    }

    /// Returns the text of a field that is a string.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).and_then(|value| serde_json::from_str(value).ok()).unwrap_or_default()
    }

    /// Returns the fields of a field that is an object.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.get(name).and_then(Self::parse)
    }

    /// Returns `true` if a name appears twice, so that readers may take either value.
    pub(super) fn has_duplicates(&self) -> bool {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
    }

    /// Returns the fields that are not in the list.
    pub(super) fn others<'s>(&'s self, known: &'s [&str]) -> impl Iterator<Item = (&'s str, &'a str)> {
        let others = self.0.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        others.map(|(name, value)| (name.as_str(), value.get()))
    }

    /// Returns `true` if a field is a string, or there is none.
    pub(super) fn is_text_or_missing(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| value.starts_with('"'))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }
}

/// Returns `true` if a line is one of an export of CloudWatch Logs, and begins like a record of the invocation log behind its time.
pub(super) fn is_exported(line: &[u8]) -> bool {
    let Some(at) = line.iter().position(|&byte| byte == b' ') else { return false };
    let (time, message) = line.split_at(at);
    let names_model = |name: &[u8]| message.windows(name.len()).any(|part| part == name);
    message.starts_with(b" {\"")
        && std::str::from_utf8(time).is_ok_and(is_time)
        && (names_model(b"\"ModelInvocationLog\"") || names_model(b"\"modelId\""))
}

/// Returns the record in a line, which has a time before it in an export of CloudWatch Logs.
pub(super) fn without_time(line: &str) -> &str {
    let message = line.split_once(' ').map(|(_, message)| message).filter(|_| is_exported(line.as_bytes()));
    message.unwrap_or(line)
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// A record of the model invocation log.
    InvocationLog,
    /// A decision record.
    Decision,
    /// A batch of records in this field, as CloudWatch Logs returns them or delivers them to a subscription.
    Batch(&'static str),
    /// A row of the results of Logs Insights.
    Row,
    /// Rows, as GetQueryResults returns them.
    Rows,
    /// Any other JSON.
    Json,
}

impl RecordKind {
    pub(super) fn of(members: &Members<'_>) -> Self {
        let is_log = members.text("schemaType") == "ModelInvocationLog"
            || (members.has("modelId")
                && members.has("operation")
                && ["input", "output", "errorCode"].iter().any(|name| members.has(name)));
        if is_log {
            Self::InvocationLog
        } else if members.text("schema").starts_with(DECISION_SCHEMA) {
            Self::Decision
        } else if members.text("messageType") == "DATA_MESSAGE" && members.has("logEvents") {
            Self::Batch("logEvents")
        } else if members.get("events").is_some_and(is_list_of_messages) {
            Self::Batch("events")
        } else if members.has("@message") && members.has("@timestamp") {
            Self::Row
        } else if members.has("statistics") && members.get("results").is_some_and(is_list_of_lists) {
            Self::Rows
        } else {
            Self::Json
        }
    }
}

/// Returns `true` if a value is a list of events with messages that are objects, as FilterLogEvents and GetLogEvents return them. Other programs have lists of
/// events, too.
fn is_list_of_messages(events: &str) -> bool {
    serde_json::from_str::<Vec<Members<'_>>>(events).is_ok_and(|events| {
        !events.is_empty()
            && events.iter().all(|event| event.has("timestamp") && event.text("message").starts_with('{'))
    })
}

fn is_list_of_lists(value: &str) -> bool {
    serde_json::from_str::<Vec<Vec<&RawValue>>>(value).is_ok()
}

/// The fields of a record that are read, so that all others are evaluated as they are.
pub(super) const RECORD_FIELDS: &[&str] = &[
    "schemaType",
    "schemaVersion",
    "timestamp",
    "accountId",
    "region",
    "inferenceRegion",
    "requestId",
    "operation",
    "modelId",
    "identity",
    "errorCode",
    "status",
    "input",
    "output",
];

/// The fields of `input` and `output` that are read.
pub(super) const BODY_FIELDS: &[&str] = &[
    "inputContentType",
    "inputBodyJson",
    "inputBodyS3Path",
    "inputTokenCount",
    "cacheReadInputTokenCount",
    "cacheWriteInputTokenCount",
    "outputContentType",
    "outputBodyJson",
    "outputBodyS3Path",
    "outputTokenCount",
];
