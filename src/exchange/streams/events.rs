//! Guards the events of a response, in whatever form they arrive.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use smallvec::SmallVec;

use super::substreams::{Plan, Substreams};
use crate::bedrock::{BodyError, EventKind, ModelEvent, Progress, SubstreamId};
use crate::exchange::assessment::BodyAssessment;
use crate::exchange::body::BodyGuard;
use crate::exchange::trace::Trace;
use crate::json::FieldEdit;

/// The form of a stream's events: the JSON of frames, or the types of the AWS SDK.
pub(crate) trait EventFormat: fmt::Debug + Send {
    type Event<'a>: ModelEvent;
    /// An event to forward.
    type Out;

    /// Records what an event shows of the format of those that follow.
    fn observe(&mut self, _: &Self::Event<'_>) {}

    /// Returns the event to forward for an event of the model that may have been rewritten. `trace` is to be written into it.
    fn forward(&self, event: Self::Event<'_>, trace: Option<TraceOf<'_>>) -> Result<Self::Out, BodyError>;

    /// Makes an event that carries text on. `block` is the open content block, for substreams that span content blocks.
    fn text(&self, substream: SubstreamId, block: u64, text: &str) -> Option<Self::Out>;

    /// Makes the events that end the stream with `message`, in place of an event of this kind. `None` if no event can hold it.
    fn blocked(&self, kind: EventKind, message: &str, progress: &Progress) -> Option<Vec<Self::Out>>;

    /// Returns `true` if the event is the one that holds traces.
    fn takes_trace(&self, event: &Self::Event<'_>) -> bool;

    /// Writes the trace into the last event of a blocked stream.
    fn put_trace(&self, trace: TraceOf<'_>, event: &mut Self::Out) -> Result<(), BodyError>;
}

/// A trace, and the assessment of the response that goes into it.
pub(crate) type TraceOf<'a> = (&'a Trace, &'a BodyAssessment);

/// Guards the events of one response.
#[derive(Debug)]
pub(crate) struct EventGuard<F> {
    format: F,
    progress: Progress,
    trace: Option<Trace>,
    state: StreamState,
}

/// What the inspection of a stream knows, whatever the form of its events.
#[derive(Debug)]
pub(crate) struct StreamState {
    substreams: Substreams,
    is_blocked: bool,
    has_no_message: bool,
    time: Duration,
}

impl StreamState {
    /// Returns `true` if a rule blocked the stream: what is forwarded has ended.
    pub(crate) fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// Returns `true` if the stream is blocked and no event holds the message, so that the caller must learn of it otherwise.
    pub(crate) fn has_no_message(&self) -> bool {
        self.has_no_message
    }

    /// Returns the time that the inspection has taken, without the waiting between events.
    pub(crate) fn time(&self) -> Duration {
        self.time
    }

    /// Returns the number of bytes of text buffered; zero once the stream is blocked, because none of it will be released.
    pub(crate) fn buffered_bytes(&self) -> usize {
        if self.is_blocked { 0 } else { self.substreams.buffered_bytes() }
    }

    pub(crate) fn into_assessment(self) -> BodyAssessment {
        self.substreams.into_assessment()
    }
}

impl<F: EventFormat> EventGuard<F> {
    /// Creates a guard for the events of one response. The event that holds traces receives `trace`.
    pub(crate) fn new(format: F, bodies: BodyGuard, trace: Option<Trace>) -> Self {
        let substreams = Substreams::new(bodies);
        let state = StreamState { substreams, is_blocked: false, has_no_message: false, time: Duration::ZERO };
        Self { format, progress: Progress::new(), trace, state }
    }

    /// Returns the guard of the text fields.
    pub(crate) fn bodies(&self) -> &BodyGuard {
        self.state.substreams.guard()
    }

    pub(crate) fn state(&self) -> &StreamState {
        &self.state
    }

    pub(crate) fn into_state(self) -> StreamState {
        self.state
    }

    /// Inspects an event, and adds the events to forward to `out`. After an error, what was added must not be forwarded.
    pub(crate) fn push(&mut self, event: F::Event<'_>, out: &mut VecDeque<F::Out>) -> Result<(), BodyError> {
        let started = Instant::now();
        let inspected = self.inspect(event, out);
        self.state.time += started.elapsed();
        inspected
    }

    fn inspect(&mut self, mut event: F::Event<'_>, out: &mut VecDeque<F::Out>) -> Result<(), BodyError> {
        if self.state.is_blocked {
            return Ok(());
        }
        self.format.observe(&event);
        let mut plan = self.state.substreams.plan(&event)?;
        self.texts(&plan, out)?;
        let kind = event.kind();
        if plan.is_blocked {
            // The event itself is not forwarded: its other content was not inspected. A content block that only now opens is not
            // opened for the text that was released of it.
            if kind != EventKind::ContentBlockStart && !plan.released.is_empty() {
                let block = event.block().unwrap_or(0);
                out.extend(plan.released.iter().filter_map(|(id, text)| self.format.text(*id, block, text)));
                self.progress.observe_texts(&event);
            }
            return self.block(EventKind::Delta, out);
        }
        let is_emptied = self.is_emptied(&event, &plan);
        self.rewrite(&mut event, &mut plan)?;
        if self.state.substreams.is_blocked() {
            // A field that is complete in this event is blocked.
            return self.block(kind, out);
        }
        if is_emptied {
            return Ok(());
        }
        self.progress.observe(&event);
        // The trace is written once, even if several events look like the last.
        let trace = self.trace.take_if(|_| self.format.takes_trace(&event));
        let trace = trace.map(|trace| (trace, self.state.substreams.assessment_so_far()));
        out.push_back(self.format.forward(event, trace.as_ref().map(|(trace, found)| (trace, found)))?);
        Ok(())
    }

    /// Returns `true` if all text of the event is buffered and it has nothing else, so that it would be an empty delta. The first delta of a
    /// content block or choice is forwarded all the same, because it opens it.
    fn is_emptied(&self, event: &F::Event<'_>, plan: &Plan) -> bool {
        let is_empty = matches!(&plan.edits[..], [(_, text)] if text.is_empty());
        is_empty && event.is_bare_delta() && self.progress.continues(event)
    }

    /// Ends the stream, and adds the events with the text that was buffered to `out`.
    pub(crate) fn finish(&mut self, out: &mut VecDeque<F::Out>) -> Result<(), BodyError> {
        if self.state.is_blocked {
            return Ok(());
        }
        let started = Instant::now();
        let plan = self.state.substreams.finish();
        self.state.time += started.elapsed();
        self.texts(&plan, out)?;
        if plan.is_blocked {
            self.block(EventKind::Delta, out)?;
        }
        Ok(())
    }

    /// Adds the events with text that goes before the event under way.
    fn texts(&self, plan: &Plan, out: &mut VecDeque<F::Out>) -> Result<(), BodyError> {
        for (id, block, text) in &plan.before {
            out.push_back(self.format.text(*id, *block, text).ok_or_else(|| {
                BodyError::frame("the stream ended while text was buffered, and its format has no event to carry it")
            })?);
        }
        Ok(())
    }

    fn rewrite(&mut self, event: &mut F::Event<'_>, plan: &mut Plan) -> Result<(), BodyError> {
        // Most events.
        if plan.edits.is_empty() && plan.unsigned.is_empty() && event.has_deltas_only() {
            return Ok(());
        }
        let lengths: SmallVec<[usize; 4]> = event.delta_texts().iter().map(|(_, text)| text.len()).collect();
        let edit = |(position, text): (usize, String)| {
            (position, FieldEdit::whole(lengths.get(position).copied().unwrap_or(0), text))
        };
        let edits: SmallVec<[(usize, FieldEdit); 1]> = plan.edits.drain(..).map(edit).collect();
        // The bytes of substreams are counted when these end.
        self.state.substreams.complete_fields(lengths.iter().sum(), |f| event.rewrite(&edits, &plan.unsigned, f))
    }

    /// Ends the stream with the message, in place of an event of this kind.
    fn block(&mut self, kind: EventKind, out: &mut VecDeque<F::Out>) -> Result<(), BodyError> {
        self.state.is_blocked = true;
        let message = self.state.substreams.assessment_message();
        let events = self.format.blocked(kind, &message, &self.progress);
        self.state.has_no_message = events.is_none();
        let mut events = events.unwrap_or_default();
        if let (Some(trace), Some(last)) = (&self.trace, events.last_mut()) {
            self.format.put_trace((trace, &self.state.substreams.assessment_so_far()), last)?;
        }
        out.extend(events);
        Ok(())
    }
}
