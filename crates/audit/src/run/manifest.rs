//! The manifest: what an audit vouches for.

use banister::Guardrail;
use serde::{Deserialize, Serialize};

use super::error::AuditStatus;

pub(super) const MANIFEST: &str = "manifest.json";
/// The signed manifest, if the audit is signed.
pub(super) const ENVELOPE: &str = "manifest.dsse.json";
/// The digests of manifest and envelope, in the format of `sha256sum`.
pub(super) const SUMS: &str = "SHA256SUMS";

pub(super) const FORMAT: &str = "banister-audit manifest 1";

/// A policy, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyName {
    /// The name.
    pub name: String,
    /// The digest.
    pub digest: String,
}

impl PolicyName {
    pub(super) fn of(guardrail: &Guardrail) -> Self {
        let policy = guardrail.policy();
        Self { name: policy.name().to_owned(), digest: policy.digest().to_owned() }
    }
}

/// The manifest of an audit. It is the only file with the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format.
    pub format: String,
    /// The time at which the audit was finalized.
    pub created: String,
    /// How much of the plan was covered.
    pub status: AuditStatus,
    /// The policy.
    pub policy: PolicyName,
    /// The name of the engine.
    pub engine: String,
    /// The digest of the engine and its options.
    pub engine_digest: String,
    /// The digest of the plan.
    pub plan_sha256: String,
    /// The number of units.
    pub units: u64,
    /// The number of records.
    pub records: u64,
    /// The number of findings.
    pub findings: u64,
    /// The number of findings that are gaps.
    pub gaps: u64,
    /// The number of quarantined units, lines and bodies.
    pub quarantined: u64,
    /// The number of files in the list of files.
    pub files: u64,
    /// The digest of the list of files.
    pub files_sha256: String,
    /// The Merkle root of the lines of the list of files.
    pub merkle_root: String,
    /// The digest of the manifest of the audit before this one, if there is one.
    pub previous_manifest_sha256: Option<String>,
}
