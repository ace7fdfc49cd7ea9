//! How the evaluations of a call are concluded: the log, the observer, and the decision record.

use std::sync::Arc;
use std::time::Duration;

use super::assessment::BodyAssessment;
use super::call::Exchange;
use super::config::{AssessmentEvent, DecisionCaller};
use super::error::GuardrailError;
use super::records::{self, StreamEnd, stage_of};
use super::streams::StreamState;
use crate::audit::{AuditError, Decision, RejectionCode, Stage};
use crate::bedrock::BodyError;
use crate::guardrail::Source;

impl Exchange {
    /// Records who makes the call.
    pub(crate) fn note_caller(&mut self, caller: Option<&DecisionCaller>) {
        if let (Some(call), Some(caller)) = (&mut self.call, caller) {
            call.caller = Some(Arc::clone(&caller.0));
        }
    }

    /// Records the ID of the request that the service returned.
    pub(crate) fn note_request_id(&mut self, id: Option<&str>) {
        if let (Some(call), Some(id)) = (&mut self.call, id) {
            call.note_request_id(id);
        }
    }

    /// Sends an assessment to the log and the observer, with the time that the inspection took.
    pub(super) fn observe(&self, assessment: &BodyAssessment, elapsed: Duration) {
        let (operation, model, direction) = (self.operation.name(), self.model_id(), assessment.source().name());
        for found in assessment.findings() {
            let finding = found.finding();
            let (rule, kind, action) = (finding.rule(), finding.kind().name(), finding.action().name());
            tracing::debug!(operation, model, direction, rule, kind, action, "finding");
        }
        let (outcome, findings) = (assessment.outcome().name(), assessment.findings().len());
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(operation, model, direction, outcome, findings, elapsed_us, "assessed");
        if let Some(observer) = &self.config.observer {
            let model_id = self.model_id.as_deref();
            observer(&AssessmentEvent { operation: self.operation, model_id, assessment, elapsed });
        }
    }

    /// Observes and records an assessment. Nothing may be forwarded after an error.
    pub(super) fn conclude(
        &self,
        stage: Stage,
        assessment: &BodyAssessment,
        took: Duration,
    ) -> Result<(), GuardrailError> {
        self.observe(assessment, took);
        let source = assessment.source();
        let recorded = self.record_assessment((stage, source), assessment, took);
        recorded.map_err(|error| GuardrailError::unrecorded(self.operation, source, error))
    }

    /// Observes and records the assessment of a stream at its end. After an error, nothing may be forwarded of what was not yet: the end is not recorded, or
    /// the caller has to learn of a block by it.
    pub(crate) fn end_stream(&self, stream: StreamState, end: StreamEnd<'_>) -> Result<(), GuardrailError> {
        let fails = matches!(end, StreamEnd::Complete)
            && (stream.has_no_message() || stream.is_blocked() && self.errors_on_block());
        let (took, assessment) = (stream.time(), stream.into_assessment());
        self.observe(&assessment, took);
        let recorded = self.record((Stage::Stream, Source::Output), took, |decision| {
            assessment.add_to(decision);
            match end {
                StreamEnd::Complete => {}
                StreamEnd::Interrupted => decision.interrupted = true,
                StreamEnd::Rejected(error) => error.add_to(decision),
            }
        });
        recorded.map_err(|error| GuardrailError::unrecorded(self.operation, Source::Output, error))?;
        if fails { Err(GuardrailError::blocked(self.operation, assessment)) } else { Ok(()) }
    }

    pub(super) fn record_assessment(
        &self,
        part: (Stage, Source),
        assessment: &BodyAssessment,
        took: Duration,
    ) -> Result<(), AuditError> {
        self.record(part, took, |decision| assessment.add_to(decision))
    }

    /// Records a decision on a part of the call, which `complete` completes.
    fn record(
        &self,
        part: (Stage, Source),
        took: Duration,
        complete: impl FnOnce(&mut Decision),
    ) -> Result<(), AuditError> {
        let (Some(log), Some(call)) = (&self.config.audit, &self.call) else { return Ok(()) };
        let policy = self.guardrail.policy();
        let mut decision = call.decision(policy, part, (self.operation, self.model_id.as_deref()));
        complete(&mut decision);
        records::record(log, decision, took)
    }

    /// Records that a body was rejected.
    pub(crate) fn record_rejection(&self, source: Source, code: RejectionCode) {
        // It is not forwarded, with a record or without.
        let _ = self.record((stage_of(source), source), Duration::ZERO, |decision| decision.reject(code, None));
    }

    /// Rejects a body or value that could not be inspected, and records that.
    pub(crate) fn unreadable(&self, source: Source, error: BodyError) -> GuardrailError {
        self.rejected(GuardrailError::unreadable(self.operation, source, error))
    }

    /// Rejects a body that is too large, and records that.
    pub(crate) fn too_large(&self, source: Source, bytes: usize) -> GuardrailError {
        self.rejected(GuardrailError::too_large(self.operation, source, bytes, self.max_body_bytes()))
    }

    /// Rejects a compressed body, and records that.
    pub(crate) fn encoded(&self, source: Source) -> GuardrailError {
        self.rejected(GuardrailError::encoded(self.operation, source))
    }

    fn rejected(&self, error: GuardrailError) -> GuardrailError {
        let source = error.direction();
        // It is not forwarded, with a record or without.
        let _ = self.record((stage_of(source), source), Duration::ZERO, |decision| error.add_to(decision));
        error
    }

    /// Returns the body that replaces that of an error which cannot be inspected for this reason.
    pub(crate) fn withheld_error(&self, code: RejectionCode) -> Vec<u8> {
        self.withheld(|decision| decision.reject(code, None))
    }

    pub(super) fn withheld(&self, reject: impl FnOnce(&mut Decision)) -> Vec<u8> {
        // Nothing of the error is forwarded, with a record or without.
        let _ = self.record((Stage::Error, Source::Output), Duration::ZERO, reject);
        self.withheld_body()
    }
}
