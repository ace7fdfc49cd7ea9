//! Reads records of the invocation log and their bodies.

use std::io;

use banister::{BodyAssessment, Operation, Source};
use sha2::{Digest as _, Sha256};

use super::body::Inspected;
use super::call::{CallRow, DECISION_TAG, POLICY_TAG, tag};
use super::context::RecordContext;
use super::finding::{Location, Side};
use super::inflate::inflate_all;
use super::labels::{account, operation, region, request_id, time};
use super::lines::Line;
use super::options::hex;
use super::quarantine::ReasonCode;
use super::receipt::{SideReceipt, count, count_label};
use super::record::{BODY_FIELDS, Members, RECORD_FIELDS};
use super::replay::{Replay, outcome};
use super::unit::{UnitScan, at_line};

impl UnitScan<'_> {
    /// Reads a record of the invocation log.
    pub(super) fn invocation(&mut self, line: Line, members: &Members<'_>, text: &str) -> io::Result<()> {
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
            self.quarantine(ReasonCode::SchemaUnknown, line, text.len() as u64, "")?;
            return self.any_json(line, text);
        }
        let record = self.context(line, members);
        self.tally_record(&record);
        let operation = Operation::from_name(&members.text("operation"));
        let has_error = members.has("errorCode");
        let [gaps_before, unverifiable_before] = self.out.verdicts;
        let (decision, policy) = members.object("requestMetadata").map(|metadata| tag(&metadata)).unwrap_or_default();
        self.replays.clear();
        for (side, name, part) in [(Side::Input, "input", &input), (Side::Output, "output", &output)] {
            let part = part.as_ref();
            self.part((line, text.len() as u64), &record, (side, name), part, (operation, &policy), has_error)?;
        }
        for (name, value) in members.others(RECORD_FIELDS) {
            self.metadata_or_field(&record, name, value)?;
        }
        let [gaps, unverifiable] = self.out.verdicts;
        let replays = std::mem::take(&mut self.replays);
        self.call(&CallRow::Call {
            line: line.number,
            request_id: record.request_id,
            decision,
            policy,
            time: record.time,
            gaps: gaps - gaps_before,
            unverifiable: unverifiable - unverifiable_before,
            answered: output.is_some(),
            replays,
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
        call: (Option<Operation>, &str),
        has_error: bool,
    ) -> io::Result<()> {
        let (in_record, stored) = (format!("{name}BodyJson"), format!("{name}BodyS3Path"));
        let body = part.and_then(|part| part.get(&in_record));
        let uri = part.map(|part| part.text(&stored)).unwrap_or_default();
        let mut reason = None;
        if let Some(body) = body {
            count(&mut self.out.receipt.tally.bodies, "in_record", 1);
            reason = self.body(record, side, call, body)?;
        }
        if !uri.is_empty() {
            reason = match self.side_object(&uri) {
                Ok(bytes) => match std::str::from_utf8(&bytes) {
                    Ok(body) => self.body(record, side, call, body)?,
                    Err(_) => {
                        self.evaluate(record, side, &bytes)?;
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
            self.quarantine(reason, line, length, name)?;
        }
        let prefix = if side == Side::Output { "/output" } else { "/input" };
        for (field, value) in part.into_iter().flat_map(|part| part.others(BODY_FIELDS)) {
            self.field(record, prefix, field, value)?;
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
        (operation, policy): (Option<Operation>, &str),
        body: &str,
    ) -> io::Result<Option<ReasonCode>> {
        let Inspected { assessment, reason, is_unknown } = self.bodies.call(side, operation, body);
        if is_unknown {
            count(&mut self.out.receipt.tally.bodies, "unknown_format", 1);
        }
        if let (Some(assessment), None, false) = (&assessment, reason, is_unknown) {
            self.replay(side, (operation, policy), body, assessment);
        }
        if let Some(assessment) = &assessment {
            self.compare(side, operation, body, assessment);
        }
        match assessment {
            Some(assessment) => self.findings(record, side, "", &assessment)?,
            None => self.evaluate(record, side, body.as_bytes())?,
        }
        Ok(reason)
    }

    /// Evaluates a body under the policies that decisions on it may have.
    fn replay(&mut self, side: Side, call: (Option<Operation>, &str), body: &str, assessment: &BodyAssessment) {
        if !self.options.decisions {
            return;
        }
        let (operation, tagged) = call;
        let is_candidate = |digest: &str| tagged.is_empty() || tagged == digest;
        let audited = self.guardrail.policy().digest();
        if is_candidate(audited) {
            self.replays.push(Replay::new(audited, side, assessment));
        }
        for (digest, bodies) in self.recorded.iter().filter(|(digest, _)| is_candidate(digest)) {
            let replayed = bodies.call(side, operation, body);
            if let (Some(assessment), None) = (replayed.assessment, replayed.reason) {
                self.replays.push(Replay::new(digest, side, &assessment));
            }
        }
    }

    /// Counts what the other policy would have done with a body.
    fn compare(&mut self, side: Side, operation: Option<Operation>, body: &str, assessment: &BodyAssessment) {
        let Some(other) = self.against.as_ref().and_then(|bodies| bodies.call(side, operation, body).assessment) else {
            return;
        };
        let tally = &mut self.out.receipt.tally;
        let key = [side.as_str(), outcome(assessment), outcome(&other)].join("\t");
        count(&mut tally.against, &key, 1);
        for found in other.findings() {
            let finding = found.finding();
            let entity_type = finding.entity_type().map_or("", banister::EntityType::name);
            let (kind, action) = (finding.kind().name(), finding.action().name());
            let key = [finding.rule(), kind, entity_type, side.as_str(), action].join("\t");
            count(&mut tally.against_findings, &key, 1);
        }
    }

    /// Inspects another field of a record, such as the metadata of the request.
    pub(super) fn field(
        &mut self,
        record: &RecordContext,
        prefix: &'static str,
        name: &str,
        value: &str,
    ) -> io::Result<()> {
        // With its name, which is context and may be a finding itself.
        let json = format!("{{{}:{value}}}", serde_json::Value::from(name));
        match self.bodies.json(Source::Input, &json).assessment {
            Some(assessment) => self.findings(record, Side::Record, prefix, &assessment),
            None => self.evaluate(record, Side::Record, json.as_bytes()),
        }
    }

    pub(super) fn findings(
        &mut self,
        record: &RecordContext,
        side: Side,
        prefix: &'static str,
        assessment: &BodyAssessment,
    ) -> io::Result<()> {
        self.out.receipt.inspected_bytes += assessment.inspected_bytes() as u64;
        for skipped in assessment.skipped() {
            count(&mut self.out.receipt.tally.skipped, skipped.reason().as_str(), 1);
        }
        for found in assessment.findings() {
            let (pointer, inner_pointer) = (found.pointer(), found.inner_pointer().unwrap_or_default());
            let at = Location { side, prefix, pointer, inner_pointer, is_key: found.is_key(), offset: 0 };
            self.out.finding(record, at, found.finding())?;
        }
        Ok(())
    }

    fn context(&mut self, line: Line, members: &Members<'_>) -> RecordContext {
        let identity = members.object("identity");
        RecordContext {
            request_id: request_id(&members.text("requestId")),
            time: time(&members.text("timestamp")),
            account: account(&members.text("accountId")),
            region: region(&members.text("region")),
            model: self.labels.model(&members.text("modelId")),
            operation: operation(&members.text("operation")),
            caller: self.labels.caller(&identity.map(|identity| identity.text("arn")).unwrap_or_default()),
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
}
