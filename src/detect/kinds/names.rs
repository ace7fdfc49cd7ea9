//! Names of persons by a trained model, for rules with `strictness`.

use std::sync::Arc;

use once_cell::sync::Lazy;

use crate::detect::compiler::Compiler;
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::entity::recognizer::{Recognizer, RecognizerInput};
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::{Count, Starts, Verdict};
use crate::detect::spec::{EntitySpec, RuleId, Strictness};
use crate::detect::tagger::model::Model;
use crate::detect::tagger::reader::{MAX_NAME_BYTES, MAX_WAIT_BYTES, Reader};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::{ViewText, text_bytes};

static FILE: &[u8] = include_bytes!("../tagger/names.bin");
static MODEL: Lazy<Option<Model<'static>>> = Lazy::new(|| Model::read(FILE));

/// The recognizer that candidates of the model count for. It is not among the patterns, and needs no validation.
static RECOGNIZER: Recognizer = Recognizer {
    pattern: "",
    max_bytes: 0,
    count: Count::ANY,
    validate: |_: &RecognizerInput<'_>| Verdict::Reject,
    value: None,
    context: &[],
    context_before: 0,
    context_after: 0,
    prefilter: None,
    veto: None,
};

/// Names of one rule.
#[derive(Debug)]
struct Names {
    rule: RuleId,
    /// The number of the use of the recognizer.
    number: u32,
    strictness: Strictness,
}

/// Returns the recognizer of a rule that has names found by the model.
pub(super) fn recognizer(spec: &EntitySpec) -> Option<&'static Recognizer> {
    spec.strictness.map(|_| &RECOGNIZER)
}

/// Adds the detector of a rule. `number` is that of the use of its recognizer.
pub(super) fn add(spec: &EntitySpec, number: u32, compiler: &mut Compiler) {
    let Some(strictness) = spec.strictness else { return };
    compiler.bound(spec.rule, text_bytes(MAX_NAME_BYTES), text_bytes(MAX_WAIT_BYTES) + LOOKAHEAD_BYTES);
    compiler.detectors.push(Arc::new(Names { rule: spec.rule, number, strictness }));
}

impl Names {
    fn bias(&self, model: &Model<'_>) -> i32 {
        match self.strictness {
            Strictness::Low => model.bias_low,
            Strictness::Normal => 0,
            Strictness::High => model.bias_high,
        }
    }
}

impl Detector for Names {
    type State = Reader;

    fn view(&self) -> View {
        View::Entity
    }

    fn read(&self, state: &mut Reader, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let Some(model) = MODEL.as_ref() else { return };
        let part = (view.kept(), view.base());
        state.read(part, text.is_finished(), &model.lists, &mut model.labels(self.bias(model)), &mut |span| {
            if !is_no_name(view.slice(span.clone())) {
                out.candidates.push(Candidate {
                    rule: self.rule,
                    starts: Starts::one(view.text_start(span.start)),
                    end: view.text_end(span.end),
                    origin: Origin::Entity(self.number, Verdict::Accept),
                });
            }
        });
    }

    fn open_start(&self, state: &Reader, view: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.open_start((view.kept(), view.base())).map(|at| view.text_start(at))
    }
}

/// Returns `true` if all words are of the list of words that are no names.
fn is_no_name(text: &str) -> bool {
    text.split_whitespace().all(|word| {
        let word = word.to_lowercase();
        no_names().any(|listed| listed == word)
    })
}

fn no_names() -> impl Iterator<Item = &'static str> {
    include_str!("../tagger/no_names.txt").lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::{MODEL, is_no_name, no_names};

    #[test]
    fn the_model_is_read() {
        assert!(MODEL.is_some());
    }

    #[test]
    fn the_list_is_sorted_and_each_word_is_there_once() {
        assert!(no_names().collect::<Vec<_>>().is_sorted_by(|a, b| a < b));
        assert!(is_no_name("Jesus Christ") && !is_no_name("Jesus Navas"));
    }
}
