//! Inspects the bytes of an event stream.

use std::time::Instant;

use bytes::BytesMut;

use super::assessment::BodyAssessment;
use super::call::Exchange;
use super::error::GuardrailError;
use super::response::error_body;
use super::streams::{EventGuard, JsonEvents, OutEvent};
use crate::bedrock::{BodyError, Chunk, Frame, FrameDecoder, StreamKind, wrap_chunk};
use crate::guardrail::Source;

/// How a stream that has started fails when the guardrail rejects the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectionMode {
    /// With an exception event, which clients of any language understand.
    Event,
    /// With an error, so that a caller in this process finds the [`GuardrailError`].
    Failure,
}

/// Inspects the frames of one response: bytes split anywhere in, whole frames out.
///
/// The observer receives the assessment when the stream ends, or when this is dropped.
#[derive(Debug)]
pub(crate) struct FrameGuard {
    decoder: FrameDecoder,
    exchange: Exchange,
    kind: StreamKind,
    /// `None` once the stream has ended.
    events: Option<EventGuard<JsonEvents>>,
    mode: RejectionMode,
    since: Instant,
}

impl FrameGuard {
    pub(crate) fn new(exchange: Exchange, mode: RejectionMode) -> Self {
        let events = Some(exchange.events(exchange.json_events()));
        Self {
            decoder: FrameDecoder::new(),
            kind: exchange.stream_kind(),
            exchange,
            events,
            mode,
            since: Instant::now(),
        }
    }

    /// Returns `true` if the stream has ended, whatever else the upstream may send.
    pub(crate) fn is_over(&self) -> bool {
        self.events.is_none()
    }

    /// Returns the number of bytes of text buffered.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.events.as_ref().map_or(0, EventGuard::buffered_bytes)
    }

    /// Appends the frames that may be forwarded to `out`. After an error they may still be forwarded, and nothing follows.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), GuardrailError> {
        self.decoder.push(bytes);
        while !self.is_over() {
            let frame = match self.decoder.decode() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(error) => return Err(self.broken(error)),
            };
            self.frame(&frame.plain(), out)?;
        }
        Ok(())
    }

    /// Ends the stream, and appends the frames with the text that was buffered.
    pub(crate) fn finish(&mut self, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let Some(events) = &mut self.events else { return Ok(()) };
        if let Err(error) = self.decoder.finish() {
            return Err(self.broken(error));
        }
        let mark = out.len();
        let finished = events.finish().and_then(|events| encode(events, None, out));
        self.conclude(finished, mark, out)?;
        self.end();
        Ok(())
    }

    /// Ends the stream because the upstream failed: buffered text is not released.
    pub(crate) fn abort(&mut self) {
        self.end();
    }

    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let Some(events) = &mut self.events else { return Ok(()) };
        let mark = out.len();
        let sent = match (frame.message_type(), frame.event_type()) {
            (Some("exception"), _) => {
                let sent = self.exception(frame, out);
                // An exception ends a stream.
                return self.conclude(sent, mark, out).map(|()| self.abort());
            }
            (Some("event"), Some(event_type)) => match self.kind {
                StreamKind::Converse => events
                    .push_json(self.kind, event_type, frame.payload())
                    .and_then(|events| encode(events, Some((frame, None)), out)),
                StreamKind::Invoke if event_type == "chunk" => Chunk::parse(frame.payload()).and_then(|chunk| {
                    let sent = events.push_json(self.kind, event_type, chunk.json())?;
                    encode(sent, Some((frame, Some(&chunk))), out)
                }),
                StreamKind::Invoke => Err(BodyError::unknown_event()),
            },
            _ => Err(BodyError::frame("the message is neither an event nor an exception")),
        };
        self.conclude(sent, mark, out)
    }

    /// Forwards an exception, with its message inspected.
    fn exception(&self, frame: &Frame, out: &mut BytesMut) -> Result<(), BodyError> {
        match self.exchange.error(frame.payload()) {
            None => out.extend_from_slice(&frame.encode()),
            Some(payload) => out.extend_from_slice(&frame.with_payload(payload)?.encode()),
        }
        Ok(())
    }

    /// Handles the result of an event: it could not be inspected, or a rule blocked it. Its output begins at `mark`.
    fn conclude(&mut self, sent: Result<(), BodyError>, mark: usize, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let operation = self.exchange.operation();
        let error = match sent {
            Err(error) => {
                self.end();
                self.exchange.unreadable(Source::Output, error)
            }
            Ok(()) if self.events.as_ref().is_some_and(EventGuard::is_blocked) => {
                let has_no_message = self.events.as_ref().is_some_and(EventGuard::has_no_message);
                let assessment = self.end();
                match assessment {
                    Some(assessment) if has_no_message || self.exchange.errors_on_block() => {
                        GuardrailError::blocked(operation, assessment)
                    }
                    _ => return Ok(()),
                }
            }
            Ok(()) => return Ok(()),
        };
        // The error replaces the output of this event.
        out.truncate(mark);
        let exception = Frame::exception("validationException", error_body(&error.full_message()));
        match (self.mode, exception) {
            (RejectionMode::Event, Ok(frame)) => {
                out.extend_from_slice(&frame.encode());
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// The bytes are no event stream: the upstream's failure is forwarded as one.
    fn broken(&mut self, error: BodyError) -> GuardrailError {
        self.end();
        self.exchange.unreadable(Source::Output, error)
    }

    fn end(&mut self) -> Option<BodyAssessment> {
        let assessment = self.events.take()?.into_assessment();
        self.exchange.observe(&assessment, self.since);
        Some(assessment)
    }
}

impl Drop for FrameGuard {
    fn drop(&mut self) {
        // A caller that leaves early has still received what was released.
        self.end();
    }
}

/// Appends events as frames. `from` is the frame they came from, with its chunk on InvokeModel.
fn encode(
    events: Vec<OutEvent>,
    from: Option<(&Frame, Option<&Chunk<'_>>)>,
    out: &mut BytesMut,
) -> Result<(), BodyError> {
    for event in events {
        let frame = match (event, from) {
            (OutEvent::New(event), _) => event.to_frame()?,
            (OutEvent::Same, Some((frame, Some(chunk)))) if !chunk.is_plain() => {
                frame.with_payload(wrap_chunk(chunk.json()))?
            }
            (OutEvent::Same, Some((frame, _))) => frame.clone(),
            (OutEvent::Changed(json), Some((frame, Some(chunk)))) if chunk.is_plain() => {
                frame.with_payload(chunk.rewrap(&json))?
            }
            (OutEvent::Changed(json), Some((frame, Some(_)))) => frame.with_payload(wrap_chunk(&json))?,
            (OutEvent::Changed(json), Some((frame, None))) => frame.with_payload(json)?,
            (OutEvent::Same | OutEvent::Changed(_), None) => continue,
        };
        out.extend_from_slice(&frame.encode());
    }
    Ok(())
}
