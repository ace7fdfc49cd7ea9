//! Reads records in what CloudWatch Logs wraps around them: batches, and rows of Logs Insights.

use std::io;

use serde::Deserialize;
use serde_json::Value;

use super::lines::Line;
use super::record::Members;
use super::unit::{UnitScan, at_line};

/// The fields of a batch that are read, or that CloudWatch Logs writes. The tokens are those of a page of events.
const BATCH_FIELDS: &[&str] = &[
    "messageType",
    "owner",
    "logGroup",
    "logStream",
    "subscriptionFilters",
    "searchedLogStreams",
    "nextToken",
    "nextForwardToken",
    "nextBackwardToken",
];

/// The same of a record in it.
const EVENT_FIELDS: &[&str] = &["id", "timestamp", "message", "eventId", "ingestionTime", "logStreamName"];

/// The same of a row of Logs Insights.
const ROW_FIELDS: &[&str] = &["@timestamp", "@message", "@ingestionTime", "@logStream", "@log", "@ptr"];

/// The same of the results of a query.
const RESULT_FIELDS: &[&str] = &["results", "statistics", "status", "queryLanguage", "encryptionKey"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowField {
    field: String,
    value: String,
}

impl RowField {
    fn as_member(&self) -> String {
        format!("{}:{}", Value::from(self.field.as_str()), Value::from(self.value.as_str()))
    }
}

impl UnitScan<'_> {
    /// Reads the records of a batch, in its field `name`. Fields of it that this version does not know are evaluated as they are.
    pub(super) fn batch(&mut self, line: Line, members: &Members<'_>, text: &str, name: &str) -> io::Result<()> {
        let events = members.get(name).and_then(|events| serde_json::from_str::<Vec<Members<'_>>>(events).ok());
        let is_known = |events: &Vec<Members<'_>>| {
            !members.has_duplicates()
                && events.iter().all(|event| !event.has_duplicates() && event.is_text_or_missing("message"))
        };
        let Some(events) = events.filter(is_known) else { return self.any_json(line, text) };
        for event in events {
            if event.has("message") {
                self.json(line, &event.text("message"))?;
            }
            self.others(line, &event, EVENT_FIELDS)?;
        }
        self.others(line, members, &[BATCH_FIELDS, &[name]].concat())
    }

    /// Reads the record of a row, an object or its text. A row of another log is evaluated as it is.
    pub(super) fn query_row(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        let message = members.get("@message").unwrap_or_default();
        let message = if message.starts_with('"') { members.text("@message") } else { message.to_owned() };
        if !message.starts_with('{') || members.has_duplicates() {
            return self.any_json(line, text);
        }
        self.json(line, &message)?;
        self.others(line, members, ROW_FIELDS)
    }

    /// Reads rows that are lists of fields.
    pub(super) fn query_rows(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        let rows = members.get("results").and_then(|rows| serde_json::from_str::<Vec<Vec<RowField>>>(rows).ok());
        let Some(rows) = rows.filter(|_| !members.has_duplicates()) else { return self.any_json(line, text) };
        for row in rows {
            let fields: Vec<String> = row.iter().map(RowField::as_member).collect();
            self.json(line, &format!("{{{}}}", fields.join(",")))?;
        }
        self.others(line, members, RESULT_FIELDS)
    }

    fn others(&mut self, line: Line, members: &Members<'_>, known: &[&str]) -> io::Result<()> {
        members.others(known).try_for_each(|(name, value)| self.field(&at_line(line), "", name, value))
    }
}
