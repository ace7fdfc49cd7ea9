//! Entity types.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::patterns::built;
use super::tagged::TaggedRules;
use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::entity::recognizer::VETO_BYTES;
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::pattern::{Group, MatcherState, Offer, ParsedPattern, PatternMatcher, Syntax};
use crate::detect::recognizers::{EntityUse, Inputs, Recognizers};
use crate::detect::spec::DetectorSpec;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::rewrite::Rewriting;
use crate::text::view::{ViewText, text_bytes};

/// The patterns of recognizers that share their prefilter bytes, or have none.
#[derive(Debug)]
struct Entities {
    matcher: PatternMatcher,
    recognizers: Arc<Recognizers>,
}

/// Compiles the recognizers of all entity types.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    let (mut recognizers, mut tagged) = (Recognizers::default(), TaggedRules::default());
    let mut groups: BTreeMap<Option<[u8; 2]>, Group> = BTreeMap::new();
    for entity in &spec.entities {
        for recognizer in entity.entity.recognizers() {
            let context = compiler.context_list(recognizer.context);
            let number = recognizers.add(EntityUse { rule: entity.rule, recognizer, context });
            let group = groups.entry(recognizer.prefilter).or_default();
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
    for (prefilter, group) in groups {
        let Some(mut matcher) = built(group.build_validated(), "entity types")? else { continue };
        if let Some(bytes) = prefilter {
            // Without its prefilter it runs everywhere, which is slower and yields the same matches.
            matcher.set_prefilter(bytes);
        }
        compiler.detectors.push(Arc::new(Entities { matcher, recognizers: Arc::clone(&recognizers) }));
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
    type State = MatcherState;

    fn view(&self) -> View {
        View::Entity
    }

    fn read(&self, state: &mut MatcherState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let inputs = Inputs::new(view);
        let validate = |offer: Offer| self.recognizers.validate_offer(offer, &inputs);
        let mut matches = std::mem::take(&mut out.matches);
        self.matcher.read(state, view, text.is_finished(), &validate, &mut matches);
        out.add_matches(matches, view, |number, verdict| {
            (self.recognizers.get(number).rule, Origin::Entity(number, verdict))
        });
    }

    fn open_start(&self, state: &MatcherState, view: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.earliest().map(|at| view.text_start(at))
    }
}
