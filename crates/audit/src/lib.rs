//! Audits of Amazon Bedrock invocation logs: findings, receipts and signed manifests.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing, clippy::unwrap_used))]

mod core;
mod report;
mod run;
#[cfg(feature = "stores")]
mod stores;

pub use core::{
    CallRow, ChainFault, ChainReceipt, Chains, Direction, FindingRow, FindingSink, Format, GapSample, QuarantineRow,
    ReasonCode, Receipt, RecordContext, Replay, ScanOptions, Scanner, Side, SideError, SideObject, SideObjects,
    SideReceipt, Tally, UnitOutcome, UnitStatus, Verdict,
};
pub use run::{
    Accepted, Approval, AuditError, AuditStatus, CallProblem, ChainAudit, ChainEnd, ChainLocation, Control, Counters,
    DecisionAudit, DecisionProblem, DistributedScan, FileSigner, FinalizeOptions, Finalized, FindingsFormat, Job,
    Manifest, ObjectRole, ObjectStores, Plan, PlannedObject, PolicyName, PolicySource, QuarantinedUnit, ReplayCounts,
    RuleEntry, ScanRun, Settings, Shard, Signer, StoredObject, Summary, UnitCounts, UnitFile, UnitGap, UnitScanner,
    Verification, Verifier, VerifyOptions, calibrate, export_ocsf, finalize, plan, plan_in_stores, planned_inputs,
    read_plan, render_report, scan, summarize, threads, verify,
};
#[cfg(feature = "stores")]
pub use stores::Buckets;
