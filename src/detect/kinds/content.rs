//! Content filters.

use std::sync::Arc;

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::content::{ContentFilters, FILTER_WINDOW_BYTES, FiltersState};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::{PatternProblem, Starts};
use crate::detect::spec::DetectorSpec;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Compiles the content filters.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    let Some(first) = spec.content.first() else { return Ok(()) };
    let filters = ContentFilters::compile(&spec.content).ok_or_else(|| (Some(first.rule), no_terms()))?;
    for spec in &spec.content {
        compiler.bound(spec.rule, FILTER_WINDOW_BYTES + filters.longest_term(), LOOKAHEAD_BYTES);
    }
    compiler.detectors.push(Arc::new(filters));
    Ok(())
}

fn no_terms() -> PatternProblem {
    PatternProblem {
        message: "the lists of the categories have no terms that can match".to_owned(),
        span: None,
        help: "please report this bug".to_owned(),
    }
}

impl Detector for ContentFilters {
    type State = FiltersState;

    fn view(&self) -> View {
        View::Word
    }

    fn read(&self, state: &mut FiltersState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let ScanOutput { candidates, content_scores, .. } = out;
        self.scan(state, (view, text), content_scores, &mut |rule, (start, end), reason| {
            candidates.push(Candidate {
                rule,
                starts: Starts::one(start),
                end,
                origin: Origin::Content(Box::new(reason)),
            });
        });
    }

    fn open_start(&self, state: &FiltersState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        self.earliest(state, view, text)
    }
}
