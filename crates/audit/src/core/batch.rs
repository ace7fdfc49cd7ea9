//! Reads batches of a subscription of CloudWatch Logs: records, each written into a string.

use std::io;

use super::lines::Line;
use super::record::Members;
use super::unit::{UnitScan, at_line};

/// The fields of a batch that are read, or that CloudWatch Logs writes.
const BATCH_FIELDS: &[&str] = &["messageType", "owner", "logGroup", "logStream", "subscriptionFilters", "logEvents"];

/// The same of a record in it.
const EVENT_FIELDS: &[&str] = &["id", "timestamp", "message"];

impl UnitScan<'_> {
    /// Reads the records of a batch. Fields of it that this version does not know are evaluated as they are.
    pub(super) fn batch(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        let events = members.get("logEvents").and_then(|events| serde_json::from_str::<Vec<Members<'_>>>(events).ok());
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
        self.others(line, members, BATCH_FIELDS)
    }

    fn others(&mut self, line: Line, members: &Members<'_>, known: &[&str]) -> io::Result<()> {
        members.others(known).try_for_each(|(name, value)| self.field(&at_line(line), "", name, value))
    }
}
