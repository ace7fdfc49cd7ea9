//! Few new bytes of a view, in which no match ends: most chunks of a stream.
//!
//! Where no thread is alive, nothing of them is needed but where the gate comes to, or the prefilter, and the earliest start that is alive. With
//! a prefilter not even that is, where a match cannot begin before one of another detector: it is looked for once it may be the earliest.

use super::gate::{Found, Gate};
use super::gate_nfa::LONG_BYTES;
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::prefilter::Prefilter;
use crate::text::view::ViewText;
use crate::text::work;

/// The most bytes that are few.
const FEW: usize = 32;

impl PatternMatcher {
    /// Reads the new part of the view as [`Self::read`] does, if it is short and no match ends in it. The earliest start may be wrong if it is at or
    /// after `least`, an offset of the text. Returns `false` if it did not read.
    pub(crate) fn read_few(&self, state: &mut MatcherState, view: &ViewText, is_last: bool, least: usize) -> bool {
        if is_last || !state.threads.is_empty() || !state.bests.is_empty() {
            return false;
        }
        let input = Input { view, bytes: view.kept().as_bytes(), base: view.base() };
        let (at, end) = (state.at - input.base, input.bytes.len());
        let read = match &self.prefilter {
            Some(_) => state.run.read(input, at),
            None => state.lead.map_or(at, |lead| lead.read - input.base),
        };
        // A boundary that the characters do not show may be anywhere from here on.
        if !(1..=FEW).contains(&(end - read)) || input.next_soft(at) < end {
            return false;
        }
        work::count(end - read);
        match (&self.prefilter, &self.gate) {
            (Some(prefilter), _) => self.read_few_prefiltered(prefilter, state, (input, at, read), least),
            (None, Some(gate)) => self.read_few_gated(gate, state, (input, at, read)),
            (None, None) => false,
        }
    }

    fn read_few_prefiltered(
        &self,
        prefilter: &Prefilter,
        state: &mut MatcherState,
        (input, at, read): (Input<'_>, usize, usize),
        least: usize,
    ) -> bool {
        let Some(begin) = prefilter.begin_few(input, (at, read)) else { return false };
        let first = input.base + begin;
        if input.view.text_start(first) >= least {
            state.lead = state.lead.filter(|lead| lead.start >= first);
            state.at = state.lead.map_or(first, |lead| lead.start);
        } else {
            let Ok(lead) = self.lead(state.lead, input, begin) else { return false };
            state.lead = lead;
            state.at = lead.map_or(input.view.end(), |lead| lead.start);
        }
        state.run.reach(input, begin);
        true
    }

    fn read_few_gated(
        &self,
        gate: &Gate,
        state: &mut MatcherState,
        (input, at, read): (Input<'_>, usize, usize),
    ) -> bool {
        let end = input.bytes.len();
        let Some(pause) = state.gate.filter(|_| end - at <= LONG_BYTES) else { return false };
        let mut reader = gate.reader();
        let Some(mut open) = reader.resume(pause, at, input.base) else { return false };
        let found = reader.scan(&mut open, input.bytes, read, |ends, at| input.can_end(ends, at) != Some(false));
        if found != Found::Nothing {
            return false;
        }
        let Ok(lead) = self.lead(state.lead, input, open.quiet) else { return false };
        state.lead = lead;
        state.pause(&reader, open, input);
        state.at = lead.map_or(input.view.end(), |lead| lead.start);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use crate::detect::pattern::{
        Group, MatcherState, Offer, ParsedPattern, PatternMatch, PatternMatcher, Syntax, Verdict,
    };
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

    /// Reads text in chunks. Returns the matches, and the earliest open start after each chunk, unless it is after what is asked for.
    fn progress(
        matcher: &PatternMatcher,
        chunks: &[(String, usize)],
        few: bool,
        mut verdict: impl FnMut(Offer) -> Verdict,
    ) -> (Vec<PatternMatch>, Vec<Option<usize>>) {
        let (mut view, mut state, mut found) = (ViewText::new(View::Entity), MatcherState::default(), Vec::new());
        let (mut offset, mut open) = (0, Vec::new());
        for (chunk, back) in chunks {
            view.push(chunk, offset);
            offset += chunk.len();
            let least = if *back > 20 { usize::MAX } else { offset.saturating_sub(*back) };
            if !few || !matcher.read_few(&mut state, &view, false, least) {
                matcher.read(&mut state, &view, false, &mut verdict, &mut found);
            }
            open.push(state.earliest().filter(|&at| view.text_start(at) < least));
        }
        view.finish();
        matcher.read(&mut state, &view, true, &mut verdict, &mut found);
        found.sort_unstable_by_key(|found| format!("{found:?}"));
        (found, open)
    }

    fn reject_every_third_start(offer: Offer) -> Verdict {
        if offer.start.is_multiple_of(3) { Verdict::Reject } else { Verdict::Accept }
    }

    /// Returns tag, start and end of matches, in order: starts are put together in one way or another.
    fn by_start(found: &[PatternMatch]) -> Vec<(u32, usize, usize)> {
        let of =
            |found: &PatternMatch| found.starts.iter().map(|start| (found.tag, start, found.end)).collect::<Vec<_>>();
        let mut all: Vec<_> = found.iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn few_bytes_are_read_as_any_others(
            chunks in vec(("(?:[ab1.@ -]|[ab]{1,9}|  |²|é|\n|_|%20|\\\\n|){0,4}", 0_usize..40), 0..20),
        ) {
            for matcher in [
                matcher(&[r"\b[ab]+1\b", r"\d-[a ]{2,9}b", r"a\.[ab. ]+-"], None),
                matcher(&[r"\b[ab.]+@[ab.]+\b", r"[ab]{2}1*@1"], Some(*b"@@")),
                matcher(&[r"[a-b]+[-.]b+", r"\b1 *\."], Some(*b"-.")),
            ] {
                let [few, all] = [true, false].map(|few| format!("{:?}", progress(&matcher, &chunks, few, reject_every_third_start)));
                prop_assert_eq!(few, all);
            }
        }

        /// Runs before a prefilter byte are longer than a match, and go on over several chunks.
        #[test]
        fn a_prefilter_changes_nothing(chunks in vec(("(?:[ab.]{1,40}|[ab.1]{1,5}|@|-| |é|²){0,3}", 0_usize..40), 0..12), few: bool) {
            static MATCHERS: LazyLock<[[PatternMatcher; 2]; 3]> = LazyLock::new(|| {
                [
                    (&[r"\b[ab.]+@[ab.]+\b", r"[ab]{2}1*@1"][..], *b"@@"),
                    (&[r"(?:[ab]|[^\x00-\x7f])+[-.]b+", r"\b1 *\."], *b"-."),
                    (&["[ab.]{1,11}@", "[ab1]+@[^ ]+"], *b"@@"),
                ]
                .map(|(patterns, bytes)| [matcher(patterns, Some(bytes)), matcher(patterns, None)])
            });
            for [with, without] in MATCHERS.iter() {
                // Of starts with the same end, it is not certain which are validated.
                let verdict = |offer: Offer| if offer.end.is_multiple_of(3) { Verdict::Reject } else { Verdict::Accept };
                let ((some, open), (others, open_without)) =
                    (progress(with, &chunks, few, verdict), progress(without, &chunks, false, verdict));
                prop_assert_eq!((by_start(&some), open), (by_start(&others), open_without));
            }
        }
    }
}
