//! All lanes of a stream, and what they make of each event.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::SubstreamGuard;
use super::seams::BoundaryCheck;
use crate::bedrock::assessment::BodyAssessment;
use crate::bedrock::error::BodyError;
use crate::bedrock::event_stream::{EventKind, SubstreamId};
use crate::bedrock::guard::{BodyGuard, Texts};
use crate::bedrock::slot::Coverage;
use crate::bedrock::table::Part;
use crate::bedrock::visit::Visitor;
use crate::guardrail::{Assessment, Evaluator, Outcome, Source};

/// Most texts of one stream. A thousand content blocks are no answer of a model, and each costs its guard.
const MAX_SUBSTREAMS: usize = 1024;

/// What an event says, in whatever form it came.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) kind: EventKind,
    /// The content block it is about.
    pub(crate) block: Option<u64>,
    /// Choices it ends.
    pub(crate) ended_choices: Vec<u64>,
    /// Texts it carries on, in its order.
    pub(crate) deltas: Vec<(SubstreamId, String)>,
    /// Reasoning that it signs.
    pub(crate) signatures: Vec<SubstreamId>,
}

/// What to do with an event.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Texts to send on before it: lane, open block, text.
    pub(crate) before: Vec<(SubstreamId, u64, String)>,
    /// New texts of its deltas, by position; those not named stay.
    pub(crate) edits: Vec<(usize, String)>,
    /// Signatures that do not hold, by position.
    pub(crate) unsigned: Vec<usize>,
    /// A rule blocked the stream. The event itself does not go on, for what else it holds was not examined: what was released does.
    pub(crate) blocked: bool,
    /// The texts of its deltas that were released, for when the event itself does not go on.
    pub(crate) released: Vec<(SubstreamId, String)>,
}

/// All lanes of a stream.
#[derive(Debug)]
pub(crate) struct Substreams {
    guard: BodyGuard,
    open: BTreeMap<SubstreamId, SubstreamGuard>,
    /// Texts that are over, and must not go on.
    ended: BTreeSet<SubstreamId>,
    /// Reasoning that was changed.
    changed: BTreeSet<SubstreamId>,
    /// All texts are over.
    is_over: bool,
    seams: BoundaryCheck,
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
            seams: BoundaryCheck::default(),
            assessment: BodyAssessment::new(Source::Output),
            last_block: 0,
            is_answered: false,
        }
    }

    /// What to do with an event.
    pub(crate) fn plan(&mut self, facts: &Facts) -> Result<Plan, BodyError> {
        // Of two whole answers, the second may go on where the first ends.
        if facts.kind == EventKind::Whole && std::mem::replace(&mut self.is_answered, true) {
            return Err(BodyError::frame("it holds a second whole answer, and text may be cut between the two"));
        }
        let mut plan = Plan::default();
        let mut released = Vec::with_capacity(facts.deltas.len());
        for (lane, text) in &facts.deltas {
            let mut out = String::new();
            if !plan.blocked {
                plan.blocked = self.push(*lane, text, &mut out)?;
            }
            released.push(out);
        }
        if let Some(block) = facts.block {
            self.last_block = block;
        }
        if !plan.blocked {
            self.check_signatures(facts, &mut released, &mut plan);
        }
        if !plan.blocked {
            self.finish_substreams(facts, &mut released, &mut plan);
        }
        for (position, (text, (lane, given))) in released.into_iter().zip(&facts.deltas).enumerate() {
            if plan.blocked && !text.is_empty() {
                plan.released.push((*lane, text));
            } else if text != *given {
                plan.edits.push((position, text));
            }
        }
        Ok(plan)
    }

    /// Examines the texts that are whole in an event, which `visit` offers; of the event's bytes `carried` belong to lanes.
    pub(crate) fn whole_texts<T>(
        &mut self,
        carried: usize,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<(T, Coverage), BodyError>,
    ) -> Result<T, BodyError> {
        let mut texts = Texts::new(&self.guard, Source::Output);
        let mut checked = Ok(());
        let (out, coverage) = visit(&mut |slot| {
            if checked.is_ok() {
                checked = self.seams.check(&self.guard, &slot);
            }
            texts.examine(&slot)
        })?;
        checked?;
        self.assessment.absorb(texts.finish(coverage), carried);
        Ok(out)
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

    /// The findings so far of lanes that are over, for texts that are whole in an event.
    pub(crate) fn assessment_mut(&mut self) -> &mut BodyAssessment {
        &mut self.assessment
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
    fn check_signatures(&mut self, facts: &Facts, released: &mut [String], plan: &mut Plan) {
        for (position, &lane) in facts.signatures.iter().enumerate() {
            let is_open_end = lane.block == SubstreamId::ANY_BLOCK;
            if !is_open_end {
                self.end(&[lane], &facts.deltas, released, plan);
                if plan.blocked {
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

    fn finish_substreams(&mut self, facts: &Facts, released: &mut [String], plan: &mut Plan) {
        let ends = |lane: &SubstreamId| match facts.kind {
            EventKind::BlockStop => lane.block != SubstreamId::ANY_BLOCK && Some(lane.block) == facts.block,
            EventKind::ChoiceStop => facts.ended_choices.contains(&lane.choice),
            EventKind::MessageStop => true,
            _ => false,
        };
        let lanes: Vec<SubstreamId> = self.open.keys().copied().filter(ends).collect();
        self.is_over |= facts.kind == EventKind::MessageStop;
        self.end(&lanes, &facts.deltas, released, plan);
    }

    fn end(
        &mut self,
        lanes: &[SubstreamId],
        deltas: &[(SubstreamId, String)],
        released: &mut [String],
        plan: &mut Plan,
    ) {
        for &lane in lanes {
            let Some(guard) = self.open.remove(&lane) else { continue };
            self.ended.insert(lane);
            let (mut rest, mut done) = (String::new(), Vec::new());
            plan.blocked |= guard.finish(|context| start(&self.guard, context), &mut rest, &mut done);
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
            if plan.blocked {
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
        if lane.part == Part::Reasoning && text.outcome() != Outcome::Passed {
            self.changed.insert(lane);
        }
        self.assessment.add_text(&lane.pointer(), text);
    }
}

fn start(guard: &BodyGuard, context: &str) -> Evaluator {
    Evaluator::of_stream(guard.guardrail().clone(), Source::Output, guard.conversation().clone()).with_context(context)
}
