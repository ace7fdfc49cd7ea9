//! Names of persons and postal addresses by trained models, for rules with `strictness`.

use std::sync::Arc;

use once_cell::sync::Lazy;

use crate::detect::compiler::Compiler;
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::entity::EntityType;
use crate::detect::entity::recognizer::{Recognizer, RecognizerInput};
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::{Needs, Starts, Verdict};
use crate::detect::recognizers::{EntityUse, Recognizers};
use crate::detect::spec::{EntitySpec, RuleId, Strictness};
use crate::detect::tagger::addresses::{MAX_ADDRESS_BYTES, MAX_ADDRESS_WAIT_BYTES};
use crate::detect::tagger::model::{Model, Weights};
use crate::detect::tagger::names::MAX_NAME_BYTES;
use crate::detect::tagger::no_names::is_no_name;
use crate::detect::tagger::reader::{Found, MAX_NAME_WAIT_BYTES, Tagger, Wanted};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::view::{ViewText, text_bytes};

static NAMES: &[u8] = include_bytes!("../tagger/names.bin");
static ADDRESSES: &[u8] = include_bytes!("../tagger/addresses.bin");
static MODEL: Lazy<Option<Model<'static>>> = Lazy::new(|| Model::read(NAMES, ADDRESSES));

/// The recognizer that candidates of the models count for. It is not among the patterns, and needs no validation.
static RECOGNIZER: Recognizer = Recognizer {
    pattern: "",
    max_bytes: 0,
    needs: Needs::NONE,
    validate: |_: &RecognizerInput<'_>| Verdict::Reject,
    value: None,
    context: &[],
    context_before: 0,
    context_after: 0,
    prefilter: None,
    veto: None,
};

/// A rule that a model finds candidates for.
#[derive(Clone, Copy, Debug)]
struct TaggedUse {
    rule: RuleId,
    /// The number of the use of the recognizer.
    number: u32,
    /// What is added to the label outside.
    bias: i32,
}

/// Names and addresses of a rule each. Both read the same tokens.
#[derive(Clone, Copy, Debug, Default)]
struct Tagged {
    names: Option<TaggedUse>,
    addresses: Option<TaggedUse>,
}

impl Tagged {
    fn slot(&mut self, is_name: bool) -> &mut Option<TaggedUse> {
        if is_name { &mut self.names } else { &mut self.addresses }
    }
}

/// Collects the rules with `strictness`.
#[derive(Debug, Default)]
pub(super) struct TaggedRules(Vec<Tagged>);

impl TaggedRules {
    /// Adds a rule, if it has `strictness`.
    pub(super) fn add(&mut self, spec: &EntitySpec, recognizers: &mut Recognizers, compiler: &mut Compiler) {
        let (Some(strictness), Some(model)) = (spec.strictness, MODEL.as_ref()) else { return };
        let is_name = spec.entity == EntityType::Name;
        let (weights, span, wait) = if is_name {
            (&model.names, MAX_NAME_BYTES, MAX_NAME_WAIT_BYTES)
        } else {
            (&model.addresses, MAX_ADDRESS_BYTES, MAX_ADDRESS_WAIT_BYTES)
        };
        let context = compiler.context_list(RECOGNIZER.context);
        let number = recognizers.add(EntityUse {
            rule: spec.rule,
            recognizer: &RECOGNIZER,
            context,
            ends_at_dashes: false,
            is_in_one_cell: false,
            is_secret: false,
        });
        compiler.bound(spec.rule, text_bytes(span), text_bytes(wait) + LOOKAHEAD_BYTES);
        let tagged = TaggedUse { rule: spec.rule, number, bias: bias(strictness, weights) };
        match self.0.iter_mut().map(|rules| rules.slot(is_name)).find(|slot| slot.is_none()) {
            Some(free) => *free = Some(tagged),
            None => {
                let mut rules = Tagged::default();
                *rules.slot(is_name) = Some(tagged);
                self.0.push(rules);
            }
        }
    }

    /// Adds the detectors of all rules.
    pub(super) fn finish(self, compiler: &mut Compiler) {
        for rules in self.0 {
            compiler.detectors.push(Arc::new(rules));
        }
    }
}

fn bias(strictness: Strictness, weights: &Weights<'_>) -> i32 {
    match strictness {
        Strictness::Low => weights.bias_low,
        Strictness::Normal => 0,
        Strictness::High => weights.bias_high,
    }
}

// Not beside its type: the training compiles the models without the rest of the library.
impl Reset for Tagger {
    fn reset(&mut self) {
        self.clear();
    }
}

impl Detector for Tagged {
    type State = Tagger;

    fn view(&self) -> View {
        View::Entity
    }

    fn read(&self, state: &mut Tagger, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let Some(model) = MODEL.as_ref() else { return };
        let part = (view.kept(), view.base());
        let wanted =
            Wanted { names: self.names.map(|names| names.bias), addresses: self.addresses.map(|rule| rule.bias) };
        state.read(part, text.is_finished(), (model, wanted), &mut |found, span, signs| {
            let tagged = match found {
                Found::Name => self.names.filter(|_| !is_no_name(view.slice(span.clone()))),
                Found::Address => self.addresses,
            };
            out.candidates.extend(tagged.map(|tagged| Candidate {
                rule: tagged.rule,
                starts: Starts::one(view.text_start(span.start)),
                end: view.text_end(span.end),
                origin: Origin::Tagged(tagged.number, signs),
            }));
        });
    }

    fn open_start(&self, state: &Tagger, view: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.open_start((view.kept(), view.base())).map(|at| view.text_start(at))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_models_are_read() {
        assert!(super::MODEL.is_some());
    }
}
