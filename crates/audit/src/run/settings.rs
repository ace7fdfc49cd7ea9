//! What all scans of an audit have in common.

use serde::{Deserialize, Serialize};

use super::error::AuditError;
use super::findings_file::FindingsFormat;
use super::manifest::PolicyName;
use super::policy::PolicySource;
use super::store::Store;
use crate::core::ScanOptions;

pub(super) const SETTINGS: &str = "settings.json";
pub(super) const POLICY: &str = "policy.yaml";

/// The settings of an audit. The first scan writes them, and all others must agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of the format.
    pub format: String,
    /// The digest of the plan.
    pub plan_sha256: String,
    /// The policy.
    pub policy: PolicySource,
    /// More policies under which decisions were replayed.
    pub replay: Vec<PolicyName>,
    /// The policy that the audited one is compared with.
    pub against: Option<PolicyName>,
    /// The name of the engine.
    pub engine: String,
    /// The digest of the engine and the options.
    pub engine_digest: String,
    /// The options of the scan.
    pub options: ScanOptions,
    /// The format of findings.
    pub findings: FindingsFormat,
}

pub(super) const FORMAT: &str = "banister-audit settings 1";

impl Settings {
    pub(super) fn read(store: &Store) -> Result<Self, AuditError> {
        if !store.exists(SETTINGS) {
            return Err(AuditError::Incomplete("the plan was not scanned yet; run `banister audit scan`".to_owned()));
        }
        let settings: Self = serde_json::from_slice(&store.read(SETTINGS)?)
            .map_err(|_| AuditError::integrity(format!("{SETTINGS}: is damaged")))?;
        if settings.format != FORMAT {
            return Err(AuditError::usage(format!("{SETTINGS}: has a format that this version does not read")));
        }
        Ok(settings)
    }

    /// Writes the settings, or checks that they are those of earlier scans.
    pub(super) fn agree(&self, store: &Store, policy_text: Option<&str>) -> Result<(), AuditError> {
        if store.exists(SETTINGS) {
            return if Self::read(store)? == *self {
                Ok(())
            } else {
                Err(AuditError::usage(
                    "the directory holds an audit with another policy, other options or another version; name another directory",
                ))
            };
        }
        if let Some(text) = policy_text {
            store.write(POLICY, text.as_bytes())?;
        }
        store.write(SETTINGS, &json_file(self)).map(drop)
    }
}

/// Returns the bytes of a JSON file.
pub(super) fn json_file(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
