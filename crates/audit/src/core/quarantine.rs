//! What could not be read as intended: where, and why. Never the content.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::codes::codes;
use super::lines::Line;

codes! {
    /// Why a unit, a line or a body was not read as intended.
    ReasonCode {
        /// A line is not JSON. It is evaluated as text.
        JsonSyntax => "json_syntax",
        /// JSON is nested beyond the limit. It is evaluated as text.
        JsonDepth => "json_depth",
        /// The last line has no end and is not JSON. It is evaluated as text.
        TornLine => "torn_line",
        /// A line is not UTF-8. It is evaluated with replacement characters.
        Utf8 => "utf8",
        /// A line is longer than the limit. It is evaluated as text.
        LineTooLong => "line_too_long",
        /// A gzip file ends before its end. What precedes it was read.
        GzTruncated => "gz_truncated",
        /// A gzip file is damaged. What precedes the damage was read.
        GzCorrupt => "gz_corrupt",
        /// A gzip file expands too much. What precedes that was read.
        GzRatio => "gz_ratio",
        /// A Parquet file is damaged, or has a compression that is not supported. What precedes that was read.
        ParquetCorrupt => "parquet_corrupt",
        /// The content has a format that is not supported.
        FormatUnsupported => "format_unsupported",
        /// A record has an unknown schema. Every string of it is evaluated.
        SchemaUnknown => "schema_unknown",
        /// A record refers to a body, or must have one, and there is none.
        BodyMissing => "body_missing",
        /// A body cannot be read in the format of its model. Every string of it is evaluated.
        BodyUnsupported => "body_unsupported",
        /// A body is larger than the limit.
        BodyTooLarge => "body_too_large",
        /// An object changed after the plan.
        Changed => "changed",
        /// An object may not be read.
        AccessDenied => "access_denied",
        /// An object cannot be read.
        ReadError => "read_error",
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A quarantined unit, line or body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuarantineRow {
    /// The reason.
    pub reason: ReasonCode,
    /// The number of the line, from 1; 0 for the unit.
    pub line: u64,
    /// The offset of the line in the uncompressed unit, in bytes.
    pub offset: u64,
    /// The length of the line in bytes; 0 for the unit.
    pub length: u64,
    /// The part of the record: `input`, `output`, or empty for the line.
    pub part: String,
}

impl QuarantineRow {
    pub(super) fn new(reason: ReasonCode, line: Line, length: u64, part: &str) -> Self {
        Self { reason, line: line.number, offset: line.offset, length, part: part.to_owned() }
    }
}
