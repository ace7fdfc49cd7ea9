//! Content filters.

use std::sync::Arc;

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::content::{ContentFilter, FILTER_WINDOW_BYTES, FilterState};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::{PatternProblem, Starts};
use crate::detect::spec::DetectorSpec;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Compiles the content filters.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    for spec in &spec.content {
        let filter = ContentFilter::compile(spec).ok_or_else(|| (Some(spec.rule), no_terms()))?;
        compiler.bound(spec.rule, FILTER_WINDOW_BYTES + filter.longest_term(), LOOKAHEAD_BYTES);
        compiler.detectors.push(Arc::new(filter));
    }
    Ok(())
}

fn no_terms() -> PatternProblem {
    PatternProblem {
        message: "the list of the category has no terms that can match".to_owned(),
        span: None,
        help: "please report this bug".to_owned(),
    }
}

impl Detector for ContentFilter {
    type State = FilterState;

    fn view(&self) -> View {
        View::Word
    }

    fn read(&self, state: &mut FilterState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
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

    fn open_start(&self, state: &FilterState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        self.earliest(state, view, text)
    }
}
