//! One unit in, findings and a receipt out. Without a clock, randomness or access to files: the caller provides every byte.

mod body;
mod call;
mod chain;
mod codes;
mod context;
mod decision;
mod finding;
mod inflate;
mod invocation;
mod labels;
mod lines;
mod options;
mod outcome;
mod output;
mod parquet_rows;
mod quarantine;
mod receipt;
mod record;
mod replay;
mod scan;
mod text;
mod unit;
mod unread;

pub use call::CallRow;
pub use chain::{ChainFault, ChainReceipt, Chains};
pub(crate) use codes::codes;
pub use context::RecordContext;
pub use finding::{FindingRow, Side, Verdict};
pub(crate) use options::hex;
pub use options::{Direction, Format, ScanOptions};
pub use outcome::{FindingSink, SideError, SideObject, SideObjects, UnitOutcome};
pub(crate) use parquet_rows::{ParquetRows, sniff};
pub use quarantine::{QuarantineRow, ReasonCode};
pub use receipt::{GapSample, Receipt, SideReceipt, Tally, UnitStatus};
pub use replay::Replay;
pub use scan::Scanner;
