//! The last letters of some text, in runs of one class.

use std::collections::VecDeque;

/// Longest run of which all letters are kept.
const MAX_RUN: usize = 16;

/// The maximum number of separators between two letters of a word.
const MAX_GAP: usize = 3;

/// The gap between a letter and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gap {
    #[default]
    None,
    /// Signs.
    Signs,
    /// White space, and perhaps signs.
    Space,
    /// More separators than a word can have, or letters that are not kept.
    Broken,
}

/// A letter, or a sign that may represent one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) c: char,
    /// Its first byte in the view.
    pub(super) at: usize,
    pub(super) gap: Gap,
}

#[derive(Debug)]
struct Run {
    class: char,
    letters: VecDeque<Letter>,
}

/// The last runs, numbered from the start of the text.
#[derive(Debug, Default)]
pub(super) struct Runs {
    runs: VecDeque<Run>,
    /// Number of the first one kept.
    first: usize,
    gap: Gap,
    gap_chars: usize,
}

impl Runs {
    /// Records a separator. Returns the gap before the next letter so far.
    pub(super) fn separate(&mut self, c: char) -> Gap {
        self.gap_chars += 1;
        self.gap = match self.gap {
            _ if self.gap_chars > MAX_GAP => Gap::Broken,
            Gap::Space => Gap::Space,
            _ if c.is_whitespace() => Gap::Space,
            _ => Gap::Signs,
        };
        self.gap
    }

    /// Returns `true` if the last run is of this class.
    pub(super) fn continues(&self, class: char) -> bool {
        self.runs.back().is_some_and(|run| run.class == class)
    }

    /// Adds a letter to the last run.
    pub(super) fn extend(&mut self, c: char, at: usize) {
        let Some(run) = self.runs.back_mut() else { return };
        let is_full = run.letters.len() >= MAX_RUN;
        match run.letters.back_mut() {
            // Of many equal letters the first ones and the last one are enough.
            Some(last) if is_full && last.c == c && self.gap == Gap::None => last.at = at,
            _ => run.letters.push_back(Letter { c, at, gap: self.gap }),
        }
        if run.letters.len() > MAX_RUN {
            run.letters.pop_front();
            if let Some(first) = run.letters.front_mut() {
                first.gap = Gap::Broken;
            }
        }
        (self.gap, self.gap_chars) = (Gap::None, 0);
    }

    /// Begins a run, and forgets those before the last `most`.
    pub(super) fn begin(&mut self, class: char, c: char, at: usize, most: usize) {
        let letters = VecDeque::from([Letter { c, at, gap: self.gap }]);
        self.runs.push_back(Run { class, letters });
        (self.gap, self.gap_chars) = (Gap::None, 0);
        while self.runs.len() > most {
            self.runs.pop_front();
            self.first += 1;
        }
    }

    /// Forgets all runs: no word continues over what follows them.
    pub(super) fn clear(&mut self) {
        self.first += self.runs.len();
        self.runs.clear();
        (self.gap, self.gap_chars) = (Gap::None, 0);
    }

    /// Returns `true` if the last run has as many letters as are kept.
    pub(super) fn is_full(&self) -> bool {
        self.runs.back().is_some_and(|run| run.letters.len() >= MAX_RUN)
    }

    pub(super) fn last_number(&self) -> usize {
        (self.first + self.runs.len()).saturating_sub(1)
    }

    fn run(&self, number: usize) -> Option<&Run> {
        self.runs.get(number.checked_sub(self.first)?)
    }

    /// Returns where a run begins.
    pub(super) fn start_of(&self, number: usize) -> Option<usize> {
        self.run(number)?.letters.front().map(|letter| letter.at)
    }

    /// Returns where the last runs begin whose classes are so many bytes.
    pub(super) fn start_of_bytes(&self, bytes: usize) -> Option<usize> {
        let mut left = bytes;
        let first = self.runs.iter().rev().take_while(|run| {
            let is_part = left > 0;
            left = left.saturating_sub(run.class.len_utf8());
            is_part
        });
        first.last().and_then(|run| run.letters.front()).map(|letter| letter.at)
    }

    /// Returns the letters of the runs from `first` to `last`, and the number of letters in the first and in the last one.
    pub(super) fn letters(&self, first: usize, last: usize) -> Option<(Vec<Letter>, usize, usize)> {
        let ends = (self.run(first)?.letters.len(), self.run(last)?.letters.len());
        let runs = (first..=last).filter_map(|number| self.run(number));
        Some((runs.flat_map(|run| run.letters.iter().copied()).collect(), ends.0, ends.1))
    }
}
