//! Inspects the bytes of an event stream: frames, or server-sent events.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::call::Exchange;
use super::error::GuardrailError;
use super::records::StreamEnd;
use super::response::{error_body, error_event};
use super::server_sent;
use super::streams::{EventGuard, JsonEvents, OutEvent};
use crate::bedrock::{
    BodyError, Chunk, Frame, FrameDecoder, ServerSentDecoder, ServerSentEvent, StreamKind, wrap_chunk, write_json_event,
};
use crate::guardrail::Source;

/// How a stream that has started fails when the guardrail rejects the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectionMode {
    /// With an exception event, which clients of any language understand.
    Event,
    /// With an error, so that a caller in this process finds the [`GuardrailError`].
    Failure,
}

/// Decodes the messages of a stream.
#[derive(Debug)]
enum Decoder {
    Frames(FrameDecoder),
    ServerSent(ServerSentDecoder),
}

/// A message of a stream.
enum Message {
    Frame(Frame),
    ServerSent(ServerSentEvent),
}

impl Decoder {
    fn new(kind: StreamKind) -> Self {
        match kind {
            StreamKind::Converse | StreamKind::Invoke => Self::Frames(FrameDecoder::new()),
            StreamKind::ServerSent => Self::ServerSent(ServerSentDecoder::default()),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Frames(decoder) => decoder.push(bytes),
            Self::ServerSent(decoder) => decoder.push(bytes),
        }
    }

    fn decode(&mut self) -> Result<Option<Message>, BodyError> {
        Ok(match self {
            Self::Frames(decoder) => decoder.decode()?.map(|frame| Message::Frame(frame.plain())),
            Self::ServerSent(decoder) => decoder.decode()?.map(Message::ServerSent),
        })
    }

    /// Ends the stream. Server-sent events may lack the empty line after the last.
    fn finish(&mut self) -> Result<Option<Message>, BodyError> {
        match self {
            Self::Frames(decoder) => decoder.finish().map(|()| None),
            Self::ServerSent(decoder) => Ok(decoder.finish()?.map(Message::ServerSent)),
        }
    }
}

/// Inspects the stream of one response: bytes split anywhere in, whole frames or server-sent events out.
///
/// The observer receives the assessment when the stream ends, or when this is dropped.
#[derive(Debug)]
pub(crate) struct FrameGuard {
    decoder: Decoder,
    exchange: Exchange,
    kind: StreamKind,
    /// `None` once the stream has ended.
    events: Option<EventGuard<JsonEvents>>,
    /// Events on their way to the output. Empty between messages.
    sent: VecDeque<OutEvent>,
    mode: RejectionMode,
}

impl FrameGuard {
    pub(crate) fn new(exchange: Exchange, mode: RejectionMode) -> Self {
        let events = Some(exchange.events(exchange.json_events()));
        let kind = exchange.stream_kind();
        Self { decoder: Decoder::new(kind), kind, exchange, events, sent: VecDeque::new(), mode }
    }

    /// Returns `true` if the stream has ended, whatever else the upstream may send.
    pub(crate) fn is_over(&self) -> bool {
        self.events.is_none()
    }

    /// Returns the number of bytes of text buffered.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.events.as_ref().map_or(0, |events| events.state().buffered_bytes())
    }

    /// Appends the frames that may be forwarded to `out`. After an error they may still be forwarded, and nothing follows.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), GuardrailError> {
        self.decoder.push(bytes);
        while !self.is_over() {
            match self.decoder.decode() {
                Ok(Some(message)) => self.message(&message, out)?,
                Ok(None) => break,
                // The upstream's failure is forwarded as one.
                Err(error) => return Err(self.rejected(error)),
            }
        }
        Ok(())
    }

    fn message(&mut self, message: &Message, out: &mut BytesMut) -> Result<(), GuardrailError> {
        match message {
            Message::Frame(frame) => self.frame(frame, out),
            Message::ServerSent(event) => self.server_sent(event, out),
        }
    }

    /// Ends the stream, and appends the frames with the text that was buffered.
    pub(crate) fn finish(&mut self, out: &mut BytesMut) -> Result<(), GuardrailError> {
        if self.is_over() {
            return Ok(());
        }
        match self.decoder.finish() {
            Ok(None) => {}
            Ok(Some(message)) => self.message(&message, out)?,
            Err(error) => return Err(self.rejected(error)),
        }
        let Some(events) = &mut self.events else { return Ok(()) };
        let mark = out.len();
        let finished = events.finish(&mut self.sent).and_then(|()| encode(&mut self.sent, None, out));
        self.conclude(finished, mark, out)?;
        self.complete(mark, out)
    }

    /// Ends the stream because the upstream failed: buffered text is not released.
    pub(crate) fn abort(&mut self) {
        let _ = self.end(StreamEnd::Interrupted);
    }

    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let (Some(events), sent) = (&mut self.events, &mut self.sent) else { return Ok(()) };
        let mark = out.len();
        let done = match (frame.message_type(), frame.event_type()) {
            (Some("exception"), _) => {
                let done = self.exception(frame, out);
                // An exception ends a stream.
                return self.conclude(done, mark, out).map(|()| self.abort());
            }
            (Some("event"), Some(event_type)) => match self.kind {
                StreamKind::Converse => events
                    .push_json(self.kind, event_type, frame.payload(), sent)
                    .and_then(|()| encode(sent, Some((frame, None)), out)),
                StreamKind::Invoke if event_type == "chunk" => Chunk::parse(frame.payload()).and_then(|chunk| {
                    events.push_json(self.kind, event_type, chunk.json(), sent)?;
                    encode(sent, Some((frame, Some(&chunk))), out)
                }),
                StreamKind::Invoke | StreamKind::ServerSent => Err(BodyError::unknown_event()),
            },
            _ => Err(BodyError::frame("the message is neither an event nor an exception")),
        };
        self.conclude(done, mark, out)
    }

    fn server_sent(&mut self, event: &ServerSentEvent, out: &mut BytesMut) -> Result<(), GuardrailError> {
        let Some(events) = &mut self.events else { return Ok(()) };
        let mark = out.len();
        let done = server_sent::forward(events, event, &mut self.sent, out);
        let is_last = matches!(done, Ok(server_sent::Forwarded::Last));
        self.conclude(done.map(drop), mark, out)?;
        if is_last { self.complete(mark, out) } else { Ok(()) }
    }

    /// Ends a stream of which all is forwarded. Its last output begins at `mark`.
    fn complete(&mut self, mark: usize, out: &mut BytesMut) -> Result<(), GuardrailError> {
        match self.end(StreamEnd::Complete) {
            Err(error) => self.fail(error, mark, out),
            Ok(()) => Ok(()),
        }
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
        match sent {
            Err(error) => {
                let error = self.rejected(error);
                self.fail(error, mark, out)
            }
            Ok(()) if self.events.as_ref().is_some_and(|events| events.state().is_blocked()) => {
                self.complete(mark, out)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Ends what is forwarded with an error, as this is set.
    fn fail(&mut self, error: GuardrailError, mark: usize, out: &mut BytesMut) -> Result<(), GuardrailError> {
        // The error replaces the output of this event.
        out.truncate(mark);
        self.sent.clear();
        match self.mode {
            RejectionMode::Event if self.error_event(&error.full_message(), out).is_ok() => Ok(()),
            _ => Err(error),
        }
    }

    /// Appends the event that reports an error.
    fn error_event(&self, message: &str, out: &mut BytesMut) -> Result<(), BodyError> {
        let operation = self.exchange.operation();
        if self.kind == StreamKind::ServerSent {
            write_json_event(&error_event(operation, message), out);
            return Ok(());
        }
        let frame = Frame::exception("validationException", error_body(operation, message))?;
        out.extend_from_slice(&frame.encode());
        Ok(())
    }

    /// Ends the inspection of a stream that cannot be inspected further.
    fn rejected(&mut self, error: BodyError) -> GuardrailError {
        let error = GuardrailError::unreadable(self.exchange.operation(), Source::Output, error);
        // The rejection is the error, recorded or not.
        let _ = self.end(StreamEnd::Rejected(&error));
        error
    }

    /// Ends the inspection.
    fn end(&mut self, end: StreamEnd<'_>) -> Result<(), GuardrailError> {
        let Some(events) = self.events.take() else { return Ok(()) };
        self.exchange.end_stream(events.into_state(), end)
    }
}

impl Drop for FrameGuard {
    fn drop(&mut self) {
        // A caller that leaves early has still received what was released.
        let _ = self.end(StreamEnd::Interrupted);
    }
}

/// Appends events as frames. `from` is the frame they came from, with its chunk on InvokeModel.
fn encode(
    events: &mut VecDeque<OutEvent>,
    from: Option<(&Frame, Option<&Chunk<'_>>)>,
    out: &mut BytesMut,
) -> Result<(), BodyError> {
    for event in events.drain(..) {
        let frame = match (event, from) {
            (OutEvent::New(event), _) => {
                event.write(out)?;
                continue;
            }
            (OutEvent::Same, Some((frame, Some(chunk)))) if !chunk.is_plain() => {
                frame.with_payload(wrap_chunk(chunk.json()))?
            }
            (OutEvent::Same, Some((frame, _))) => {
                out.extend_from_slice(&frame.encode());
                continue;
            }
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
