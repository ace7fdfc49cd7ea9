//! The steps that both stages share, and the signs that both leave out inside words and numbers.

use super::queue::{Queue, Unit};

/// Longest run of Markdown's signs inside a word or number.
const MAX_MARKUP: usize = 3;

/// Longest run of spaces after a hyphen at the end of a line.
const MAX_INDENT: usize = 8;

/// The result of a stage for the first units of the queue.
pub(super) enum Step {
    /// The first one is itself.
    Same,
    /// The first `usize` represent a character, of which some are the span.
    As(char, Span, usize),
    /// The first `usize` represent nothing.
    Nothing(usize),
    /// The meaning depends on what follows.
    Open,
}

/// The units from the first to before the second.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Step {
    /// Returns the unit to write, if any, and the number of units of the queue, which begins with `c`, that it replaces. `None` while that
    /// is open.
    pub(super) fn taken(self, queue: &Queue, c: char) -> Option<(Option<Unit>, usize)> {
        let of = |c, Span { from, to }: Span| {
            let (first, last) = (queue.get(from)?, queue.get(to.checked_sub(1)?)?);
            Some(Unit { c, start: first.start, end: last.end })
        };
        match self {
            Self::Open => None,
            Self::Nothing(count) => Some((None, count)),
            Self::Same => Some((of(c, Span { from: 0, to: 1 }), 1)),
            Self::As(c, span, count) => Some((of(c, span), count)),
        }
    }
}

/// Returns the stage for words: leaves out what is inside them, and nothing else.
pub(super) fn step(queue: &Queue, last: Option<char>, is_last: bool) -> Step {
    if !last.is_some_and(char::is_alphanumeric) {
        return Step::Same;
    }
    match queue.char(0) {
        Some(sign @ ('*' | '~' | '`')) => inner_markup(queue, last, sign, is_last, char::is_alphanumeric),
        Some('-' | '\u{2010}') => line_break(queue, is_last),
        _ => Step::Same,
    }
}

/// Reads Markdown's signs inside a word or number: between two characters that are `inside` one.
pub(super) fn inner_markup(
    queue: &Queue,
    last: Option<char>,
    sign: char,
    is_last: bool,
    inside: impl Fn(char) -> bool,
) -> Step {
    let run = queue.run(0, MAX_MARKUP + 1, |c| c == sign);
    match queue.char(run) {
        None if run <= MAX_MARKUP && !is_last => Step::Open,
        Some(next) if run <= MAX_MARKUP && inside(next) && last.is_some_and(&inside) => Step::Nothing(run),
        _ => Step::Same,
    }
}

/// Reads the hyphen of a word or number that continues on the next line.
pub(super) fn line_break(queue: &Queue, is_last: bool) -> Step {
    let open = if is_last { Step::Same } else { Step::Open };
    let carriage = queue.run(1, 1, |c| c == '\r');
    match queue.char(1 + carriage) {
        None => return open,
        Some('\n') => {}
        Some(_) => return Step::Same,
    }
    let indent = queue.run(2 + carriage, MAX_INDENT + 1, |c| matches!(c, ' ' | '\t'));
    if indent > MAX_INDENT {
        return Step::Same;
    }
    match queue.char(2 + carriage + indent) {
        None => open,
        Some(next) if next.is_alphanumeric() => Step::Nothing(2 + carriage + indent),
        Some(_) => Step::Same,
    }
}
