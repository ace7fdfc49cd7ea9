//! Boundaries of words that the characters do not show: after the letter of an escape (`\nWhich`), after the digits of `%20`, and beside a
//! mark (`stocks²`).

use super::{TakeTokens, Tokenizer};
use crate::text::view::ViewText;

/// The most bytes of an escape that are looked at.
const ESCAPE_BYTES: usize = 8;

impl Tokenizer {
    /// Returns the next of these boundaries from `at` on, up to the end of the view. One at its end is known once nothing follows: a run of
    /// marks may go on.
    pub(super) fn next_unseen(&self, view: &ViewText, at: usize) -> Option<usize> {
        let soft = view.next_soft(at.max(self.unseen + 1))?;
        (soft < view.end() || view.is_finished()).then_some(soft)
    }

    /// Ends the word before a boundary. What is an escape is no word, and a mark is no part of one.
    pub(super) fn separate_unseen(&mut self, view: &ViewText, at: usize, take: &mut impl TakeTokens) {
        self.unseen = at;
        let escape = escape_before(view, at);
        if let Some(mark) = view.mark_before(at) {
            self.keep_of_word(self.word.len().saturating_sub(at - mark));
            self.word_end = view.text_end(mark);
        } else if escape.is_some() {
            self.keep_of_word(0);
        }
        self.end_word(take);
        if escape.is_some_and(|escape| matches!(escape, "\\n" | "\\r" | "%0A" | "%0a" | "%0D" | "%0d")) {
            self.end_window(take);
        }
    }

    /// Forgets the end of the open word.
    fn keep_of_word(&mut self, bytes: usize) {
        let is_first = !self.word.is_empty() && self.window_start == Some(self.word_start);
        self.word.truncate(self.word.floor_char_boundary(bytes));
        if is_first && self.word.is_empty() {
            self.window_start = None;
        }
    }
}

/// Returns the escape that ends before `at`, with its sign.
fn escape_before(view: &ViewText, at: usize) -> Option<&str> {
    let head = view.slice(view.floor_boundary(at.saturating_sub(ESCAPE_BYTES))..at);
    let escape = head.get(head.rfind(['\\', '%'])?..)?;
    let letters = escape.get(1..)?;
    (!letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(escape)
}
