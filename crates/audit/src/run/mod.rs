//! An audit of an archive: plan, scan, finalize, verify.

mod clock;
mod decisions;
mod error;
mod finalize;
mod findings_file;
mod job;
mod manifest;
mod parquet_file;
mod plan;
mod policy;
mod seal;
mod settings;
mod shard;
mod side;
mod signature;
mod store;
mod summary;
mod verify;
mod work;

pub use decisions::{CallProblem, DecisionAudit, DecisionProblem};
pub use error::{AuditError, AuditStatus};
pub use finalize::{FinalizeOptions, Finalized, finalize, render_report};
pub use findings_file::FindingsFormat;
pub use job::{DistributedScan, Job, UnitFile, UnitScanner, read_plan};
pub use manifest::{Manifest, PolicyName};
pub use plan::{ObjectRole, Plan, PlannedObject, plan};
pub use policy::{PolicySource, RuleEntry};
pub use settings::Settings;
pub use shard::Shard;
pub use signature::{FileSigner, Signer, Verifier};
pub use summary::{Accepted, Control, QuarantinedUnit, Summary, UnitCounts, UnitGap, summarize};
pub use verify::{Verification, VerifyOptions, verify};
pub use work::{Counters, ScanRun, calibrate, scan, threads};
