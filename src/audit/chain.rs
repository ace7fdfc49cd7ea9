//! The line of a record, with the hash that links it to the line before.
//!
//! A line is one JSON object without whitespace between its tokens. Its last field is `hash`: the SHA-256, in lowercase hex, of the bytes
//! of the line before `,"hash":"`. Another field is `prev`: the `hash` of the record before. So each hash depends on all records up to
//! its own, and `head -c -76 | sha256sum` computes that of a line with its line feed.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::record::{LogEvent, SCHEMA, Torn, rfc3339};

/// The bytes between the hashed part of a line and the hash.
const BEFORE_HASH: &[u8] = b",\"hash\":\"";

/// The bytes after the hash.
const AFTER_HASH: &[u8] = b"\"}";

/// The length of a SHA-256 in hex.
const HEX: usize = 64;

/// The end of a chain: its last record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    seq: u64,
    hash: String,
}

impl ChainHead {
    /// Returns the head of a chain whose last record has this number and this `hash`.
    #[must_use]
    pub fn new(seq: u64, hash: impl Into<String>) -> Self {
        Self { seq, hash: hash.into() }
    }

    /// Returns the number of the last record; 0 before the first.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns the `hash` of the last record; 64 zeros before the first.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

impl Default for ChainHead {
    /// Returns the head of a chain without records.
    fn default() -> Self {
        Self { seq: 0, hash: "0".repeat(HEX) }
    }
}

impl fmt::Display for ChainHead {
    /// Writes `SEQ:HASH`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// The line of a record, without a line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLine {
    line: String,
    head: ChainHead,
}

impl RecordLine {
    /// Returns the line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// Returns the head of the chain after this record.
    #[must_use]
    pub fn head(&self) -> &ChainHead {
        &self.head
    }
}

/// The fields of a record, except the hash, in the order in which they are written.
#[derive(Serialize)]
struct Unsealed<'a> {
    schema: &'static str,
    writer: &'a str,
    seq: u64,
    prev: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<u64>,
    #[serde(with = "rfc3339")]
    time: SystemTime,
    #[serde(flatten)]
    event: &'a LogEvent,
}

/// Returns the line of the record that follows `head`.
///
/// # Errors
///
/// Returns an error if the event cannot be written as JSON, which no event of this crate causes.
pub(super) fn seal(
    head: &ChainHead,
    writer: &str,
    lost: u64,
    time: SystemTime,
    event: &LogEvent,
) -> serde_json::Result<RecordLine> {
    let seq = head.seq.saturating_add(1);
    let lost = (lost > 0).then_some(lost);
    let unsealed = Unsealed { schema: SCHEMA, writer, seq, prev: &head.hash, lost, time, event };
    let mut line = serde_json::to_string(&unsealed)?;
    line.pop();
    let hash = sha256_hex(line.as_bytes());
    for part in [BEFORE_HASH, hash.as_bytes(), AFTER_HASH] {
        line.extend(part.iter().map(|&byte| char::from(byte)));
    }
    Ok(RecordLine { line, head: ChainHead { seq, hash } })
}

/// Splits a line into the part that is hashed and the hash. `None` if the line does not end with a hash.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &str)> {
    let rest = line.strip_suffix(AFTER_HASH)?;
    let (rest, hash) = rest.split_at_checked(rest.len().checked_sub(HEX)?)?;
    let hash = std::str::from_utf8(hash).ok().filter(|hash| is_hash(hash))?;
    Some((rest.strip_suffix(BEFORE_HASH)?, hash))
}

/// Returns `true` if this has the form of a hash.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == HEX && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Torn {
    /// The maximum number of lines that are read as one torn line: bytes of the disk may hold line feeds.
    pub const MAX_LINES: usize = 1000;

    /// Returns `true` if these bytes are the torn line.
    #[must_use]
    pub fn describes(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes.len() as u64 && self.sha256 == sha256_hex(bytes)
    }
}

/// Returns the SHA-256 in lowercase hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| DIGITS.get(usize::from(nibble)).map(|&digit| char::from(digit))).collect()
}
