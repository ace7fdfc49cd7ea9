//! All lanes of a stream, and what they make of each event.

use std::collections::{BTreeMap, BTreeSet};

use super::boundary::BoundaryCheck;
use super::substream::SubstreamGuard;
use crate::bedrock::{BodyError, DeltaKind, EventKind, InspectionSummary, ModelEvent, SubstreamId, Visitor};
use crate::exchange::assessment::BodyAssessment;
use crate::exchange::body::{BodyEvaluator, BodyGuard};
use crate::guardrail::{Assessment, Evaluator, Outcome, Source};

/// Most texts of one stream. A thousand content blocks are no answer of a model, and each costs its guard.
const MAX_SUBSTREAMS: usize = 1024;

/// What to do with an event.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// BodyEvaluator to send on before it: lane, open block, text.
    pub(crate) before: Vec<(SubstreamId, u64, String)>,
    /// New texts of its deltas, by position; those not named stay.
    pub(crate) edits: Vec<(usize, String)>,
    /// Signatures that do not hold, by position.
    pub(crate) unsigned: Vec<usize>,
    /// A rule blocked the stream. The event itself does not go on, for what else it holds was not examined: what was released does.
    pub(crate) is_blocked: bool,
    /// The texts of its deltas that were released, for when the event itself does not go on.
    pub(crate) released: Vec<(SubstreamId, String)>,
}

/// All lanes of a stream.
#[derive(Debug)]
pub(crate) struct Substreams {
    guard: BodyGuard,
    open: BTreeMap<SubstreamId, SubstreamGuard>,
    /// BodyEvaluator that are over, and must not go on.
    ended: BTreeSet<SubstreamId>,
    /// Reasoning that was changed.
    changed: BTreeSet<SubstreamId>,
    /// All texts are over.
    is_over: bool,
    boundaries: BoundaryCheck,
    assessment: BodyAssessment,
    last_block: u64,
    /// A whole answer has come.
    is_answered: bool,
}

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
        }
    }

    /// What to do with an event.
    pub(crate) fn plan(&mut self, event: &impl ModelEvent) -> Result<Plan, BodyError> {
        // Of two whole answers, the second may go on where the first ends.
        if event.kind() == EventKind::CompleteResponse && std::mem::replace(&mut self.is_answered, true) {
            return Err(BodyError::frame("it holds a second whole answer, and text may be cut between the two"));
        }
        let mut plan = Plan::default();
        let deltas = event.delta_texts();
        let mut released = Vec::with_capacity(deltas.len());
        for (lane, text) in &deltas {
            let mut out = String::new();
            if !plan.is_blocked {
                plan.is_blocked = self.push(*lane, text, &mut out)?;
            }
            released.push(out);
        }
        if let Some(block) = event.block() {
            self.last_block = block;
        }
        if !plan.is_blocked {
            self.check_signatures(event, &deltas, &mut released, &mut plan);
        }
        if !plan.is_blocked {
            self.finish_substreams(event, &deltas, &mut released, &mut plan);
        }
        for (position, (text, (lane, given))) in released.into_iter().zip(&deltas).enumerate() {
            if plan.is_blocked && !text.is_empty() {
                plan.released.push((*lane, text));
            } else if text != *given {
                plan.edits.push((position, text));
            }
        }
        Ok(plan)
    }

    /// Examines the texts that are whole in an event, which `visit` offers; of the event's bytes `carried` belong to lanes.
    pub(crate) fn complete_fields(
        &mut self,
        carried: usize,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
    ) -> Result<(), BodyError> {
        let mut texts = BodyEvaluator::new(&self.guard, Source::Output);
        let mut checked = Ok(());
        let coverage = visit(&mut |slot| {
            if checked.is_ok() {
                checked = self.boundaries.check(&self.guard, &slot);
            }
            texts.examine(&slot)
        })?;
        checked?;
        self.assessment.absorb(texts.finish(coverage), carried);
        Ok(())
    }

    /// Ends a stream that ends without saying so.
    pub(crate) fn finish(&mut self) -> Plan {
        let mut plan = Plan::default();
        let lanes: Vec<SubstreamId> = self.open.keys().copied().collect();
        self.end(&lanes, &[], &mut [], &mut plan);
        plan
    }

    /// Bytes of text that all lanes hold.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.open.values().map(SubstreamGuard::buffered_bytes).sum()
    }

    /// What was found, once the stream is over.
    pub(crate) fn into_assessment(mut self) -> BodyAssessment {
        self.note_open();
        self.assessment
    }

    /// What was found so far, in texts that have not ended too.
    pub(crate) fn assessment_so_far(&self) -> BodyAssessment {
        let mut found = self.assessment.clone();
        for (lane, guard) in &self.open {
            if let Some(assessment) = guard.so_far() {
                found.add_text(&lane.pointer(), &assessment);
            }
        }
        found
    }

    /// Returns `true` if a field that is complete in its event was blocked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.assessment.is_blocked()
    }

    /// What the caller is told when the stream is blocked.
    pub(crate) fn assessment_message(&mut self) -> String {
        // The lane that is blocked may still be open, and so not yet noted.
        self.note_open();
        self.assessment.message().unwrap_or_default().to_owned()
    }

    /// The guard of the bodies of this call.
    pub(crate) fn guard(&self) -> &BodyGuard {
        &self.guard
    }

    fn push(&mut self, lane: SubstreamId, text: &str, out: &mut String) -> Result<bool, BodyError> {
        if !self.open.contains_key(&lane) {
            if text.is_empty() {
                return Ok(false);
            }
            // What was examined up to its end would go on unseen.
            if self.is_over || self.ended.contains(&lane) {
                return Err(BodyError::frame("a text goes on behind its end"));
            }
            if self.open.len() + self.ended.len() >= MAX_SUBSTREAMS {
                return Err(BodyError::frame("it holds more texts than are examined"));
            }
        }
        let start = |context: &str| start(&self.guard, context);
        let mut done = Vec::new();
        let lane_guard = self.open.entry(lane).or_insert_with(|| SubstreamGuard::new(lane, start));
        let blocked = lane_guard.push(text, start, out, &mut done)?;
        for assessment in &done {
            self.note(lane, assessment);
        }
        Ok(blocked)
    }

    /// Finds the signatures that do not hold. A signature comes when what it signs is over: its lane is ended, for until then a rule may
    /// still mask what is held of it. A lane that runs through blocks is not over; there the signature holds if nothing is held.
    fn check_signatures(
        &mut self,
        event: &impl ModelEvent,
        deltas: &[(SubstreamId, &str)],
        released: &mut [String],
        plan: &mut Plan,
    ) {
        for (position, &lane) in event.signed().iter().enumerate() {
            let is_open_end = lane.block == SubstreamId::ANY_BLOCK;
            if !is_open_end {
                self.end(&[lane], deltas, released, plan);
                if plan.is_blocked {
                    return;
                }
            }
            let is_undecided = self.open.get(&lane).filter(|_| is_open_end).is_some_and(|guard| {
                guard.buffered_bytes() > 0 || guard.so_far().is_some_and(|found| found.outcome() != Outcome::Passed)
            });
            if is_undecided || self.changed.contains(&lane) {
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
        let ends = |lane: &SubstreamId| match event.kind() {
            EventKind::ContentBlockStop => lane.block != SubstreamId::ANY_BLOCK && Some(lane.block) == event.block(),
            EventKind::ChoiceStop => event.ended_choices().contains(&lane.choice),
            EventKind::MessageStop => true,
            _ => false,
        };
        let lanes: Vec<SubstreamId> = self.open.keys().copied().filter(ends).collect();
        self.is_over |= event.kind() == EventKind::MessageStop;
        self.end(&lanes, deltas, released, plan);
    }

    fn end(&mut self, lanes: &[SubstreamId], deltas: &[(SubstreamId, &str)], released: &mut [String], plan: &mut Plan) {
        for &lane in lanes {
            let Some(guard) = self.open.remove(&lane) else { continue };
            self.ended.insert(lane);
            let (mut rest, mut done) = (String::new(), Vec::new());
            plan.is_blocked |= guard.finish(|context| start(&self.guard, context), &mut rest, &mut done);
            for assessment in &done {
                self.note(lane, assessment);
            }
            if rest.is_empty() {
                continue;
            }
            let last = deltas.iter().rposition(|(other, _)| *other == lane);
            match last.and_then(|position| released.get_mut(position)) {
                Some(text) => text.push_str(&rest),
                None => plan.before.push((lane, self.last_block, rest)),
            }
            if plan.is_blocked {
                return;
            }
        }
    }

    /// Takes note of what was found in the texts that have not ended, and lets them go.
    fn note_open(&mut self) {
        for (lane, guard) in std::mem::take(&mut self.open) {
            if let Some(assessment) = guard.so_far() {
                self.note(lane, &assessment);
            }
        }
    }

    fn note(&mut self, lane: SubstreamId, text: &Assessment) {
        if lane.kind == DeltaKind::Reasoning && text.outcome() != Outcome::Passed {
            self.changed.insert(lane);
        }
        self.assessment.add_text(&lane.pointer(), text);
    }
}

fn start(guard: &BodyGuard, context: &str) -> Evaluator {
    Evaluator::of_stream(guard.guardrail().clone(), Source::Output, guard.conversation().clone()).with_context(context)
}
