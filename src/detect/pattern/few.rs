//! Few new bytes of a view, in which no match ends: most chunks of a stream.
//!
//! Where no thread is alive, nothing of them is needed but where the gate comes to, or the prefilter, and the earliest start that is alive.

use super::gate::{Found, GateState, LONG_BYTES, Pause};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use crate::text::view::ViewText;
use crate::text::work;

/// The most bytes that are few.
const FEW: usize = 32;

impl PatternMatcher {
    /// Reads the new part of the view as [`Self::read`] does, if it is short and no match ends in it. Returns `false` if it did not.
    pub(crate) fn read_few(&self, state: &mut MatcherState, view: &ViewText, is_last: bool) -> bool {
        if is_last || !state.threads.is_empty() || !state.bests.is_empty() {
            return false;
        }
        let input = Input { view, bytes: view.kept().as_bytes(), base: view.base() };
        let at = state.at - input.base;
        let read = state.lead.map_or(at, |lead| lead.read - input.base);
        let end = input.bytes.len();
        // A boundary that the characters do not show may be anywhere from here on.
        if !(1..=FEW).contains(&(end - read)) || end - at > LONG_BYTES || input.next_soft(at) < end {
            return false;
        }
        work::count(end - read);
        let mut gate = None;
        let begin = match (&self.prefilter, &self.gate, state.gate) {
            (Some(prefilter), ..) => prefilter.begin_few(input, (at, read)),
            (None, Some(of), Some(Pause { entry, calm })) => {
                let mut open = GateState { entry, quiet: at, calm: calm - input.base.min(calm) };
                let found = of.scan(&mut open, input.bytes, read, |ends, at| input.can_end(ends, at) != Some(false));
                gate = Some(open);
                (found == Found::Nothing).then_some(open.quiet)
            }
            _ => None,
        };
        let Some(Ok(lead)) = begin.map(|begin| self.lead(state.lead, input, begin)) else { return false };
        if let Some(begin) = begin.filter(|_| self.prefilter.is_some()) {
            state.run.reach(input, begin);
        }
        let calm = |open: GateState| input.base + if lead.is_some() { open.calm } else { end };
        state.gate = gate.map(|open| Pause { entry: open.entry, calm: calm(open) });
        state.lead = lead;
        state.at = lead.map_or(view.end(), |lead| lead.start);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use crate::detect::pattern::{Group, MatcherState, Offer, ParsedPattern, PatternMatcher, Syntax, Verdict};
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    /// Returns the machine of some patterns, with a gate or with prefilter bytes.
    fn matcher(patterns: &[&str], prefilter: Option<[u8; 2]>) -> PatternMatcher {
        let mut group = Group::default();
        for (tag, pattern) in (0..).zip(patterns) {
            let pattern = ParsedPattern::parse(pattern, Syntax::Ascii).expect("a pattern");
            group.add(tag, &pattern, Some(12)).expect("a valid pattern");
        }
        let mut matcher = group.build_validated().expect("small patterns").expect("some patterns");
        assert_eq!(prefilter.is_some_and(|bytes| matcher.set_prefilter(bytes)), prefilter.is_some());
        matcher
    }

    /// Reads text in chunks. Returns the matches, and the earliest open start after each chunk.
    fn progress(matcher: &PatternMatcher, chunks: &[String], few: bool) -> (Vec<String>, Vec<Option<usize>>) {
        let (mut view, mut state, mut found) = (ViewText::new(View::Entity), MatcherState::default(), Vec::new());
        let mut verdict = |offer: Offer| if offer.start % 3 == 0 { Verdict::Reject } else { Verdict::Accept };
        let (mut offset, mut open) = (0, Vec::new());
        for chunk in chunks {
            view.push(chunk, offset);
            offset += chunk.len();
            if !few || !matcher.read_few(&mut state, &view, false) {
                matcher.read(&mut state, &view, false, &mut verdict, &mut found);
            }
            open.push(state.earliest());
        }
        view.finish();
        matcher.read(&mut state, &view, true, &mut verdict, &mut found);
        let mut found: Vec<_> = found.iter().map(|found| format!("{found:?}")).collect();
        found.sort_unstable();
        (found, open)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn few_bytes_are_read_as_any_others(chunks in vec("(?:[ab1.@ -]|[ab]{1,9}|  |²|é|\n|_|%20|\\\\n|){0,4}", 0..20)) {
            for matcher in [
                matcher(&[r"\b[ab]+1\b", r"\d-[a ]{2,9}b", r"a\.[ab. ]+-"], None),
                matcher(&[r"\b[ab.]+@[ab.]+\b", r"[ab]{2}1*@1"], Some(*b"@@")),
                matcher(&[r"[a-b]+[-.]b+", r"\b1 *\."], Some(*b"-.")),
            ] {
                prop_assert_eq!(progress(&matcher, &chunks, true), progress(&matcher, &chunks, false));
            }
        }
    }
}
