//! The stage for entity types: separators between the digits of a value, and spelled-out digits.

use super::glyphs::digit;
use super::joints::{Span, Step, inner_markup, line_break};
use super::queue::Queue;

/// Longest run of separators between two digits.
const MAX_SEPARATORS: usize = 3;

/// Longest run of spaces around `(at)`.
const MAX_SPACES: usize = 8;

/// Longest word for a digit.
const MAX_WORD: usize = 6;

/// Words for digits, sorted: English, German, French, Spanish, Italian, Portuguese, Dutch.
const WORDS: &[(&str, char)] = &[
    ("acht", '8'),
    ("cero", '0'),
    ("cinco", '5'),
    ("cinq", '5'),
    ("cinque", '5'),
    ("cuatro", '4'),
    ("deux", '2'),
    ("dois", '2'),
    ("dos", '2'),
    ("drei", '3'),
    ("drie", '3'),
    ("due", '2'),
    ("een", '1'),
    ("eight", '8'),
    ("eins", '1'),
    ("five", '5'),
    ("four", '4'),
    ("fünf", '5'),
    ("huit", '8'),
    ("negen", '9'),
    ("neuf", '9'),
    ("neun", '9'),
    ("nine", '9'),
    ("nove", '9'),
    ("nueve", '9'),
    ("nul", '0'),
    ("null", '0'),
    ("ocho", '8'),
    ("oito", '8'),
    ("one", '1'),
    ("otto", '8'),
    ("quatre", '4'),
    ("quatro", '4'),
    ("sechs", '6'),
    ("sei", '6'),
    ("seis", '6'),
    ("sept", '7'),
    ("sete", '7'),
    ("sette", '7'),
    ("seven", '7'),
    ("sieben", '7'),
    ("siete", '7'),
    ("six", '6'),
    ("three", '3'),
    ("tre", '3'),
    ("tres", '3'),
    ("trois", '3'),
    ("três", '3'),
    ("twee", '2'),
    ("two", '2'),
    ("uno", '1'),
    ("vier", '4'),
    ("vijf", '5'),
    ("zero", '0'),
    ("zes", '6'),
    ("zeven", '7'),
    ("zwei", '2'),
];

#[derive(Debug, Default)]
pub(super) struct Values {
    /// The last character written is a digit that is alone, with nothing of a word or number next to it.
    is_lone: bool,
}

/// A part of text that represents one digit.
enum Digit {
    /// A number of units represents this digit, and the next one is not part of the word or number.
    Lone(char, usize),
    None,
    Open,
}

impl Values {
    /// Decides on the first units of the queue, which is not empty; `last` is the last character written.
    pub(super) fn step(&mut self, queue: &Queue, last: Option<char>, is_last: bool) -> Step {
        let Some(c) = queue.char(0) else { return Step::Open };
        if c.is_alphanumeric() {
            return self.step_word(queue, c, last, is_last);
        }
        let after_word = last.is_some_and(char::is_alphanumeric);
        if self.is_lone
            && is_separator(c)
            && let Some(step) = between_digits(queue, is_last)
        {
            return step;
        }
        let step = match c {
            ' ' | '(' | '[' | '{' | '<' => sign_in_brackets(queue, is_last),
            // `_` joins the parts of names: it is left out between digits only.
            '_' if after_word => inner_markup(queue, last, c, is_last, |c| c.is_ascii_digit()),
            '*' | '~' | '`' if after_word => inner_markup(queue, last, c, is_last, char::is_alphanumeric),
            '-' | '\u{2010}' if after_word => line_break(queue, is_last),
            _ => Step::Same,
        };
        self.is_lone &= matches!(step, Step::Open);
        step
    }

    /// Reads a letter or digit.
    fn step_word(&mut self, queue: &Queue, c: char, last: Option<char>, is_last: bool) -> Step {
        let continues = last.is_some_and(char::is_alphanumeric) && !self.is_lone;
        if !continues {
            match digit_alone(queue, 0, is_last) {
                Digit::Open => return Step::Open,
                Digit::Lone(digit, count) => {
                    self.is_lone = true;
                    return Step::As(digit, Span { from: 0, to: count }, count);
                }
                Digit::None => {}
            }
        }
        // An ideograph is a digit next to others only: 三 is a part of names too.
        let step = match (digit(c).filter(|&digit| digit != c), queue.char(1)) {
            (None, _) => Step::Same,
            (Some(digit), _) if last.is_some_and(|last| last.is_ascii_digit()) => one(digit),
            (Some(_), None) if !is_last => Step::Open,
            (Some(found), Some(next)) if digit(next).is_some() => one(found),
            (Some(_), _) => Step::Same,
        };
        self.is_lone &= matches!(step, Step::Open);
        step
    }
}

fn one(digit: char) -> Step {
    Step::As(digit, Span { from: 0, to: 1 }, 1)
}

/// Reads a digit or the word for one at `at`, if nothing of a word or number follows it.
fn digit_alone(queue: &Queue, at: usize, is_last: bool) -> Digit {
    let length = queue.run(at, MAX_WORD + 1, char::is_alphanumeric);
    let ends = queue.len() > at + length || is_last;
    let Some(first) = queue.char(at).filter(|_| length > 0) else {
        return if ends { Digit::None } else { Digit::Open };
    };
    if let Some(digit) = digit(first) {
        return match length {
            1 if ends => Digit::Lone(digit, 1),
            1 => Digit::Open,
            _ => Digit::None,
        };
    }
    if length > MAX_WORD {
        return Digit::None;
    }
    let word: String = (at..at + length).filter_map(|at| queue.char(at)).flat_map(char::to_lowercase).collect();
    let known = || WORDS.binary_search_by_key(&word.as_str(), |&(known, _)| known).ok().and_then(|at| WORDS.get(at));
    match ends {
        true => known().map_or(Digit::None, |&(_, digit)| Digit::Lone(digit, length)),
        false if WORDS.iter().any(|(known, _)| known.starts_with(&word)) => Digit::Open,
        false => Digit::None,
    }
}

/// Reads the separators between two single digits: `4 1 1 1`, `4.1.1.1`, `four-one`.
fn between_digits(queue: &Queue, is_last: bool) -> Option<Step> {
    let run = queue.run(0, MAX_SEPARATORS + 1, is_separator);
    if run > MAX_SEPARATORS {
        return None;
    }
    if queue.len() == run && !is_last {
        return Some(Step::Open);
    }
    match digit_alone(queue, run, is_last) {
        Digit::Open => Some(Step::Open),
        Digit::Lone(..) => Some(Step::Nothing(run)),
        Digit::None => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{A0}' | '.' | ',' | '-' | '_' | '/' | '|' | '*' | '·' | '•' | '–' | '—')
}

/// Reads `(at)` or `[dot]`, and the spaces around it.
fn sign_in_brackets(queue: &Queue, is_last: bool) -> Step {
    let is_space = |c| c == ' ';
    let open = queue.run(0, MAX_SPACES, is_space);
    let Some(bracket) = queue.char(open) else { return if is_last { Step::Same } else { Step::Open } };
    let close = match bracket {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        _ => return Step::Same,
    };
    let from = open + 1 + queue.run(open + 1, MAX_SPACES, is_space);
    let letters = queue.run(from, 4, |c| c.is_ascii_alphabetic() || matches!(c, '@' | '.'));
    let to = from + letters + queue.run(from + letters, MAX_SPACES, is_space);
    let word: String = (from..from + letters).filter_map(|at| queue.char(at)).collect::<String>().to_ascii_lowercase();
    let may_be = ["at", "dot", "@", "."].iter().any(|sign| sign.starts_with(&word));
    match queue.char(to) {
        None if may_be && !is_last => Step::Open,
        Some(last) if last == close => {
            let sign = match word.as_str() {
                "at" | "@" => '@',
                "dot" | "." => '.',
                _ => return Step::Same,
            };
            let after = queue.run(to + 1, MAX_SPACES + 1, is_space);
            if queue.len() == to + 1 + after && after <= MAX_SPACES && !is_last {
                return Step::Open;
            }
            Step::As(sign, Span { from: open, to: to + 1 }, to + 1 + after.min(MAX_SPACES))
        }
        _ => Step::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::WORDS;

    #[test]
    fn the_words_are_sorted() {
        assert!(WORDS.is_sorted_by(|(one, _), (next, _)| one < next));
    }
}
