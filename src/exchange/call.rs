//! One call: its request, then its response or the events of its stream.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use tracing::span::EnteredSpan;

use super::assessment::BodyAssessment;
use super::body::{BodyGuard, GuardedBody};
use super::config::LayerConfig;
use super::error::GuardrailError;
use super::records::{CallRecord, stage_of};
use super::response::{BlockedResponse, WITHHELD_MESSAGE, error_body};
use super::streams::{EventFormat, EventGuard, JsonEvents};
use super::trace::Trace;
use crate::audit::Stage;
use crate::bedrock::{
    BodyError, BodyErrorKind, BodyFormat, InspectionSummary, Operation, RequestedGuardrail, ResponseFormat, StreamKind,
    UnknownContent, Visitor, blocked_response, requested_guardrail, without_guardrail,
};
use crate::guardrail::{Guardrail, Source};
use crate::json::JsonDocument;

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(super) config: Arc<LayerConfig>,
    /// The guardrail that was current when the call began.
    pub(super) guardrail: Guardrail,
    pub(super) operation: Operation,
    pub(super) model_id: Option<String>,
    pub(super) bodies: BodyGuard,
    /// The format of the request: the response of a blocked call has the format that belongs to it.
    form: ResponseFormat,
    /// The caller named this guardrail, which Bedrock does not know: nothing of that is forwarded.
    is_named: bool,
    /// The trace that the caller requested.
    trace: Option<Trace>,
    /// The trace of an earlier inspection of the same call.
    earlier: Option<Trace>,
    /// What is recorded of the call, if decisions are recorded or requests tagged.
    pub(super) call: Option<CallRecord>,
}

/// The result of inspecting a body.
#[derive(Debug)]
pub(crate) enum Inspected {
    /// The body is forwarded as it is.
    Unchanged,
    /// This body is forwarded instead.
    Rewritten(Vec<u8>),
    /// Nothing is forwarded: the caller receives this response. The assessment says why, unless it is the response to ApplyGuardrail.
    Blocked(BlockedResponse, Box<BodyAssessment>),
}

impl From<Option<Vec<u8>>> for Inspected {
    fn from(rewritten: Option<Vec<u8>>) -> Self {
        rewritten.map_or(Self::Unchanged, Self::Rewritten)
    }
}

impl Exchange {
    /// Begins a call. `model_id` is what the path names; for ApplyGuardrail that is a guardrail.
    pub(crate) fn new(config: Arc<LayerConfig>, operation: Operation, model_id: Option<String>) -> Self {
        let guardrail = config.guardrail.current();
        let mut bodies = BodyGuard::new(&guardrail, &config.conversation.clone().unwrap_or_default());
        if config.inspect_unknown_content {
            bodies = bodies.dangerous_inspect_unknown_content();
        }
        let form = match operation {
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => BodyFormat::Unknown,
            _ => BodyFormat::Converse,
        };
        let call = (config.audit.is_some() || config.tag_requests).then(|| CallRecord::new(&config));
        let mut exchange = Self {
            config,
            guardrail,
            operation,
            model_id: model_id.filter(|id| !id.is_empty()),
            bodies,
            form: form.into(),
            is_named: false,
            trace: None,
            earlier: None,
            call,
        };
        if operation == Operation::ApplyGuardrail {
            let identifier = exchange.model_id.take();
            exchange.note_requested(&RequestedGuardrail::new(identifier.as_deref(), None));
        }
        exchange
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    pub(crate) fn max_body_bytes(&self) -> usize {
        self.config.max_body_bytes
    }

    /// Returns `true` if the response to the request is a stream. Known once the body was inspected.
    pub(crate) fn is_stream(&self) -> bool {
        match self.stream_kind() {
            StreamKind::ServerSent => self.form.is_streamed(),
            StreamKind::Converse | StreamKind::Invoke => self.operation.is_stream(),
        }
    }

    /// Returns `true` if blocked calls fail with an error.
    pub(crate) fn errors_on_block(&self) -> bool {
        self.config.error_on_block
    }

    /// Returns the model ID, or an empty string.
    pub(crate) fn model_id(&self) -> &str {
        self.model_id.as_deref().unwrap_or_default()
    }

    /// Returns `true` if the caller named this guardrail, so that what names it must not be forwarded. Known once the body was inspected.
    pub(crate) fn is_named(&self) -> bool {
        self.is_named
    }

    /// Returns the identifier by which callers name this guardrail.
    fn identifier(&self) -> &str {
        self.config.identifier.as_deref().unwrap_or(self.guardrail.policy().name())
    }

    /// Records the guardrail that the caller names outside of the body, and returns `true` if it is this one.
    pub(crate) fn note_requested(&mut self, requested: &RequestedGuardrail) -> bool {
        if let Some(scope) = requested.trace.filter(|_| self.config.traces) {
            let mut trace = Trace::new(self.guardrail.clone(), self.identifier().into(), scope);
            if let Some(earlier) = &self.earlier {
                trace.note_earlier(earlier);
            }
            self.trace = Some(trace);
        }
        let is_named = self.is_named_by(requested);
        self.is_named |= is_named;
        is_named
    }

    /// Returns `true` if `requested` is this guardrail.
    pub(crate) fn is_named_by(&self, requested: &RequestedGuardrail) -> bool {
        requested.identifier() == Some(self.identifier())
    }

    /// [`Exchange::note_requested`] for the guardrail that headers name. Converse names it in the body, ApplyGuardrail in the path.
    pub(crate) fn note_requested_headers(&mut self, requested: &RequestedGuardrail) {
        let has_headers = matches!(self.operation, Operation::InvokeModel | Operation::InvokeModelWithResponseStream)
            || self.stream_kind() == StreamKind::ServerSent;
        if has_headers {
            self.note_requested(requested);
        }
    }

    /// Copies what an earlier inspection of the same call recorded and the request no longer contains: the requested trace, and what was
    /// masked.
    pub(crate) fn merge_earlier(&mut self, earlier: &Self) {
        self.is_named |= earlier.is_named;
        self.call.clone_from(&earlier.call);
        self.earlier = earlier.trace.as_ref().map(Trace::anew);
        match (&mut self.trace, &self.earlier) {
            (Some(trace), Some(earlier)) => trace.note_earlier(earlier),
            (trace, earlier) => trace.clone_from(earlier),
        }
    }

    pub(crate) fn request(&mut self, body: &[u8]) -> Result<Inspected, GuardrailError> {
        self.request_selecting(body, |_| Ok(None))
    }

    /// [`Exchange::request`], which continues as the call that `select` begins for the guardrail that the body names, if it begins one. A
    /// body that names another as well is rejected.
    pub(crate) fn request_selecting<E: From<GuardrailError>>(
        &mut self,
        body: &[u8],
        select: impl Fn(&str) -> Result<Option<Self>, E>,
    ) -> Result<Inspected, E> {
        let (started, _span) = (Instant::now(), self.span(Source::Input));
        self.check_size(Source::Input, body.len())?;
        let doc = JsonDocument::parse(body).map_err(|error| self.unreadable(Source::Input, error.into()))?;
        let requested = requested_guardrail(self.operation, &doc);
        for name in requested.names() {
            let Some(selected) = select(name)? else { continue };
            if requested.identifier().is_none() {
                return Err(self.unreadable(Source::Input, BodyError::new(BodyErrorKind::TwoGuardrails)).into());
            }
            *self = selected;
        }
        Ok(self.request_document(&doc, &requested, started)?)
    }

    fn request_document(
        &mut self,
        doc: &JsonDocument<'_>,
        requested: &RequestedGuardrail,
        started: Instant,
    ) -> Result<Inspected, GuardrailError> {
        self.note_requested(requested);
        match self.operation {
            Operation::ApplyGuardrail if self.is_named => return self.apply_body(doc),
            Operation::StartAsyncInvoke => self.model_id = model_id_in(doc, "modelId"),
            Operation::ChatCompletions | Operation::Messages | Operation::Responses => {
                self.model_id = model_id_in(doc, "model");
                self.form = ResponseFormat::of(self.operation, doc);
            }
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
                self.form = ResponseFormat::of(self.operation, doc)
            }
            Operation::Converse | Operation::ConverseStream => self.plan_tag_in_body(doc),
            _ => {}
        }
        let removed = if self.is_named { without_guardrail(self.operation, doc) } else { Vec::new() };
        let guarded = self.bodies.request_document(self.operation, doc, removed);
        let inspected = self.inspected_request(guarded, Stage::Request, started)?;
        Ok(self.tagged(inspected, doc))
    }

    /// Inspects the metadata in the header of an InvokeModel request, a JSON object, after its body. It is the caller's text, and Bedrock
    /// logs it; Converse has it in the body.
    pub(super) fn metadata(&mut self, value: &[u8]) -> Result<Inspected, GuardrailError> {
        let (started, _span) = (Instant::now(), self.span(Source::Input));
        self.check_size(Source::Input, value.len())?;
        let (before, after) = (&b"{\"requestMetadata\":"[..], &b"}"[..]);
        let body = [before, value, after].concat();
        // By itself first: `{},"usage":…` is no JSON, but would be more fields of the body.
        let parsed = JsonDocument::parse(value).map_err(BodyError::from);
        let guarded = parsed.and_then(|_| self.bodies.inspect_request(Operation::Converse, &body));
        let guarded = guarded.map(|mut guarded| {
            guarded.body = guarded.body.and_then(|body| Some(body.strip_prefix(before)?.strip_suffix(after)?.to_vec()));
            guarded
        });
        self.inspected_request(guarded, Stage::Metadata, started)
    }

    fn inspected_request(
        &mut self,
        guarded: Result<GuardedBody, BodyError>,
        stage: Stage,
        started: Instant,
    ) -> Result<Inspected, GuardrailError> {
        let guarded = guarded.map_err(|error| self.unreadable(Source::Input, error))?;
        self.note_input(&guarded.assessment);
        self.conclude(stage, &guarded.assessment, started.elapsed())?;
        if guarded.assessment.is_blocked() {
            return self.blocked(self.form, guarded.assessment);
        }
        Ok(guarded.body.into())
    }

    /// Inspects the body of a successful response that is not a stream.
    pub(crate) fn response(&self, body: &[u8]) -> Result<Inspected, GuardrailError> {
        let (started, _span) = (Instant::now(), self.span(Source::Output));
        self.check_size(Source::Output, body.len())?;
        let guarded = self.bodies.inspect_response(self.operation, body);
        let guarded = guarded.map_err(|error| self.unreadable(Source::Output, error))?;
        self.conclude(Stage::Response, &guarded.assessment, started.elapsed())?;
        if guarded.assessment.is_blocked() {
            // The response shows its own format.
            return self.blocked(guarded.format.into(), guarded.assessment);
        }
        let Some(trace) = self.trace() else { return Ok(guarded.body.into()) };
        let body = guarded.body.unwrap_or_else(|| body.to_vec());
        Ok(Inspected::Rewritten(trace.write(self.stream_kind(), body, Some(&guarded.assessment))))
    }

    /// Inspects the body of an error, and returns the body to send in its place, if any.
    pub(crate) fn error(&self, body: &[u8]) -> Option<Vec<u8>> {
        if body.is_empty() {
            return None;
        }
        let (started, _span) = (Instant::now(), self.span(Source::Output));
        let guarded = match self.bodies.inspect_response(self.operation, body) {
            Ok(guarded) => guarded,
            Err(error) => return Some(self.withheld(|decision| error.add_to(decision))),
        };
        let assessment = &guarded.assessment;
        // An error is no response of the model: observers receive it only if there are findings.
        if !assessment.findings().is_empty() {
            self.observe(assessment, started.elapsed());
        }
        if self.record_assessment((Stage::Error, Source::Output), assessment, started.elapsed()).is_err() {
            return Some(self.withheld_body());
        }
        if assessment.is_blocked() {
            return Some(error_body(self.operation, assessment.message().unwrap_or(WITHHELD_MESSAGE)));
        }
        guarded.body
    }

    /// Returns the body that replaces that of an error.
    pub(super) fn withheld_body(&self) -> Vec<u8> {
        error_body(self.operation, WITHHELD_MESSAGE)
    }

    /// Inspects an SDK value, whose text fields `visit` offers.
    pub(crate) fn value(
        &mut self,
        source: Source,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
    ) -> Result<BodyAssessment, GuardrailError> {
        let (started, _span) = (Instant::now(), self.span(source));
        let assessment = self.bodies.value(source, visit).map_err(|error| self.unreadable(source, error))?;
        if source == Source::Input {
            self.note_input(&assessment);
        }
        self.conclude(stage_of(source), &assessment, started.elapsed())?;
        Ok(assessment)
    }

    /// Creates the guard of the events of the response, which arrive in this format.
    pub(crate) fn events<F: EventFormat>(&self, format: F) -> EventGuard<F> {
        EventGuard::new(format, self.bodies.clone(), self.trace().cloned())
    }

    /// Returns the format of events in their JSON form.
    pub(crate) fn json_events(&self) -> JsonEvents {
        JsonEvents::new(self.stream_kind(), self.form.format, self.model_id())
    }

    /// Returns what happens to unknown content.
    pub(crate) fn unknown(&self) -> UnknownContent {
        self.bodies.unknown()
    }

    /// Returns the trace, if the caller requested one and responses of the operation have a field for it.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        let has_field = matches!(
            self.operation,
            Operation::Converse
                | Operation::ConverseStream
                | Operation::InvokeModel
                | Operation::InvokeModelWithResponseStream
        );
        self.trace.as_ref().filter(|_| has_field)
    }

    /// Enters the span of an inspection.
    fn span(&self, source: Source) -> EnteredSpan {
        let (operation, model, direction) = (self.operation.name(), self.model_id(), source.name());
        tracing::debug_span!("inspect", operation, model, direction).entered()
    }

    /// Adds an assessment of the request to the trace.
    fn note_input(&mut self, assessment: &BodyAssessment) {
        if let Some(trace) = &mut self.trace {
            trace.note_input(assessment);
        }
    }

    /// Returns what the caller of a blocked call receives: a response that holds the message, unless the layer is set to fail, or no
    /// response of the operation has a field for it.
    fn blocked(&self, form: ResponseFormat, assessment: BodyAssessment) -> Result<Inspected, GuardrailError> {
        let response = if self.errors_on_block() { None } else { self.blocked_response(form, &assessment) };
        match response {
            Some(response) => Ok(Inspected::Blocked(response, Box::new(assessment))),
            None => Err(GuardrailError::blocked(self.operation, assessment)),
        }
    }

    fn blocked_response(&self, form: ResponseFormat, assessment: &BodyAssessment) -> Option<BlockedResponse> {
        let (model_id, message) = (self.model_id(), assessment.message().unwrap_or_default());
        let kind = self.stream_kind();
        if self.is_stream() {
            let events = JsonEvents::blocked_stream(kind, form, model_id, message, self.trace())?;
            return Some(BlockedResponse::events(self.operation, events));
        }
        let body = blocked_response(self.operation, form.format, model_id, message)?;
        let output = Some(assessment).filter(|assessment| assessment.source() == Source::Output);
        let body = match self.trace() {
            Some(trace) => trace.write(kind, body, output),
            None => body,
        };
        Some(BlockedResponse::body(self.operation, body))
    }

    /// The form of the operation's responses.
    pub(crate) fn stream_kind(&self) -> StreamKind {
        self.operation.stream_kind()
    }

    fn check_size(&self, source: Source, bytes: usize) -> Result<(), GuardrailError> {
        if bytes > self.max_body_bytes() { Err(self.too_large(source, bytes)) } else { Ok(()) }
    }
}

/// Returns the model ID in a field of the body.
fn model_id_in(doc: &JsonDocument<'_>, name: &str) -> Option<String> {
    doc.get_only(JsonDocument::ROOT, name).and_then(|value| doc.as_str(value)).map(Cow::into_owned)
}
