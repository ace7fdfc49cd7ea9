//! Audits of Amazon Bedrock invocation logs: findings, receipts and signed manifests.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing, clippy::unwrap_used))]

mod core;
mod report;
mod run;

pub use core::{
    CallRow, Direction, FindingRow, FindingSink, Format, GapSample, QuarantineRow, ReasonCode, Receipt, RecordContext,
    ScanOptions, Scanner, Side, SideError, SideObject, SideObjects, SideReceipt, Tally, UnitOutcome, UnitStatus,
    Verdict,
};
pub use run::{
    Accepted, AuditError, AuditStatus, CallProblem, Control, Counters, DecisionAudit, DecisionProblem, DistributedScan,
    FileSigner, FinalizeOptions, Finalized, FindingsFormat, Job, Manifest, ObjectRole, Plan, PlannedObject, PolicyName,
    PolicySource, QuarantinedUnit, RuleEntry, ScanRun, Settings, Shard, Signer, Summary, UnitCounts, UnitFile, UnitGap,
    UnitScanner, Verification, Verifier, VerifyOptions, calibrate, finalize, plan, read_plan, render_report, scan,
    summarize, threads, verify,
};
