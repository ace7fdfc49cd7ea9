use std::fmt;
use std::sync::Arc;

use aws_sdk_bedrockruntime::types::Trace as TraceSetting;
use tower::Layer;

use super::error::GuardrailError;
use super::service::GuardrailService;
use crate::bedrock::{
    ApplyGuardrailResponse, BodyAssessment, BodyError, BodyGuard, Coverage, GuardedBody, Operation, RequestedGuardrail,
    Trace, Visitor, without_guardrail,
};
use crate::guardrail::{Conversation, Guardrail, Source};

/// Bedrock's own limit on invoke bodies: what is larger would be refused there.
const MAX_BODY_BYTES: usize = 25_000_000;

/// Puts a guardrail around a Bedrock service.
///
/// All settings are here. Everything that cannot be examined is refused: a body that is not JSON, nested too deeply, too large, or of
/// an unknown shape or kind of content.
#[derive(Clone)]
pub struct GuardrailLayer {
    pub(super) settings: Arc<Settings>,
}

type Observer = Arc<dyn Fn(&AssessmentEvent<'_>) + Send + Sync>;

/// What the layer is set to.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) guardrail: Guardrail,
    identifier: Arc<str>,
    observer: Option<Observer>,
    max_body_bytes: usize,
    tells_traces: bool,
    inspect_unknown_content: bool,
    forward_unknown_operations: bool,
    pub(super) error_on_block: bool,
}

impl GuardrailLayer {
    /// A layer that enforces a guardrail on requests and answers.
    #[must_use]
    pub fn new(guardrail: Guardrail) -> Self {
        Self {
            settings: Arc::new(Settings {
                identifier: guardrail.policy().name().into(),
                guardrail,
                observer: None,
                max_body_bytes: MAX_BODY_BYTES,
                tells_traces: true,
                inspect_unknown_content: false,
                forward_unknown_operations: false,
                error_on_block: false,
            }),
        }
    }

    /// Has `observer` see every assessment: once for a request, once for an answer; for a stream when it ends. It runs on the
    /// task that makes the call, so it should be quick.
    #[must_use]
    pub fn on_assessment(mut self, observer: impl Fn(&AssessmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.change().observer = Some(Arc::new(observer));
        self
    }

    /// Answers a blocked call with a [`GuardrailError`] that carries the assessment, instead of an answer that holds the message.
    #[must_use]
    pub fn error_on_block(mut self) -> Self {
        self.change().error_on_block = true;
        self
    }

    /// Sets the identifier by which callers name this guardrail as they would name one of Bedrock's, and under which it stands in traces.
    /// The policy's name unless set.
    ///
    /// A request that names it (`guardrailConfig` in Converse, the guardrail headers of InvokeModel) goes on without that, for Bedrock
    /// knows nothing of it; any other identifier is Bedrock's, and stays. Whichever is named: where the request asks for a trace, what
    /// this guardrail found is told in the answer, in Bedrock's own form and beside the trace of a guardrail of Bedrock's. Its `match`
    /// members are empty, unless [`Guardrail::dangerous_include_matches`] fills them.
    #[must_use]
    pub fn guardrail_identifier(mut self, identifier: impl Into<Arc<str>>) -> Self {
        self.change().identifier = identifier.into();
        self
    }

    /// Gives no traces, whoever asks, and of ApplyGuardrail no more than what was done and the texts. A trace tells the names of topics and rules that were found, and the patterns of regexes; asked for in
    /// full, all topics and types. That is for whoever writes the application, and helps its users to find ways around.
    #[must_use]
    pub fn without_traces(mut self) -> Self {
        self.change().tells_traces = false;
        self
    }

    /// Refuses bodies of more than `limit` bytes. 25,000,000 unless set: Bedrock takes no larger ones. An SDK input that holds no body,
    /// such as that of Converse, has no bytes to count.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.change().max_body_bytes = limit;
        self
    }

    /// Examines every string of content of an unknown kind instead of refusing the call. See
    /// [`BodyGuard::dangerous_inspect_unknown_content`] for what that can miss. Where the SDK has read the content already and does not know its
    /// kind, it has lost it, and the call is refused all the same.
    #[must_use]
    pub fn dangerous_inspect_unknown_content(mut self) -> Self {
        self.change().inspect_unknown_content = true;
        self
    }

    /// Hands on HTTP requests whose method and path name no operation that is examined, and their answers, unseen: lists of models, the
    /// bidirectional stream, operations that are newer than this version. They are refused unless this is set. It has no effect on SDK
    /// inputs.
    #[must_use]
    pub fn dangerous_forward_unknown_operations(mut self) -> Self {
        self.change().forward_unknown_operations = true;
        self
    }

    fn change(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl<S> Layer<S> for GuardrailLayer {
    type Service = GuardrailService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardrailService::new(inner, Arc::clone(&self.settings))
    }
}

impl fmt::Debug for GuardrailLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

impl From<Guardrail> for GuardrailLayer {
    fn from(guardrail: Guardrail) -> Self {
        Self::new(guardrail)
    }
}

impl Settings {
    pub(super) fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    pub(super) fn forward_unknown_operations(&self) -> bool {
        self.forward_unknown_operations
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardrailLayer")
            .field("guardrail", &self.guardrail)
            .field("identifier", &self.identifier)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("tells_traces", &self.tells_traces)
            .field("inspect_unknown_content", &self.inspect_unknown_content)
            .field("forward_unknown_operations", &self.forward_unknown_operations)
            .field("error_on_block", &self.error_on_block)
            .finish_non_exhaustive()
    }
}

/// One assessment of a call, as observers see it.
#[derive(Debug)]
pub struct AssessmentEvent<'a> {
    operation: Operation,
    model_id: Option<&'a str>,
    assessment: &'a BodyAssessment,
}

impl AssessmentEvent<'_> {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The model, as the caller named it.
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.model_id
    }

    /// What was found. Its direction says whether this is the request or the answer.
    #[must_use]
    pub fn assessment(&self) -> &BodyAssessment {
        self.assessment
    }
}

/// The guard of one call.
#[derive(Clone, Debug)]
pub(super) struct CallGuard {
    pub(super) settings: Arc<Settings>,
    pub(super) operation: Operation,
    pub(super) model_id: Option<String>,
    pub(super) bodies: BodyGuard,
    /// What the caller is told, if it asked.
    trace: Option<Trace>,
    /// What was told of an earlier examination.
    earlier: Option<Trace>,
}

impl CallGuard {
    pub(super) fn new(settings: Arc<Settings>, operation: Operation, model_id: Option<String>) -> Self {
        let mut bodies = BodyGuard::new(&settings.guardrail, &Conversation::new());
        if settings.inspect_unknown_content {
            bodies = bodies.dangerous_inspect_unknown_content();
        }
        Self { settings, operation, model_id, bodies, trace: None, earlier: None }
    }

    /// Takes note of the guardrail that the caller names. Says whether it is this one, and so nothing that Bedrock could know.
    pub(super) fn asked(&mut self, asked: &RequestedGuardrail) -> bool {
        let Settings { guardrail, identifier, .. } = &*self.settings;
        if let Some(scope) = asked.trace.filter(|_| self.settings.tells_traces) {
            let mut trace = Trace::new(guardrail.clone(), Arc::clone(identifier), scope);
            if let Some(earlier) = &self.earlier {
                trace.note_earlier(earlier);
            }
            self.trace = Some(trace);
        }
        asked.identifier.as_deref() == Some(identifier)
    }

    /// Takes over what an earlier examination of the same call knows: what it was asked to tell, and what it masked.
    pub(super) fn take_over(&mut self, earlier: &Self) {
        self.earlier = earlier.trace.as_ref().map(Trace::anew);
        match (&mut self.trace, &self.earlier) {
            (Some(trace), Some(earlier)) => trace.note_earlier(earlier),
            (trace, earlier) => trace.clone_from(earlier),
        }
    }

    /// The same for an invoke input, which then no longer names it. Gives the body as it goes on.
    pub(super) fn asked_with(
        &mut self,
        identifier: &mut Option<String>,
        version: &mut Option<String>,
        trace: &mut Option<TraceSetting>,
        body: Vec<u8>,
    ) -> Vec<u8> {
        let asked = RequestedGuardrail::new(identifier.as_deref(), trace.as_ref().map(TraceSetting::as_str));
        if !self.asked(&asked) {
            return body;
        }
        (*identifier, *version, *trace) = (None, None, None);
        without_guardrail(self.operation, &body).unwrap_or(body)
    }

    /// What the caller is told, if it asked.
    pub(super) fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Examines a request body and tells the observer.
    pub(super) fn request(&mut self, body: &[u8]) -> Result<GuardedBody, GuardrailError> {
        self.check_size(Source::Input, body.len())?;
        let body = self.bodies.inspect_request(self.operation, body);
        self.noted(body)
    }

    /// Answers ApplyGuardrail, which asks this guardrail, by `evaluate`, and tells the observer.
    pub(super) fn apply(
        &self,
        evaluate: impl FnOnce(&BodyGuard) -> Result<(ApplyGuardrailResponse, BodyAssessment), BodyError>,
    ) -> Result<(ApplyGuardrailResponse, BodyAssessment), GuardrailError> {
        let (mut report, found) = evaluate(&self.bodies).map_err(|error| self.unreadable(Source::Input, error))?;
        if !self.settings.tells_traces {
            report.withhold();
        }
        self.observe(&found);
        Ok((report, found))
    }

    /// Examines the metadata that go with an invoke request, JSON of their own, and tells the observer. They are the caller's text, and
    /// Bedrock logs them; in Converse they stand in the body.
    pub(super) fn metadata(&mut self, value: &[u8]) -> Result<GuardedBody, GuardrailError> {
        self.check_size(Source::Input, value.len())?;
        let (before, after) = (&b"{\"requestMetadata\":"[..], &b"}"[..]);
        let body = self.bodies.inspect_request(Operation::Converse, &[before, value, after].concat());
        let mut guarded = self.noted(body)?;
        guarded.body = guarded.body.and_then(|body| Some(body.strip_prefix(before)?.strip_suffix(after)?.to_vec()));
        Ok(guarded)
    }

    /// Examines the metadata of an SDK input, and masks in place. Gives the assessment when they are blocked.
    pub(super) fn input_metadata(
        &mut self,
        metadata: &mut Option<String>,
    ) -> Result<Option<BodyAssessment>, GuardrailError> {
        let Some(value) = metadata.as_deref() else { return Ok(None) };
        let guarded = self.metadata(value.as_bytes())?;
        if guarded.assessment.is_blocked() {
            return Ok(Some(guarded.assessment));
        }
        if let Some(masked) = guarded.body {
            // What was text before the mask is text behind it.
            *metadata = Some(String::from_utf8_lossy(&masked).into_owned());
        }
        Ok(None)
    }

    /// Examines the body of an answer and tells the observer.
    pub(super) fn response(&self, body: &[u8]) -> Result<GuardedBody, GuardrailError> {
        self.check_size(Source::Output, body.len())?;
        let guarded = self.bodies.inspect_response(self.operation, body);
        let guarded = guarded.map_err(|error| self.unreadable(Source::Output, error))?;
        self.observe(guarded.assessment());
        Ok(guarded)
    }

    /// Examines an SDK value, whose texts `visit` offers, and tells the observer.
    pub(super) fn typed(
        &mut self,
        source: Source,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<Coverage, BodyError>,
    ) -> Result<BodyAssessment, GuardrailError> {
        let assessment = self.bodies.typed(source, visit).map_err(|error| self.unreadable(source, error))?;
        self.note(&assessment);
        Ok(assessment)
    }

    /// The model id, or nothing to recognize a family by.
    pub(super) fn model_id(&self) -> &str {
        self.model_id.as_deref().unwrap_or_default()
    }

    pub(super) fn observe(&self, assessment: &BodyAssessment) {
        tracing::debug!(
            operation = self.operation.name(),
            source = assessment.source().name(),
            outcome = ?assessment.outcome(),
            findings = assessment.findings().len(),
            "assessed"
        );
        if let Some(observer) = &self.settings.observer {
            observer(&AssessmentEvent { operation: self.operation, model_id: self.model_id.as_deref(), assessment });
        }
    }

    pub(super) fn unreadable(&self, source: Source, error: BodyError) -> GuardrailError {
        GuardrailError::unreadable(self.operation, source, error)
    }

    /// Tells the observer, and the trace.
    fn note(&mut self, assessment: &BodyAssessment) {
        self.observe(assessment);
        if let Some(trace) = self.trace.as_mut().filter(|_| assessment.source() == Source::Input) {
            trace.note_input(assessment);
        }
    }

    /// Takes note of the examined body of a request.
    fn noted(&mut self, body: Result<GuardedBody, BodyError>) -> Result<GuardedBody, GuardrailError> {
        let body = body.map_err(|error| self.unreadable(Source::Input, error))?;
        self.note(body.assessment());
        Ok(body)
    }

    pub(super) fn check_size(&self, source: Source, bytes: usize) -> Result<(), GuardrailError> {
        let limit = self.settings.max_body_bytes;
        if bytes > limit { Err(GuardrailError::too_large(self.operation, source, bytes, limit)) } else { Ok(()) }
    }
}
