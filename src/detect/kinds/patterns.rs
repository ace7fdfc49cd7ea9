//! Regexes of the policy, and the patterns of topics.

use std::sync::Arc;

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::detector::{Detector, LOOKAHEAD_BYTES};
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::pattern::{Group, MatcherState, PatternMatcher, PatternProblem, Verdict};
use crate::detect::spec::DetectorSpec;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::{ViewText, text_bytes};

/// Patterns over one view. Every match is a candidate.
#[derive(Debug)]
struct Patterns {
    matcher: PatternMatcher,
    view: View,
}

/// Compiles the regexes of the policy.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    let mut group = Group::default();
    for regex in &spec.patterns {
        let span =
            group.add(regex.rule, &regex.pattern, regex.max_length).map_err(|problem| (Some(regex.rule), problem))?;
        compiler.bound(regex.rule, text_bytes(span), LOOKAHEAD_BYTES);
    }
    add(group, View::Pattern, "regexes", compiler)
}

/// Adds the detector of a group of patterns.
pub(super) fn add(group: Group, view: View, what: &str, compiler: &mut Compiler) -> Compiled<()> {
    if let Some(matcher) = built(group.build(), what)? {
        compiler.detectors.push(Arc::new(Patterns { matcher, view }));
    }
    Ok(())
}

/// Returns the group that was built. Each pattern was added without a problem; together they may still be too large, and no single one is
/// at fault.
pub(super) fn built(
    group: Result<Option<PatternMatcher>, PatternProblem>,
    what: &str,
) -> Compiled<Option<PatternMatcher>> {
    group.map_err(|problem| {
        let problem = PatternProblem {
            message: format!("the {what} of the policy are too large together: {}", problem.message),
            span: None,
            help: "use shorter repetitions, ASCII classes such as `[0-9]` in place of `\\d`, or fewer patterns"
                .to_owned(),
        };
        (None, problem)
    })
}

impl Detector for Patterns {
    type State = MatcherState;

    fn view(&self) -> View {
        self.view
    }

    fn read(&self, state: &mut MatcherState, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput) {
        let mut accept = |_| Verdict::Accept;
        let mut matches = std::mem::take(&mut out.matches);
        self.matcher.read(state, view, text.is_finished(), &mut accept, &mut matches);
        out.add_matches(matches, view, |rule, _| (rule, Origin::Pattern));
    }

    fn read_few(&self, state: &mut MatcherState, view: &ViewText, text: &TextBuffer, least: usize) -> bool {
        self.matcher.read_few(state, view, text.is_finished(), least)
    }

    fn open_start(&self, state: &MatcherState, view: &ViewText, _: &TextBuffer) -> Option<usize> {
        state.earliest().map(|at| view.text_start(at))
    }
}
