//! The units that a stage has not decided on yet.

use std::collections::VecDeque;

/// A character, and the bytes of the text that it represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) c: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Units in text order. A stage looks ahead in them, and waits where they end too soon.
#[derive(Debug, Default)]
pub(super) struct Queue {
    units: VecDeque<Unit>,
}

impl Queue {
    pub(super) fn add(&mut self, unit: Unit) {
        self.units.push_back(unit);
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<Unit> {
        self.units.get(at).copied()
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        self.units.get(at).map(|unit| unit.c)
    }

    /// Returns how many units from `at` on, at most `limit`, are such characters.
    pub(super) fn run(&self, at: usize, limit: usize, is_such: impl Fn(char) -> bool) -> usize {
        self.units.iter().skip(at).take(limit).take_while(|unit| is_such(unit.c)).count()
    }

    /// Removes the first `count` units.
    pub(super) fn skip(&mut self, count: usize) {
        self.units.drain(..count.min(self.units.len()));
    }

    pub(super) fn first_start(&self) -> Option<usize> {
        self.units.front().map(|unit| unit.start)
    }
}
