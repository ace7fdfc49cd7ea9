//! The comparison with the examples of topics.

use std::sync::Arc;

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::Starts;
use crate::detect::spec::DetectorSpec;
use crate::detect::topic::{MAX_WINDOW_BYTES, Similarity, SimilarityState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Learns the topics that have examples.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    compiler.similarity = Similarity::compile(&spec.topics).map(Arc::new);
    for topic in spec.topics.iter().filter(|topic| !topic.examples.is_empty()) {
        // An exception of the window's last words may end after it.
        let exceptions = if topic.exceptions.is_empty() { 0 } else { compiler.longest_word };
        compiler.bound(topic.rule, MAX_WINDOW_BYTES, LOOKAHEAD_BYTES + exceptions);
    }
    Ok(())
}

impl Detector for Similarity {
    type State = SimilarityState;

    fn view(&self) -> View {
        View::Word
    }

    fn read(&self, state: &mut SimilarityState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let ScanOutput { candidates, scores, .. } = out;
        self.scan(state, view, text.is_finished(), scores, &mut |rule, window| {
            candidates.push(Candidate {
                rule,
                starts: Starts::one(window.first_start()),
                end: window.end(),
                origin: Origin::Window(Box::new(window)),
            });
        });
    }

    fn open_start(&self, state: &SimilarityState, _: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.earliest()
    }

    fn needs_exceptions_from(&self, state: &SimilarityState) -> Option<usize> {
        state.window_start()
    }
}
