//! Candidates near the labels of a policy.

use super::decision::Decision;
use super::evidence::Evidence;
use super::labels::is_found_near;
use crate::detect::spec::RuleId;
use crate::text::normalize::View;

/// Returns the decision about the candidate `start..end` of a view, of which `from..to` is the value, if labels of the policy are near.
/// A sure one needs no context word.
pub(super) fn near_label(
    (from, to): (usize, usize),
    (start, end): (usize, usize),
    (rule, is_sure, view): (RuleId, bool, View),
    evidence: Evidence<'_>,
) -> Option<Decision> {
    let labels = evidence.labels;
    if labels.begun().is_some_and(|begun| begun <= evidence.text.next_seen(end, view)) {
        return Some(Decision::Unknown);
    }
    // A label is not a value, and its words are not context.
    let name = evidence.name(rule);
    if let Some(next) = labels.around(from, to, name).or_else(|| labels.overlapping(start, from, name)) {
        return Some(Decision::From(next));
    }
    let text = evidence.text;
    // A word of the candidate that touches a label may have been part of a longer word.
    let touched = |offset| Some((joint(offset, rule, view, evidence)?, offset));
    let before = touched(start).or_else(|| touched(from));
    let last = if labels.begins_at(text.next_seen(end, view), name) { end } else { to };
    let follows = labels.begins_at(text.next_seen(last, view), name);
    let (signs, first) = before.unwrap_or(("", from));
    let is_found = || {
        let neighbors = (before.map(|_| signs), follows);
        is_found_near(evidence.detectors, (rule, is_sure), text.slice(first, last), neighbors)
    };
    ((before.is_some() || follows) && !is_found()).then_some(Decision::From(start + 1))
}

/// Returns the signs that join the text at `offset` to a label, `{PIN}:2001:db8::1`, or nothing if it touches one.
fn joint(offset: usize, rule: RuleId, view: View, evidence: Evidence<'_>) -> Option<&str> {
    const MOST: usize = 3;
    let (labels, text, name) = (evidence.labels, evidence.text, evidence.name(rule));
    let seen = text.last_seen(offset, view);
    let is_sign = |at: &usize| text.char_before(*at).is_some_and(|c| ":.-*_~".contains(c));
    let mut at = seen;
    while seen - at < MOST && !labels.ends_at(at, name) && is_sign(&at) {
        at -= 1;
    }
    labels.ends_at(at, name).then(|| text.slice(at, seen))
}

/// Returns the decision about a match of a regex inside a label: a replacement is not replaced again.
pub(super) fn within_label(start: usize, end: usize, rule: RuleId, evidence: Evidence<'_>) -> Option<Decision> {
    if !evidence.masks(rule) {
        return None;
    }
    if evidence.labels.begun().is_some_and(|begun| begun <= start) {
        return Some(Decision::Unknown);
    }
    evidence.labels.around(start, end, evidence.name(rule)).map(Decision::From)
}
