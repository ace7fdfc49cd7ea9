//! Reads the content of a unit: its format, its lines and its records.

use std::io::{self, Read};

use banister::{Guardrail, Source};

use super::body::Bodies;
use super::call::CallRow;
use super::chain::ChainScan;
use super::context::RecordContext;
use super::decision::{self, DecisionLine};
use super::finding::{Location, Side};
use super::inflate::Inflate;
use super::labels::Labels;
use super::lines::{Line, Lines, without_mark};
use super::options::{Format, ScanOptions};
use super::outcome::SideObjects;
use super::output::Output;
use super::quarantine::{QuarantineRow, ReasonCode};
use super::receipt::count;
use super::record::{Members, RecordKind, is_exported, without_time};
use super::replay::Replay;
use super::text::{Part, TextScan};
use super::unread::Unread;

pub(super) struct UnitScan<'a> {
    pub(super) guardrail: &'a Guardrail,
    pub(super) options: &'a ScanOptions,
    pub(super) side_objects: &'a dyn SideObjects,
    pub(super) bodies: Bodies,
    /// The policies that decisions may have besides the audited one, by their digests.
    pub(super) recorded: Vec<(&'a str, Bodies)>,
    /// The policy that the audited one is compared with.
    pub(super) against: Option<Bodies>,
    /// The evaluations of the record.
    pub(super) replays: Vec<Replay>,
    /// The chain, from the first decision record on.
    pub(super) chain: Option<ChainScan>,
    /// The lines before this one that cannot be read.
    pub(super) unread: Unread,
    pub(super) labels: Labels<'a>,
    pub(super) out: Output<'a>,
}

impl UnitScan<'_> {
    /// Reads the content to its end.
    pub(super) fn content<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        self.lines(lines)?;
        if let Some(chain) = self.chain.take() {
            self.out.receipt.chains = Some(chain.finish(&mut self.labels));
        }
        Ok(())
    }

    fn lines<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        let start = lines.peek()?;
        if start.starts_with(b"\x1f\x8b") {
            // Compressed twice.
            lines.get_mut().stop(ReasonCode::FormatUnsupported);
            return Ok(());
        }
        let is_json = looks_like_json_lines(start);
        match self.options.format {
            Some(Format::Text) => self.text(lines),
            Some(Format::JsonLines) => self.json_lines(lines),
            None if is_json => self.json_lines(lines),
            None => self.text(lines),
        }
    }

    /// Evaluates all content as one text, so that a match may span lines.
    fn text<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        let mut scan = TextScan::new(self.guardrail, self.source());
        let (record, side) = (RecordContext::default(), self.side());
        let length = lines.all(|bytes| scan.push(bytes, |part| self.text_findings(&record, side, &part)))?;
        let (part, is_invalid) = scan.finish();
        self.text_findings(&record, side, &part)?;
        let line = Line { number: 0, offset: 0, is_long: false, is_terminated: false };
        if is_invalid {
            self.quarantine(ReasonCode::Utf8, line, length, "")?;
        }
        if length > 0 {
            count(&mut self.out.receipt.tally.records_by_format, "text", 1);
        }
        Ok(())
    }

    /// Evaluates bytes as one text.
    pub(super) fn evaluate(&mut self, record: &RecordContext, side: Side, bytes: &[u8]) -> io::Result<()> {
        let source = if side == Side::Output { Source::Output } else { Source::Input };
        let mut scan = TextScan::new(self.guardrail, source);
        scan.push(bytes, |part| self.text_findings(record, side, &part))?;
        self.text_findings(record, side, &scan.finish().0)
    }

    pub(super) fn text_findings(&mut self, record: &RecordContext, side: Side, part: &Part) -> io::Result<()> {
        let assessment = &part.assessment;
        self.out.receipt.inspected_bytes += assessment.inspected_bytes() as u64;
        let at = Location::text(side, part.offset);
        assessment.findings().iter().try_for_each(|finding| self.out.finding(record, at, finding))
    }

    /// Quarantines a line or a body, after the lines before it.
    pub(super) fn quarantine(&mut self, reason: ReasonCode, line: Line, length: u64, part: &str) -> io::Result<()> {
        self.quarantine_unread()?;
        self.out.quarantine(QuarantineRow::new(reason, line, length, part))
    }

    /// Quarantines the lines before that cannot be read, because no record says that a writer crashed within them.
    pub(super) fn quarantine_unread(&mut self) -> io::Result<()> {
        self.unread.take().into_iter().try_for_each(|row| self.out.quarantine(row))
    }

    fn json_lines<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        if Self::is_document(lines.peek()?) {
            return self.document(lines);
        }
        let mut bytes = Vec::new();
        while let Some(line) = lines.next(&mut bytes, self.options.max_line_bytes)? {
            let unread = self.unread.len();
            if line.is_long {
                self.long_line(lines, line, &mut bytes)?;
            } else {
                self.line(line, &bytes)?;
            }
            if self.unread.len() <= unread || !self.unread.line(&bytes, self.options.max_line_bytes) {
                self.quarantine_unread()?;
            }
            if let Some(chain) = &mut self.chain {
                chain.line(line, &bytes);
            }
        }
        self.quarantine_unread()
    }

    fn long_line<R: Read>(
        &mut self,
        lines: &mut Lines<Inflate<R>>,
        mut line: Line,
        start: &mut Vec<u8>,
    ) -> io::Result<()> {
        // Joined records can be a line of any length.
        while line.is_long && self.chain.is_none() {
            let length = self.joined(line, start)?;
            if length == 0 {
                break;
            }
            start.drain(..length);
            line.offset += length as u64;
            lines.more(&mut line, start, self.options.max_line_bytes)?;
        }
        if !line.is_long {
            return self.line(line, start);
        }
        let mut scan = TextScan::new(self.guardrail, self.source());
        let (record, side) = (at_line(line), self.side());
        let mut push = |bytes: &[u8]| scan.push(bytes, |part| self.text_findings(&record, side, &part));
        push(start)?;
        let length = start.len() as u64 + lines.rest(push)?;
        self.text_findings(&record, side, &scan.finish().0)?;
        self.quarantine(ReasonCode::LineTooLong, line, length, "")
    }

    fn line(&mut self, line: Line, bytes: &[u8]) -> io::Result<()> {
        let bytes = if line.number == 1 { without_mark(bytes) } else { bytes };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.unreadable(line, bytes, ReasonCode::Utf8);
        };
        let text = text.trim();
        if text.starts_with('[') {
            // Some deliveries put several records into one line.
            if let Ok(items) = serde_json::from_str::<Vec<&serde_json::value::RawValue>>(text) {
                return items.iter().try_for_each(|item| self.json(line, item.get()));
            }
        }
        self.json(line, without_time(text))
    }

    /// Evaluates a line that is not what it should be as text.
    fn unreadable(&mut self, line: Line, bytes: &[u8], reason: ReasonCode) -> io::Result<()> {
        self.unread.push(QuarantineRow::new(reason, line, bytes.len() as u64, ""));
        self.evaluate(&at_line(line), self.side(), bytes)
    }

    pub(super) fn json(&mut self, line: Line, text: &str) -> io::Result<()> {
        match Members::parse(text) {
            Some(members) => match RecordKind::of(&members) {
                RecordKind::InvocationLog => self.invocation(line, &members, text),
                RecordKind::Decision => self.decision(line, &members, text),
                RecordKind::Batch(events) => self.batch(line, &members, text, events),
                RecordKind::Row => self.query_row(line, &members, text),
                RecordKind::Rows => self.query_rows(line, &members, text),
                RecordKind::Json => self.any_json(line, text),
            },
            None => match text.get(self.joined(line, text.as_bytes())?..).unwrap_or_default() {
                "" => Ok(()),
                rest => self.any_json(line, rest.trim_start()),
            },
        }
    }

    fn decision(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        self.chain.get_or_insert_with(|| ChainScan::new(line));
        let (row, lost) = match decision::read(line, text, members) {
            (DecisionLine::Unknown, _) => {
                self.quarantine(ReasonCode::SchemaUnknown, line, text.len() as u64, "")?;
                return self.any_json(line, text);
            }
            (DecisionLine::Other(torn), lost) => {
                if torn.is_some_and(|torn| torn.describes(self.unread.bytes())) {
                    // Their writer recorded them, so they are accounted for.
                    let lines = self.unread.take().len() as u64;
                    count(&mut self.out.receipt.tally.decisions, "torn", lines);
                }
                (None, lost)
            }
            (DecisionLine::Decision(row), lost) => (Some(row), lost),
        };
        let tally = &mut self.out.receipt.tally;
        count(&mut tally.records_by_format, "decision", 1);
        if lost > 0 {
            count(&mut tally.decisions, "lost", lost);
        }
        if let Some(row) = row {
            if let CallRow::Decision { outcome, .. } = &row {
                count(&mut tally.decisions, &serialized(outcome), 1);
            }
            self.call(&row)?;
        }
        // The application chose these.
        for name in ["caller", "model"] {
            if let Some(value) = members.get(name) {
                self.field(&at_line(line), "", name, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn call(&mut self, row: &CallRow) -> io::Result<()> {
        if self.options.decisions { self.out.call(row) } else { Ok(()) }
    }

    pub(super) fn any_json(&mut self, line: Line, text: &str) -> io::Result<()> {
        let inspected = self.bodies.json(self.source(), text);
        let Some(assessment) = inspected.assessment else {
            let reason = match inspected.reason {
                Some(ReasonCode::JsonDepth) => ReasonCode::JsonDepth,
                _ if line.is_terminated => ReasonCode::JsonSyntax,
                _ => ReasonCode::TornLine,
            };
            return self.unreadable(line, text.as_bytes(), reason);
        };
        count(&mut self.out.receipt.tally.records_by_format, "json", 1);
        let side = self.side();
        self.findings(&at_line(line), side, "", &assessment)
    }

    pub(super) fn source(&self) -> Source {
        self.options.source.into()
    }

    pub(super) fn side(&self) -> Side {
        if self.source() == Source::Output { Side::Output } else { Side::Input }
    }
}

/// Returns `true` if content that begins like this may have JSON in lines. Text is the exception: a log with a damaged first line is a log.
fn looks_like_json_lines(start: &[u8]) -> bool {
    let lines = without_mark(start).split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
    let mut lines = lines.filter(|line| !line.is_empty()).enumerate().peekable();
    lines.peek().is_none()
        || lines.any(|(number, line)| {
            line.starts_with(b"{\"")
                || (number == 0 && (is_exported(line) || line.first().is_some_and(|byte| b"{[".contains(byte))))
        })
}

pub(super) fn at_line(line: Line) -> RecordContext {
    RecordContext { line: line.number, offset: line.offset, ..RecordContext::default() }
}

/// Returns the name of a value that is serialized as one.
fn serialized(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
