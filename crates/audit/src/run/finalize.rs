//! Ends an audit: summary, report, list of files, manifest and signature.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::clock::now;
use super::error::AuditError;
use super::manifest::{ENVELOPE, FORMAT, MANIFEST, Manifest, PolicyName, SUMS};
use super::plan::PLAN;
use super::seal::{FILES, list_files, merkle_root};
use super::settings::{POLICY, Settings, json_file};
use super::signature::{Envelope, Signer};
use super::store::Store;
use super::summary::{Accepted, Summary, summarize_store};
use crate::core::hex;
use crate::report::render;

pub(super) const SUMMARY: &str = "summary.json";
pub(super) const REPORT: &str = "report.html";

/// How an audit is finalized.
#[derive(Default)]
pub struct FinalizeOptions<'a> {
    /// What the audit accepts.
    pub accepted: Accepted,
    /// Signs the manifest.
    pub signer: Option<&'a dyn Signer>,
    /// The manifest of the audit before this one.
    pub previous: Option<&'a Path>,
}

impl std::fmt::Debug for FinalizeOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FinalizeOptions").field("accepted", &self.accepted).finish_non_exhaustive()
    }
}

/// A finalized audit.
#[derive(Clone, Debug)]
pub struct Finalized {
    /// The summary.
    pub summary: Summary,
    /// The manifest.
    pub manifest: Manifest,
}

/// Finalizes an audit.
///
/// # Errors
///
/// If a unit has no receipt, if receipts or files disagree, if the audit is finalized already, or if a file cannot be written.
pub fn finalize(out: &Path, options: &FinalizeOptions<'_>) -> Result<Finalized, AuditError> {
    Store::open(out)?;
    let store = Store::lock(out, None)?;
    if store.exists(MANIFEST) {
        return Err(AuditError::usage(format!("{}: is finalized already; use `verify` or `report`", out.display())));
    }
    let previous = options.previous.map(digest_of).transpose()?;
    let settings = Settings::read(&store)?;
    if !settings.options.decisions && !options.accepted.approved_policies.is_empty() {
        return Err(AuditError::usage(
            "policies are approved for decisions, which this audit does not join: scan with `--decisions`",
        ));
    }
    let summary = summarize_store(&store, &options.accepted)?;
    store.write(SUMMARY, &json_file(&summary))?;
    store.write(REPORT, render_store(&store, &settings, &summary)?.as_bytes())?;
    let files = list_files(&store, &[FILES, MANIFEST, ENVELOPE, SUMS])?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        created: now(),
        status: summary.status,
        policy: PolicyName { name: settings.policy.name.clone(), digest: settings.policy.digest.clone() },
        engine: settings.engine.clone(),
        engine_digest: settings.engine_digest.clone(),
        plan_sha256: store.digest(PLAN)?,
        units: summary.units.planned,
        records: summary.tally.records(),
        findings: summary.tally.findings(),
        gaps: summary.gap_count(),
        quarantined: summary.tally.quarantined(),
        files: files.lines().count() as u64,
        files_sha256: store.write(FILES, files.as_bytes())?,
        merkle_root: merkle_root(&files),
        previous_manifest_sha256: previous,
    };
    let bytes = json_file(&manifest);
    let mut sums = String::new();
    if let Some(signer) = options.signer {
        let envelope = Envelope::sign(&bytes, signer)?;
        sums.push_str(&format!("{}  {ENVELOPE}\n", store.write(ENVELOPE, &json_file(&envelope))?));
    }
    sums.insert_str(0, &format!("{}  {MANIFEST}\n", hex(&Sha256::digest(&bytes))));
    store.write(SUMS, sums.as_bytes())?;
    // Last: with it, the audit is final.
    store.write(MANIFEST, &bytes)?;
    Ok(Finalized { summary, manifest })
}

/// Renders the report of a finalized audit again.
///
/// # Errors
///
/// If the audit is not finalized, or a file of it is damaged.
pub fn render_report(out: &Path) -> Result<String, AuditError> {
    let store = Store::open(out)?;
    if !store.exists(SUMMARY) {
        return Err(AuditError::Incomplete(format!(
            "{}: is not finalized; run `banister audit finalize`",
            out.display()
        )));
    }
    let summary: Summary = serde_json::from_slice(&store.read(SUMMARY)?)
        .map_err(|_| AuditError::integrity(format!("{SUMMARY}: is damaged")))?;
    render_store(&store, &Settings::read(&store)?, &summary)
}

/// Renders the report of an audit.
pub(super) fn render_store(store: &Store, settings: &Settings, summary: &Summary) -> Result<String, AuditError> {
    let policy = if store.exists(POLICY) { Some(store.read_text(POLICY)?) } else { None };
    Ok(render(settings, summary, policy.as_deref()))
}

fn digest_of(path: &Path) -> Result<String, AuditError> {
    let bytes = fs::read(path).map_err(AuditError::io(path))?;
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(_) => Ok(hex(&Sha256::digest(&bytes))),
        Err(_) => Err(AuditError::usage(format!("{}: is not the manifest of an audit", path.display()))),
    }
}
