//! What a scan depends on besides the bytes and the policy.

use banister::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The format of a unit's content, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// One JSON document per line: invocation log records, decision records, or any other JSON.
    JsonLines,
    /// Text.
    Text,
}

/// The options of a scan. Two scans with equal options, policies and bytes have equal results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanOptions {
    /// The format of all units; `None` determines it by content.
    pub format: Option<Format>,
    /// The direction of content that does not state its direction: text, and JSON that is no invocation log. `input` or `output`.
    pub source: Direction,
    /// The calls of invocation logs are joined with decision records.
    pub decisions: bool,
    /// The longest line that is read as a whole. Longer lines are evaluated as text and quarantined.
    ///
    /// Text over 16 MiB is evaluated in parts, which end where no match is open: context words before such an end do not count after it.
    pub max_line_bytes: usize,
    /// The largest side object that is read.
    pub max_side_bytes: u64,
    /// The digests of more policies under which decisions are replayed: those of [`Scanner::replaying`](crate::Scanner::replaying).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replay: Vec<String>,
    /// The digest of the policy that the audited one is compared with: that of [`Scanner::against`](crate::Scanner::against).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The ID of the key of fingerprints: that of [`Scanner::fingerprinting`](crate::Scanner::fingerprinting). The key is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint_key_id: Option<String>,
}

/// A direction, as `input` or `output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the model.
    Input,
    /// From the model.
    Output,
}

impl From<Direction> for Source {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Input => Self::Input,
            Direction::Output => Self::Output,
        }
    }
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            format: None,
            source: Direction::Input,
            decisions: false,
            max_line_bytes: 16 << 20,
            max_side_bytes: 256 << 20,
            replay: Vec::new(),
            against: None,
            fingerprint_key_id: None,
        }
    }
}

/// The version of the scan: it changes when equal bytes may have other results.
const SCAN_VERSION: &str = concat!("banister-audit ", env!("CARGO_PKG_VERSION"), " scan 4");

impl ScanOptions {
    /// Returns the name of the engine.
    #[must_use]
    pub fn engine() -> &'static str {
        SCAN_VERSION
    }

    /// Returns the digest of the engine's version and the options.
    #[must_use]
    pub fn digest(&self) -> String {
        let options = serde_json::to_string(self).unwrap_or_default();
        hex(&Sha256::new().chain_update(SCAN_VERSION).chain_update([0]).chain_update(options).finalize())
    }
}

/// Returns bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let digits = b"0123456789abcdef";
        out.extend(
            [byte >> 4, byte & 15].map(|digit| char::from(digits.get(usize::from(digit)).copied().unwrap_or(b'?'))),
        );
        out
    })
}
