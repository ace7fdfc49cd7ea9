//! Findings as events of the Open Cybersecurity Schema Framework (OCSF) 1.4: class 2006, Data Security Finding.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{AuditError, AuditStatus};
use super::manifest::{MANIFEST, Manifest};
use super::plan::{Plan, PlannedObject};
use super::settings::Settings;
use super::store::Store;
use super::summary::agreed_receipts;
use crate::core::{ParquetRows, Receipt, UnitStatus};

const VERSION: &str = "1.4.0";

/// A finding, as its file has it.
#[derive(Deserialize)]
struct Stored {
    ordinal: u64,
    line: u64,
    request_id: String,
    time: String,
    account: String,
    region: String,
    model: String,
    operation: String,
    caller: String,
    side: String,
    pointer: String,
    inner_pointer: String,
    start: u64,
    end: u64,
    rule: String,
    kind: String,
    #[serde(rename = "type")]
    entity_type: String,
    action: String,
    verdict: String,
    fingerprint: Option<String>,
}

/// Writes the findings of a finalized audit as OCSF events in JSON Lines, in the order of the plan. Returns their number.
///
/// # Errors
///
/// If the audit is not finalized, if its files do not agree, or if `out` cannot be written.
pub fn export_ocsf(directory: &Path, out: &mut dyn Write) -> Result<u64, AuditError> {
    let store = Store::open(directory)?;
    if !store.exists(MANIFEST) {
        return Err(AuditError::Incomplete(format!(
            "{}: is not finalized; run `banister audit finalize`",
            directory.display()
        )));
    }
    let manifest: Manifest = serde_json::from_slice(&store.read(MANIFEST)?)
        .map_err(|_| AuditError::integrity(format!("{MANIFEST}: is damaged")))?;
    let (plan, settings) = (Plan::read(&store)?, Settings::read(&store)?);
    let receipts = agreed_receipts(&store, &settings)?;
    let mut export = Export { store: &store, settings: &settings, manifest: &manifest, out, events: 0 };
    for unit in plan.units() {
        let unit_id = unit.unit_id(&settings.policy.digest, &settings.engine_digest);
        let receipt = receipts
            .get(&unit_id)
            .ok_or_else(|| AuditError::integrity(format!("receipts/{unit_id}.json: is missing")))?;
        export.unit(unit, receipt)?;
    }
    Ok(export.events)
}

struct Export<'a> {
    store: &'a Store,
    settings: &'a Settings,
    manifest: &'a Manifest,
    out: &'a mut dyn Write,
    events: u64,
}

impl Export<'_> {
    fn unit(&mut self, unit: &PlannedObject, receipt: &Receipt) -> Result<(), AuditError> {
        let file =
            |end: &str| receipt.files.iter().find(|(name, _)| name.starts_with("findings/") && name.ends_with(end));
        let before = self.events;
        if let Some((name, digest)) = file(".jsonl") {
            self.store.expect_digest(name, digest)?;
            self.store.each_line(name, |line| self.event(name, line, unit, receipt))?;
        } else if let Some((name, digest)) = file(".parquet") {
            self.store.expect_digest(name, digest)?;
            let path = self.store.path(name);
            let opened = File::open(&path).map_err(AuditError::io(&path))?;
            let damaged = || AuditError::integrity(format!("{name}: is damaged"));
            let mut rows = ParquetRows::open(&opened).ok_or_else(damaged)?;
            while let Some((row, _)) = rows.next().ok_or_else(damaged)? {
                self.event(name, &row, unit, receipt)?;
            }
        }
        if self.events - before == receipt.tally.findings() {
            Ok(())
        } else {
            Err(AuditError::integrity(format!("{}: has findings without a file", receipt.unit_id)))
        }
    }

    fn event(&mut self, name: &str, row: &str, unit: &PlannedObject, receipt: &Receipt) -> Result<(), AuditError> {
        let finding: Stored =
            serde_json::from_str(row).map_err(|_| AuditError::integrity(format!("{name}: is damaged")))?;
        let event = event(&finding, (unit, receipt), self.settings, self.manifest);
        self.events += 1;
        writeln!(self.out, "{event}").map_err(AuditError::io("standard output"))
    }
}

fn event(
    finding: &Stored,
    (unit, receipt): (&PlannedObject, &Receipt),
    settings: &Settings,
    manifest: &Manifest,
) -> Value {
    let found_at = millis(&manifest.created);
    let recorded_at = millis(&finding.time);
    let kind_or_type = if finding.entity_type.is_empty() { &finding.kind } else { &finding.entity_type };
    let (category_id, category) = category(&finding.kind, &finding.entity_type);
    let status = match receipt.status {
        UnitStatus::Complete => (1, "Complete"),
        UnitStatus::Partial => (2, "Partial"),
        UnitStatus::Failed => (3, "Fail"),
    };
    let pointer = [finding.pointer.as_str(), &finding.inner_pointer].concat();
    let (severity_id, severity) = severity(finding);
    let name = unit.uri.rsplit('/').next().unwrap_or_default();
    let mut event = json!({
        "activity_id": 1, "activity_name": "Create",
        "category_uid": 2, "category_name": "Findings",
        "class_uid": 2006, "class_name": "Data Security Finding",
        "type_uid": 200_601, "type_name": "Data Security Finding: Create",
        "time": found_at, "severity_id": severity_id, "severity": severity,
        "status_id": 1, "status": "New",
        "is_alert": finding.verdict == "gap",
        "metadata": {
            "version": VERSION,
            "product": {"name": "Banister", "vendor_name": "Banister", "version": settings.engine},
            "uid": format!("{}-{}", receipt.unit_id, finding.ordinal),
        },
        "finding_info": {
            "uid": format!("{}-{}", receipt.unit_id, finding.ordinal),
            "title": format!("{kind_or_type} in the {} of a call to a model", finding.side),
            "types": [kind_or_type],
        },
        "data_security": {
            "category_id": category_id, "category": category,
            "classifier_details": {"type": finding.kind, "name": finding.rule},
            "data_lifecycle_state_id": 1, "data_lifecycle_state": "Data at-Rest",
            "detection_system_id": 4, "detection_system": "Data Discovery & Classification",
            "discovery_details": [{
                "type": kind_or_type, "count": 1,
                "occurrence_details": {"start_line": finding.line, "end_line": finding.line, "json_path": pointer},
            }],
            "policy": {"name": settings.policy.name, "uid": settings.policy.digest},
            "status_id": status.0, "status": status.1,
        },
        "file": {
            "name": name, "path": unit.uri, "type_id": 1, "type": "Regular File",
            "hashes": [{"algorithm_id": 3, "algorithm": "SHA-256", "value": receipt.sha256}],
        },
        "unmapped": {
            "verdict": finding.verdict, "action": finding.action, "side": finding.side,
            "span_start": finding.start, "span_end": finding.end,
            "model": finding.model, "operation": finding.operation, "request_id": finding.request_id,
            "audit_status": if manifest.status == AuditStatus::Complete { "complete" } else { "partial" },
            "merkle_root": manifest.merkle_root,
        },
    });
    // The schema has no keyed hash.
    let unmapped = event.get_mut("unmapped").and_then(Value::as_object_mut);
    if let (Some(fingerprint), Some(unmapped)) = (&finding.fingerprint, unmapped) {
        unmapped.insert("fingerprint".to_owned(), json!(fingerprint));
    }
    let mut add = |name: &str, value: Value| {
        event.as_object_mut().map(|members| members.insert(name.to_owned(), value));
    };
    if let Some(at) = recorded_at {
        add("start_time", json!(at));
        add("end_time", json!(at));
    }
    if let Some((bucket, _)) = unit.uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
        let uid = format!("arn:aws:s3:::{bucket}");
        add("databucket", json!({"type_id": 1, "type": "S3", "name": bucket, "uid": uid}));
    }
    if !finding.account.is_empty() {
        let account = json!({"uid": finding.account, "type_id": 10});
        add("cloud", json!({"provider": "AWS", "region": finding.region, "account": account}));
    }
    if !finding.caller.is_empty() {
        add("actor", json!({"user": {"name": finding.caller}}));
    }
    event
}

fn millis(time: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(time).ok().map(|time| time.timestamp_millis())
}

/// A card number that reached a model starts an incident response by PCI DSS.
fn severity(finding: &Stored) -> (u8, &'static str) {
    match (finding.verdict.as_str(), finding.entity_type.as_str()) {
        ("gap", "CREDIT_DEBIT_CARD_NUMBER") => (5, "Critical"),
        ("gap", _) => (4, "High"),
        ("unverifiable", _) => (3, "Medium"),
        _ => (1, "Informational"),
    }
}

/// Returns the category of data.
fn category(kind: &str, entity_type: &str) -> (u8, &'static str) {
    const FINANCIAL: &[&str] = &["BANK", "CREDIT_DEBIT", "CRYPTO", "PIN", "SWIFT"];
    const SECURITY: &[&str] =
        &["ACCESS_KEY", "API_KEY", "IP_ADDRESS", "JWT", "MAC_ADDRESS", "PASSWORD", "PRIVATE_KEY", "SECRET_KEY"];
    const PERSONAL: &[&str] = &[
        "ADDRESS",
        "AGE",
        "DATE_OF_BIRTH",
        "EMAIL",
        "HEALTH",
        "IMEI",
        "LICENSE_PLATE",
        "MEDICARE",
        "PHONE",
        "URL",
        "VEHICLE",
    ];
    let is_of = |parts: &[&str]| parts.iter().any(|part| entity_type.contains(part));
    match (kind, entity_type) {
        ("pii", "NAME" | "USERNAME") => (1, "Personal"),
        ("pii", _) if is_of(FINANCIAL) => (3, "Financial"),
        ("pii", _) if is_of(SECURITY) => (6, "Security"),
        ("pii", _) if is_of(PERSONAL) => (1, "Personal"),
        // Numbers that states issue.
        ("pii", _) => (2, "Governmental"),
        _ => (99, "Other"),
    }
}
