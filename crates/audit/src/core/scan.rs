//! Scans units under a policy.

use std::io::{self, Read};

use banister::{BodyGuard, Conversation, Guardrail};

use super::body::Bodies;
use super::finding::FindingRow;
use super::inflate::Inflate;
use super::labels::Labels;
use super::lines::Lines;
use super::options::ScanOptions;
use super::outcome::{FindingSink, SideObjects, UnitOutcome};
use super::output::Output;
use super::quarantine::ReasonCode;
use super::receipt::UnitStatus;
use super::unit::UnitScan;

/// Scans units under one policy.
#[derive(Clone, Debug)]
pub struct Scanner {
    /// Reports findings, and masks and blocks nothing.
    guardrail: Guardrail,
    options: ScanOptions,
    engine_digest: String,
}

impl Scanner {
    /// Creates a scanner.
    #[must_use]
    pub fn new(guardrail: &Guardrail, options: ScanOptions) -> Self {
        let engine_digest = options.digest();
        Self { guardrail: guardrail.clone().observing(), options, engine_digest }
    }

    /// Returns the digest of the policy.
    #[must_use]
    pub fn policy_digest(&self) -> &str {
        self.guardrail.policy().digest()
    }

    /// Returns the digest of the engine and the options.
    #[must_use]
    pub fn engine_digest(&self) -> &str {
        &self.engine_digest
    }

    /// Returns the options.
    #[must_use]
    pub fn options(&self) -> &ScanOptions {
        &self.options
    }

    /// Scans a unit. Equal bytes, side objects, policies and options have equal findings and receipts.
    ///
    /// At most a line of the limit and a buffer are in memory, besides side objects.
    ///
    /// # Errors
    ///
    /// If `sink` fails. What cannot be read is no error, but in the receipt.
    pub fn scan_unit(
        &self,
        unit_id: &str,
        content: impl Read,
        side_objects: &dyn SideObjects,
        sink: &mut dyn FindingSink,
    ) -> io::Result<UnitOutcome> {
        let mut scan = UnitScan {
            guardrail: &self.guardrail,
            options: &self.options,
            side_objects,
            bodies: Bodies::new(BodyGuard::new(&self.guardrail, &Conversation::new())),
            labels: Labels::new(&self.guardrail),
            out: Output::new(unit_id, self.digests(), sink),
        };
        let mut lines = Lines::new(Inflate::new(content));
        scan.content(&mut lines)?;
        let content = lines.get_mut();
        let digested = content.finish();
        let (stopped, uncompressed) = (content.stopped(), content.uncompressed());
        Ok(scan.out.finish(digested.sha256, digested.size, uncompressed, stopped))
    }

    /// Returns the receipt of a unit that could not be read.
    #[must_use]
    pub fn failed_unit(&self, unit_id: &str, reason: ReasonCode) -> UnitOutcome {
        let mut sink = |_: &FindingRow<'_>| Ok(());
        let mut out = Output::new(unit_id, self.digests(), &mut sink);
        out.receipt.status = UnitStatus::Failed;
        out.finish(String::new(), 0, 0, Some(reason))
    }

    fn digests(&self) -> (&str, &str) {
        (self.policy_digest(), &self.engine_digest)
    }
}
