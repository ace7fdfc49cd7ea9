//! Decision records: what a guardrail decided, without the text, in a log whose lines are chained by hashes.
//!
//! It knows no operation and no body: what it records are strings and numbers.
//!
//! | module | content |
//! |---|---|
//! | `record`, `schema` | one record, and its JSON Schema |
//! | `chain` | the line of a record, with the hash that links it to the line before |
//! | `verify`, `problem` | reads lines and names what was removed, changed or reordered |

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod chain;
mod problem;
mod record;
mod schema;
mod verify;

pub use chain::{ChainHead, RecordLine};
pub use problem::{ChainProblem, ChainProblemKind};
pub use record::{
    Coverage, Decision, DecisionOutcome, DecisionRecord, FindingRecord, LogEvent, Opened, PolicyRecord, RecordError,
    Rejection, RejectionCode, SkippedRecord, Stage, Torn,
};
pub use verify::{ChainReport, ChainSummary, ChainVerifier};

#[cfg(test)]
mod tests;
