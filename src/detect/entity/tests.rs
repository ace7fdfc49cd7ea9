//! What every recognizer keeps to. What they find is tested on the engine, in `tests/entities`.

use super::recognizer::{Candidate, Verdict};
use super::*;
use crate::detect::pattern::{Group, Machine, MachineState, Syntax};
use crate::text::fold::View;
use crate::text::view::ViewText;

#[test]
fn every_type_has_recognizers() {
    for &entity in EntityType::ALL {
        assert!(recognizers_for(entity).next().is_some(), "{entity}");
    }
}

#[test]
fn context_words_are_lower_case_and_present_where_asked_for() {
    for r in all() {
        for word in r.context {
            assert_eq!(*word, word.to_lowercase(), "{}", r.entity);
            assert_eq!(*word, word.trim(), "{}", r.entity);
        }
    }
}

#[test]
fn patterns_start_alike_and_never_match_nothing() {
    for r in all() {
        let regex = regex::bytes::RegexBuilder::new(r.pattern).unicode(false).build();
        let regex = regex.unwrap_or_else(|e| panic!("{}: {e}", r.entity));
        assert!(!regex.is_match(b""), "{}: {}", r.entity, r.pattern);
        assert!(!r.pattern.contains("*?") && !r.pattern.contains("+?") && !r.pattern.contains("??"), "{}", r.pattern);
    }
}

/// Recognizers on the engine, each by itself; what needs a context word is not found.
pub(super) struct Matcher(Vec<(&'static Recognizer, Machine)>);

impl Matcher {
    pub(super) fn new(recognizers: impl Iterator<Item = &'static Recognizer>) -> Self {
        let machine = |recognizer: &Recognizer| {
            let mut group = Group::default();
            group.add(0, recognizer.pattern, Syntax::Ascii, Some(recognizer.max_bytes)).expect("a valid pattern");
            group.build().expect("a small pattern").expect("a pattern").with_judge_looking_behind()
        };
        Self(recognizers.map(|recognizer| (recognizer, machine(recognizer))).collect())
    }

    /// Returns the findings in order, of overlapping ones the longest.
    pub(super) fn find(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let view = ViewText::of(text, View::Entity);
        let mut found: Vec<std::ops::Range<usize>> = Vec::new();
        for (recognizer, machine) in &self.0 {
            let judge = |_, start: usize, end: usize| {
                (recognizer.validate)(&Candidate {
                    text: view.slice(start..end),
                    before: view.char_before(start),
                    after: view.char_after(end),
                })
            };
            let (mut state, mut matches) = (MachineState::default(), Vec::new());
            machine.scan(&mut state, &view, &judge, &mut matches);
            machine.finish(&mut state, &view, &judge, &mut matches);
            for accepted in matches.iter().filter(|found| found.verdict == Verdict::Accept) {
                let start = accepted.starts.first().expect("a match has a start");
                let value = recognizer.value.map(|value| value(view.slice(start..accepted.end)));
                found.push(value.map_or(start..accepted.end, |value| start + value.start..start + value.end));
            }
        }
        found.sort_by_key(|span| (std::cmp::Reverse(span.len()), span.start));
        let mut kept: Vec<std::ops::Range<usize>> = Vec::new();
        for span in found {
            if kept.iter().all(|other| span.end <= other.start || other.end <= span.start) {
                kept.push(span);
            }
        }
        kept.sort_by_key(|span| span.start);
        kept
    }
}
