//! The stage for the patterns and examples of topics: words written with digits, with separators, with repeated letters.

use std::collections::VecDeque;

use super::joints::{Span, Step, inner_markup, line_break};
use super::queue::Queue;

/// Longest word that is read letter by letter; a longer one is itself.
const MAX_WORD: usize = 24;

/// From so many on, equal letters in a row are repeated on purpose.
const MIN_REPEATED: usize = 3;

/// The letter that `1`, `!` and `|` represent, and how often a repeated letter is kept: words have `l` twice more often than `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum One {
    /// `i`; repeated letters are kept once.
    I,
    /// `l`; repeated letters are kept twice.
    L,
}

#[derive(Debug)]
pub(super) struct Letters {
    one: One,
    /// The last character written is a letter that is alone.
    is_lone: bool,
    /// The separator of the letters of this word.
    joint: Option<char>,
    /// The characters that the next units represent; `None` for nothing.
    planned: VecDeque<Option<char>>,
}

/// A word at the front of a queue.
enum Word {
    /// It has so many units.
    Of(usize),
    /// It is longer than [`MAX_WORD`].
    Long,
    None,
    Open,
}

impl Letters {
    pub(super) fn new(one: One) -> Self {
        Self { one, is_lone: false, joint: None, planned: VecDeque::new() }
    }

    /// Decides on the first units of the queue, which is not empty; `last` is the last character written.
    pub(super) fn step(&mut self, queue: &Queue, last: Option<char>, is_last: bool) -> Step {
        if let Some(planned) = self.planned.pop_front() {
            return planned.map_or(Step::Nothing(1), |c| Step::As(c, Span { from: 0, to: 1 }, 1));
        }
        let Some(c) = queue.char(0) else { return Step::Open };
        if self.is_lone && is_separator(c) && self.joint.is_none_or(|joint| joint == c) {
            match word(queue, 1, is_last) {
                Word::Open => return Step::Open,
                Word::Of(1) if queue.char(1).is_some_and(char::is_alphabetic) => {
                    self.joint = Some(c);
                    return Step::Nothing(1);
                }
                _ => {}
            }
        }
        let after_word = last.is_some_and(char::is_alphanumeric);
        let continues = after_word && !self.is_lone;
        if is_of_word(c) && !continues {
            match word(queue, 0, is_last) {
                Word::Open => return Step::Open,
                Word::Of(length) => {
                    self.is_lone = length == 1 && c.is_alphabetic();
                    self.plan(queue, length);
                    return self.step(queue, last, is_last);
                }
                Word::Long | Word::None => {}
            }
        }
        let step = match c {
            '*' | '~' | '`' | '_' if after_word => inner_markup(queue, last, c, is_last, char::is_alphanumeric),
            '-' | '\u{2010}' if after_word => line_break(queue, is_last),
            _ => Step::Same,
        };
        if !matches!(step, Step::Open) {
            (self.is_lone, self.joint) = (false, None);
        }
        step
    }

    /// Records what each unit of a word represents.
    fn plan(&mut self, queue: &Queue, length: usize) {
        let written: Vec<char> = (0..length).filter_map(|at| queue.char(at)).collect();
        let letters = written.iter().filter(|c| c.is_alphabetic()).count();
        let is_disguised = 2 * letters >= length;
        let kept = if self.one == One::I { 1 } else { 2 };
        let mut at = 0;
        while let Some(&c) = written.get(at) {
            let letter = if is_disguised { self.letter(c).unwrap_or(c) } else { c };
            let same = |&other: &char| other.to_lowercase().eq(c.to_lowercase());
            let run = written.get(at..).unwrap_or_default().iter().take_while(|other| same(other)).count().max(1);
            let shown = if run >= MIN_REPEATED && c.is_alphabetic() { kept } else { run };
            self.planned.extend((0..run).map(|number| (number < shown).then_some(letter)));
            at += run;
        }
    }

    fn letter(&self, c: char) -> Option<char> {
        Some(match c {
            '1' | '!' | '|' if self.one == One::I => 'i',
            '1' | '!' | '|' => 'l',
            '0' => 'o',
            '2' => 'z',
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '6' | '9' => 'g',
            '7' | '+' => 't',
            '8' => 'b',
            '£' => 'l',
            _ => return None,
        })
    }
}

/// Reads the word at `at`. Signs that represent letters belong to it, but for those at its end.
fn word(queue: &Queue, at: usize, is_last: bool) -> Word {
    let run = queue.run(at, MAX_WORD + 1, is_of_word);
    if run > MAX_WORD {
        return Word::Long;
    }
    if queue.len() == at + run && !is_last {
        return Word::Open;
    }
    let signs = (at..at + run).rev().take_while(|&at| queue.char(at).is_some_and(|c| !c.is_alphanumeric())).count();
    if run == signs { Word::None } else { Word::Of(run - signs) }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '$' | '!' | '|' | '+' | '€' | '£')
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '_' | '*' | '/' | '·' | '•')
}
