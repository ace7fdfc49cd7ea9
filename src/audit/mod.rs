//! Decision records: what a guardrail decided, without the text, in a log whose lines are chained by hashes.
//!
//! It knows no operation and no body: what it records are strings and numbers.
//!
//! | module | content |
//! |---|---|
//! | `record`, `schema` | one record, and its JSON Schema |
//! | `decide` | the record of an assessment |
//! | `model` | which model IDs are written |
//! | `log`, `queue`, `writer` | the log: a queue, and the thread that chains and writes records |
//! | `sink`, `file` | where lines go |
//! | `chain` | the line of a record, with the hash that links it to the line before |
//! | `verify`, `tails`, `report`, `problem` | reads lines and names what was removed, changed or reordered |

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod chain;
mod decide;
mod error;
mod file;
mod ids;
mod log;
mod model;
mod problem;
mod queue;
mod record;
mod report;
mod schema;
mod sink;
mod tails;
mod verify;
mod writer;

pub use chain::{ChainHead, RecordLine};
pub use error::AuditError;
pub use file::{Fsync, JsonlFile};
pub(crate) use ids::random as random_id;
pub use log::{AuditLog, AuditLogBuilder, Delivery};
pub(crate) use model::model_name;
pub use problem::{ChainProblem, ChainProblemKind};
pub use queue::AuditStatus;
pub use record::{
    Coverage, Decision, DecisionOutcome, DecisionRecord, FindingRecord, LogEvent, Opened, PolicyRecord, RecordError,
    Rejection, RejectionCode, SkippedRecord, Stage, Torn,
};
pub use report::{ChainReport, ChainSummary};
pub use sink::{AuditSink, LogEnd, TracingSink, WriterSink};
pub use verify::ChainVerifier;

#[cfg(test)]
mod tests;
