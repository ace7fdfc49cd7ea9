//! ConverseStream.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::converse_stream::{
    ConverseStreamError, ConverseStreamInput, ConverseStreamOutput,
};
use aws_sdk_bedrockruntime::types::ConverseStreamOutput as ConverseEvent;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use tower::{BoxError, Service};

use super::converse::untold;
use super::error::GuardrailError;
use super::guarded_stream::{Examine, GuardedStream};
use super::layer::{CallGuard, Settings};
use super::sdk_error::examined;
use super::service::{CallFuture, GuardedOperation, sealed::Sealed};
use crate::bedrock::typed::{
    TypedEvent, blocked_converse_events, put_trace_in_event, text_delta, visit_converse_stream_request,
};
use crate::bedrock::{
    BodyAssessment, BodyError, BodyGuard, EventKind, Facts, Operation, Plan, Progress, RequestedGuardrail, SubstreamId,
    Substreams, Trace,
};
use crate::guardrail::Source;
use crate::json::FieldEdit;

/// The answer of a guarded ConverseStream: as the SDK's, with guarded events.
#[derive(Debug)]
pub struct GuardedConverseStream {
    stream: GuardedStream<ConverseEvent, ConverseStreamOutputError>,
}

impl GuardedConverseStream {
    /// The events.
    pub fn stream(&mut self) -> &mut GuardedStream<ConverseEvent, ConverseStreamOutputError> {
        &mut self.stream
    }

    /// The events, without the rest.
    #[must_use]
    pub fn into_stream(self) -> GuardedStream<ConverseEvent, ConverseStreamOutputError> {
        self.stream
    }
}

impl Sealed for ConverseStreamInput {}

impl<S> GuardedOperation<S> for ConverseStreamInput
where
    S: Service<Self, Response = ConverseStreamOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = GuardedConverseStream;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<GuardedConverseStream> {
        let mut guard = CallGuard::new(settings, Operation::ConverseStream, self.model_id.clone());
        Box::pin(async move {
            if let Some(config) = &self.guardrail_config {
                let asked = RequestedGuardrail::new(Some(&config.guardrail_identifier), Some(config.trace.as_str()));
                if guard.asked(&asked) {
                    self.guardrail_config = None;
                }
            }
            let assessment = guard.typed(Source::Input, |f| visit_converse_stream_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked(guard, assessment).map_err(Into::into);
            }
            let output = inner.call(self).await.map_err(|error| examined::<ConverseStreamError>(&guard, error))?;
            let events = Events::new(guard.bodies.clone(), guard.trace().cloned());
            Ok(GuardedConverseStream { stream: GuardedStream::new(output.stream, Box::new(events), guard) })
        })
    }
}

/// The answer to a blocked request: a stream that holds the message.
fn blocked(guard: CallGuard, assessment: BodyAssessment) -> Result<GuardedConverseStream, GuardrailError> {
    if guard.settings.error_on_block {
        return Err(GuardrailError::blocked(guard.operation, assessment));
    }
    match blocked_converse_events(assessment.message().unwrap_or_default(), &Progress::new()) {
        Ok(mut events) => {
            if let (Some(trace), Some(last)) = (guard.trace(), events.last_mut()) {
                put_trace_in_event(trace, last, None).map_err(|_| untold(&guard))?;
            }
            Ok(GuardedConverseStream { stream: GuardedStream::of(events, guard) })
        }
        Err(_) => Err(GuardrailError::blocked(guard.operation, assessment)),
    }
}

/// Examines typed events.
#[derive(Debug)]
struct Events {
    lanes: Substreams,
    progress: Progress,
    blocked: bool,
    /// It is blocked, and no event could say so.
    silent: bool,
    trace: Option<Trace>,
}

impl Events {
    fn new(bodies: BodyGuard, trace: Option<Trace>) -> Self {
        Self { lanes: Substreams::new(bodies), progress: Progress::new(), blocked: false, silent: false, trace }
    }

    fn rewrite(&mut self, event: &mut TypedEvent, plan: &Plan) -> Result<(), BodyError> {
        let lengths: Vec<usize> = event.deltas().iter().map(|delta| delta.text.len()).collect();
        let edit = |(position, text): &(usize, String)| {
            (*position, FieldEdit::whole(lengths.get(*position).copied().unwrap_or(0), text.clone()))
        };
        let edits: Vec<(usize, FieldEdit)> = plan.edits.iter().map(edit).collect();
        self.lanes.whole_texts(lengths.iter().sum(), |f| Ok(((), event.rewrite(&edits, &plan.unsigned, f)?)))
    }

    fn texts(plan: &Plan) -> Result<Vec<ConverseEvent>, BodyError> {
        let event = |(lane, block, text): &(SubstreamId, u64, String)| {
            let lane =
                if lane.block == SubstreamId::ANY_BLOCK { SubstreamId { block: *block, ..*lane } } else { *lane };
            text_delta(lane, text).map_err(|_| BodyError::unknown_event())
        };
        plan.before.iter().map(event).collect()
    }

    fn block(&mut self, out: &mut Vec<ConverseEvent>) -> Result<(), BodyError> {
        self.blocked = true;
        let message = self.lanes.assessment_message();
        let events = blocked_converse_events(&message, &self.progress).map_err(|_| BodyError::unknown_event())?;
        self.silent = events.is_empty();
        out.extend(events);
        self.tell(out.last_mut())
    }

    /// Puts the trace into the event, if it is the one that takes it.
    fn tell(&self, event: Option<&mut ConverseEvent>) -> Result<(), BodyError> {
        match (&self.trace, event) {
            (Some(trace), Some(event @ ConverseEvent::Metadata(_))) => {
                let found = self.lanes.assessment_so_far();
                put_trace_in_event(trace, event, Some(&found)).map_err(|_| BodyError::unknown_event())
            }
            _ => Ok(()),
        }
    }
}

impl Examine<ConverseEvent> for Events {
    fn push(&mut self, event: ConverseEvent) -> Result<Vec<ConverseEvent>, BodyError> {
        let mut event = TypedEvent::read(event)?;
        let deltas = event.deltas().iter().map(|delta| (delta.lane, delta.text.to_owned())).collect();
        let facts = Facts {
            kind: event.kind(),
            block: event.block(),
            ended_choices: Vec::new(),
            deltas,
            signatures: event.signatures(),
        };
        let plan = self.lanes.plan(&facts)?;
        let mut out = Self::texts(&plan)?;
        if plan.blocked {
            // The event itself does not go on, for what else it holds was not examined.
            if event.kind() != EventKind::BlockStart && !plan.released.is_empty() {
                for (lane, text) in &plan.released {
                    out.push(text_delta(*lane, text).map_err(|_| BodyError::unknown_event())?);
                }
                event.observe_in(&mut self.progress)?;
            }
            self.block(&mut out)?;
            return Ok(out);
        }
        self.rewrite(&mut event, &plan)?;
        if self.lanes.assessment_mut().is_blocked() {
            // A text that is whole in the event is blocked, so the event does not go on.
            self.block(&mut out)?;
        } else {
            event.observe_in(&mut self.progress)?;
            out.push(event.into_inner());
            self.tell(out.last_mut())?;
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<Vec<ConverseEvent>, BodyError> {
        let plan = self.lanes.finish();
        let mut out = Self::texts(&plan)?;
        if plan.blocked {
            self.block(&mut out)?;
        }
        Ok(out)
    }

    fn buffered_bytes(&self) -> usize {
        if self.blocked { 0 } else { self.lanes.buffered_bytes() }
    }

    fn is_blocked(&self) -> bool {
        self.blocked
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn into_assessment(self: Box<Self>) -> BodyAssessment {
        self.lanes.into_assessment()
    }
}
