//! Guards a stream of events in their JSON form.

use super::lanes::{Facts, Plan, Substreams};
use crate::bedrock::assessment::BodyAssessment;
use crate::bedrock::blocked::{Progress, StreamEvent, blocked_events, blocked_single_event, is_whole, text_event};
use crate::bedrock::error::BodyError;
use crate::bedrock::event_stream::{Event, EventKind, StreamKind, parse_event};
use crate::bedrock::guard::BodyGuard;
use crate::bedrock::shape::{AnswerForm, Shape};
use crate::bedrock::trace::Trace;
use crate::json::FieldEdit;

/// An event to be sent on.
#[derive(Debug)]
pub(crate) enum OutEvent {
    /// The one that came, as it came.
    Same,
    /// The one that came, with this JSON.
    Changed(Vec<u8>),
    /// One of our own.
    New(StreamEvent),
}

/// Guards the events of one answer.
#[derive(Debug)]
pub(crate) struct EventGuard {
    kind: StreamKind,
    /// Shape of the answer; until an event tells, what the request lets expect.
    shape: Shape,
    model_id: String,
    lanes: Substreams,
    progress: Progress,
    blocked: bool,
    /// The stream is blocked, and no event could say so.
    silent: bool,
    trace: Option<Trace>,
}

impl EventGuard {
    /// A guard of the answer to a request of this shape. The event that tells of guardrails takes `trace`.
    pub(crate) fn new(
        guard: BodyGuard,
        kind: StreamKind,
        request: Shape,
        model_id: &str,
        trace: Option<Trace>,
    ) -> Self {
        Self {
            kind,
            shape: request,
            model_id: model_id.to_owned(),
            lanes: Substreams::new(guard),
            progress: Progress::new(),
            blocked: false,
            silent: false,
            trace,
        }
    }

    /// Whether a rule blocked the stream: what is sent on is at its end.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Whether the stream is blocked and has no event that holds the message: the caller must be told otherwise.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent
    }

    /// Examines an event, and gives what is to be sent on. For InvokeModel `json` is the model's JSON, unwrapped.
    pub(crate) fn push(&mut self, event_type: &str, json: &[u8]) -> Result<Vec<OutEvent>, BodyError> {
        if self.blocked {
            return Ok(Vec::new());
        }
        let event = parse_event(self.kind, event_type, json, self.lanes.guard().unknown())?;
        if !matches!(event.kind(), EventKind::Other | EventKind::Metadata) {
            self.shape = event.shape();
        }
        let facts = Facts {
            kind: event.kind(),
            block: event.block(),
            ended_choices: event.ended_choices().to_vec(),
            signatures: event.signatures(),
            deltas: event.deltas().iter().map(|delta| (delta.lane, delta.text.clone().into_owned())).collect(),
        };
        let plan = self.lanes.plan(&facts)?;
        let mut out = self.texts(&plan)?;
        if plan.blocked {
            // A block that only now opens is not opened for what was released of it.
            if event.kind() != EventKind::BlockStart && !plan.released.is_empty() {
                let released = plan.released.iter().filter_map(|(lane, text)| {
                    text_event(self.kind, self.shape, *lane, event.block().unwrap_or(0), text).map(OutEvent::New)
                });
                out.extend(released);
                self.progress.observe_texts(&event);
            }
            self.block(&mut out);
            return Ok(out);
        }
        let rewritten = self.rewrite(&event, &plan)?;
        if self.lanes.assessment_mut().is_blocked() {
            // A text that is whole in this event is blocked, so the event does not go on.
            self.block_in(event.kind(), &mut out);
        } else {
            out.push(self.traced(&event, json, rewritten));
            self.progress.observe(&event);
        }
        Ok(out)
    }

    /// Ends the stream, and gives what was still held.
    pub(crate) fn finish(&mut self) -> Result<Vec<OutEvent>, BodyError> {
        if self.blocked {
            return Ok(Vec::new());
        }
        let plan = self.lanes.finish();
        let mut out = self.texts(&plan)?;
        if plan.blocked {
            self.block(&mut out);
        }
        Ok(out)
    }

    /// Bytes of text that are held; of a blocked stream none is, for nothing of it will be released.
    pub(crate) fn buffered_bytes(&self) -> usize {
        if self.blocked { 0 } else { self.lanes.buffered_bytes() }
    }

    /// What was found.
    pub(crate) fn into_assessment(self) -> BodyAssessment {
        self.lanes.into_assessment()
    }

    /// The events that tell of a blocked request in place of an answer.
    pub(crate) fn refusal(
        kind: StreamKind,
        request: AnswerForm,
        model_id: &str,
        message: &str,
        trace: Option<&Trace>,
    ) -> Option<Vec<StreamEvent>> {
        let mut events = if kind == StreamKind::Invoke && is_whole(request, model_id) {
            blocked_single_event(request.shape, model_id, message)
        } else {
            blocked_events(kind, request.shape, model_id, message, &Progress::new())
        }?;
        if let (Some(trace), Some(last)) = (trace, events.last_mut()) {
            last.change_json(|json| trace.write(kind, json, None));
        }
        Some(events)
    }

    fn texts(&self, plan: &Plan) -> Result<Vec<OutEvent>, BodyError> {
        let events = plan.before.iter().map(|(lane, block, text)| {
            text_event(self.kind, self.shape, *lane, *block, text).map(OutEvent::New).ok_or_else(|| {
                BodyError::frame("the stream ended with text held, and its shape has no event to carry it")
            })
        });
        events.collect()
    }

    fn rewrite(&mut self, event: &Event<'_>, plan: &Plan) -> Result<OutEvent, BodyError> {
        let edits: Vec<(usize, FieldEdit)> = plan
            .edits
            .iter()
            .map(|(position, text)| {
                let length = event.deltas().get(*position).map_or(0, |delta| delta.text.len());
                (*position, FieldEdit::whole(length, text.clone()))
            })
            .collect();
        // The bytes of lanes are counted when the lanes end.
        let carried: usize = event.deltas().iter().map(|delta| delta.text.len()).sum();
        let json = self.lanes.whole_texts(carried, |f| event.rewrite(&edits, &plan.unsigned, f))?;
        Ok(json.map_or(OutEvent::Same, OutEvent::Changed))
    }

    /// The event with the trace in it, if this is the one that takes it.
    fn traced(&mut self, event: &Event<'_>, json: &[u8], out: OutEvent) -> OutEvent {
        // Told once, however many events say that they are the last.
        let Some(trace) = self.trace.take_if(|_| event.tells_of_guardrails()) else { return out };
        let json = match out {
            OutEvent::Changed(json) => json,
            _ => json.to_vec(),
        };
        OutEvent::Changed(trace.write(self.kind, json, Some(&self.lanes.assessment_so_far())))
    }

    fn block(&mut self, out: &mut Vec<OutEvent>) {
        self.block_in(EventKind::Delta, out);
    }

    /// Ends the stream with the message, in the form of an event of this kind.
    fn block_in(&mut self, kind: EventKind, out: &mut Vec<OutEvent>) {
        self.blocked = true;
        let message = self.lanes.assessment_message();
        let events = match kind {
            EventKind::Whole => blocked_single_event(self.shape, &self.model_id, &message),
            _ => blocked_events(self.kind, self.shape, &self.model_id, &message, &self.progress),
        };
        self.silent = events.is_none();
        let mut events = events.unwrap_or_default();
        if let (Some(trace), Some(last)) = (&self.trace, events.last_mut()) {
            let found = self.lanes.assessment_so_far();
            last.change_json(|json| trace.write(self.kind, json, Some(&found)));
        }
        out.extend(events.into_iter().map(OutEvent::New));
    }
}
