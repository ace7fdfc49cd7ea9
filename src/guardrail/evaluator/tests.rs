//! The memory of evaluations, and the readings that they add.

use super::super::scratch::Scratch;
use super::Evaluator;
use crate::guardrail::{Conversation, Guardrail, Source};
use crate::policy::Policy;

fn guardrail(rules: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(&format!("{{version: 1, name: e, {rules}}}")).expect("a policy"))
}

fn evaluator(guardrail: &Guardrail) -> Evaluator {
    Evaluator::new(guardrail.clone(), Source::Input, Conversation::new())
}

#[test]
fn the_memory_of_an_evaluation_is_used_by_the_next() {
    let guardrail = guardrail("pii: [{types: [EMAIL]}]");
    let first = evaluator(&guardrail);
    let memory: *const Scratch = &raw const *first.scratch;
    let _ = first.into_assessment();
    assert!(std::ptr::eq(memory, &raw const *evaluator(&guardrail).scratch));
}

/// An evaluation may end before its text does.
#[test]
fn nothing_is_left_of_text_that_did_not_end() {
    let topic = "denied_topics: [{name: t, phrases: [bonds], exceptions: [james bonds, bonds of love]}]";
    let guardrail = guardrail(&format!("{topic}, word_filters: [{{name: w, words: [a b, c], action: mask}}]"));
    let assess = |guardrail: &Guardrail, text: &str, is_whole: bool| {
        let (mut evaluator, mut out) = (evaluator(guardrail), String::new());
        evaluator.push(text, &mut out);
        if is_whole {
            evaluator.finish(&mut out);
        }
        (format!("{:?}", evaluator.into_assessment()), out)
    };
    for first in ["james bonds", "james bonds of", "{w}{EMAI", "a c a", "xxxxxx bonds of love a"] {
        for second in ["james bonds", "a bonds b", "a b {EMAIL}", "bonds of love"] {
            let _ = assess(&guardrail, first, false);
            let new = self::guardrail(&format!("{topic}, word_filters: [{{name: w, words: [a b, c], action: mask}}]"));
            assert_eq!(assess(&guardrail, second, true), assess(&new, second, true), "{second:?} after {first:?}");
        }
    }
}

#[test]
fn a_context_is_read_if_it_can_matter() {
    for (rules, context, readings) in [
        ("pii: [{types: [EMAIL]}]", "to: ", 1),
        ("pii: [{types: [EMAIL]}]", "", 0),
        ("word_filters: [{name: w, words: [to]}]", "to: ", 0),
        ("word_filters: [{name: w, words: [to]}]", "", 0),
    ] {
        let sides = evaluator(&guardrail(rules)).with_context(context).scratch.sides.len();
        assert_eq!(sides, readings, "{context:?} with {rules}");
    }
}

/// Two readings that differ from the text as it is may find the same.
#[test]
fn what_several_readings_find_is_one_finding() {
    let guardrail = guardrail("pii: [{types: [EMAIL], evasion: strict, action: mask}]");
    for text in ["jane (at) example (dot) com", "jane@example.com"] {
        let (mut evaluator, mut out) = (evaluator(&guardrail).with_context("to: "), String::new());
        evaluator.push(text, &mut out);
        evaluator.finish(&mut out);
        let assessment = evaluator.into_assessment();
        let spans: Vec<_> = assessment.findings().iter().map(|f| (f.span().start(), f.span().end())).collect();
        assert_eq!((spans, out.as_str()), (vec![(0, text.len())], "{EMAIL}"), "{text}");
    }
}
