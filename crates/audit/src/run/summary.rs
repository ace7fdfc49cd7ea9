//! The summary of an audit: plan and receipts brought together.

use std::collections::{BTreeMap, BTreeSet};

use banister::ChainHead;
use serde::{Deserialize, Serialize};

use super::approval::Approval;
use super::chains::ChainAudit;
use super::decisions::DecisionAudit;
use super::error::{AuditError, AuditStatus};
use super::join::join;
use super::plan::{Plan, PlannedObject};
use super::policy::RuleEntry;
use super::settings::Settings;
use super::store::Store;
use crate::core::{GapSample, QuarantineRow, ReasonCode, Receipt, Tally, UnitStatus, Verdict};

/// The maximum number of gaps and of quarantined lines that a summary locates. All of them are in the files of their units.
const MAX_LOCATIONS: usize = 500;

/// What an audit accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The number of quarantined units, lines and bodies that a complete audit may have.
    pub max_quarantined: u64,
    /// The policies that decisions may have. That of the audit needs an entry only if it was not approved at all times.
    pub approved_policies: Vec<Approval>,
    /// The records after which chains of decision records may begin, if earlier ones were removed.
    pub chains_after: Vec<ChainHead>,
}

/// Counts of units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitCounts {
    /// In the plan.
    pub planned: u64,
    /// Read as a whole.
    pub complete: u64,
    /// Read in part.
    pub partial: u64,
    /// Not read.
    pub failed: u64,
    /// Markers by which Bedrock checks its permissions; among the complete ones.
    pub markers: u64,
    /// Side objects in the plan.
    pub side_objects: u64,
    /// Side objects to which no record refers, so that they were not read.
    pub unreferenced_side_objects: u64,
    /// Stored bytes that were read, side objects included.
    pub stored_bytes: u64,
    /// Bytes after decompression, without side objects.
    pub uncompressed_bytes: u64,
    /// Bytes of text that were evaluated.
    pub inspected_bytes: u64,
}

/// A rule as a control, with the findings of each verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The rule.
    pub rule: RuleEntry,
    /// Findings that the policy reports and forwards.
    pub ok: u64,
    /// Findings that the policy masks or blocks, and that reached the model.
    pub gap: u64,
    /// Findings that the policy masks or blocks, in output.
    pub unverifiable: u64,
}

/// A gap, with its object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitGap {
    /// The unit.
    pub unit_id: String,
    /// The gap.
    pub gap: GapSample,
}

/// A quarantined unit, line or body, with its object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuarantinedUnit {
    /// The unit.
    pub unit_id: String,
    /// What was quarantined.
    pub row: QuarantineRow,
}

/// The summary of an audit. Equal plans, receipts and settings have equal summaries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// How much of the plan was covered.
    pub status: AuditStatus,
    /// Why the audit is not complete.
    pub reasons: Vec<String>,
    /// The inputs, as named.
    pub inputs: Vec<String>,
    /// Counts of units.
    pub units: UnitCounts,
    /// Counts of records and findings.
    pub tally: Tally,
    /// The number of quarantined units, lines and bodies that a complete audit may have.
    pub max_quarantined: u64,
    /// The first and the last time of the records.
    pub days: Vec<String>,
    /// The rules, in the order of the policy.
    pub controls: Vec<Control>,
    /// The join with decision records, if it was requested.
    pub decisions: Option<DecisionAudit>,
    /// The first gaps.
    pub gaps: Vec<UnitGap>,
    /// The first quarantined lines.
    pub quarantine: Vec<QuarantinedUnit>,
    /// The paths of the units that `gaps` and `quarantine` name.
    pub objects: BTreeMap<String, String>,
}

impl Summary {
    /// Returns the number of findings that are gaps.
    #[must_use]
    pub fn gap_count(&self) -> u64 {
        self.tally.findings_with(Verdict::Gap)
    }

    /// Returns `true` if nothing is wrong: no finding is a gap, and decisions have no problems.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let is_clean = |decisions: &DecisionAudit| decisions.problem_count() == 0 && decisions.chain.problems == 0;
        self.gap_count() == 0 && self.decisions.as_ref().is_none_or(is_clean)
    }

    /// Returns `true` if no decision record was removed, changed or reordered, as far as their chains show it.
    #[must_use]
    pub fn is_chain_intact(&self) -> bool {
        self.decisions.as_ref().is_none_or(|decisions| decisions.chain.problems == 0)
    }
}

/// Brings plan and receipts together.
///
/// # Errors
///
/// If a unit has no receipt, or receipts disagree with each other, with the settings or with their files.
pub fn summarize(store_root: &std::path::Path, accepted: &Accepted) -> Result<Summary, AuditError> {
    summarize_store(&Store::open(store_root)?, accepted)
}

pub(super) fn summarize_store(store: &Store, accepted: &Accepted) -> Result<Summary, AuditError> {
    let plan = Plan::read(store)?;
    let settings = Settings::read(store)?;
    if store.digest(super::plan::PLAN)? != settings.plan_sha256 {
        return Err(AuditError::integrity("plan.jsonl: is not the plan that was scanned"));
    }
    let receipts = agreed_receipts(store, &settings)?;
    let mut builder = Builder {
        store,
        settings: &settings,
        summary: empty(&plan, &settings, accepted.max_quarantined),
        sides: BTreeSet::new(),
    };
    let mut missing = 0_u64;
    let mut planned = BTreeSet::new();
    for unit in plan.units() {
        let unit_id = unit.unit_id(&settings.policy.digest, &settings.engine_digest);
        match receipts.get(&unit_id) {
            Some(receipt) => builder.add(unit, receipt)?,
            None => missing += 1,
        }
        planned.insert(unit_id);
    }
    if let Some(other) = receipts.keys().find(|unit_id| !planned.contains(*unit_id)) {
        return Err(AuditError::integrity(format!("receipts/{other}.json: is of no unit of the plan")));
    }
    if missing > 0 {
        return Err(AuditError::Incomplete(format!(
            "{missing} of {} units have no receipt; run `banister audit scan` again to scan them",
            planned.len()
        )));
    }
    let mut summary = builder.finish(&plan)?;
    if settings.options.decisions {
        let mut approved = accepted.approved_policies.clone();
        if approved.iter().all(|approval| approval.digest != settings.policy.digest) {
            approved.push(Approval::always(&settings.policy.digest));
        }
        approved.sort();
        approved.dedup();
        let mut decisions = join(store, &approved)?;
        let chains = receipts.into_values().filter_map(|receipt| Some((receipt.unit_id, receipt.chains?)));
        decisions.chain = ChainAudit::link(&chains.collect::<Vec<_>>(), &accepted.chains_after);
        summary.decisions = Some(decisions);
        name_objects(&mut summary, &plan, &settings);
    }
    conclude(&mut summary);
    Ok(summary)
}

/// Adds the paths of the units with calls that have problems.
fn name_objects(summary: &mut Summary, plan: &Plan, settings: &Settings) {
    let mut wanted = BTreeSet::new();
    if let Some(decisions) = &summary.decisions {
        wanted.extend(decisions.locations.iter().map(|location| location.unit_id.clone()));
        wanted.extend(decisions.chain.locations.iter().map(|location| location.unit_id.clone()));
    }
    for unit in plan.units() {
        let unit_id = unit.unit_id(&settings.policy.digest, &settings.engine_digest);
        if wanted.contains(&unit_id) {
            summary.objects.insert(unit_id, unit.uri.clone());
        }
    }
}

/// Reads the receipts. Duplicates, such as those of a retried task, must agree.
pub(super) fn agreed_receipts(store: &Store, settings: &Settings) -> Result<BTreeMap<String, Receipt>, AuditError> {
    let mut receipts: BTreeMap<String, Receipt> = BTreeMap::new();
    let mut problems = Vec::new();
    for name in store.files()?.iter().filter(|name| name.starts_with("receipts/")) {
        let Ok(receipt) = serde_json::from_slice::<Receipt>(&store.read(name)?) else {
            problems.push(format!("{name}: is damaged"));
            continue;
        };
        if !name.trim_start_matches("receipts/").starts_with(&receipt.unit_id) {
            problems.push(format!("{name}: is of another unit"));
        }
        if receipt.policy_digest != settings.policy.digest || receipt.engine_digest != settings.engine_digest {
            problems.push(format!("{name}: is of another policy or version"));
        }
        match receipts.get(&receipt.unit_id) {
            Some(known) if *known != receipt => problems.push(format!(
                "{name}: disagrees with another receipt of the unit; the scan was not deterministic, or a file was changed"
            )),
            _ => drop(receipts.insert(receipt.unit_id.clone(), receipt)),
        }
    }
    if problems.is_empty() { Ok(receipts) } else { Err(AuditError::Integrity(problems)) }
}

fn empty(plan: &Plan, settings: &Settings, max_quarantined: u64) -> Summary {
    let control = |rule: &RuleEntry| Control { rule: rule.clone(), ok: 0, gap: 0, unverifiable: 0 };
    Summary {
        status: AuditStatus::Complete,
        reasons: Vec::new(),
        inputs: plan.inputs.clone(),
        units: UnitCounts {
            planned: plan.units().count() as u64,
            side_objects: plan.side_objects().count() as u64,
            ..UnitCounts::default()
        },
        tally: Tally::default(),
        max_quarantined,
        days: Vec::new(),
        controls: settings.policy.rules.iter().map(control).collect(),
        decisions: None,
        gaps: Vec::new(),
        quarantine: Vec::new(),
        objects: BTreeMap::new(),
    }
}

struct Builder<'a> {
    store: &'a Store,
    settings: &'a Settings,
    summary: Summary,
    /// The side objects that records refer to.
    sides: BTreeSet<String>,
}

impl Builder<'_> {
    fn add(&mut self, unit: &PlannedObject, receipt: &Receipt) -> Result<(), AuditError> {
        for (name, digest) in &receipt.files {
            self.store.expect_digest(name, digest)?;
        }
        let units = &mut self.summary.units;
        match receipt.status {
            UnitStatus::Complete => units.complete += 1,
            UnitStatus::Partial => units.partial += 1,
            UnitStatus::Failed => units.failed += 1,
        }
        units.markers += u64::from(receipt.marker);
        units.stored_bytes += receipt.size + receipt.side_objects.values().map(|side| side.size).sum::<u64>();
        units.uncompressed_bytes += receipt.uncompressed;
        units.inspected_bytes += receipt.inspected_bytes;
        self.sides.extend(receipt.side_objects.keys().cloned());
        self.summary.tally.add(&receipt.tally);
        for gap in &receipt.gap_samples {
            if self.summary.gaps.len() < MAX_LOCATIONS {
                self.name(unit, receipt);
                self.summary.gaps.push(UnitGap { unit_id: receipt.unit_id.clone(), gap: gap.clone() });
            }
        }
        self.quarantine(unit, receipt)
    }

    fn quarantine(&mut self, unit: &PlannedObject, receipt: &Receipt) -> Result<(), AuditError> {
        let name = format!("quarantine/{}.jsonl", receipt.unit_id);
        if !receipt.files.contains_key(&name) {
            return Ok(());
        }
        let store = self.store;
        store.each_line(&name, |line| {
            if self.summary.quarantine.len() < MAX_LOCATIONS {
                let row =
                    serde_json::from_str(line).map_err(|_| AuditError::integrity(format!("{name}: is damaged")))?;
                self.name(unit, receipt);
                self.summary.quarantine.push(QuarantinedUnit { unit_id: receipt.unit_id.clone(), row });
            }
            Ok(())
        })
    }

    fn name(&mut self, unit: &PlannedObject, receipt: &Receipt) {
        self.summary.objects.insert(receipt.unit_id.clone(), unit.uri.clone());
    }

    fn finish(mut self, plan: &Plan) -> Result<Summary, AuditError> {
        let summary = &mut self.summary;
        summary.units.unreferenced_side_objects =
            plan.side_objects().filter(|side| !self.sides.contains(&side.object_id)).count() as u64;
        let days: Vec<&String> =
            summary.tally.records_by_day.keys().filter(|day| !day.is_empty() && *day != "withheld").collect();
        summary.days = days.first().into_iter().chain(days.last()).map(|day| (*day).clone()).collect();
        for (key, count) in &summary.tally.findings {
            let mut parts = key.rsplitn(6, '\t');
            let (verdict, _, _) = (parts.next(), parts.next(), parts.next());
            let (entity_type, kind, rule) = (parts.next(), parts.next(), parts.next());
            let is_of = |control: &&mut Control| {
                Some(control.rule.name.as_str()) == rule
                    && Some(control.rule.kind.as_str()) == kind
                    && Some(control.rule.entity_type.as_str()) == entity_type
            };
            let Some(control) = summary.controls.iter_mut().find(is_of) else { continue };
            match verdict {
                Some("gap") => control.gap += count,
                Some("unverifiable") => control.unverifiable += count,
                _ => control.ok += count,
            }
        }
        debug_assert_eq!(summary.controls.len(), self.settings.policy.rules.len());
        Ok(self.summary)
    }
}

/// Sets the status and its reasons.
fn conclude(summary: &mut Summary) {
    let units = &summary.units;
    let quarantined = summary.tally.quarantined();
    let mut reasons = Vec::new();
    let mut reason = |count: u64, what: &str| {
        if count > 0 {
            reasons.push(format!("{count} {what}"));
        }
    };
    reason(units.failed, "units could not be read");
    reason(units.partial, "units could only be read in part");
    reason(units.unreferenced_side_objects, "side objects belong to no record of the plan, and were not read");
    if quarantined > summary.max_quarantined {
        reason(quarantined, "units, lines or bodies are quarantined");
    }
    reason(summary.tally.decisions.get("lost").copied().unwrap_or(0), "decision records were lost by their writers");
    summary.status = match reasons.is_empty() {
        _ if units.planned > 0 && units.failed == units.planned => AuditStatus::Failed,
        true => AuditStatus::Complete,
        false => AuditStatus::Partial,
    };
    summary.reasons = reasons;
    // A changed object is the reason that matters most.
    let changed = summary.tally.quarantined.get(ReasonCode::Changed.as_str()).copied().unwrap_or(0);
    if changed > 0 {
        summary.reasons.push(format!("{changed} objects changed after the plan"));
    }
}
