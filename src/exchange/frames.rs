//! Guards the bytes of an event stream.

use bytes::BytesMut;

use super::assessment::BodyAssessment;
use super::call::Exchange;
use super::error::GuardrailError;
use super::response::error_body;
use super::streams::{EventGuard, JsonEvents, OutEvent};
use crate::bedrock::{BodyError, Chunk, Frame, FrameDecoder, StreamKind, wrap_chunk};
use crate::guardrail::Source;

/// How a stream that is under way tells that the guardrail refuses the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// By an exception event, which clients of any language understand.
    Event,
    /// By failing, so that a caller in this process finds the [`GuardrailError`].
    Failure,
}

/// Guards the frames of one answer: bytes in, cut anywhere; whole frames out.
///
/// It tells the observer when it ends, and when it is dropped.
#[derive(Debug)]
pub(crate) struct FrameGuard {
    decoder: FrameDecoder,
    exchange: Exchange,
    kind: StreamKind,
    /// Nothing is sent on any more once it is gone.
    events: Option<EventGuard<JsonEvents>>,
    refusal: Refusal,
}

impl FrameGuard {
    pub(crate) fn new(exchange: Exchange, refusal: Refusal) -> Self {
        let events = Some(exchange.events(exchange.json_events()));
        Self { decoder: FrameDecoder::new(), kind: exchange.stream_kind(), exchange, events, refusal }
    }

    /// Whether the stream has come to its end, whatever else the upstream may send.
    pub(crate) fn is_over(&self) -> bool {
        self.events.is_none()
    }

    /// Bytes of text that are held.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.events.as_ref().map_or(0, EventGuard::buffered_bytes)
    }

    /// Takes bytes, and puts out the frames that may go on. On an error what is put out may still go on; nothing follows it.
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

    /// Ends the stream, and puts out what was held.
    pub(crate) fn finish(&mut self, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let Some(events) = &mut self.events else { return Ok(()) };
        if let Err(error) = self.decoder.finish() {
            return Err(self.broken(error));
        }
        let mark = out.len();
        let finished = events.finish().and_then(|events| encode(events, None, out));
        self.settle(finished, mark, out)?;
        self.end();
        Ok(())
    }

    /// Ends the stream because the upstream failed: what is held is not released.
    pub(crate) fn abort(&mut self) {
        self.end();
    }

    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let Some(events) = &mut self.events else { return Ok(()) };
        let mark = out.len();
        let sent = match (frame.message_type(), frame.event_type()) {
            (Some("exception"), _) => {
                let sent = self.exception(frame, out);
                // An exception is the last that a stream says.
                return self.settle(sent, mark, out).map(|()| self.abort());
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
        self.settle(sent, mark, out)
    }

    /// The exception goes on as it came, if its message may.
    fn exception(&self, frame: &Frame, out: &mut BytesMut) -> Result<(), BodyError> {
        match self.exchange.error(frame.payload()) {
            None => out.extend_from_slice(&frame.encode()),
            Some(payload) => out.extend_from_slice(&frame.with_payload(payload)?.encode()),
        }
        Ok(())
    }

    /// Looks at what came of an event: whether it could be examined, and whether a rule blocked it. What it put out begins at `mark`.
    fn settle(&mut self, sent: Result<(), BodyError>, mark: usize, out: &mut BytesMut) -> Result<(), GuardrailError> {
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
        // The error stands in place of what was put out of this event.
        out.truncate(mark);
        let exception = Frame::exception("validationException", error_body(&error.full_message()));
        match (self.refusal, exception) {
            (Refusal::Event, Ok(frame)) => {
                out.extend_from_slice(&frame.encode());
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// The bytes are no event stream. That is the upstream's failure, and stays one.
    fn broken(&mut self, error: BodyError) -> GuardrailError {
        self.end();
        self.exchange.unreadable(Source::Output, error)
    }

    fn end(&mut self) -> Option<BodyAssessment> {
        let assessment = self.events.take()?.into_assessment();
        self.exchange.observe(&assessment);
        Some(assessment)
    }
}

impl Drop for FrameGuard {
    fn drop(&mut self) {
        // A caller that goes away early has still seen what was released.
        self.end();
    }
}

/// Puts events out as frames. `from` is the frame they came of, with its chunk on InvokeModel.
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
