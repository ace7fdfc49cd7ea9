//! ConverseStream.

use std::collections::VecDeque;

use aws_sdk_bedrockruntime::operation::converse_stream::{
    ConverseStreamError, ConverseStreamInput, ConverseStreamOutput,
};
use aws_sdk_bedrockruntime::types::ConverseStreamOutput as ConverseEvent;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use tower::{BoxError, Service};

use super::errors::call;
use super::guarded_stream::{GuardedStream, InspectEvents};
use super::tag::{add_tag, note_requested, plan_tag};
use crate::bedrock::sdk::{SdkEvent, blocked_converse_events, text_delta, visit_converse_stream_request};
use crate::bedrock::{BodyError, EventKind, ModelEvent, Operation, Progress, SubstreamId};
use crate::exchange::sdk::put_trace_in_event;
use crate::exchange::{BodyAssessment, EventFormat, EventGuard, Exchange, GuardrailError, StreamState, TraceOf};
use crate::guardrail::Source;
use crate::middleware::layer::GuardrailLayer;
use crate::middleware::service::{CallFuture, sealed::Sealed};

/// The response of a guarded ConverseStream: the SDK's, with guarded events.
#[derive(Debug)]
pub struct GuardedConverseStream {
    stream: GuardedStream<ConverseEvent, ConverseStreamOutputError>,
}

impl GuardedConverseStream {
    /// Returns the events.
    pub fn stream(&mut self) -> &mut GuardedStream<ConverseEvent, ConverseStreamOutputError> {
        &mut self.stream
    }

    /// Returns the events without the rest of the response.
    #[must_use]
    pub fn into_stream(self) -> GuardedStream<ConverseEvent, ConverseStreamOutputError> {
        self.stream
    }
}

impl<S> Sealed<S> for ConverseStreamInput
where
    S: Service<Self, Response = ConverseStreamOutput, Error: Into<BoxError>, Future: Send> + Send + 'static,
{
    type Response = GuardedConverseStream;

    fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<GuardedConverseStream> {
        let mut exchange = Exchange::new(layer.config, Operation::ConverseStream, self.model_id.clone());
        Box::pin(async move {
            note_requested!(exchange, self.guardrail_config);
            plan_tag(&mut exchange, self.request_metadata.as_ref());
            let assessment = exchange.value(Source::Input, |f| visit_converse_stream_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked(exchange, assessment).map_err(Into::into);
            }
            add_tag(&exchange, &mut self.request_metadata);
            let output = call::<_, _, ConverseStreamError>(&mut exchange, inner, self).await?;
            let events = Box::new(exchange.events(TypedEvents));
            Ok(GuardedConverseStream { stream: GuardedStream::new(output.stream, events, exchange) })
        })
    }
}

/// The response to a blocked request: a stream that holds the message.
fn blocked(exchange: Exchange, assessment: BodyAssessment) -> Result<GuardedConverseStream, GuardrailError> {
    let message = assessment.message().unwrap_or_default();
    let events = if exchange.errors_on_block() { None } else { TypedEvents.blocked_request(message) };
    let Some(mut events) = events else { return Err(GuardrailError::blocked(exchange.operation(), assessment)) };
    if let (Some(trace), Some(last)) = (exchange.trace(), events.last_mut()) {
        let unsupported = |_| exchange.unreadable(Source::Output, BodyError::unknown_event());
        put_trace_in_event(trace, last, None).map_err(unsupported)?;
    }
    Ok(GuardedConverseStream { stream: GuardedStream::of(events, exchange) })
}

/// The events of ConverseStream as the SDK's types.
#[derive(Debug)]
struct TypedEvents;

impl TypedEvents {
    fn blocked_request(&self, message: &str) -> Option<Vec<ConverseEvent>> {
        self.blocked(EventKind::MessageStart, message, &Progress::new())
    }
}

impl EventFormat for TypedEvents {
    type Event<'a> = SdkEvent;
    type Out = ConverseEvent;

    fn forward(&self, event: SdkEvent, trace: Option<TraceOf<'_>>) -> Result<ConverseEvent, BodyError> {
        let mut event = event.into_inner();
        if let Some(trace) = trace {
            self.put_trace(trace, &mut event)?;
        }
        Ok(event)
    }

    fn text(&self, substream: SubstreamId, block: u64, text: &str) -> Option<ConverseEvent> {
        let any = substream.block == SubstreamId::ANY_BLOCK;
        text_delta(if any { SubstreamId { block, ..substream } } else { substream }, text).ok()
    }

    fn blocked(&self, _: EventKind, message: &str, progress: &Progress) -> Option<Vec<ConverseEvent>> {
        blocked_converse_events(message, progress).ok().filter(|events| !events.is_empty())
    }

    fn takes_trace(&self, event: &SdkEvent) -> bool {
        event.kind() == EventKind::Metadata
    }

    fn put_trace(&self, (trace, found): TraceOf<'_>, event: &mut ConverseEvent) -> Result<(), BodyError> {
        put_trace_in_event(trace, event, Some(found)).map_err(|_| BodyError::unknown_event())
    }
}

impl InspectEvents<ConverseEvent> for EventGuard<TypedEvents> {
    fn push(&mut self, event: ConverseEvent, out: &mut VecDeque<ConverseEvent>) -> Result<(), BodyError> {
        self.push(SdkEvent::read(event)?, out)
    }

    fn finish(&mut self, out: &mut VecDeque<ConverseEvent>) -> Result<(), BodyError> {
        self.finish(out)
    }

    fn state(&self) -> &StreamState {
        self.state()
    }

    fn into_state(self: Box<Self>) -> StreamState {
        (*self).into_state()
    }
}
