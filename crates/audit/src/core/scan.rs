//! Scans units under a policy.

use std::fs::File;
use std::io::{self, Read};

use banister::{BodyGuard, Conversation, Guardrail};
use ring::hmac;

use super::body::Bodies;
use super::finding::FindingRow;
use super::inflate::Inflate;
use super::labels::Labels;
use super::lines::Lines;
use super::options::{ScanOptions, hex};
use super::outcome::{FindingSink, SideObjects, UnitOutcome};
use super::output::Output;
use super::parquet_rows::sniff;
use super::quarantine::ReasonCode;
use super::unit::UnitScan;
use super::unread::Unread;

/// Scans units under one policy.
#[derive(Clone, Debug)]
pub struct Scanner {
    /// Reports findings, and masks and blocks nothing.
    guardrail: Guardrail,
    options: ScanOptions,
    engine_digest: String,
    /// The policies that decisions may have besides the audited one.
    recorded: Vec<Guardrail>,
    /// The policy that the audited one is compared with.
    against: Option<Guardrail>,
}

impl Scanner {
    /// Creates a scanner.
    #[must_use]
    pub fn new(guardrail: &Guardrail, mut options: ScanOptions) -> Self {
        (options.replay, options.against, options.fingerprint_key_id) = (Vec::new(), None, None);
        let (engine_digest, guardrail) = (options.digest(), guardrail.clone().observing());
        Self { guardrail, options, engine_digest, recorded: Vec::new(), against: None }
    }

    /// Replays decisions under these policies as well as under the audited one.
    #[must_use]
    pub fn replaying(mut self, policies: &[Guardrail]) -> Self {
        self.recorded = policies.iter().map(|policy| policy.clone().observing()).collect();
        self.recorded.sort_by(|one, other| one.policy().digest().cmp(other.policy().digest()));
        self.recorded.dedup_by(|one, other| one.policy().digest() == other.policy().digest());
        self.recorded.retain(|policy| policy.policy().digest() != self.guardrail.policy().digest());
        self.options.replay = self.recorded.iter().map(|policy| policy.policy().digest().to_owned()).collect();
        self.engine_digest = self.options.digest();
        self
    }

    /// Counts what another policy would have done with the bodies of calls.
    #[must_use]
    pub fn against(mut self, policy: &Guardrail) -> Self {
        self.options.against = Some(policy.policy().digest().to_owned());
        self.against = Some(policy.clone().observing());
        self.engine_digest = self.options.digest();
        self
    }

    /// Adds fingerprints of matched text to findings, under this key: those of decision records under the same key.
    #[must_use]
    pub fn fingerprinting(mut self, key: &[u8]) -> Self {
        self.options.fingerprint_key_id = Some(key_id(key));
        self.guardrail = self.guardrail.with_fingerprints(key);
        self.engine_digest = self.options.digest();
        self
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
    /// At most a line of the limit and a buffer are in memory, besides side objects. Longer text is evaluated in parts, see
    /// [`ScanOptions::max_line_bytes`].
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
        let mut scan = self.unit(unit_id, side_objects, sink);
        let mut lines = Lines::new(Inflate::new(content));
        scan.content(&mut lines)?;
        let content = lines.get_mut();
        let digested = content.finish();
        let (stopped, uncompressed) = (content.stopped(), content.uncompressed());
        scan.out.stopped(stopped, uncompressed)?;
        Ok(scan.out.finish(digested.sha256, digested.size, uncompressed))
    }

    /// Scans a unit in a file, which may be Parquet. Otherwise it is as [`scan_unit`](Self::scan_unit).
    ///
    /// `content` reads the same bytes from the beginning, such as to count them.
    ///
    /// # Errors
    ///
    /// If `sink` fails, or the file cannot be read at other positions.
    pub fn scan_file(
        &self,
        unit_id: &str,
        file: &File,
        content: impl Read,
        side_objects: &dyn SideObjects,
        sink: &mut dyn FindingSink,
    ) -> io::Result<UnitOutcome> {
        let (is_parquet, content) = sniff(content);
        if !is_parquet {
            return self.scan_unit(unit_id, content, side_objects, sink);
        }
        // All bytes are hashed first: rows are read in another order.
        let mut whole = Inflate::new(content);
        let digested = whole.finish();
        let mut scan = self.unit(unit_id, side_objects, sink);
        let stopped = match whole.stopped() {
            Some(ReasonCode::FormatUnsupported) | None => scan.parquet(file)?,
            stopped => stopped,
        };
        scan.out.stopped(stopped, digested.size)?;
        Ok(scan.out.finish(digested.sha256, digested.size, digested.size))
    }

    fn unit<'a>(
        &'a self,
        unit_id: &str,
        side_objects: &'a dyn SideObjects,
        sink: &'a mut dyn FindingSink,
    ) -> UnitScan<'a> {
        UnitScan {
            guardrail: &self.guardrail,
            options: &self.options,
            side_objects,
            bodies: bodies(&self.guardrail),
            recorded: self.recorded.iter().map(|policy| (policy.policy().digest(), bodies(policy))).collect(),
            against: self.against.as_ref().map(bodies),
            replays: Vec::new(),
            chain: None,
            unread: Unread::default(),
            labels: Labels::new(&self.guardrail),
            out: Output::new(unit_id, self.digests(), sink),
        }
    }

    /// Returns the receipt of a unit that could not be read.
    #[must_use]
    pub fn failed_unit(&self, unit_id: &str, reason: ReasonCode) -> UnitOutcome {
        let mut sink = |_: &FindingRow<'_>| Ok(());
        let mut out = Output::new(unit_id, self.digests(), &mut sink);
        // The sink accepts all.
        let _ = out.stopped(Some(reason), 0);
        out.finish(String::new(), 0, 0)
    }

    fn digests(&self) -> (&str, &str) {
        (self.policy_digest(), &self.engine_digest)
    }
}

/// Returns what tells keys apart, and does not disclose them: scans under other keys have other units.
fn key_id(key: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hex(hmac::sign(&key, b"banister-audit fingerprint key").as_ref())
}

fn bodies(guardrail: &Guardrail) -> Bodies {
    Bodies::new(BodyGuard::new(guardrail, &Conversation::new()))
}
