//! Disguised words: with digits for letters, s p a c e d, d.o.t.t.e.d, with repeated letters.
//!
//! The *skeleton* of a word is its letters, each in a class with the signs that represent it, without separators, each run of a class
//! once. Text has the same skeleton however a word in it is disguised, so one automaton over skeletons finds every candidate;
//! [`disguise`] then compares it with the word letter by letter.

mod disguise;
mod letters;
mod runs;
#[cfg(test)]
mod tests;

use self::disguise::Disguised;
use self::letters::{Signs, class_of, max_bytes};
use self::runs::{Gap, Runs};
use super::automaton::{Depths, StateID, WordAutomaton};
use super::hit::{WordHit, WordRole};
use crate::text::buffer::TextBuffer;
use crate::text::view::ViewText;

/// Returns the number of bytes of text in which `word` is recognized.
pub(in crate::detect) fn span_in_disguise(word: &str) -> usize {
    Disguised::new(0, word, true, false).map_or(0, |word| max_bytes(word.letters()))
}

/// Collects words, then builds the automaton.
#[derive(Debug, Default)]
pub(super) struct SkeletonBuilder {
    numbers: std::collections::HashMap<String, usize>,
    skeletons: Vec<String>,
    words: Vec<Vec<Disguised>>,
}

impl SkeletonBuilder {
    /// Adds a word. One that is too short, or has no letters, has no disguise.
    pub(super) fn add(&mut self, rule: u32, word: &str, whole_word: bool, case_sensitive: bool) {
        let Some(word) = Disguised::new(rule, word, whole_word, case_sensitive) else { return };
        let number = *self.numbers.entry(word.skeleton()).or_insert_with_key(|skeleton| {
            self.skeletons.push(skeleton.clone());
            self.words.push(Vec::new());
            self.words.len() - 1
        });
        if let Some(words) = self.words.get_mut(number) {
            words.push(word);
        }
    }

    /// Returns the automaton of all words; `None` if there are none.
    pub(super) fn build(self) -> Option<Skeletons> {
        if self.skeletons.is_empty() {
            return None;
        }
        let automaton = WordAutomaton::new(&self.skeletons)?;
        let lengths = self.skeletons.iter().map(|skeleton| skeleton.chars().count()).collect::<Vec<_>>();
        let longest = self.words.iter().flatten().map(|word| max_bytes(word.letters())).max().unwrap_or(0);
        let most_runs = lengths.iter().copied().max().unwrap_or(0);
        Some(Skeletons {
            depths: automaton.depths(&self.skeletons),
            automaton,
            lengths,
            words: self.words,
            longest,
            most_runs,
        })
    }
}

/// The automaton of all words that are recognized in disguise.
#[derive(Debug)]
pub(super) struct Skeletons {
    automaton: WordAutomaton,
    depths: Depths,
    /// Runs of each skeleton.
    lengths: Vec<usize>,
    /// The words of each skeleton.
    words: Vec<Vec<Disguised>>,
    longest: usize,
    most_runs: usize,
}

/// The state in a view.
#[derive(Debug)]
pub(super) struct SkeletonState {
    readings: [Reading; 2],
    /// The offset up to which the view has been read.
    at: usize,
}

impl Default for SkeletonState {
    fn default() -> Self {
        Self { readings: [Signs::Letters, Signs::Separators].map(Reading::new), at: 0 }
    }
}

#[derive(Debug)]
struct Reading {
    signs: Signs,
    state: Option<StateID>,
    runs: Runs,
    /// Skeletons found of which the last run may be longer: number, and the number of that run.
    waiting: Vec<(usize, usize)>,
}

impl Reading {
    fn new(signs: Signs) -> Self {
        Self { signs, state: None, runs: Runs::default(), waiting: Vec::new() }
    }
}

impl Skeletons {
    /// Reads the new part of the view, and to its end once `text` is finished. Matches go to `out` once their ends are known.
    pub(super) fn scan(&self, state: &mut SkeletonState, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        let fresh = view.slice(state.at..view.end());
        for reading in &mut state.readings {
            for (at, c) in fresh.char_indices() {
                self.read(reading, c.to_ascii_lowercase(), state.at + at, (view, text), out);
            }
            if text.is_finished() {
                self.resolve(reading, (view, text), out);
            }
        }
        state.at = view.end();
    }

    fn read(
        &self,
        reading: &mut Reading,
        c: char,
        at: usize,
        ground: (&ViewText, &TextBuffer),
        out: &mut Vec<WordHit>,
    ) {
        let Some(class) = class_of(c, reading.signs) else {
            if reading.runs.separate(c) == Gap::Broken {
                self.resolve(reading, ground, out);
                reading.runs.clear();
                reading.state = None;
            }
            return;
        };
        if reading.runs.continues(class) {
            // A longer run is no longer waited for. Whether a word ends before this letter is known now, and was not before it arrived.
            if reading.runs.is_full() {
                self.resolve(reading, ground, out);
            }
            reading.runs.extend(c, at);
            return;
        }
        self.resolve(reading, ground, out);
        reading.runs.begin(class, c, at, self.most_runs);
        let Reading { state, runs, waiting, .. } = reading;
        let from = state.unwrap_or_else(|| self.automaton.start());
        let last = runs.last_number();
        let mut buffer = [0; 4];
        let bytes = class.encode_utf8(&mut buffer).as_bytes();
        *state = Some(self.automaton.run(from, bytes, |number, _| waiting.push((number, last))));
    }

    /// Compares the skeletons that matched with the words, now that the last run is complete.
    fn resolve(&self, reading: &mut Reading, (view, text): (&ViewText, &TextBuffer), out: &mut Vec<WordHit>) {
        for (number, last) in reading.waiting.drain(..) {
            let (Some(words), Some(&length)) = (self.words.get(number), self.lengths.get(number)) else { continue };
            for word in words {
                let Some((start, end)) = word.find(&reading.runs, last, length, view, text) else { continue };
                out.push(WordHit { role: WordRole::Rule(word.rule()), start, end: text.skip_marks(end) });
            }
        }
    }

    /// Returns the earliest position at which a word may have begun that is not reported yet.
    pub(super) fn earliest(&self, state: &SkeletonState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        let first = state.readings.iter().filter_map(|reading| self.first_run(reading)).min()?;
        let limit = text.floor_boundary(text.end().saturating_sub(self.longest));
        Some(view.text_start(first).max(limit))
    }

    fn first_run(&self, reading: &Reading) -> Option<usize> {
        let depth = reading.state.map_or(0, |state| self.depths.of(state));
        let begun = (depth > 0).then(|| reading.runs.start_of_bytes(depth)).flatten();
        let waiting = reading.waiting.iter().filter_map(|&(number, last)| {
            let length = self.lengths.get(number).copied()?;
            reading.runs.start_of((last + 1).checked_sub(length)?)
        });
        waiting.chain(begun).min()
    }

    /// Returns the number of bytes in which the longest word is recognized.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }
}
