//! Verifies an audit: everything is computed again, and a sample is scanned again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use banister::{ChainHead, Guardrail};
use sha2::{Digest as _, Sha256};

use super::error::{AuditError, AuditStatus};
use super::finalize::{REPORT, SUMMARY, render_store};
use super::manifest::{ENVELOPE, FORMAT, MANIFEST, Manifest, SUMS};
use super::objects::Objects;
use super::plan::{PLAN, Plan, PlannedObject};
use super::seal::{FILES, merkle_root};
use super::settings::{Settings, json_file};
use super::side::PlannedSides;
use super::signature::{Envelope, Verifier};
use super::store::Store;
use super::stores::ObjectStores;
use super::summary::{Accepted, Summary, summarize_store};
use super::work::scanner;
use crate::core::{FindingRow, Receipt, Scanner, UnitStatus, hex};

/// What is verified besides the files.
#[derive(Default)]
pub struct VerifyOptions<'a> {
    /// The key that must have signed the manifest.
    pub verifier: Option<&'a Verifier>,
    /// The manifest that must be the one before.
    pub previous: Option<&'a Path>,
    /// The policy of the audit, to scan units again.
    pub guardrail: Option<&'a Guardrail>,
    /// The policies of [`ScanRun::recorded`](crate::ScanRun::recorded), to scan units again.
    pub recorded: &'a [Guardrail],
    /// The policy of [`ScanRun::against`](crate::ScanRun::against), to scan units again.
    pub against: Option<&'a Guardrail>,
    /// The key of [`ScanRun::fingerprint_key`](crate::ScanRun::fingerprint_key), to scan units again.
    pub fingerprint_key: Option<&'a [u8]>,
    /// The stores of objects that are not files, to scan units again.
    pub stores: Option<&'a dyn ObjectStores>,
    /// The part of the units that is scanned again, in thousandths.
    pub rescan_per_mille: u64,
}

impl std::fmt::Debug for VerifyOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyOptions")
            .field("previous", &self.previous)
            .field("rescan_per_mille", &self.rescan_per_mille)
            .finish_non_exhaustive()
    }
}

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The manifest.
    pub manifest: Manifest,
    /// What does not agree. Empty if the audit is intact.
    pub problems: Vec<String>,
    /// The signature was checked.
    pub is_signature_checked: bool,
    /// The number of units that were scanned again with the same result.
    pub rescanned: u64,
    /// The number of units of the sample that cannot be scanned again, because the objects are gone or changed.
    pub unavailable: u64,
}

/// Verifies an audit.
///
/// # Errors
///
/// If the audit is not finalized, or a file cannot be read at all.
pub fn verify(out: &Path, options: &VerifyOptions<'_>) -> Result<Verification, AuditError> {
    let store = Store::open(out)?;
    if !store.exists(MANIFEST) {
        return Err(AuditError::Incomplete(format!(
            "{}: is not finalized; run `banister audit finalize`",
            out.display()
        )));
    }
    let bytes = store.read(MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|_| AuditError::integrity(format!("{MANIFEST}: is damaged")))?;
    let mut check = Check { store: &store, manifest: &manifest, problems: Vec::new() };
    check.sums(&bytes)?;
    let is_signature_checked = check.signature(&bytes, options.verifier)?;
    check.previous(options.previous)?;
    check.files()?;
    check.summary()?;
    let mut problems = check.problems;
    let (mut rescanned, mut unavailable) = (0, 0);
    if problems.is_empty() && options.rescan_per_mille > 0 {
        let sample = rescan(&store, &manifest, options)?;
        (rescanned, unavailable) = (sample.same, sample.unavailable);
        problems.extend(sample.problems);
    }
    Ok(Verification { manifest, problems, is_signature_checked, rescanned, unavailable })
}

struct Check<'a> {
    store: &'a Store,
    manifest: &'a Manifest,
    problems: Vec<String>,
}

impl Check<'_> {
    fn expect(&mut self, is_so: bool, problem: impl FnOnce() -> String) {
        if !is_so {
            self.problems.push(problem());
        }
    }

    fn sums(&mut self, manifest: &[u8]) -> Result<(), AuditError> {
        let mut expected = format!("{}  {MANIFEST}\n", hex(&Sha256::digest(manifest)));
        if self.store.exists(ENVELOPE) {
            expected.push_str(&format!("{}  {ENVELOPE}\n", self.store.digest(ENVELOPE)?));
        }
        let sums = if self.store.exists(SUMS) { self.store.read(SUMS)? } else { Vec::new() };
        self.expect(sums == expected.as_bytes(), || {
            format!("{SUMS}: does not agree with the manifest or its signature")
        });
        Ok(())
    }

    /// Returns `true` if the signature was checked with a key.
    fn signature(&mut self, manifest: &[u8], verifier: Option<&Verifier>) -> Result<bool, AuditError> {
        if !self.store.exists(ENVELOPE) {
            self.expect(verifier.is_none(), || format!("{ENVELOPE}: is missing, the audit is not signed"));
            return Ok(false);
        }
        let checked = match serde_json::from_slice::<Envelope>(&self.store.read(ENVELOPE)?) {
            Ok(envelope) => envelope.check(manifest, verifier),
            Err(_) => Err("it is no DSSE envelope"),
        };
        if let Err(why) = checked {
            self.problems.push(format!("{ENVELOPE}: {why}"));
        }
        Ok(verifier.is_some())
    }

    fn previous(&mut self, previous: Option<&Path>) -> Result<(), AuditError> {
        let Some(path) = previous else { return Ok(()) };
        let bytes = std::fs::read(path).map_err(AuditError::io(path))?;
        let digest = hex(&Sha256::digest(&bytes));
        let is_so = self.manifest.previous_manifest_sha256.as_deref() == Some(&digest);
        self.expect(is_so, || format!("{MANIFEST}: does not follow {}", path.display()));
        Ok(())
    }

    /// Checks the list of files, and that there are no others.
    fn files(&mut self) -> Result<(), AuditError> {
        let manifest = self.manifest;
        self.expect(manifest.format == FORMAT, || format!("{MANIFEST}: has another format"));
        if !self.store.exists(FILES) {
            self.problems.push(format!("{FILES}: is missing"));
            return Ok(());
        }
        let is_listed = self.store.digest(FILES)? == manifest.files_sha256;
        self.expect(is_listed, || format!("{FILES}: is not the list of the manifest"));
        let Ok(list) = self.store.read_text(FILES) else { return Ok(()) };
        self.expect(merkle_root(&list) == manifest.merkle_root, || format!("{FILES}: has another Merkle root"));
        self.expect(list.lines().count() as u64 == manifest.files, || format!("{FILES}: has another length"));
        let mut known: BTreeSet<String> = [FILES, MANIFEST, ENVELOPE, SUMS].map(str::to_owned).into();
        let present = self.store.files()?;
        for line in list.lines() {
            let Some((digest, name)) = line.split_once("  ") else { continue };
            known.insert(name.to_owned());
            if !present.contains(name) {
                self.problems.push(format!("{name}: is missing"));
            } else if self.store.digest(name)? != digest {
                self.problems.push(format!("{name}: was changed"));
            }
        }
        for other in present.difference(&known) {
            self.problems.push(format!("{other}: is not a file of the audit"));
        }
        Ok(())
    }

    /// Brings plan and receipts together again.
    fn summary(&mut self) -> Result<(), AuditError> {
        if !self.problems.is_empty() {
            return Ok(());
        }
        let known: Summary = serde_json::from_slice(&self.store.read(SUMMARY)?)
            .map_err(|_| AuditError::integrity(format!("{SUMMARY}: is damaged")))?;
        let settings = Settings::read(self.store)?;
        let summary = match summarize_store(self.store, &accepted(&known)) {
            Ok(summary) => summary,
            Err(AuditError::Integrity(problems)) => {
                self.problems.extend(problems);
                return Ok(());
            }
            Err(AuditError::Incomplete(problem)) => {
                self.problems.push(problem);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let manifest = self.manifest;
        let is_same = json_file(&summary) == self.store.read(SUMMARY)?;
        self.expect(is_same, || format!("{SUMMARY}: does not follow from plan and receipts"));
        let is_rendered = render_store(self.store, &settings, &summary)?.as_bytes() == self.store.read(REPORT)?;
        self.expect(is_rendered, || format!("{REPORT}: does not follow from the summary"));
        let counts = [
            (manifest.units, summary.units.planned),
            (manifest.records, summary.tally.records()),
            (manifest.findings, summary.tally.findings()),
            (manifest.gaps, summary.gap_count()),
            (manifest.quarantined, summary.tally.quarantined()),
        ];
        let agrees = manifest.status == summary.status
            && manifest.policy.digest == settings.policy.digest
            && manifest.engine_digest == settings.engine_digest
            && manifest.plan_sha256 == self.store.digest(PLAN)?
            && counts.iter().all(|(one, other)| one == other);
        self.expect(agrees, || format!("{MANIFEST}: does not follow from the summary"));
        Ok(())
    }
}

/// Returns what an audit accepted.
fn accepted(summary: &Summary) -> Accepted {
    Accepted {
        max_quarantined: summary.max_quarantined,
        approved_policies: summary.decisions.as_ref().map(|decisions| decisions.approved.clone()).unwrap_or_default(),
        chains_after: summary
            .decisions
            .iter()
            .flat_map(|decisions| &decisions.chain.after)
            .filter_map(|text| head(text))
            .collect(),
    }
}

/// Reads `SEQ:HASH`.
fn head(text: &str) -> Option<ChainHead> {
    let (seq, hash) = text.split_once(':')?;
    Some(ChainHead::new(seq.parse().ok()?, hash))
}

#[derive(Default)]
struct Sample {
    same: u64,
    unavailable: u64,
    problems: Vec<String>,
}

/// Scans a sample of the units again. The Merkle root selects it, so that it cannot be chosen.
fn rescan(store: &Store, manifest: &Manifest, options: &VerifyOptions<'_>) -> Result<Sample, AuditError> {
    let settings = Settings::read(store)?;
    let Some(guardrail) = options.guardrail else {
        return Err(AuditError::usage("scanning again needs the policy of the audit; name it with `--policy`"));
    };
    if guardrail.policy().digest() != settings.policy.digest {
        return Err(AuditError::usage("the policy is not the one of the audit: its digest is another one"));
    }
    let plan = Plan::read(store)?;
    let scanner = scanner(guardrail, &settings.options, options.recorded, options.against, options.fingerprint_key);
    if scanner.options().fingerprint_key_id != settings.options.fingerprint_key_id {
        return Err(AuditError::usage(match settings.options.fingerprint_key_id {
            Some(_) => "scanning again needs the key of the audit's fingerprints; name it with `--fingerprint-key`",
            None => "the findings of the audit have no fingerprints; leave out `--fingerprint-key`",
        }));
    }
    if scanner.options() != &settings.options {
        return Err(AuditError::usage(
            "scanning again needs all policies of the audit; name them with `--replay` and `--against`",
        ));
    }
    if scanner.engine_digest() != settings.engine_digest {
        return Err(AuditError::usage(format!(
            "the audit was made by {}; scan again with that version",
            settings.engine
        )));
    }
    let objects = Objects(options.stores);
    let sides = PlannedSides::new(&plan, objects);
    let mut sample = Sample::default();
    for unit in plan.units() {
        let unit_id = unit.unit_id(&settings.policy.digest, &settings.engine_digest);
        if !is_selected(&manifest.merkle_root, &unit_id, options.rescan_per_mille) {
            continue;
        }
        let name = format!("receipts/{unit_id}.json");
        let receipt: Receipt = serde_json::from_slice(&store.read(&name)?)
            .map_err(|_| AuditError::integrity(format!("{name}: is damaged")))?;
        match scan_again(unit, &receipt, &scanner, (objects, &sides)) {
            Some(true) => sample.same += 1,
            Some(false) => sample.problems.push(format!("{name}: another scan of the unit has another result")),
            None => sample.unavailable += 1,
        }
    }
    Ok(sample)
}

fn is_selected(root: &str, unit_id: &str, per_mille: u64) -> bool {
    let digest = Sha256::new().chain_update(root).chain_update(unit_id).finalize();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    number % 1000 < per_mille
}

/// Returns whether a scan has the same receipt, or `None` if the object is gone or changed.
fn scan_again(
    unit: &PlannedObject,
    receipt: &Receipt,
    scanner: &Scanner,
    (objects, sides): (Objects<'_>, &PlannedSides<'_>),
) -> Option<bool> {
    if unit.is_stdin() || (receipt.status == UnitStatus::Failed && receipt.sha256.is_empty()) {
        return None;
    }
    let opened = objects.open(unit).ok()?;
    let mut sink = |_: &FindingRow<'_>| Ok(());
    let outcome = opened.scan(scanner, &receipt.unit_id, &AtomicU64::new(0), sides, &mut sink).ok()?;
    if outcome.receipt.sha256 != receipt.sha256 {
        return None;
    }
    Some(Receipt { files: receipt.files.clone(), ..outcome.receipt } == *receipt)
}

impl Verification {
    /// Returns `true` if the audit is intact.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns the status of the audit.
    #[must_use]
    pub fn status(&self) -> AuditStatus {
        self.manifest.status
    }
}
