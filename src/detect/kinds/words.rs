//! The words of all rules.

use std::sync::Arc;

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::detector::Detector;
use crate::detect::output::{Candidate, Origin, ScanOutput, TaggedSpan};
use crate::detect::pattern::Starts;
use crate::detect::spec::DetectorSpec;
use crate::detect::words::{WordHit, WordRole, Words, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Compiles the words that were added.
pub(super) fn compile(_: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    if let Some(words) = std::mem::take(&mut compiler.words).build() {
        compiler.longest_word = words.max_length();
        compiler.detectors.push(Arc::new(words));
    }
    Ok(())
}

impl Detector for Words {
    type State = WordsState;

    fn view(&self) -> View {
        View::Word
    }

    fn read(&self, state: &mut WordsState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let mut hits = std::mem::take(&mut out.hits);
        self.scan(state, view, text, &mut hits);
        hits.drain(..).for_each(|hit| report(hit, out));
        out.hits = hits;
    }

    fn open_start(&self, state: &WordsState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        self.earliest(state, view, text)
    }

    fn open_exception(&self, state: &WordsState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        self.earliest(state, view, text)
    }
}

fn report(WordHit { role, start, end }: WordHit, out: &mut ScanOutput) {
    match role {
        WordRole::Rule(rule) => {
            out.candidates.push(Candidate { rule, starts: Starts::one(start), end, origin: Origin::Word });
        }
        WordRole::Exception(tag) => out.exceptions.push(TaggedSpan { tag, start, end }),
        // Context words are compiled by themselves.
        WordRole::Context(_) => {}
    }
}
