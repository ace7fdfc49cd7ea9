//! All substreams of a stream, and the plan that they make for each event.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use super::boundary::BoundaryCheck;
use super::substream::SubstreamGuard;
use crate::bedrock::{BodyError, DeltaKind, EventKind, InspectionSummary, ModelEvent, SubstreamId, Visitor};
use crate::exchange::assessment::BodyAssessment;
use crate::exchange::body::{BodyEvaluator, BodyGuard};
use crate::guardrail::{Assessment, Evaluator, Outcome, Source};

/// The maximum number of substreams of one stream. No model responds with a thousand content blocks, and each costs a guard.
const MAX_SUBSTREAMS: usize = 1024;

/// What happens to an event.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Text to send before the event: substream, open content block, text.
    pub(crate) before: Vec<(SubstreamId, u64, String)>,
    /// New text of its deltas, by position. Deltas that are not listed stay.
    pub(crate) edits: SmallVec<[(usize, String); 1]>,
    /// Signatures that no longer fit, by position.
    pub(crate) unsigned: Vec<usize>,
    /// A rule blocked the stream. The event itself is not forwarded, because its other content was not inspected.
    pub(crate) is_blocked: bool,
    /// The released text of its deltas, for an event that is not forwarded.
    pub(crate) released: Vec<(SubstreamId, String)>,
}

/// All substreams of a stream.
#[derive(Debug)]
pub(crate) struct Substreams {
    guard: BodyGuard,
    open: BTreeMap<SubstreamId, SubstreamGuard>,
    /// Substreams that have ended and must not continue.
    ended: BTreeSet<SubstreamId>,
    /// Substreams of reasoning that was changed.
    changed: BTreeSet<SubstreamId>,
    /// All substreams have ended.
    is_over: bool,
    boundaries: BoundaryCheck,
    assessment: BodyAssessment,
    last_block: u64,
    /// A complete response has arrived.
    is_answered: bool,
    /// Memory for the text that the next events release.
    spare: SmallVec<[String; 1]>,
}

/// The most strings that are kept for the text of later events.
const MAX_SPARE: usize = 8;

/// A longer string is not kept.
const MAX_SPARE_BYTES: usize = 4096;

impl Substreams {
    pub(crate) fn new(guard: BodyGuard) -> Self {
        Self {
            guard,
            open: BTreeMap::new(),
            ended: BTreeSet::new(),
            changed: BTreeSet::new(),
            is_over: false,
            boundaries: BoundaryCheck::default(),
            assessment: BodyAssessment::new(Source::Output),
            last_block: 0,
            is_answered: false,
            spare: SmallVec::new(),
        }
    }

    /// Returns what happens to an event.
    pub(crate) fn plan(&mut self, event: &impl ModelEvent) -> Result<Plan, BodyError> {
        // A second complete response could continue the text of the first.
        if event.kind() == EventKind::CompleteResponse && std::mem::replace(&mut self.is_answered, true) {
            return Err(BodyError::frame("it holds a second complete response, and a match could span the two"));
        }
        let mut plan = Plan::default();
        let deltas = event.delta_texts();
        let mut released: SmallVec<[String; 1]> = SmallVec::with_capacity(deltas.len());
        for (id, text) in &deltas {
            let mut out = self.spare.pop().unwrap_or_default();
            if !plan.is_blocked {
                plan.is_blocked = self.push(*id, text, &mut out)?;
            }
            released.push(out);
        }
        if !plan.is_blocked {
            self.check_signatures(event, &deltas, &mut released, &mut plan);
        }
        if !plan.is_blocked {
            self.finish_substreams(event, &deltas, &mut released, &mut plan);
        }
        self.last_block = event.block().unwrap_or(self.last_block);
        for (position, (text, (id, given))) in released.into_iter().zip(&deltas).enumerate() {
            if plan.is_blocked && !text.is_empty() {
                plan.released.push((*id, text));
            } else if text != *given {
                plan.edits.push((position, text));
            } else {
                self.keep(text);
            }
        }
        Ok(plan)
    }

    /// Keeps the memory of a string.
    fn keep(&mut self, mut text: String) {
        if self.spare.len() < MAX_SPARE && text.capacity() <= MAX_SPARE_BYTES {
            text.clear();
            self.spare.push(text);
        }
    }

    /// Inspects the fields that are complete in an event, which `visit` offers. Of the event's bytes, `carried` belong to substreams.
    pub(crate) fn complete_fields(
        &mut self,
        carried: usize,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
    ) -> Result<(), BodyError> {
        let mut evaluator = BodyEvaluator::new(&self.guard, Source::Output);
        let mut checked = Ok(());
        let coverage = visit(&mut |field| {
            if checked.is_ok() {
                checked = self.boundaries.check(&self.guard, &field);
            }
            evaluator.inspect(&field)
        })?;
        checked?;
        self.assessment.merge(evaluator.finish(coverage), carried);
        Ok(())
    }

    /// Ends a stream that has no event for its end.
    pub(crate) fn finish(&mut self) -> Plan {
        let mut plan = Plan::default();
        let ids: Vec<SubstreamId> = self.open.keys().copied().collect();
        self.end(&ids, &[], &mut [], &mut plan);
        plan
    }

    /// Returns the number of bytes that all substreams buffer.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.open.values().map(SubstreamGuard::buffered_bytes).sum()
    }

    /// Returns the assessment of the stream.
    pub(crate) fn into_assessment(mut self) -> BodyAssessment {
        self.record_open();
        self.assessment
    }

    /// Returns the assessment so far, with that of substreams that have not ended.
    pub(crate) fn assessment_so_far(&self) -> BodyAssessment {
        let mut found = self.assessment.clone();
        for (id, guard) in &self.open {
            if let Some(assessment) = guard.so_far() {
                found.add_text(&id.pointer(), &assessment);
            }
        }
        found
    }

    /// Returns `true` if a field that is complete in its event was blocked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.assessment.is_blocked()
    }

    /// Returns the blocked message.
    pub(crate) fn assessment_message(&mut self) -> String {
        // The substream that is blocked may still be open.
        self.record_open();
        self.assessment.message().unwrap_or_default().to_owned()
    }

    /// Returns the guard of the bodies of this call.
    pub(crate) fn guard(&self) -> &BodyGuard {
        &self.guard
    }

    fn push(&mut self, id: SubstreamId, text: &str, out: &mut String) -> Result<bool, BodyError> {
        if !self.open.contains_key(&id) {
            if text.is_empty() {
                return Ok(false);
            }
            // Its end was evaluated: what continues it would be missed.
            if self.is_over || self.ended.contains(&id) {
                return Err(BodyError::frame("text continues after its end"));
            }
            if self.open.len() + self.ended.len() >= MAX_SUBSTREAMS {
                return Err(BodyError::frame("it holds more substreams than are inspected"));
            }
        }
        let start = |context: &str| start(&self.guard, context);
        let mut done = Vec::new();
        let guard = self.open.entry(id).or_insert_with(|| SubstreamGuard::new(id, start));
        let blocked = guard.push(text, start, out, &mut done)?;
        for assessment in &done {
            self.record(id, assessment);
        }
        Ok(blocked)
    }

    /// Finds the signatures that no longer fit. A signature ends the reasoning that it signs, so its substream ends here: until then a rule may still
    /// mask buffered text. A substream that spans content blocks goes on; there the signature fits if nothing is buffered.
    fn check_signatures(
        &mut self,
        event: &impl ModelEvent,
        deltas: &[(SubstreamId, &str)],
        released: &mut [String],
        plan: &mut Plan,
    ) {
        for (position, &id) in event.signed().iter().enumerate() {
            let is_open_end = id.block == SubstreamId::ANY_BLOCK;
            if !is_open_end {
                self.end(&[id], deltas, released, plan);
                if plan.is_blocked {
                    return;
                }
            }
            let is_pending = self.open.get(&id).filter(|_| is_open_end).is_some_and(|guard| {
                guard.buffered_bytes() > 0 || guard.so_far().is_some_and(|found| found.outcome() != Outcome::Passed)
            });
            if is_pending || self.changed.contains(&id) {
                plan.unsigned.push(position);
            }
        }
    }

    fn finish_substreams(
        &mut self,
        event: &impl ModelEvent,
        deltas: &[(SubstreamId, &str)],
        released: &mut [String],
        plan: &mut Plan,
    ) {
        if event.kind() == EventKind::Delta {
            return;
        }
        let ends = |id: &SubstreamId| match event.kind() {
            EventKind::ContentBlockStart => id.block == SubstreamId::ANY_BLOCK && event.interrupts_text(),
            EventKind::ContentBlockStop => id.block != SubstreamId::ANY_BLOCK && Some(id.block) == event.block(),
            EventKind::PartStop => event
                .part()
                .is_some_and(|(choice, block)| choice == id.choice && block.is_none_or(|block| block == id.block)),
            EventKind::ChoiceStop => event.ended_choices().contains(&id.choice),
            EventKind::MessageStop => true,
            _ => false,
        };
        let ids: Vec<SubstreamId> = self.open.keys().copied().filter(ends).collect();
        self.is_over |= event.kind() == EventKind::MessageStop;
        self.end(&ids, deltas, released, plan);
    }

    fn end(&mut self, ids: &[SubstreamId], deltas: &[(SubstreamId, &str)], released: &mut [String], plan: &mut Plan) {
        for &id in ids {
            let Some(guard) = self.open.remove(&id) else { continue };
            // What spans content blocks may go on after a tool call, until the message ends.
            if id.block != SubstreamId::ANY_BLOCK {
                self.ended.insert(id);
            }
            let (mut rest, mut done) = (String::new(), Vec::new());
            plan.is_blocked |= guard.finish(|context| start(&self.guard, context), &mut rest, &mut done);
            for assessment in &done {
                self.record(id, assessment);
            }
            if rest.is_empty() {
                continue;
            }
            let last = deltas.iter().rposition(|(other, _)| *other == id);
            match last.and_then(|position| released.get_mut(position)) {
                Some(text) => text.push_str(&rest),
                None => plan.before.push((id, self.last_block, rest)),
            }
            if plan.is_blocked {
                return;
            }
        }
    }

    /// Records the assessments of the substreams that have not ended, and drops these.
    fn record_open(&mut self) {
        for (id, guard) in std::mem::take(&mut self.open) {
            if let Some(assessment) = guard.so_far() {
                self.record(id, &assessment);
            }
        }
    }

    fn record(&mut self, id: SubstreamId, text: &Assessment) {
        if id.kind == DeltaKind::Reasoning && text.outcome() != Outcome::Passed {
            self.changed.insert(id);
        }
        self.assessment.add_text(&id.pointer(), text);
    }
}

fn start(guard: &BodyGuard, context: &str) -> Evaluator {
    Evaluator::of_stream(guard.guardrail().clone(), Source::Output, guard.conversation().clone()).with_context(context)
}
