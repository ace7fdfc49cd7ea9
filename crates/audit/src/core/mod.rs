//! One unit in, findings and a receipt out. Without a clock, randomness or access to files: the caller provides every byte.

mod body;
mod call;
mod context;
mod decision;
mod finding;
mod inflate;
mod labels;
mod lines;
mod names;
mod options;
mod outcome;
mod output;
mod pointer;
mod quarantine;
mod receipt;
mod record;
mod scan;
mod text;
mod unit;

pub use call::CallRow;
pub use context::RecordContext;
pub use finding::{FindingRow, Side, Verdict};
pub(crate) use options::hex;
pub use options::{Direction, Format, ScanOptions};
pub use outcome::{FindingSink, SideError, SideObject, SideObjects, UnitOutcome};
pub use quarantine::{QuarantineRow, ReasonCode};
pub use receipt::{GapSample, Receipt, SideReceipt, Tally, UnitStatus};
pub use scan::Scanner;
