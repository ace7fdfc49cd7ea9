//! Reads the content of a unit: its format, its lines, its records and their bodies.

use std::io::{self, Read};

use banister::{Assessment, BodyAssessment, Guardrail, Operation, Source};
use sha2::{Digest as _, Sha256};

use super::body::{Bodies, Inspected};
use super::call::{CallRow, DECISION_TAG, POLICY_TAG, tag};
use super::context::RecordContext;
use super::decision::{self, DecisionLine};
use super::finding::{Location, Side};
use super::inflate::{Inflate, inflate_all};
use super::labels::{Labels, identifier, time};
use super::lines::{Line, Lines};
use super::options::{Format, ScanOptions, hex};
use super::outcome::SideObjects;
use super::output::Output;
use super::quarantine::ReasonCode;
use super::receipt::{SideReceipt, count, count_label};
use super::record::{BODY_FIELDS, Members, RECORD_FIELDS, RecordKind};
use super::text::TextScan;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The scan of a unit.
pub(super) struct UnitScan<'a> {
    pub(super) guardrail: &'a Guardrail,
    pub(super) options: &'a ScanOptions,
    pub(super) side_objects: &'a dyn SideObjects,
    pub(super) bodies: Bodies,
    pub(super) labels: Labels<'a>,
    pub(super) out: Output<'a>,
}

impl UnitScan<'_> {
    /// Reads the content to its end.
    pub(super) fn content<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
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
        let length = lines.all(|bytes| scan.push(bytes))?;
        let (assessment, is_invalid) = scan.finish();
        let line = Line { number: 0, offset: 0, is_long: false, is_terminated: false };
        if is_invalid {
            self.out.quarantine(ReasonCode::Utf8, line, length, "");
        }
        if length > 0 {
            count(&mut self.out.receipt.tally.records_by_format, "text", 1);
        }
        self.text_findings(&RecordContext::default(), &assessment)
    }

    fn text_findings(&mut self, record: &RecordContext, assessment: &Assessment) -> io::Result<()> {
        self.out.receipt.inspected_bytes += assessment.inspected_bytes() as u64;
        let side = self.side();
        let at = Location { side, pointer: "", inner_pointer: "", is_key: false };
        assessment.findings().iter().try_for_each(|finding| self.out.finding(record, at, finding))
    }

    fn json_lines<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        let mut bytes = Vec::new();
        while let Some(line) = lines.next(&mut bytes, self.options.max_line_bytes)? {
            if line.is_long {
                self.long_line(lines, line, &bytes)?;
            } else {
                self.line(line, &bytes)?;
            }
        }
        Ok(())
    }

    fn long_line<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>, line: Line, start: &[u8]) -> io::Result<()> {
        let mut scan = TextScan::new(self.guardrail, self.source());
        scan.push(start);
        let length = start.len() as u64 + lines.rest(|bytes| scan.push(bytes))?;
        self.out.quarantine(ReasonCode::LineTooLong, line, length, "");
        self.text_findings(&at_line(line), &scan.finish().0)
    }

    fn line(&mut self, line: Line, bytes: &[u8]) -> io::Result<()> {
        let bytes = if line.number == 1 { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.as_text(line, bytes, ReasonCode::Utf8);
        };
        let text = text.trim();
        if text.starts_with('[') {
            // Some deliveries put several records into one line.
            if let Ok(items) = serde_json::from_str::<Vec<&serde_json::value::RawValue>>(text) {
                return items.iter().try_for_each(|item| self.json(line, item.get()));
            }
        }
        self.json(line, text)
    }

    /// Evaluates a line that is not what it should be.
    fn as_text(&mut self, line: Line, bytes: &[u8], reason: ReasonCode) -> io::Result<()> {
        self.out.quarantine(reason, line, bytes.len() as u64, "");
        let mut scan = TextScan::new(self.guardrail, self.source());
        scan.push(bytes);
        self.text_findings(&at_line(line), &scan.finish().0)
    }

    fn json(&mut self, line: Line, text: &str) -> io::Result<()> {
        match Members::parse(text) {
            Some(members) => match RecordKind::of(&members) {
                RecordKind::InvocationLog => self.invocation(line, &members, text),
                RecordKind::Decision => self.decision(line, &members, text),
                RecordKind::Json => self.any_json(line, text),
            },
            None => self.any_json(line, text),
        }
    }

    fn decision(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        let row = match decision::read(line, members) {
            DecisionLine::Unknown => {
                self.out.quarantine(ReasonCode::SchemaUnknown, line, text.len() as u64, "");
                return self.any_json(line, text);
            }
            DecisionLine::Other => None,
            DecisionLine::Decision(row) => Some(row),
        };
        let tally = &mut self.out.receipt.tally;
        count(&mut tally.records_by_format, "decision", 1);
        let lost = members.get("lost").and_then(|lost| lost.parse().ok()).unwrap_or(0);
        if lost > 0 {
            count(&mut tally.decisions, "lost", lost);
        }
        if let Some(row) = row {
            if let CallRow::Decision { outcome, .. } = &row {
                count(&mut tally.decisions, outcome, 1);
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

    fn call(&mut self, row: &CallRow) -> io::Result<()> {
        if self.options.decisions { self.out.call(row) } else { Ok(()) }
    }

    fn any_json(&mut self, line: Line, text: &str) -> io::Result<()> {
        let inspected = self.bodies.json(self.source(), text);
        let Some(assessment) = inspected.assessment else {
            let reason = match inspected.reason {
                Some(ReasonCode::JsonDepth) => ReasonCode::JsonDepth,
                _ if line.is_terminated => ReasonCode::JsonSyntax,
                _ => ReasonCode::TornLine,
            };
            return self.as_text(line, text.as_bytes(), reason);
        };
        count(&mut self.out.receipt.tally.records_by_format, "json", 1);
        let side = self.side();
        self.findings(&at_line(line), side, "", &assessment)
    }

    fn invocation(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
        let version = members.text("schemaVersion");
        let (input, output) = (members.object("input"), members.object("output"));
        let is_known = (version.is_empty() || version.starts_with("1."))
            && !members.has_duplicates()
            && [&input, &output].iter().all(|part| part.as_ref().is_none_or(|part| !part.has_duplicates()))
            && ["input", "output"]
                .iter()
                .zip([&input, &output])
                .all(|(name, part)| members.get(name).is_none() || part.is_some());
        if !is_known {
            self.out.quarantine(ReasonCode::SchemaUnknown, line, text.len() as u64, "");
            return self.any_json(line, text);
        }
        let record = self.context(line, members);
        self.tally_record(&record);
        let operation = Operation::from_name(&members.text("operation"));
        let has_error = members.has("errorCode");
        let [gaps_before, unverifiable_before] = self.out.verdicts;
        for (side, name, part) in [(Side::Input, "input", &input), (Side::Output, "output", &output)] {
            self.part((line, text.len() as u64), &record, (side, name), part.as_ref(), operation, has_error)?;
        }
        for (name, value) in members.others(RECORD_FIELDS) {
            self.metadata_or_field(&record, name, value)?;
        }
        let [gaps, unverifiable] = self.out.verdicts;
        let (decision, policy) = members.object("requestMetadata").map(|metadata| tag(&metadata)).unwrap_or_default();
        self.call(&CallRow::Call {
            line: line.number,
            request_id: record.request_id,
            decision,
            policy,
            time: record.time,
            gaps: gaps - gaps_before,
            unverifiable: unverifiable - unverifiable_before,
            answered: output.is_some(),
        })
    }

    /// Inspects a field of a record; of metadata, all but the tag.
    fn metadata_or_field(&mut self, record: &RecordContext, name: &str, value: &str) -> io::Result<()> {
        let Some(metadata) = Members::parse(value).filter(|_| name == "requestMetadata") else {
            return self.field(record, "", name, value);
        };
        let (decision, policy) = tag(&metadata);
        let is_tag =
            |name: &str| (name == DECISION_TAG && !decision.is_empty()) || (name == POLICY_TAG && !policy.is_empty());
        for (field, value) in metadata.others(&[]).filter(|(field, _)| !is_tag(field)) {
            self.field(record, "/requestMetadata", field, value)?;
        }
        Ok(())
    }

    /// Inspects `input` or `output`.
    fn part(
        &mut self,
        (line, length): (Line, u64),
        record: &RecordContext,
        (side, name): (Side, &str),
        part: Option<&Members<'_>>,
        operation: Option<Operation>,
        has_error: bool,
    ) -> io::Result<()> {
        let (in_record, stored) = (format!("{name}BodyJson"), format!("{name}BodyS3Path"));
        let body = part.and_then(|part| part.get(&in_record));
        let uri = part.map(|part| part.text(&stored)).unwrap_or_default();
        let mut reason = None;
        if let Some(body) = body {
            count(&mut self.out.receipt.tally.bodies, "in_record", 1);
            reason = self.body(record, side, operation, body)?;
        }
        if !uri.is_empty() {
            reason = match self.side_object(&uri) {
                Ok(bytes) => match std::str::from_utf8(&bytes) {
                    Ok(body) => self.body(record, side, operation, body)?,
                    Err(_) => {
                        self.body_as_text(record, side, &bytes)?;
                        Some(ReasonCode::Utf8)
                    }
                },
                Err(reason) => Some(reason),
            };
        } else if body.is_none() {
            count(&mut self.out.receipt.tally.bodies, "not_recorded", 1);
            // A call that failed has no response, and Bedrock may not record its request.
            reason = Some(ReasonCode::BodyMissing).filter(|_| !has_error);
        }
        if let Some(reason) = reason {
            self.out.quarantine(reason, line, length, name);
        }
        let known: Vec<&str> = BODY_FIELDS.to_vec();
        let others = part.into_iter().flat_map(|part| part.others(&known));
        for (field, value) in others.collect::<Vec<_>>() {
            self.field(record, &format!("/{name}"), field, value)?;
        }
        Ok(())
    }

    fn side_object(&mut self, uri: &str) -> Result<Vec<u8>, ReasonCode> {
        let max_bytes = self.options.max_side_bytes;
        let object = self.side_objects.fetch(uri, max_bytes).map_err(|error| error.0)?;
        count(&mut self.out.receipt.tally.bodies, "side_object", 1);
        let sha256 = hex(&Sha256::digest(&object.bytes));
        let receipt = SideReceipt { sha256, size: object.bytes.len() as u64 };
        self.out.receipt.side_objects.insert(object.name, receipt);
        inflate_all(&object.bytes, max_bytes)
    }

    fn body(
        &mut self,
        record: &RecordContext,
        side: Side,
        operation: Option<Operation>,
        body: &str,
    ) -> io::Result<Option<ReasonCode>> {
        let Inspected { assessment, reason, is_unknown } = match side {
            Side::Output => self.bodies.response(operation, body),
            Side::Input | Side::Record => self.bodies.request(operation, body),
        };
        if is_unknown {
            count(&mut self.out.receipt.tally.bodies, "unknown_format", 1);
        }
        match assessment {
            Some(assessment) => self.findings(record, side, "", &assessment)?,
            None => self.body_as_text(record, side, body.as_bytes())?,
        }
        Ok(reason)
    }

    fn body_as_text(&mut self, record: &RecordContext, side: Side, bytes: &[u8]) -> io::Result<()> {
        let source = if side == Side::Output { Source::Output } else { Source::Input };
        let mut scan = TextScan::new(self.guardrail, source);
        scan.push(bytes);
        let (assessment, _) = scan.finish();
        self.out.receipt.inspected_bytes += assessment.inspected_bytes() as u64;
        let at = Location { side, pointer: "", inner_pointer: "", is_key: false };
        assessment.findings().iter().try_for_each(|finding| self.out.finding(record, at, finding))
    }

    /// Inspects another field of a record, such as the metadata of the request.
    fn field(&mut self, record: &RecordContext, pointer: &str, name: &str, value: &str) -> io::Result<()> {
        // With its name, which is context and may be a finding itself.
        let json = format!("{{{}:{value}}}", serde_json::Value::from(name));
        match self.bodies.json(Source::Input, &json).assessment {
            Some(assessment) => self.findings(record, Side::Record, pointer, &assessment),
            None => self.body_as_text(record, Side::Record, json.as_bytes()),
        }
    }

    fn findings(
        &mut self,
        record: &RecordContext,
        side: Side,
        pointer: &str,
        assessment: &BodyAssessment,
    ) -> io::Result<()> {
        self.out.receipt.inspected_bytes += assessment.inspected_bytes() as u64;
        for skipped in assessment.skipped() {
            count(&mut self.out.receipt.tally.skipped, skipped.reason().as_str(), 1);
        }
        for found in assessment.findings() {
            let pointer = [pointer, found.pointer()].concat();
            let inner_pointer = found.inner_pointer().unwrap_or_default();
            let at = Location { side, pointer: &pointer, inner_pointer, is_key: found.is_key() };
            self.out.finding(record, at, found.finding())?;
        }
        Ok(())
    }

    fn context(&mut self, line: Line, members: &Members<'_>) -> RecordContext {
        let operation = members.text("operation");
        RecordContext {
            request_id: identifier(&members.text("requestId")),
            time: time(&members.text("timestamp")),
            account: identifier(&members.text("accountId")),
            region: self.labels.label(&members.text("region")),
            model: self.labels.label(&members.text("modelId")),
            operation: self.labels.label(&operation),
            caller: self
                .labels
                .caller(&members.object("identity").map(|identity| identity.text("arn")).unwrap_or_default()),
            ..at_line(line)
        }
    }

    fn tally_record(&mut self, record: &RecordContext) {
        let tally = &mut self.out.receipt.tally;
        count(&mut tally.records_by_format, "invocation_log", 1);
        count_label(&mut tally.records_by_day, record.day());
        count_label(&mut tally.records_by_model, &record.model);
        count_label(&mut tally.records_by_operation, &record.operation);
        count_label(&mut tally.records_by_region, &[record.account.as_str(), &record.region].join(" "));
        count_label(&mut tally.records_by_caller, &record.caller);
    }

    fn source(&self) -> Source {
        self.options.source.into()
    }

    fn side(&self) -> Side {
        if self.source() == Source::Output { Side::Output } else { Side::Input }
    }
}

/// Returns `true` if content that begins like this may have JSON in lines. Text is the exception: a log with a damaged first line is a log.
fn looks_like_json_lines(start: &[u8]) -> bool {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let lines = start.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
    let mut lines = lines.filter(|line| !line.is_empty()).enumerate().peekable();
    lines.peek().is_none()
        || lines.any(|(number, line)| {
            line.starts_with(b"{\"") || (number == 0 && line.first().is_some_and(|byte| b"{[".contains(byte)))
        })
}

fn at_line(line: Line) -> RecordContext {
    RecordContext { line: line.number, offset: line.offset, ..RecordContext::default() }
}
