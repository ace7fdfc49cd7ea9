//! The span of a call.
//!
//! Not by `tracing-opentelemetry`: its layer exports what the application's subscriber lets through, so a log filter would drop spans, and
//! spans of other crates, which may contain text, would be exported.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use banister::AssessmentEvent;
use banister::Operation;
use banister::{Outcome, Source};
use http::HeaderMap;
use opentelemetry::metrics::Histogram;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::Span;

use super::telemetry::Telemetry;

tokio::task_local! {
    /// The call that is being guarded.
    static CALL: Arc<TracedCall>;
}

/// The span of a call, if spans are exported. It ends when its last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct CallSpan(Option<Arc<TracedCall>>);

struct TracedCall {
    started: Instant,
    operation: &'static str,
    latency: Histogram<f64>,
    state: Mutex<SpanState>,
}

struct SpanState {
    span: Span,
    input: DirectionResult,
    output: DirectionResult,
}

/// The result for one direction.
#[derive(Default)]
struct DirectionResult {
    outcome: Option<Outcome>,
    findings: usize,
}

impl fmt::Debug for TracedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedCall").field("operation", &self.operation).finish_non_exhaustive()
    }
}

impl CallSpan {
    /// Starts the span, in the client's trace if its headers have one.
    pub(crate) fn start(telemetry: Option<&Telemetry>, operation: Option<Operation>, headers: &HeaderMap) -> Self {
        let Some(Telemetry(providers)) = telemetry else { return Self(None) };
        let name = operation.map_or("unknown", Operation::name);
        let mut attributes = vec![
            KeyValue::new("rpc.system", "aws-api"),
            KeyValue::new("rpc.service", "BedrockRuntime"),
            KeyValue::new("rpc.method", name),
            KeyValue::new("gen_ai.provider.name", "aws.bedrock"),
            KeyValue::new("gen_ai.system", "aws.bedrock"),
        ];
        attributes.extend(operation.and_then(gen_ai_name).map(|name| KeyValue::new("gen_ai.operation.name", name)));
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
        let span = providers.tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes);
        let span = span.start_with_context(&providers.tracer, &parent);
        let state = SpanState { span, input: DirectionResult::default(), output: DirectionResult::default() };
        Self(Some(Arc::new(TracedCall {
            started: Instant::now(),
            operation: name,
            latency: providers.latency.clone(),
            state: Mutex::new(state),
        })))
    }

    /// Replaces the client's trace headers by those of the span.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        let Some(call) = &self.0 else { return };
        let context = Context::new().with_remote_span_context(call.lock().span.span_context().clone());
        headers.remove("tracestate");
        TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(headers));
        if headers.get("tracestate").is_some_and(http::HeaderValue::is_empty) {
            headers.remove("tracestate");
        }
    }

    /// Runs the call. Assessments in it belong to the span.
    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(call) => CALL.scope(Arc::clone(call), future).await,
            None => future.await,
        }
    }

    /// Runs a synchronous part of the call.
    pub(crate) fn scope<T>(&self, during: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(call) => CALL.sync_scope(Arc::clone(call), during),
            None => during(),
        }
    }

    /// Records an assessment in the current call.
    pub(crate) fn assessed(assessed: &AssessmentEvent<'_>) {
        // Outside of a call there is no span.
        let _ = CALL.try_with(|call| {
            let assessment = assessed.assessment();
            let mut state = call.lock();
            let result = match assessment.source() {
                Source::Input => &mut state.input,
                Source::Output => &mut state.output,
            };
            result.findings += assessment.findings().len();
            // A request is assessed in two parts where it has metadata.
            result.outcome = result.outcome.max(Some(assessment.outcome()));
        });
    }

    /// Records the start of a response. `model` is a model id that the upstream has accepted.
    pub(crate) fn responded(&self, policy: &str, status: u16, model: Option<&str>) {
        let Some(call) = &self.0 else { return };
        call.latency.record(call.started.elapsed().as_secs_f64(), &[KeyValue::new("operation", call.operation)]);
        let span = &mut call.lock().span;
        span.set_attribute(KeyValue::new("banister.policy", policy.to_owned()));
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
        if let Some(model) = model {
            span.set_attribute(KeyValue::new("gen_ai.request.model", model.to_owned()));
        }
        if status >= 400 {
            span.set_attribute(KeyValue::new("error.type", status.to_string()));
        }
        if status >= 500 {
            span.set_status(Status::error(""));
        }
    }

    /// Records a stream that was interrupted.
    pub(crate) fn failed(&self) {
        let Some(call) = &self.0 else { return };
        let span = &mut call.lock().span;
        span.set_attribute(KeyValue::new("error.type", "stream"));
        span.set_status(Status::error(""));
    }
}

impl TracedCall {
    fn lock(&self) -> MutexGuard<'_, SpanState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TracedCall {
    fn drop(&mut self) {
        let SpanState { span, input, output } = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (result, outcome, findings) in [
            (input, "banister.input.outcome", "banister.input.findings"),
            (output, "banister.output.outcome", "banister.output.findings"),
        ] {
            let Some(found_outcome) = result.outcome else { continue };
            span.set_attribute(KeyValue::new(outcome, found_outcome.name()));
            span.set_attribute(KeyValue::new(findings, i64::try_from(result.findings).unwrap_or(i64::MAX)));
        }
        span.end();
    }
}

/// Returns the operation name of the semantic conventions for generative AI, or a similar one.
fn gen_ai_name(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Converse | Operation::ConverseStream => Some("chat"),
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => Some("invoke_model"),
        _ => None,
    }
}
