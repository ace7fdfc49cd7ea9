//! Events in their JSON form: the payloads of frames.

use std::collections::VecDeque;

use super::events::{EventFormat, EventGuard, TraceOf};
use crate::bedrock::{
    BodyError, BodyFormat, Event, EventKind, ModelEvent, Progress, ResponseFormat, StreamEvent, StreamKind,
    SubstreamId, blocked_events, blocked_single_event, parse_event, text_event,
};
use crate::exchange::trace::Trace;

/// An event to forward.
#[derive(Debug)]
pub(crate) enum OutEvent {
    /// The event that arrived.
    Same,
    /// The event that arrived, with this JSON.
    Changed(Vec<u8>),
    /// An event that the guardrail made.
    New(StreamEvent),
}

/// The events of one response in their JSON form.
#[derive(Debug)]
pub(crate) struct JsonEvents {
    kind: StreamKind,
    /// The shape of the response; until an event shows it, what the request lets expect.
    format: BodyFormat,
    model_id: String,
    item: Item,
}

/// The item of OpenAI Responses that a stream is at.
#[derive(Debug, Default)]
struct Item {
    id: String,
    /// The number of the event under way. Events before it that the guardrail makes have the same number, those instead of it begin with
    /// it.
    number: u64,
}

impl JsonEvents {
    pub(crate) fn new(kind: StreamKind, request: BodyFormat, model_id: &str) -> Self {
        Self { kind, format: request, model_id: model_id.to_owned(), item: Item::default() }
    }

    /// Makes the stream that answers a blocked request.
    pub(crate) fn blocked_stream(
        kind: StreamKind,
        request: ResponseFormat,
        model_id: &str,
        message: &str,
        trace: Option<&Trace>,
    ) -> Option<Vec<StreamEvent>> {
        let mut events = if kind == StreamKind::Invoke && request.is_single_event(model_id) {
            blocked_single_event(request.format, model_id, message)
        } else {
            blocked_events(kind, request.format, model_id, message, &Progress::new())
        }?;
        if let (Some(trace), Some(last)) = (trace, events.last_mut()) {
            last.change_json(|json| trace.write(kind, json, None));
        }
        Some(events)
    }
}

impl JsonEvents {
    /// Returns the event with the ID of its item and its number, in streams that have them. `at` counts from the event under way.
    fn numbered(&self, event: StreamEvent, at: u64) -> StreamEvent {
        match self.format {
            BodyFormat::OpenAiResponses => event.of_item(&self.item.id, self.item.number.saturating_add(at)),
            _ => event,
        }
    }
}

impl EventGuard<JsonEvents> {
    /// Parses an event, inspects it, and adds the events to forward to `out`. For InvokeModel `json` is the model's JSON, unwrapped.
    pub(crate) fn push_json(
        &mut self,
        kind: StreamKind,
        event_type: &str,
        json: &[u8],
        out: &mut VecDeque<OutEvent>,
    ) -> Result<(), BodyError> {
        if self.state().is_blocked() {
            return Ok(());
        }
        self.push(parse_event(kind, event_type, json, self.bodies().unknown())?, out)
    }
}

impl EventFormat for JsonEvents {
    type Event<'a> = Event<'a>;
    type Out = OutEvent;

    fn observe(&mut self, event: &Event<'_>) {
        if !matches!(event.kind(), EventKind::Other | EventKind::Metadata) {
            self.format = event.format();
        }
        if self.format == BodyFormat::OpenAiResponses {
            let (id, number) = event.item();
            self.item.number = number.unwrap_or(self.item.number);
            self.item.id = id.unwrap_or_else(|| std::mem::take(&mut self.item.id));
        }
    }

    fn forward(&self, event: Event<'_>, trace: Option<TraceOf<'_>>) -> Result<OutEvent, BodyError> {
        let Some((trace, found)) = trace else {
            return Ok(event.into_rewritten().map_or(OutEvent::Same, OutEvent::Changed));
        };
        let original = event.json().as_bytes().to_vec();
        let json = event.into_rewritten().unwrap_or(original);
        Ok(OutEvent::Changed(trace.write(self.kind, json, Some(found))))
    }

    fn text(&self, substream: SubstreamId, block: u64, text: &str) -> Option<OutEvent> {
        let event = text_event(self.kind, self.format, substream, block, text)?;
        Some(OutEvent::New(self.numbered(event, 0)))
    }

    fn blocked(&self, kind: EventKind, message: &str, progress: &Progress) -> Option<Vec<OutEvent>> {
        let events = match kind {
            EventKind::CompleteResponse => blocked_single_event(self.format, &self.model_id, message),
            _ => blocked_events(self.kind, self.format, &self.model_id, message, progress),
        };
        Some(events?.into_iter().zip(0..).map(|(event, at)| OutEvent::New(self.numbered(event, at))).collect())
    }

    fn takes_trace(&self, event: &Event<'_>) -> bool {
        event.takes_trace()
    }

    fn put_trace(&self, (trace, found): TraceOf<'_>, event: &mut OutEvent) -> Result<(), BodyError> {
        if let OutEvent::New(event) = event {
            event.change_json(|json| trace.write(self.kind, json, Some(found)));
        }
        Ok(())
    }
}
