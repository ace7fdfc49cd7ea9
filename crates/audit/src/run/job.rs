//! A scan that other machines do: what they need of the audit, and the files that come back.

use std::path::{Path, PathBuf};

use banister::Guardrail;
use serde::{Deserialize, Serialize};

use super::error::AuditError;
use super::objects::Objects;
use super::plan::{Plan, PlannedObject};
use super::settings::Settings;
use super::side::PlannedSides;
use super::store::Store;
use super::work::{Counters, ScanRun, Worker, prepare};
use crate::core::{Receipt, Scanner};

/// What a machine without the directory of the audit needs to scan units of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The settings of the audit.
    settings: Settings,
    /// The text of the policy, unless it is a pack.
    policy_text: Option<String>,
    /// The side objects of the plan.
    side_objects: Vec<PlannedObject>,
}

impl Job {
    /// Returns the pack or file of the policy.
    #[must_use]
    pub fn policy_reference(&self) -> &str {
        &self.settings.policy.reference
    }

    /// Returns the text of the policy, unless it is a pack.
    #[must_use]
    pub fn policy_text(&self) -> Option<&str> {
        self.policy_text.as_deref()
    }
}

/// A file of a unit: its findings, calls, quarantine or receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFile {
    /// The name in the directory of the audit.
    pub name: String,
    /// The content.
    pub content: Vec<u8>,
}

/// Reads the plan of an audit.
///
/// # Errors
///
/// If the directory has none, or it is damaged.
pub fn read_plan(out: &Path) -> Result<Plan, AuditError> {
    Plan::read(&Store::open(out)?)
}

/// A scan whose units other machines read. The directory is locked until this is dropped.
#[derive(Debug)]
pub struct DistributedScan {
    store: Store,
    plan: Plan,
    job: Job,
}

impl DistributedScan {
    /// Begins or continues the scan of a plan. The run's threads and shard do not matter.
    ///
    /// # Errors
    ///
    /// As of [`scan`](crate::scan).
    pub fn open(run: &ScanRun<'_>) -> Result<Self, AuditError> {
        if !run.recorded.is_empty() || run.against.is_some() || run.fingerprint_key.is_some() {
            return Err(AuditError::usage(
                "other machines replay no decisions, compare no policies and have no key; use `banister audit scan`, with shards",
            ));
        }
        let prepared = prepare(run)?;
        if let Some(object) = prepared.plan.objects.iter().find(|object| object.is_stored() || object.is_stdin()) {
            return Err(AuditError::usage(format!(
                "{}: is not a file; other machines read objects at the paths of the plan, so mount the bucket, or use `banister audit scan` with shards",
                object.uri
            )));
        }
        let job = Job {
            settings: prepared.settings,
            policy_text: run.policy_text.map(str::to_owned),
            side_objects: prepared.plan.side_objects().cloned().collect(),
        };
        Ok(Self { store: prepared.store, plan: prepared.plan, job })
    }

    /// Returns what the machines need.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Returns the units without a receipt, the largest first.
    #[must_use]
    pub fn pending(&self) -> Vec<PlannedObject> {
        let settings = &self.job.settings;
        let is_pending = |unit: &&PlannedObject| {
            let unit_id = unit.unit_id(&settings.policy.digest, &settings.engine_digest);
            !self.store.exists(&receipt_name(&unit_id))
        };
        let mut units: Vec<PlannedObject> = self.plan.units().filter(is_pending).cloned().collect();
        units.sort_by_key(|unit| std::cmp::Reverse(unit.size));
        units
    }

    /// Adds the files of a unit, its receipt last.
    ///
    /// If the unit has a receipt already, the two must be equal, and its files stay as they are.
    ///
    /// # Errors
    ///
    /// If these are not the files of one unit with its receipt, if receipts disagree, or if a file cannot be written.
    pub fn add(&self, files: &[UnitFile]) -> Result<(), AuditError> {
        let (receipt, others) = receipt_and_others(files)?;
        if !self.store.exists(&receipt.name) {
            for file in others.into_iter().chain([receipt]) {
                self.store.write(&file.name, &file.content)?;
            }
            return Ok(());
        }
        if self.store.read(&receipt.name)? == receipt.content {
            return Ok(());
        }
        Err(AuditError::integrity(format!(
            "{}: disagrees with another receipt of the unit; the scan was not deterministic",
            receipt.name
        )))
    }
}

/// Finds the receipt among the files of a unit, and checks the names.
fn receipt_and_others(files: &[UnitFile]) -> Result<(&UnitFile, Vec<&UnitFile>), AuditError> {
    let damaged = || AuditError::integrity("the files are not those of one unit with its receipt");
    let unit_id = files.first().and_then(|file| unit_of(&file.name)).ok_or_else(damaged)?;
    if files.iter().any(|file| unit_of(&file.name) != Some(unit_id)) {
        return Err(damaged());
    }
    let name = receipt_name(unit_id);
    let (receipts, others): (Vec<&UnitFile>, Vec<&UnitFile>) = files.iter().partition(|file| file.name == name);
    match receipts.as_slice() {
        [receipt] => Ok((receipt, others)),
        _ => Err(damaged()),
    }
}

fn receipt_name(unit_id: &str) -> String {
    format!("receipts/{unit_id}.json")
}

/// Returns the unit in the name of a file, if it is one that a scan writes.
fn unit_of(name: &str) -> Option<&str> {
    let (directory, file) = name.split_once('/')?;
    let (unit_id, ending) = file.split_once('.')?;
    let is_known = matches!(
        (directory, ending),
        ("receipts", "json") | ("findings", "jsonl" | "parquet") | ("calls" | "quarantine", "jsonl")
    );
    let is_id = unit_id.len() == 32 && unit_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_known && is_id).then_some(unit_id)
}

/// Scans units of a job on a machine that has the objects, and not the directory of the audit.
#[derive(Debug)]
pub struct UnitScanner {
    scanner: Scanner,
    plan: Plan,
    job: Job,
    /// Where files are under construction.
    directory: Temporary,
}

impl UnitScanner {
    /// Creates a scanner. Files under construction are in `directory`, which is empty, and is removed with the scanner.
    ///
    /// # Errors
    ///
    /// If the guardrail or the version is not that of the job.
    pub fn new(job: Job, guardrail: &Guardrail, directory: &Path) -> Result<Self, AuditError> {
        let settings = &job.settings;
        let scanner = Scanner::new(guardrail, settings.options.clone());
        if scanner.policy_digest() != settings.policy.digest {
            return Err(AuditError::usage(format!(
                "the policy `{}` is another one on this machine; a policy file must not refer to other files, and all machines need the same version of Banister",
                settings.policy.reference
            )));
        }
        if scanner.engine_digest() != settings.engine_digest {
            return Err(AuditError::usage(format!(
                "this machine has another version of Banister than `{}`; install the same version everywhere",
                settings.engine
            )));
        }
        let plan = Plan { inputs: Vec::new(), objects: job.side_objects.clone() };
        Ok(Self { scanner, plan, job, directory: Temporary(directory.to_owned()) })
    }

    /// Scans a unit, and returns its files.
    ///
    /// # Errors
    ///
    /// If a file cannot be written. An object that cannot be read is no error, but in its receipt.
    pub fn scan(&self, unit: &PlannedObject) -> Result<Vec<UnitFile>, AuditError> {
        if !unit.is_intact() {
            return Err(AuditError::integrity("the description of a unit does not have its digest"));
        }
        let store = Store::lock(&self.directory.0, None)?;
        let objects = Objects(None);
        let sides = PlannedSides::new(&self.plan, objects);
        let worker = Worker {
            store: &store,
            objects,
            scanner: &self.scanner,
            sides: &sides,
            format: self.job.settings.findings,
            counters: &Counters::default(),
        };
        worker.unit(unit)?;
        let receipt_name = receipt_name(&unit.unit_id(self.scanner.policy_digest(), self.scanner.engine_digest()));
        let receipt: Receipt = serde_json::from_slice(&store.read(&receipt_name)?)
            .map_err(|_| AuditError::integrity(format!("{receipt_name}: is damaged")))?;
        let names = receipt.files.into_keys().chain([receipt_name]);
        names
            .map(|name| {
                let content = store.read(&name)?;
                store.remove(&name)?;
                Ok(UnitFile { name, content })
            })
            .collect()
    }
}

/// A directory that is removed in the end.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left is in the directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{UnitFile, receipt_and_others, unit_of};

    const UNIT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn only_files_of_units_are_added() {
        for name in ["receipts/U.json", "findings/U.jsonl", "findings/U.parquet", "calls/U.jsonl", "quarantine/U.jsonl"]
        {
            assert_eq!(unit_of(&name.replace('U', UNIT)), Some(UNIT), "{name}");
        }
        for name in [
            "",
            "receipts",
            "U.json",
            "receipts/U",
            "receipts/U.jsonl",
            "receipts/U.json/x",
            "receipts/../U.json",
            "/receipts/U.json",
            "settings/U.json",
            "receipts/U.U.json",
        ] {
            assert_eq!(unit_of(&name.replace('U', UNIT)), None, "{name}");
        }
        assert_eq!(unit_of("receipts/../settings.json"), None);
        assert_eq!(unit_of(&format!("receipts/{}.json", UNIT.to_uppercase())), None);
    }

    #[test]
    fn a_unit_has_one_receipt() {
        let added = |names: &[&str]| {
            let file = |name: &&str| UnitFile { name: name.replace('U', UNIT), content: Vec::new() };
            let files: Vec<UnitFile> = names.iter().map(file).collect();
            receipt_and_others(&files).is_ok()
        };
        assert!(added(&["receipts/U.json"]));
        assert!(added(&["receipts/U.json", "findings/U.parquet", "quarantine/U.jsonl"]));
        let other = format!("findings/{}.parquet", "f".repeat(32));
        for names in [
            vec![],
            vec!["findings/U.parquet"],
            vec!["receipts/U.json", "receipts/U.json"],
            vec!["receipts/U.json", &other],
            vec!["receipts/U.json", "settings.json"],
        ] {
            assert!(!added(&names), "{names:?}");
        }
    }
}
