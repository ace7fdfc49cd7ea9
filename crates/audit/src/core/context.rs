//! What a record says about its call, in strings that are safe to write.

use serde::Serialize;

/// The record that a finding is in. Unknown values are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordContext {
    /// The number of the line, from 1; 0 in text.
    pub line: u64,
    /// The offset of the line, or in text of the finding, in the uncompressed unit in bytes.
    pub offset: u64,
    /// The request ID.
    pub request_id: String,
    /// The time, as recorded.
    pub time: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The model.
    pub model: String,
    /// The operation.
    pub operation: String,
    /// The role or user that called, without the session name.
    pub caller: String,
}

impl RecordContext {
    /// Returns the day of the record, or an empty string.
    #[must_use]
    pub fn day(&self) -> &str {
        self.time.get(..10).unwrap_or_default()
    }
}
