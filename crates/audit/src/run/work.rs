//! Scans the units of a plan on all cores. A unit is done when its receipt appears, which is after everything else of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;

use banister::Guardrail;

use super::error::AuditError;
use super::findings_file::{FindingsFiles, FindingsFormat};
use super::listing::{list, list_if_new, plan_in};
use super::manifest::MANIFEST;
use super::manifest::PolicyName;
use super::objects::Objects;
use super::plan::{PLAN, Plan, PlannedObject};
use super::policy::PolicySource;
use super::settings::{FORMAT, Settings, json_file};
use super::shard::Shard;
use super::side::PlannedSides;
use super::store::Store;
use super::stores::ObjectStores;
use crate::core::{FindingRow, FindingSink as _, ReasonCode, ScanOptions, Scanner, UnitOutcome};

/// How far a scan is. Other threads may read it.
#[derive(Debug, Default)]
pub struct Counters {
    /// The number of units of the plan, or of the shard.
    pub units: AtomicU64,
    /// The stored bytes of these.
    pub bytes: AtomicU64,
    /// The number of units that are done.
    pub units_done: AtomicU64,
    /// The stored bytes that are read.
    pub bytes_done: AtomicU64,
    /// The stored bytes of units that an earlier scan did.
    pub bytes_skipped: AtomicU64,
    /// The number of findings of this scan.
    pub findings: AtomicU64,
    /// The number of quarantined units, lines and bodies of this scan.
    pub quarantined: AtomicU64,
}

/// What a scan is to do.
pub struct ScanRun<'a> {
    /// The inputs; empty for the plan of the directory.
    pub inputs: &'a [String],
    /// The directory of the audit.
    pub out: &'a Path,
    /// The policy.
    pub guardrail: &'a Guardrail,
    /// The pack or file of the policy.
    pub policy_reference: &'a str,
    /// The text of the policy file.
    pub policy_text: Option<&'a str>,
    /// More policies under which decisions are replayed: those that were in force besides the audited one.
    pub recorded: &'a [Guardrail],
    /// The policy that the audited one is compared with.
    pub against: Option<&'a Guardrail>,
    /// The key of fingerprints, if findings are to have them.
    pub fingerprint_key: Option<&'a [u8]>,
    /// The stores of inputs that are locations, such as `s3://bucket/prefix`.
    pub stores: Option<&'a dyn ObjectStores>,
    /// The options of the scan.
    pub options: ScanOptions,
    /// The format of findings.
    pub findings: FindingsFormat,
    /// The number of threads; 0 for the number of cores.
    pub jobs: usize,
    /// The part of the plan.
    pub shard: Option<Shard>,
}

impl std::fmt::Debug for ScanRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScanRun").field("inputs", &self.inputs).field("out", &self.out).finish_non_exhaustive()
    }
}

impl ScanRun<'_> {
    fn scanner(&self) -> Scanner {
        scanner(self.guardrail, &self.options, self.recorded, self.against, self.fingerprint_key)
    }
}

/// Creates a scanner with all that it may have.
pub(super) fn scanner(
    guardrail: &Guardrail,
    options: &ScanOptions,
    recorded: &[Guardrail],
    against: Option<&Guardrail>,
    fingerprint_key: Option<&[u8]>,
) -> Scanner {
    let mut scanner = Scanner::new(guardrail, options.clone()).replaying(recorded);
    if let Some(policy) = against {
        scanner = scanner.against(policy);
    }
    match fingerprint_key {
        Some(key) => scanner.fingerprinting(key),
        None => scanner,
    }
}

/// Scans the units that have no receipt yet.
///
/// # Errors
///
/// If the directory belongs to another audit or one that is running, or if a result cannot be written. An object that cannot be read is no
/// error, but in its receipt.
pub fn scan(run: &ScanRun<'_>, counters: &Counters) -> Result<(), AuditError> {
    let Prepared { store, plan, scanner, .. } = prepare(run)?;
    let units: Vec<&PlannedObject> = plan.units().collect();
    let mine =
        units.into_iter().enumerate().filter(|(position, _)| run.shard.is_none_or(|shard| shard.contains(*position)));
    let mut queue: Vec<&PlannedObject> = mine.map(|(_, unit)| unit).collect();
    // The largest first, so that no thread ends long after the others.
    queue.sort_by_key(|unit| std::cmp::Reverse(unit.size));
    counters.units.store(queue.len() as u64, Ordering::Relaxed);
    counters.bytes.store(queue.iter().map(|unit| unit.size).sum(), Ordering::Relaxed);
    let objects = Objects(run.stores);
    let sides = PlannedSides::new(&plan, objects);
    let worker = Worker { store: &store, objects, scanner: &scanner, sides: &sides, format: run.findings, counters };
    worker.all(&queue, threads(run.jobs).min(queue.len().max(1)))
}

/// A scan that can begin.
pub(super) struct Prepared {
    pub(super) store: Store,
    pub(super) plan: Plan,
    pub(super) scanner: Scanner,
    pub(super) settings: Settings,
}

/// Locks the directory, and brings its plan and settings together with those of the run.
pub(super) fn prepare(run: &ScanRun<'_>) -> Result<Prepared, AuditError> {
    let shard = run.shard.map(Shard::name);
    // A shard does not plan: the others would plan as well.
    let inputs = if shard.is_some() { &[] } else { run.inputs };
    let objects = Objects(run.stores);
    let listed = list_if_new(inputs, run.out, objects)?;
    let store = Store::lock(run.out, shard.as_deref())?;
    if store.exists(MANIFEST) {
        return Err(AuditError::usage(format!(
            "{}: holds an audit that is finalized; verify it, or name another directory",
            run.out.display()
        )));
    }
    let plan = plan_in(&store, run.inputs, listed)?;
    let scanner = run.scanner();
    let settings = Settings {
        format: FORMAT.to_owned(),
        plan_sha256: store.digest(PLAN)?,
        policy: PolicySource::new(run.guardrail, run.policy_reference),
        replay: run.recorded.iter().map(PolicyName::of).collect(),
        against: run.against.map(PolicyName::of),
        engine: ScanOptions::engine().to_owned(),
        engine_digest: scanner.engine_digest().to_owned(),
        options: scanner.options().clone(),
        findings: run.findings,
    };
    settings.agree(&store, run.policy_text)?;
    Ok(Prepared { store, plan, scanner, settings })
}

/// Scans a part of the inputs, in thousandths of their bytes, and writes nothing. The counters show how much it was.
///
/// # Errors
///
/// If the inputs cannot be listed.
pub fn calibrate(run: &ScanRun<'_>, per_mille: u64, counters: &Counters) -> Result<Plan, AuditError> {
    let objects = Objects(run.stores);
    let plan =
        if run.inputs.is_empty() { Plan::read(&Store::open(run.out)?)? } else { list(run.inputs, run.out, objects)? };
    if plan.units().any(PlannedObject::is_stdin) {
        return Err(AuditError::usage("standard input can be read only once; calibrate with files"));
    }
    let mut units: Vec<&PlannedObject> = plan.units().collect();
    // In an order that has nothing to do with size or time.
    units.sort_by(|one, other| one.object_id.cmp(&other.object_id));
    let all: u64 = units.iter().map(|unit| unit.size).sum();
    let mut sum = 0;
    let enough = units.iter().position(|unit| {
        sum += unit.size;
        sum >= all.saturating_mul(per_mille) / 1000
    });
    units.truncate(enough.map_or(units.len(), |last| last + 1));
    counters.units.store(units.len() as u64, Ordering::Relaxed);
    counters.bytes.store(sum, Ordering::Relaxed);
    let scanner = run.scanner();
    let sides = PlannedSides::new(&plan, objects);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads(run.jobs).min(units.len().max(1)) {
            scope.spawn(|| {
                while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // What cannot be read takes no time.
                    if let Ok(opened) = objects.open(unit) {
                        let mut sink = |_: &FindingRow<'_>| Ok(());
                        let _ = opened.scan(&scanner, "calibration", &counters.bytes_done, &sides, &mut sink);
                    }
                    counters.units_done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    Ok(plan)
}

/// Returns the number of threads of a scan.
#[must_use]
pub fn threads(jobs: usize) -> usize {
    if jobs > 0 { jobs } else { thread::available_parallelism().map_or(1, usize::from) }
}

/// The outcome of a unit, with its files and their digests.
type Scanned = (UnitOutcome, BTreeMap<String, String>);

pub(super) struct Worker<'a> {
    pub(super) store: &'a Store,
    pub(super) objects: Objects<'a>,
    pub(super) scanner: &'a Scanner,
    pub(super) sides: &'a PlannedSides<'a>,
    pub(super) format: FindingsFormat,
    pub(super) counters: &'a Counters,
}

impl Worker<'_> {
    fn all(&self, queue: &[&PlannedObject], threads: usize) -> Result<(), AuditError> {
        let (next, stop, failed) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(None));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let Some(unit) = queue.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        if let Err(error) = self.unit(unit) {
                            stop.store(true, Ordering::Relaxed);
                            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
                        }
                    }
                });
            }
        });
        match failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    pub(super) fn unit(&self, unit: &PlannedObject) -> Result<(), AuditError> {
        let unit_id = unit.unit_id(self.scanner.policy_digest(), self.scanner.engine_digest());
        let receipt_name = format!("receipts/{unit_id}.json");
        if self.store.exists(&receipt_name) {
            self.counters.bytes_skipped.fetch_add(unit.size, Ordering::Relaxed);
        } else {
            let (mut outcome, files) = self.scan(unit, &unit_id)?;
            outcome.receipt.files = files;
            self.counters.findings.fetch_add(outcome.receipt.tally.findings(), Ordering::Relaxed);
            self.counters.quarantined.fetch_add(outcome.receipt.tally.quarantined(), Ordering::Relaxed);
            self.store.write(&receipt_name, &json_file(&outcome.receipt))?;
        }
        self.counters.units_done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn scan(&self, unit: &PlannedObject, unit_id: &str) -> Result<Scanned, AuditError> {
        let opened = match self.objects.open(unit) {
            Ok(opened) => opened,
            Err(reason) => return self.failed(unit_id, reason),
        };
        let mut findings = FindingsFiles::new(self.store, unit_id, self.format);
        let file = opened.file();
        let outcome = match opened.scan(self.scanner, unit_id, &self.counters.bytes_done, self.sides, &mut findings) {
            Ok(outcome) => outcome,
            Err(error) => return Err(findings.failed(error)),
        };
        // A file may change while it is read, and a store may send less than it listed.
        let changed = match file {
            Some(file) if !unit.is_still(&file) => Some(ReasonCode::Changed),
            None if unit.is_stored() && outcome.receipt.size != unit.size => Some(ReasonCode::ReadError),
            _ => None,
        };
        if let Some(reason) = changed {
            findings.discard();
            return self.failed(unit_id, reason);
        }
        Ok((outcome, findings.commit()?))
    }

    /// Returns the outcome of a unit that could not be read.
    fn failed(&self, unit_id: &str, reason: ReasonCode) -> Result<Scanned, AuditError> {
        let outcome = self.scanner.failed_unit(unit_id, reason);
        let mut files = FindingsFiles::new(self.store, unit_id, self.format);
        match outcome.quarantine.iter().try_for_each(|row| files.quarantine(row)) {
            Ok(()) => Ok((outcome, files.commit()?)),
            Err(error) => Err(files.failed(error)),
        }
    }
}
