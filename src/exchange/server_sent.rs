//! Forwards server-sent events.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::streams::{EventGuard, JsonEvents, OutEvent};
use crate::bedrock::{BodyError, END_MARKER, ServerSentEvent, StreamKind, event_name, write_event};

/// What an event was in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forwarded {
    /// Others may follow.
    Event,
    /// It marks the end.
    Last,
}

/// Inspects an event, and appends the events to forward to `out`. They pass through `sent`, which is empty before and after.
pub(super) fn forward(
    events: &mut EventGuard<JsonEvents>,
    event: &ServerSentEvent,
    sent: &mut VecDeque<OutEvent>,
    out: &mut BytesMut,
) -> Result<Forwarded, BodyError> {
    if event.data() == END_MARKER {
        events.finish(sent)?;
        write(sent, event, out)?;
        if !events.state().is_blocked() {
            write_event(None, END_MARKER, out);
        }
        return Ok(Forwarded::Last);
    }
    events.push_json(StreamKind::ServerSent, "chunk", event.data().as_bytes(), sent)?;
    write(sent, event, out)?;
    Ok(Forwarded::Event)
}

fn write(sent: &mut VecDeque<OutEvent>, from: &ServerSentEvent, out: &mut BytesMut) -> Result<(), BodyError> {
    for event in sent.drain(..) {
        let changed;
        let data = match event {
            OutEvent::New(event) => {
                event.write(out)?;
                continue;
            }
            OutEvent::Same => from.data(),
            OutEvent::Changed(json) => {
                changed = String::from_utf8(json).map_err(|_| BodyError::frame("an event is not UTF-8"))?;
                &changed
            }
        };
        write_event(from.name_for(|| event_name(data)), data, out);
    }
    Ok(())
}
