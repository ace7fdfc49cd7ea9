//! Context words, which are read only near values that ask for them.

use super::output::TaggedSpan;
use super::words::{WordHit, WordRole, Words, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// Text is skipped if that saves at least this many bytes.
const MIN_SKIPPED_BYTES: usize = 64;

/// Bytes that are read beyond what is asked for, where nothing was skipped.
const READ_AHEAD_BYTES: usize = 512;

/// A space to read on from is looked for in this many bytes.
const MAX_SEARCHED_BYTES: usize = 256;

/// The context words of all recognizers of a policy.
#[derive(Debug)]
pub(crate) struct ContextWords(Words);

impl ContextWords {
    pub(super) fn new(words: Words) -> Self {
        Self(words)
    }
}

/// Reads parts of a text, in ascending order.
#[derive(Debug)]
pub(crate) struct ContextReader {
    view: ViewText,
    words: WordsState,
    /// The offset up to which the text is read or skipped.
    at: usize,
    is_finished: bool,
    hits: Vec<WordHit>,
}

impl Default for ContextReader {
    fn default() -> Self {
        let view = ViewText::new(View::Word);
        Self { view, words: WordsState::default(), at: 0, is_finished: false, hits: Vec::new() }
    }
}

impl Reset for ContextReader {
    fn reset(&mut self) {
        let Self { view, words, at, is_finished, hits } = self;
        view.reset();
        words.reset();
        hits.reset();
        (*at, *is_finished) = (0, false);
    }
}

impl ContextReader {
    /// Returns the offset from which the text is still needed.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Reads the text up to `to`, and to its end if it ends there. All words that begin from `from` on are reported once the character
    /// after them is read.
    pub(crate) fn read(
        &mut self,
        ContextWords(words): &ContextWords,
        text: &TextBuffer,
        (from, to): (usize, usize),
        mut report: impl FnMut(TaggedSpan),
    ) {
        if to <= self.at && !text.is_finished() {
            return;
        }
        // Where values are close to each other, one call for several of them costs less.
        let ahead = if self.skip(text, from) { 0 } else { READ_AHEAD_BYTES };
        let to = text.floor_boundary((to + ahead).min(text.end()));
        let finishes = text.is_finished() && to == text.end() && !self.is_finished;
        if to <= self.at && !finishes {
            return;
        }
        self.view.push(text.slice(self.at, to.max(self.at)), self.at);
        self.at = to.max(self.at);
        if finishes {
            self.is_finished = true;
            self.view.finish();
        }
        words.scan(&mut self.words, &self.view, text, &mut self.hits);
        for WordHit { role, start, end } in self.hits.drain(..) {
            if let WordRole::Context(tag) = role {
                report(TaggedSpan { tag, start, end });
            }
        }
        self.view.forget_before(from);
    }

    /// Goes on just before `from`, if the text can be read from there as if it were its start: a letter or digit after a space continues
    /// nothing. Returns `true` if text was skipped.
    fn skip(&mut self, text: &TextBuffer, from: usize) -> bool {
        let from = text.floor_boundary(from.min(text.end()));
        if from < self.at + MIN_SKIPPED_BYTES {
            return false;
        }
        let searched = text.floor_boundary(self.at.max(from.saturating_sub(MAX_SEARCHED_BYTES)));
        let bytes = text.slice(searched, from).as_bytes();
        let begins = |pair: &[u8]| matches!(pair, [b' ', next] if next.is_ascii_alphanumeric());
        let Some(space) = bytes.windows(2).rposition(begins) else { return false };
        self.view.reset();
        self.words.reset();
        self.at = searched + space + 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ContextReader, ContextWords};
    use crate::detect::output::TaggedSpan;
    use crate::detect::words::{Spelling, WordRole, WordsBuilder};
    use crate::text::buffer::TextBuffer;

    fn words() -> ContextWords {
        let mut builder = WordsBuilder::default();
        for (word, list) in [("card", 0), ("credit card", 0), ("account number", 1), ("账号", 1), ("no", 2), ("#id", 2)]
        {
            builder.add(word, WordRole::Context(list), true, Spelling::Normalized);
        }
        ContextWords::new(builder.build().expect("words"))
    }

    /// The words in `text`, read to its end by parts.
    fn found(text: &TextBuffer, parts: &[(usize, usize)]) -> Vec<TaggedSpan> {
        let (words, mut reader, mut found) = (words(), ContextReader::default(), Vec::new());
        parts.iter().for_each(|&part| reader.read(&words, text, part, |span| found.push(span)));
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn skipped_text_changes_nothing_after_it(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "card", "Credit  card", "account number", "cardNumber", "账号", "no", "#id", "1234", " ", "\n", "_", "**", "x", "\\u00",
                    "%20", "\u{1b}[", "31m", "²", "\u{200b}", "\\", "é", "plain words between values",
                ]),
                0..120,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let whole = pieces.concat();
            let mut text = TextBuffer::default();
            text.push(&whole);
            text.finish();
            let all = found(&text, &[(0, whole.len())]);
            let mut ends: Vec<usize> = cuts.iter().map(|cut| (cut * whole.len() as f64) as usize).collect();
            ends.sort_unstable();
            let parts: Vec<(usize, usize)> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
            let some = found(&text, &parts);
            for span in &some {
                prop_assert!(all.contains(span), "{span:?} in {whole:?}");
            }
            for &(from, to) in &parts {
                let needed = all.iter().filter(|span| span.start >= from && span.end + crate::detect::LOOKAHEAD_BYTES < to);
                for span in needed {
                    prop_assert!(some.contains(span), "{span:?} not in {from}..{to} of {whole:?}");
                }
            }
        }
    }
}
