//! The decision records of a call.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::assessment::{BodyAssessment, BodyFinding};
use super::config::{DecisionCaller, LayerConfig};
use super::error::GuardrailError;
use crate::audit::{
    AuditError, AuditLog, Decision, DecisionOutcome, FindingRecord, RejectionCode, SkippedRecord, Stage, model_name,
};
use crate::bedrock::{BodyError, BodyErrorKind, Operation, Skipped, redact_pointer};
use crate::guardrail::Source;
use crate::policy::Policy;

/// The lengths of the groups of a request ID, which is a UUID.
const REQUEST_ID: [usize; 5] = [8, 4, 4, 4, 12];

/// What is recorded of a call besides its assessments.
#[derive(Clone, Debug)]
pub(super) struct CallRecord {
    /// The ID that all records of the call share.
    pub(super) id: Arc<str>,
    pub(super) caller: Option<Arc<str>>,
    request_id: Option<Arc<str>>,
    pub(super) is_tagged: bool,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StreamEnd<'a> {
    /// With its last event, or because a rule blocked it.
    Complete,
    /// The caller left, or the upstream failed.
    Interrupted,
    /// It could not be inspected.
    Rejected(&'a GuardrailError),
}

impl CallRecord {
    pub(super) fn new(config: &LayerConfig) -> Self {
        Self {
            id: crate::audit::random_id().into(),
            caller: config.caller.as_ref().map(|caller| Arc::clone(&caller.0)),
            request_id: None,
            is_tagged: false,
        }
    }

    /// Records the ID of the request that the service returned, unless it is no ID.
    pub(super) fn note_request_id(&mut self, id: &str) {
        let is_hex = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let is_id = is_hex && id.split('-').map(str::len).eq(REQUEST_ID);
        self.request_id = is_id.then(|| id.into());
    }

    /// Returns the decision on a part of the call, without findings.
    pub(super) fn decision(
        &self,
        policy: &Policy,
        (stage, source): (Stage, Source),
        (operation, model_id): (Operation, Option<&str>),
    ) -> Decision {
        let mut decision = Decision::new(policy, stage, source);
        decision.decision = self.id.as_ref().to_owned();
        decision.operation = Some(operation.name().into());
        decision.model = model_id.map(|id| model_name(id).to_owned());
        decision.caller = self.caller.as_deref().map(str::to_owned);
        decision.request_id = self.request_id.as_deref().map(str::to_owned);
        decision.tagged = self.is_tagged;
        decision
    }
}

impl BodyAssessment {
    /// Returns the decision on a body without a call.
    #[must_use]
    pub fn decision(&self, policy: &Policy) -> Decision {
        let mut decision = Decision::new(policy, stage_of(self.source()), self.source());
        self.add_to(&mut decision);
        decision
    }

    /// Adds the outcome, the findings and the coverage.
    pub(super) fn add_to(&self, decision: &mut Decision) {
        decision.add_findings(self.outcome(), self.findings().iter().map(BodyFinding::record));
        decision.add_skipped(self.skipped().iter().map(Skipped::record));
        decision.coverage.bytes = self.inspected_bytes() as u64;
        decision.coverage.chars = self.inspected_chars() as u64;
    }
}

impl BodyFinding {
    fn record(&self) -> FindingRecord {
        let mut record = FindingRecord::of(self.finding());
        record.pointer = Some(redact_pointer(self.pointer()));
        record.inner_pointer = self.inner_pointer().map(redact_pointer);
        record.key = self.is_key();
        record
    }
}

impl Skipped {
    fn record(&self) -> SkippedRecord {
        SkippedRecord::new(redact_pointer(self.pointer()), self.reason().as_str(), self.bytes())
    }
}

impl GuardrailError {
    /// Adds why the call was rejected.
    pub(super) fn add_to(&self, decision: &mut Decision) {
        match self.rejection() {
            Ok(error) => error.add_to(decision),
            Err(code) => decision.reject(code, None),
        }
    }
}

impl BodyError {
    /// Returns the decision on a body without a call that could not be inspected.
    #[must_use]
    pub fn decision(&self, policy: &Policy, source: Source) -> Decision {
        let mut decision = Decision::new(policy, stage_of(source), source);
        self.add_to(&mut decision);
        decision
    }

    /// Adds why a body was rejected.
    pub(super) fn add_to(&self, decision: &mut Decision) {
        let code = match self.kind() {
            BodyErrorKind::Json(_) => RejectionCode::Json,
            BodyErrorKind::UnknownFormat { .. } => RejectionCode::UnknownFormat,
            BodyErrorKind::UnknownContent { .. } => RejectionCode::UnknownContent,
            BodyErrorKind::NotText { .. } => RejectionCode::NotText,
            BodyErrorKind::Image { .. } => RejectionCode::Image,
            BodyErrorKind::SplitMatch { .. } => RejectionCode::SplitMatch,
            BodyErrorKind::Base64 { .. } => RejectionCode::Base64,
            BodyErrorKind::TwoGuardrails => RejectionCode::TwoGuardrails,
            BodyErrorKind::Frame { .. } => RejectionCode::Frame,
        };
        decision.reject(code, self.pointer().map(redact_pointer));
    }
}

impl LayerConfig {
    /// Records a request for an operation that cannot be inspected. It is forwarded or rejected, as the layer is set.
    ///
    /// # Errors
    ///
    /// Returns an error if the record is not written: then the request must not be forwarded.
    pub(crate) fn record_unknown_operation(&self, caller: Option<&DecisionCaller>) -> Result<(), AuditError> {
        let Some(log) = &self.audit else { return Ok(()) };
        let mut decision = Decision::new(self.guardrail.current().policy(), Stage::Request, Source::Input);
        decision.operation = Some(Cow::Borrowed("unknown"));
        decision.caller = caller.or(self.caller.as_ref()).map(|caller| caller.0.as_ref().to_owned());
        decision.reject(RejectionCode::UnknownOperation, None);
        if self.forward_unknown_operations {
            decision.outcome = DecisionOutcome::Uninspected;
        }
        log.record(decision)
    }
}

/// Records a decision that took so long.
pub(super) fn record(log: &AuditLog, mut decision: Decision, took: Duration) -> Result<(), AuditError> {
    // A request that is not forwarded is not tagged either.
    let is_stopped = matches!(decision.outcome, DecisionOutcome::Blocked | DecisionOutcome::Rejected);
    decision.tagged &= !(is_stopped && matches!(decision.stage, Stage::Request | Stage::Metadata));
    decision.took(took);
    log.record(decision)
}

/// Returns the stage of a body that is not a stream.
pub(super) fn stage_of(source: Source) -> Stage {
    match source {
        Source::Input => Stage::Request,
        Source::Output => Stage::Response,
    }
}
