//! The span of a call.

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

use super::Telemetry;

tokio::task_local! {
    /// The call that the guardrail is at work on.
    static CALL: Arc<Traced>;
}

/// The span of a call, if calls are told of. It ends when the last of its clones is dropped.
#[derive(Clone, Debug)]
pub(crate) struct CallSpan(Option<Arc<Traced>>);

struct Traced {
    started: Instant,
    operation: &'static str,
    latency: Histogram<f64>,
    state: Mutex<State>,
}

struct State {
    span: Span,
    input: Found,
    output: Found,
}

/// What was found one way.
#[derive(Default)]
struct Found {
    outcome: Option<Outcome>,
    findings: usize,
}

impl fmt::Debug for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traced").field("operation", &self.operation).finish_non_exhaustive()
    }
}

impl CallSpan {
    /// Begins the span, in the client's trace if its headers name one.
    pub(crate) fn start(telemetry: Option<&Telemetry>, operation: Option<Operation>, headers: &HeaderMap) -> Self {
        let Some(Telemetry(pipes)) = telemetry else { return Self(None) };
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
        let span = pipes.tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes);
        let span = span.start_with_context(&pipes.tracer, &parent);
        let state = State { span, input: Found::default(), output: Found::default() };
        Self(Some(Arc::new(Traced {
            started: Instant::now(),
            operation: name,
            latency: pipes.latency.clone(),
            state: Mutex::new(state),
        })))
    }

    /// Has the upstream go on with the trace, in place of what the client's headers say.
    pub(crate) fn send_on(&self, headers: &mut HeaderMap) {
        let Some(call) = &self.0 else { return };
        let context = Context::new().with_remote_span_context(call.lock().span.span_context().clone());
        headers.remove("tracestate");
        TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(headers));
        if headers.get("tracestate").is_some_and(http::HeaderValue::is_empty) {
            headers.remove("tracestate");
        }
    }

    /// Runs the call: what is found while it runs belongs to it.
    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(call) => CALL.scope(Arc::clone(call), future).await,
            None => future.await,
        }
    }

    /// The same for a part of the call that is no future.
    pub(crate) fn scope<T>(&self, during: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(call) => CALL.sync_scope(Arc::clone(call), during),
            None => during(),
        }
    }

    /// Something was assessed in the call that runs.
    pub(crate) fn assessed(assessed: &AssessmentEvent<'_>) {
        // Outside of a call there is nobody to tell.
        let _ = CALL.try_with(|call| {
            let assessment = assessed.assessment();
            let mut state = call.lock();
            let found = match assessment.source() {
                Source::Input => &mut state.input,
                Source::Output => &mut state.output,
            };
            found.findings += assessment.findings().len();
            // A request is assessed in two parts where it has metadata.
            found.outcome = found.outcome.max(Some(assessment.outcome()));
        });
    }

    /// An answer begins. `model` is one that the upstream knows.
    pub(crate) fn answered(&self, policy: &str, status: u16, model: Option<&str>) {
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

    /// A stream broke off.
    pub(crate) fn failed(&self) {
        let Some(call) = &self.0 else { return };
        let span = &mut call.lock().span;
        span.set_attribute(KeyValue::new("error.type", "stream"));
        span.set_status(Status::error(""));
    }
}

impl Traced {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        let State { span, input, output } = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (found, outcome, findings) in [
            (input, "banister.input.outcome", "banister.input.findings"),
            (output, "banister.output.outcome", "banister.output.findings"),
        ] {
            let Some(found_outcome) = found.outcome else { continue };
            span.set_attribute(KeyValue::new(outcome, found_outcome.name()));
            span.set_attribute(KeyValue::new(findings, i64::try_from(found.findings).unwrap_or(i64::MAX)));
        }
        span.end();
    }
}

/// The name that the conventions for generative models have for it, or one in their manner.
fn gen_ai_name(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Converse | Operation::ConverseStream => Some("chat"),
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => Some("invoke_model"),
        _ => None,
    }
}
