//! Splits a pattern into alternatives whose assertions stand at their edges, where they can be judged without the automaton.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::look::holds;
use crate::text::kind::CharKind;

/// More alternatives than this are not tried: each costs the automaton states.
const MAX_ALTERNATIVES: usize = 256;

/// One way to match a pattern.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    /// Assertions that hold at the start.
    pub(super) start: Vec<Look>,
    /// What is matched; free of assertions.
    pub(super) body: Hir,
    /// Assertions that hold at the end.
    pub(super) end: Vec<Look>,
}

/// Why a pattern cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExpandError {
    /// An assertion stands where its truth depends on more than the pattern's edges.
    InnerAssertion,
    /// Too many alternatives.
    TooMany,
}

#[derive(Clone, Debug)]
enum Piece {
    Look(Look),
    Body(Hir),
}

/// The alternatives of `hir`. None when it can never match.
pub(super) fn expand(hir: &Hir) -> Result<Vec<Alternative>, ExpandError> {
    let mut alternatives = Vec::new();
    for pieces in sequences(hir)? {
        if let Some(alternative) = settle(pieces)? {
            alternatives.push(alternative);
        }
    }
    Ok(alternatives)
}

/// All sequences of assertions and assertion-free parts that `hir` stands for.
fn sequences(hir: &Hir) -> Result<Vec<Vec<Piece>>, ExpandError> {
    if hir.properties().look_set().is_empty() {
        return Ok(vec![vec![Piece::Body(hir.clone())]]);
    }
    match hir.kind() {
        HirKind::Look(look) => Ok(vec![vec![Piece::Look(*look)]]),
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
            for part in parts {
                let tails = sequences(part)?;
                if all.len() * tails.len() > MAX_ALTERNATIVES {
                    return Err(ExpandError::TooMany);
                }
                all = all.iter().flat_map(|head| tails.iter().map(|tail| [head.as_slice(), tail].concat())).collect();
            }
            Ok(all)
        }
        HirKind::Repetition(repetition) if repetition.min == 0 && repetition.max == Some(1) => {
            let mut all = sequences(&repetition.sub)?;
            all.push(Vec::new());
            Ok(all)
        }
        _ => Err(ExpandError::InnerAssertion),
    }
}

/// Moves the assertions to the edges; `None` when the sequence can never match.
fn settle(mut pieces: Vec<Piece>) -> Result<Option<Alternative>, ExpandError> {
    let is_body = |piece: &Piece| matches!(piece, Piece::Body(_));
    let looks = |pieces: Vec<Piece>| {
        pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Look(look) => Some(look),
                Piece::Body(_) => None,
            })
            .collect::<Vec<_>>()
    };
    let Some(first) = pieces.iter().position(is_body) else {
        // Only assertions: an empty match, which the caller refuses by its length.
        return Ok(Some(Alternative { start: looks(pieces), body: Hir::empty(), end: Vec::new() }));
    };
    let last = pieces.iter().rposition(is_body).unwrap_or(first);
    let end = looks(pieces.split_off(last + 1));
    let middle = pieces.split_off(first);
    let start = looks(pieces);
    let mut bodies: Vec<Hir> = Vec::new();
    let mut waiting: Vec<Look> = Vec::new();
    for piece in middle {
        match piece {
            Piece::Look(look) => waiting.push(look),
            Piece::Body(body) => {
                for look in waiting.drain(..) {
                    match always(look, bodies.last(), &body) {
                        Some(true) => {}
                        Some(false) => return Ok(None),
                        None => return Err(ExpandError::InnerAssertion),
                    }
                }
                bodies.push(body);
            }
        }
    }
    Ok(Some(Alternative { start, body: Hir::concat(bodies), end }))
}

/// Whether `look` always or never holds between the two parts; `None` where it depends on the text.
fn always(look: Look, before: Option<&Hir>, after: &Hir) -> Option<bool> {
    let before = edge_kinds(before?, Side::Last)?;
    let after = edge_kinds(after, Side::First)?;
    let mut answers = before.iter().flat_map(|&b| after.iter().map(move |&a| holds(look, b, a)));
    let first = answers.next()?;
    answers.all(|answer| answer == first).then_some(first)
}

#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// The kinds of character a part can begin or end with; `None` when it may be empty or that is not known.
fn edge_kinds(hir: &Hir, side: Side) -> Option<Vec<CharKind>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let edge = match side {
                Side::First => text.chars().next(),
                Side::Last => text.chars().next_back(),
            };
            Some(vec![CharKind::of(edge?)])
        }
        HirKind::Class(_) => class_kinds(hir),
        HirKind::Repetition(repetition) if repetition.min > 0 => edge_kinds(&repetition.sub, side),
        HirKind::Capture(capture) => edge_kinds(&capture.sub, side),
        HirKind::Concat(parts) => match side {
            Side::First => edge_kinds(parts.first()?, side),
            Side::Last => edge_kinds(parts.last()?, side),
        },
        HirKind::Alternation(parts) => {
            let mut kinds = Vec::new();
            for part in parts {
                kinds.extend(edge_kinds(part, side)?);
            }
            Some(kinds)
        }
        _ => None,
    }
}

fn class_kinds(hir: &Hir) -> Option<Vec<CharKind>> {
    let HirKind::Class(class) = hir.kind() else { return None };
    let mut kinds = Vec::new();
    let ranges: Vec<(u32, u32)> = match class {
        regex_syntax::hir::Class::Unicode(class) => {
            class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        regex_syntax::hir::Class::Bytes(class) => {
            class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
    };
    for (first, last) in ranges {
        if last > 0x7F {
            // Non-ASCII members are of any kind; what is asked here is almost always about ASCII.
            return None;
        }
        kinds.extend((first..=last).filter_map(char::from_u32).map(CharKind::of));
    }
    Some(kinds)
}
