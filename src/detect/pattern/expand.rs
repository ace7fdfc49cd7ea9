//! Splits a pattern into alternatives that have assertions at their edges only, where they are decided outside of the automaton.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::assertions::holds;
use crate::text::char_class::{ALL_CLASSES, CharClass, NON_ASCII_CLASSES};

/// The maximum number of alternatives: each needs states of the automaton.
const MAX_ALTERNATIVES: usize = 256;

/// One way to match a pattern.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    /// Assertions that hold at the start.
    pub(super) start: Vec<Look>,
    /// The pattern without assertions.
    pub(super) body: Hir,
    /// Assertions that hold at the end.
    pub(super) end: Vec<Look>,
}

impl Alternative {
    /// Returns `true` if some text satisfies the assertions on both edges.
    pub(super) fn can_match(&self) -> bool {
        let inside = |side| edge_kinds(std::iter::once(&self.body), side);
        let all_hold = |looks: &[Look], before: &[CharClass], after: &[CharClass]| {
            let mut pairs = before.iter().flat_map(|&before| after.iter().map(move |&after| (before, after)));
            looks.is_empty() || pairs.any(|(before, after)| looks.iter().all(|&look| holds(look, before, after)))
        };
        // Where the characters are not known, each class is possible.
        let first = inside(Side::First).unwrap_or_else(|| ALL_CLASSES.to_vec());
        let last = inside(Side::Last).unwrap_or_else(|| ALL_CLASSES.to_vec());
        all_hold(&self.start, &ALL_CLASSES, &first) && all_hold(&self.end, &last, &ALL_CLASSES)
    }
}

/// The reason why a pattern cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExpandError {
    /// An assertion depends on more than the pattern's edges.
    InnerAssertion,
    /// Too many alternatives.
    TooMany,
}

#[derive(Clone, Debug)]
enum PatternPart {
    Look(Look),
    Body(Hir),
}

/// Returns the alternatives of `hir`. None when it can never match.
pub(super) fn expand(hir: &Hir) -> Result<Vec<Alternative>, ExpandError> {
    let mut alternatives = Vec::new();
    for parts in sequences(hir)? {
        if let Some(alternative) = into_alternative(parts)? {
            alternatives.push(alternative);
        }
    }
    Ok(alternatives)
}

/// Returns all sequences of assertions and assertion-free parts that `hir` is equivalent to.
fn sequences(hir: &Hir) -> Result<Vec<Vec<PatternPart>>, ExpandError> {
    if hir.properties().look_set().is_empty() {
        return Ok(vec![vec![PatternPart::Body(hir.clone())]]);
    }
    match hir.kind() {
        HirKind::Look(look) => Ok(vec![vec![PatternPart::Look(*look)]]),
        HirKind::Capture(capture) => sequences(&capture.sub),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(sequences(part)?);
            }
            if all.len() > MAX_ALTERNATIVES { Err(ExpandError::TooMany) } else { Ok(all) }
        }
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for (index, part) in parts.iter().enumerate() {
                let tails = if is_next_to_look(parts, index) { with_and_without(part)? } else { sequences(part)? };
                if all.len() * tails.len() > MAX_ALTERNATIVES {
                    return Err(ExpandError::TooMany);
                }
                all = all.iter().flat_map(|head| tails.iter().map(|tail| [head.as_slice(), tail].concat())).collect();
            }
            Ok(all)
        }
        HirKind::Repetition(_) => {
            let all = with_and_without(hir)?;
            if all.len() > 1 { Ok(all) } else { Err(ExpandError::InnerAssertion) }
        }
        _ => Err(ExpandError::InnerAssertion),
    }
}

/// Returns the sequences of a part that may be absent, such as `(?:, [A-Z]+)?`: its own, and the empty one. An assertion before it then
/// is at an edge in one of the two.
fn with_and_without(hir: &Hir) -> Result<Vec<Vec<PatternPart>>, ExpandError> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min == 0 && repetition.max == Some(1) => {
            let mut all = sequences(&repetition.sub)?;
            all.push(Vec::new());
            Ok(all)
        }
        HirKind::Repetition(_) if !hir.properties().look_set().is_empty() => Err(ExpandError::InnerAssertion),
        _ => sequences(hir),
    }
}

/// Returns `true` if an assertion is before or after a part, with nothing between but parts that may be absent.
fn is_next_to_look(parts: &[Hir], index: usize) -> bool {
    let has_look = |part: &&Hir| !part.properties().look_set().is_empty();
    let is_optional = |part: &&Hir| part.properties().minimum_len() == Some(0);
    parts[..index].iter().rev().find(|part| has_look(part) || !is_optional(part)).is_some_and(|part| has_look(&part))
        || parts[index + 1..]
            .iter()
            .find(|part| has_look(part) || !is_optional(part))
            .is_some_and(|part| has_look(&part))
}

/// Moves the assertions to the edges; `None` when the sequence can never match.
fn into_alternative(mut parts: Vec<PatternPart>) -> Result<Option<Alternative>, ExpandError> {
    let is_body = |part: &PatternPart| matches!(part, PatternPart::Body(_));
    let Some(first) = parts.iter().position(is_body) else {
        // Only assertions: an empty match, which the caller rejects by its length.
        return Ok(Some(Alternative { start: looks(parts), body: Hir::empty(), end: Vec::new() }));
    };
    let last = parts.iter().rposition(is_body).unwrap_or(first);
    let end = looks(parts.split_off(last + 1));
    let middle = parts.split_off(first);
    let start = looks(parts);
    let mut bodies: Vec<Hir> = Vec::new();
    for (at, part) in middle.iter().enumerate() {
        match part {
            PatternPart::Body(body) => bodies.push(body.clone()),
            PatternPart::Look(look) => {
                let after = middle[at + 1..].iter().filter_map(PatternPart::body);
                match always(*look, bodies.iter().rev(), after) {
                    Some(true) => {}
                    Some(false) => return Ok(None),
                    None => return Err(ExpandError::InnerAssertion),
                }
            }
        }
    }
    Ok(Some(Alternative { start, body: Hir::concat(bodies), end }))
}

fn looks(parts: Vec<PatternPart>) -> Vec<Look> {
    parts
        .into_iter()
        .filter_map(|part| match part {
            PatternPart::Look(look) => Some(look),
            PatternPart::Body(_) => None,
        })
        .collect()
}

impl PatternPart {
    fn body(&self) -> Option<&Hir> {
        match self {
            Self::Body(body) => Some(body),
            Self::Look(_) => None,
        }
    }
}

/// Returns `true` if `look` always or never holds between the parts before and after it, nearest first; `None` where that depends on
/// the text.
fn always<'a>(look: Look, before: impl Iterator<Item = &'a Hir>, after: impl Iterator<Item = &'a Hir>) -> Option<bool> {
    let before = edge_kinds(before, Side::Last)?;
    let after = edge_kinds(after, Side::First)?;
    let mut answers = before.iter().flat_map(|&b| after.iter().map(move |&a| holds(look, b, a)));
    let first = answers.next()?;
    answers.all(|answer| answer == first).then_some(first)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    First,
    Last,
}

/// Returns the classes of the characters that parts, nearest first, can begin or end with; `None` when all of them may be empty or it is
/// not known.
fn edge_kinds<'a>(parts: impl Iterator<Item = &'a Hir>, side: Side) -> Option<Vec<CharClass>> {
    let mut kinds = Vec::new();
    for part in parts {
        if !collect_kinds(part, side, &mut kinds)? {
            return Some(kinds);
        }
    }
    None
}

/// Adds the classes of one part. Returns `true` if it may be empty.
fn collect_kinds(hir: &Hir, side: Side, kinds: &mut Vec<CharClass>) -> Option<bool> {
    match hir.kind() {
        HirKind::Empty => Some(true),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let edge = if side == Side::First { text.chars().next() } else { text.chars().next_back() };
            kinds.push(CharClass::of(edge?));
            Some(false)
        }
        HirKind::Class(class) => {
            collect_class(class, kinds);
            Some(false)
        }
        HirKind::Repetition(repetition) => {
            let may_be_empty = collect_kinds(&repetition.sub, side, kinds)?;
            Some(may_be_empty || repetition.min == 0)
        }
        HirKind::Capture(capture) => collect_kinds(&capture.sub, side, kinds),
        HirKind::Concat(parts) => {
            for index in 0..parts.len() {
                let part = if side == Side::First { &parts[index] } else { &parts[parts.len() - 1 - index] };
                if !collect_kinds(part, side, kinds)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        HirKind::Alternation(parts) => {
            let mut may_be_empty = false;
            for part in parts {
                may_be_empty |= collect_kinds(part, side, kinds)?;
            }
            Some(may_be_empty)
        }
        HirKind::Look(_) => None,
    }
}

fn collect_class(class: &Class, kinds: &mut Vec<CharClass>) {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    for (first, last) in ranges {
        kinds.extend((first..=last.min(0x7F)).filter_map(char::from_u32).map(CharClass::of));
        if last > 0x7F {
            kinds.extend(NON_ASCII_CLASSES);
        }
    }
}
