//! Where the findings and quarantined lines of a unit go, and what the receipt says about them.

use std::io;

use banister::Finding;
use sha2::{Digest as _, Sha256};

use super::call::CallRow;
use super::context::RecordContext;
use super::finding::{FindingRow, Location, Verdict};
use super::options::hex;
use super::outcome::{FindingSink, UnitOutcome};
use super::quarantine::{QuarantineRow, ReasonCode};
use super::receipt::{Receipt, UnitStatus, count};

/// The number of quarantined lines that are in memory.
const KEPT_QUARANTINE: usize = 1000;

/// Where findings and quarantined lines go.
pub(super) struct Output<'a> {
    sink: &'a mut dyn FindingSink,
    pub(super) receipt: Receipt,
    findings: u64,
    findings_hash: Sha256,
    quarantine: Vec<QuarantineRow>,
    quarantine_hash: Sha256,
    calls_hash: Sha256,
    /// The number of findings with the verdicts gap and unverifiable.
    pub(super) verdicts: [u64; 2],
}

impl<'a> Output<'a> {
    pub(super) fn new(
        unit_id: &str,
        (policy_digest, engine_digest): (&str, &str),
        sink: &'a mut dyn FindingSink,
    ) -> Self {
        let receipt = Receipt {
            unit_id: unit_id.to_owned(),
            status: UnitStatus::Complete,
            reason: None,
            sha256: String::new(),
            size: 0,
            uncompressed: 0,
            marker: false,
            inspected_bytes: 0,
            side_objects: std::collections::BTreeMap::new(),
            findings_digest: String::new(),
            calls_digest: String::new(),
            quarantine_digest: String::new(),
            files: std::collections::BTreeMap::new(),
            policy_digest: policy_digest.to_owned(),
            engine_digest: engine_digest.to_owned(),
            tally: super::receipt::Tally::default(),
            chains: None,
            gap_samples: Vec::new(),
        };
        Self {
            sink,
            receipt,
            findings: 0,
            findings_hash: Sha256::new(),
            quarantine: Vec::new(),
            quarantine_hash: Sha256::new(),
            calls_hash: Sha256::new(),
            verdicts: [0; 2],
        }
    }

    pub(super) fn finding(&mut self, record: &RecordContext, at: Location<'_>, finding: &Finding) -> io::Result<()> {
        let unit_id = self.receipt.unit_id.clone();
        let row = FindingRow::new((&unit_id, self.findings), record, at, finding);
        self.findings += 1;
        self.receipt.add_finding(&row);
        let [gaps, unverifiable] = &mut self.verdicts;
        match row.verdict {
            Verdict::Gap => *gaps += 1,
            Verdict::Unverifiable => *unverifiable += 1,
            Verdict::Ok => {}
        }
        self.findings_hash.update(serde_json::to_vec(&row)?);
        self.findings_hash.update(b"\n");
        self.sink.finding(&row)
    }

    pub(super) fn call(&mut self, row: &CallRow) -> io::Result<()> {
        self.calls_hash.update(serde_json::to_vec(row)?);
        self.calls_hash.update(b"\n");
        self.sink.call(row)
    }

    pub(super) fn quarantine(&mut self, row: QuarantineRow) -> io::Result<()> {
        count(&mut self.receipt.tally.quarantined, row.reason.as_str(), 1);
        self.quarantine_hash.update(serde_json::to_vec(&row)?);
        self.quarantine_hash.update(b"\n");
        self.sink.quarantine(&row)?;
        if self.quarantine.len() < KEPT_QUARANTINE {
            self.quarantine.push(row);
        }
        Ok(())
    }

    /// Records why the unit was not read to its end, if it was not.
    pub(super) fn stopped(&mut self, reason: Option<ReasonCode>, uncompressed: u64) -> io::Result<()> {
        self.receipt.reason = reason;
        let Some(reason) = reason else { return Ok(()) };
        let is_nothing = uncompressed == 0 || reason == ReasonCode::FormatUnsupported;
        self.receipt.status = if is_nothing { UnitStatus::Failed } else { UnitStatus::Partial };
        self.quarantine(QuarantineRow { reason, line: 0, offset: uncompressed, length: 0, part: String::new() })
    }

    pub(super) fn finish(mut self, sha256: String, size: u64, uncompressed: u64) -> UnitOutcome {
        let receipt = &mut self.receipt;
        (receipt.sha256, receipt.size, receipt.uncompressed) = (sha256, size, uncompressed);
        receipt.marker = size == 0 && receipt.reason.is_none();
        receipt.calls_digest = hex(&self.calls_hash.finalize());
        receipt.findings_digest = hex(&self.findings_hash.finalize());
        receipt.quarantine_digest = hex(&self.quarantine_hash.finalize());
        UnitOutcome { receipt: self.receipt, quarantine: self.quarantine }
    }
}
