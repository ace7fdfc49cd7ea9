//! Entity types.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::patterns::built;
use super::tagged::TaggedRules;
use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::context::{ContextReader, ContextWords};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::entity::recognizer::{Recognizer, VETO_BYTES};
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::pattern::{Group, MatcherState, Offer, ParsedPattern, PatternMatcher, Syntax, Validator, Verdict};
use crate::detect::recognizers::{EntityUse, Inputs, Recognizers};
use crate::detect::spec::DetectorSpec;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::rewrite::Rewriting;
use crate::text::view::{ViewText, text_bytes};

/// The patterns of recognizers that share their prefilter bytes, or have none.
#[derive(Debug)]
struct Entities {
    matcher: PatternMatcher,
    recognizers: Arc<Recognizers>,
    context_words: Option<Arc<ContextWords>>,
    reach: ContextReach,
}

/// How far from the end of a match its context words can be, for all recognizers that have some.
#[derive(Clone, Copy, Debug, Default)]
struct ContextReach {
    /// The length of the longest match, in bytes of the view.
    bytes: usize,
    before: usize,
    after: usize,
}

impl ContextReach {
    fn include(&mut self, recognizer: &Recognizer) {
        if recognizer.needs.asks_context {
            self.bytes = self.bytes.max(recognizer.max_bytes);
            self.before = self.before.max(recognizer.context_before);
            self.after = self.after.max(recognizer.context_after);
        }
    }
}

/// The state in some text.
#[derive(Debug, Default)]
struct EntitiesState {
    matcher: MatcherState,
    contexts: ContextReader,
    last_ends: LastEnds,
}

/// The last ends for which a context word was asked for.
#[derive(Clone, Copy, Debug, Default)]
struct LastEnds([usize; FEW_ENDS]);

/// The number of ends close to each other from which on their context words are read first.
const FEW_ENDS: usize = 4;

/// Ends within this many bytes are close to each other. To validate fewer costs less than to read the text around them.
const CLOSE_BYTES: usize = 256;

impl LastEnds {
    /// Adds an end. Returns `true` if it is one of many.
    fn add(&mut self, end: usize) -> bool {
        let Self(ends) = self;
        let first = ends[0];
        if ends[FEW_ENDS - 1] != end {
            ends.rotate_left(1);
            ends[FEW_ENDS - 1] = end;
        }
        end - first.min(end) <= CLOSE_BYTES && first > 0
    }
}

impl Reset for EntitiesState {
    fn reset(&mut self) {
        let Self { matcher, contexts, last_ends } = self;
        matcher.reset();
        contexts.reset();
        *last_ends = LastEnds::default();
    }
}

/// Compiles the recognizers of all entity types.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    let (mut recognizers, mut tagged) = (Recognizers::default(), TaggedRules::default());
    let mut groups: BTreeMap<Option<[u8; 2]>, (Group, ContextReach)> = BTreeMap::new();
    for entity in &spec.entities {
        for recognizer in entity.entity.recognizers() {
            let context = compiler.context_list(recognizer.context);
            let ends_at_dashes = entity.entity.ends_at_dashes();
            let is_in_one_cell = entity.entity.is_in_one_cell();
            let is_secret = entity.entity.is_secret();
            let entity_use =
                EntityUse { rule: entity.rule, recognizer, context, ends_at_dashes, is_in_one_cell, is_secret };
            let number = recognizers.add(entity_use);
            let (group, reach) = groups.entry(recognizer.prefilter).or_default();
            reach.include(recognizer);
            let span = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii)
                .and_then(|pattern| group.add_needing(number, &pattern, Some(recognizer.max_bytes), recognizer.needs))
                .map_err(|problem| (Some(entity.rule), problem))?;
            let veto = if recognizer.veto.is_some() { text_bytes(VETO_BYTES) } else { 0 };
            compiler.bound(entity.rule, text_bytes(span), LOOKAHEAD_BYTES + recognizer.context_after.max(veto));
        }
        tagged.add(entity, &mut recognizers, compiler);
        if !entity.allow.is_empty() {
            recognizers.allow(entity.rule, entity.entity, &entity.allow);
        }
    }
    let recognizers = Arc::new(recognizers);
    compiler.build_contexts();
    for (prefilter, (group, reach)) in groups {
        let Some(mut matcher) = built(group.build_validated(), "entity types")? else { continue };
        if let Some(bytes) = prefilter {
            // Without its prefilter it runs everywhere, which is slower and yields the same matches.
            matcher.set_prefilter(bytes);
        }
        let (recognizers, context_words) = (Arc::clone(&recognizers), compiler.context_words.clone());
        compiler.detectors.push(Arc::new(Entities { matcher, recognizers, context_words, reach }));
    }
    tagged.finish(compiler);
    compiler.recognizers = recognizers;
    Ok(())
}

/// Copies the strict entity types. Those whose values are put together read [`Rewriting::Values`], all others decoded text.
pub(super) fn strict(spec: &DetectorSpec, rewriting: Rewriting, rules: &mut DetectorSpec) {
    let put_together = match rewriting {
        Rewriting::Decoded => false,
        Rewriting::Values => true,
        Rewriting::Letters(_) | Rewriting::Encoded(_) => return,
    };
    let reads = spec.entities.iter().filter(|rule| rule.is_strict && rule.entity.is_put_together() == put_together);
    rules.entities = reads.cloned().collect();
}

impl Detector for Entities {
    type State = EntitiesState;

    fn view(&self) -> View {
        View::Entity
    }

    fn read(&self, state: &mut EntitiesState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let EntitiesState { matcher, contexts, last_ends } = state;
        let (inputs, is_known) = (&Inputs::new(view), false);
        let mut validator = EntityValidator { entities: self, inputs, view, text, contexts, last_ends, is_known };
        let mut matches = std::mem::take(&mut out.matches);
        self.matcher.read(matcher, view, text.is_finished(), &mut validator, &mut matches);
        out.add_matches(matches, view, |number, verdict| {
            (self.recognizers.get(number).rule, Origin::Entity(number, verdict))
        });
    }

    fn read_few(&self, state: &mut EntitiesState, view: &ViewText, text: &TextBuffer, least: usize) -> bool {
        self.matcher.read_few(&mut state.matcher, view, text.is_finished(), least)
    }

    fn open_start(&self, state: &EntitiesState, view: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.matcher.earliest().map(|at| view.text_start(at))
    }
}

/// Validates the values of entity types, and rules out those that lack a context word.
struct EntityValidator<'a> {
    entities: &'a Entities,
    inputs: &'a Inputs<'a>,
    view: &'a ViewText,
    text: &'a TextBuffer,
    contexts: &'a mut ContextReader,
    last_ends: &'a mut LastEnds,
    /// All context words that may be near the last end are known.
    is_known: bool,
}

impl EntityValidator<'_> {
    /// Returns the part of the text in which a context word near a match begins, for matches from `first` to `end`.
    fn surroundings(&self, (first, end): (usize, usize), (before, after): (usize, usize)) -> (usize, usize) {
        let first = self.view.text_start(first.max(self.view.base()));
        (first.saturating_sub(before), self.view.text_end(end) + after)
    }
}

impl Validator for EntityValidator<'_> {
    fn validate(&mut self, offer: Offer) -> Verdict {
        self.entities.recognizers.validate_offer(offer, self.inputs)
    }

    fn first_start(&self, end: usize) -> usize {
        self.view.first_before_mark(end)
    }

    fn has_no_context(&mut self, end: usize) -> bool {
        let Some(words) = &self.entities.context_words else { return false };
        self.is_known = false;
        if !self.last_ends.add(end) {
            return false;
        }
        let ContextReach { bytes, before, after } = self.entities.reach;
        let (from, to) = self.surroundings((end.saturating_sub(bytes), end), (before, after));
        // A word is known once the character after it is.
        let needed = to + LOOKAHEAD_BYTES + 1;
        let has_arrived = self.text.is_finished() || needed <= self.text.end();
        self.is_known = has_arrived && self.contexts.read(words, self.text, (from, needed));
        self.is_known && self.contexts.words(from, to).next().is_none()
    }

    fn has_no_context_of(&mut self, tag: u32, first: usize, end: usize) -> bool {
        let used = self.entities.recognizers.get(tag);
        let reach = (used.recognizer.context_before, used.recognizer.context_after);
        let (from, to) = self.surroundings((first, end), reach);
        self.is_known && !self.contexts.words(from, to).any(|word| word.list == used.context)
    }
}
