//! Verifies the chain of a decision log.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::sync::Arc;

use serde::Deserialize;

use super::chain::{ChainHead, is_hash, sha256_hex, split};
use super::problem::{ChainProblem, ChainProblemKind};
use super::record::{SCHEMA_NAME, Torn, WRITER_BYTES};
use super::report::{ChainReport, ChainSummary};
use super::tails::{Tail, Tails};

/// The length of the longest line that is read. The findings of a record are limited, so that no record comes near it.
const LINE_BYTES: usize = 16 << 20;

/// The number of problems that are kept; the rest are counted.
const KEPT_PROBLEMS: usize = 1000;

/// The number of chains that are followed, unless set otherwise: with less than a kilobyte each.
const CHAINS: usize = 100_000;

/// Verifies that no record of a decision log was removed, changed or reordered.
///
/// A log is read line by line, rotated files in the order of their names. The records of several writers may be mixed, as log collectors
/// mix them. Nothing in a log shows that its last records were removed, or that all were written anew: pass a head that was kept
/// elsewhere to [`expect_head`](Self::expect_head).
///
/// Memory is limited whatever the log contains: to lines of 16 MiB, and to the chains set by [`limit_chains`](Self::limit_chains).
///
/// ```
/// use banister::ChainVerifier;
///
/// let log = std::fs::read("tests/data/audit/decisions.jsonl")?;
/// let mut verifier = ChainVerifier::new();
/// verifier.read(Some("decisions.jsonl"), log.as_slice())?;
/// let report = verifier.finish();
/// assert!(report.is_intact(), "{:?}", report.problems());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ChainVerifier {
    file: Option<Arc<str>>,
    line: u64,
    tails: Tails,
    /// The number of chains that are followed.
    chain_limit: usize,
    /// Lines that are no records, until the next record shows whether a writer crashed within them.
    pending: Vec<ChainProblem>,
    /// The bytes of these lines.
    pending_bytes: Vec<u8>,
    /// The heads after which chains may begin.
    beginnings: Vec<ChainHead>,
    /// Chains may begin anywhere: the input is a part of a log.
    is_part: bool,
    /// Records that must be in the log, and were not yet read.
    expected: Vec<ChainHead>,
    report: ChainReport,
}

/// The fields of a record that link it.
#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow)]
    writer: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    prev: Cow<'a, str>,
    #[serde(default)]
    lost: u64,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(default)]
    torn: Option<Torn>,
}

impl ChainVerifier {
    /// Creates a verifier of chains that begin with record 1.
    #[must_use]
    pub fn new() -> Self {
        Self {
            file: None,
            line: 0,
            tails: Tails::default(),
            chain_limit: CHAINS,
            pending: Vec::new(),
            pending_bytes: Vec::new(),
            beginnings: Vec::new(),
            is_part: false,
            expected: Vec::new(),
            report: ChainReport::default(),
        }
    }

    /// Sets the number of chains that are followed. The default is 100,000, with less than a kilobyte of memory each.
    ///
    /// A record that begins one more is reported as [`ChainProblemKind::TooManyChains`], as is each further record of its writer: the log
    /// is not intact then.
    pub fn limit_chains(&mut self, chains: usize) {
        self.chain_limit = chains;
    }

    /// Accepts that a chain begins after this head: the records up to it were removed when their retention ended.
    pub fn expect_beginning(&mut self, head: ChainHead) {
        self.beginnings.push(head);
    }

    /// Accepts that chains begin anywhere, because the input is a part of a log: [`ChainSummary::before`] is the record that must precede it.
    pub fn expect_any_beginning(&mut self) {
        self.is_part = true;
    }

    /// Expects this record in the log. It was the last when its number and hash were kept, and others may follow it.
    pub fn expect_head(&mut self, head: ChainHead) {
        self.expected.push(head);
    }

    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read. What is wrong with its lines is in the report.
    pub fn read(&mut self, file: Option<&str>, mut input: impl BufRead) -> io::Result<()> {
        self.begin_file(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let limit = LINE_BYTES as u64 + 1;
            io::Read::take(&mut input, limit).read_until(b'\n', &mut line)?;
            let is_complete = line.pop_if(|last| *last == b'\n').is_some();
            match (is_complete, line.len()) {
                (false, 0) => return Ok(()),
                (false, bytes) if bytes > LINE_BYTES => {
                    skip_line(&mut input)?;
                    self.long_line();
                }
                (true, _) => self.line(&line),
                (false, _) => self.unfinished_line(&line),
            }
        }
    }

    /// Begins a file: the next line is its first.
    pub fn begin_file(&mut self, file: Option<&str>) {
        self.file = file.map(Arc::from);
        self.line = 0;
    }

    /// Verifies the next line, without its line feed.
    pub fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let link = split(line).and_then(|(hashed, hash)| Some((link(line)?, hashed, hash)));
        match link {
            Some((link, hashed, hash)) => {
                self.resolve_pending(link.torn.as_ref());
                self.record(&link, hash, sha256_hex(hashed));
            }
            None => self.suspend(line),
        }
    }

    /// Keeps a line that is no record, until it is known whether a writer crashed within it.
    fn suspend(&mut self, line: &[u8]) {
        if self.pending_bytes.len() + line.len() > LINE_BYTES || self.pending.len() >= Torn::MAX_LINES {
            self.resolve_pending(None);
        }
        if !self.pending.is_empty() {
            self.pending_bytes.push(b'\n');
        }
        self.pending_bytes.extend_from_slice(line);
        self.pending.push(self.problem(ChainProblemKind::NotARecord));
    }

    /// Ends the input, and returns the result.
    #[must_use]
    pub fn finish(mut self) -> ChainReport {
        self.resolve_pending(None);
        for missing in std::mem::take(&mut self.expected) {
            self.unmet(&missing);
        }
        self.report.chains = self
            .tails
            .into_sorted()
            .map(|(writer, tail)| ChainSummary {
                writer,
                before: tail.before,
                first_line: tail.first_line,
                head: tail.head,
                is_closed: tail.is_closed,
            })
            .collect();
        self.report
    }

    /// Links a record to the chain that it continues.
    fn record(&mut self, link: &Link<'_>, stated: &str, computed: String) {
        self.report.records += 1;
        self.report.lost = self.report.lost.saturating_add(link.lost);
        let is_changed = stated != computed;
        if is_changed {
            self.report(ChainProblemKind::Changed);
        }
        let head = ChainHead::new(link.seq, stated);
        self.expected.retain(|expected| *expected != head);
        let tail = self.take_tail(link);
        if tail.is_none() {
            if self.tails.len() >= self.chain_limit {
                return self.report(ChainProblemKind::TooManyChains { limit: self.chain_limit });
            }
            self.begin(link);
        }
        if let Some(kind) = tail.as_ref().and_then(|tail| tail.problem_with(link.seq, &link.prev)) {
            self.report(kind);
        }
        let next = match tail {
            // A record that was moved does not continue its chain.
            Some(tail) if link.seq <= tail.head.seq() => tail,
            tail => Tail {
                first_line: tail.as_ref().map_or(self.line, |tail| tail.first_line),
                before: tail
                    .map_or_else(|| ChainHead::new(link.seq.saturating_sub(1), &*link.prev), |tail| tail.before),
                head,
                computed: is_changed.then_some(computed),
                is_closed: link.event == "closed",
                file: self.file.clone(),
                line: self.line,
            },
        };
        self.tails.insert(&link.writer, next);
    }

    /// Takes the end of the chain that a record continues: that of its writer, or one that ends with the hash it names. `None` if it begins
    /// a chain.
    fn take_tail(&mut self, link: &Link<'_>) -> Option<Tail> {
        self.tails.take(&link.writer).or_else(|| self.tails.take_before(link.seq, &link.prev))
    }

    /// Reports a record that begins a chain where none may begin.
    fn begin(&mut self, link: &Link<'_>) {
        let begins_at = |head: &ChainHead| link.seq == head.seq().saturating_add(1) && link.prev == head.hash();
        if !self.is_part && !begins_at(&ChainHead::default()) && !self.beginnings.iter().any(begins_at) {
            self.report(ChainProblemKind::Beginning { found: link.seq });
        }
    }

    /// Reports the lines that are no records, unless the record after them says that a writer crashed within them.
    fn resolve_pending(&mut self, declared: Option<&Torn>) {
        let pending = std::mem::take(&mut self.pending);
        let bytes = std::mem::take(&mut self.pending_bytes);
        if !pending.is_empty() && declared.is_some_and(|torn| torn.describes(&bytes)) {
            self.report.torn += pending.len() as u64;
        } else {
            pending.into_iter().for_each(|problem| self.add(problem));
        }
    }

    /// Counts the next line, which is longer than any record.
    pub fn long_line(&mut self) {
        self.line += 1;
        self.resolve_pending(None);
        self.report(ChainProblemKind::TooLong);
    }

    /// Verifies the last line, which has no line feed: a whole record, or a torn one.
    pub fn unfinished_line(&mut self, line: &[u8]) {
        self.line(line);
        if let Some(problem) = self.pending.last_mut() {
            problem.kind = ChainProblemKind::Torn;
        }
    }

    /// Reports an expected record that is not in the log.
    fn unmet(&mut self, expected: &ChainHead) {
        let last = self.tails.last();
        let (file, line) = last.map_or((None, 0), |tail| (tail.file.clone(), tail.line));
        let last = last.map_or(0, |tail| tail.head.seq());
        self.add(ChainProblem { file, line, kind: ChainProblemKind::HeadMissing { expected: expected.seq(), last } });
    }

    fn report(&mut self, kind: ChainProblemKind) {
        let problem = self.problem(kind);
        self.add(problem);
    }

    fn problem(&self, kind: ChainProblemKind) -> ChainProblem {
        ChainProblem { file: self.file.clone(), line: self.line, kind }
    }

    fn add(&mut self, problem: ChainProblem) {
        self.report.problem_count += 1;
        if self.report.problems.len() < KEPT_PROBLEMS {
            self.report.problems.push(problem);
        }
    }
}

impl Default for ChainVerifier {
    /// Returns [`ChainVerifier::new`].
    fn default() -> Self {
        Self::new()
    }
}

/// Reads the fields that link a record. The schema may be a later one: its lines are linked in the same way.
fn link(line: &[u8]) -> Option<Link<'_>> {
    let link: Link<'_> = serde_json::from_slice(line).ok()?;
    let is_record = link.schema.starts_with(SCHEMA_NAME) && link.writer.len() <= WRITER_BYTES && is_hash(&link.prev);
    is_record.then_some(link)
}

/// Returns the head of the chain after this line, if it is a record whose hash fits.
pub(super) fn head_of(line: &[u8]) -> Option<ChainHead> {
    let (hashed, hash) = split(line)?;
    let link = link(line)?;
    (sha256_hex(hashed) == hash).then(|| ChainHead::new(link.seq, hash))
}

/// Skips the rest of a line.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (used, is_end) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(used);
        if is_end {
            return Ok(());
        }
    }
}
