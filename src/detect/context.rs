//! Context words, which are read only near values that ask for them.

use std::collections::VecDeque;

use unicode_normalization::char::is_combining_mark;

use super::words::{WordHit, WordRole, Words, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::{Mapping, View, normalize};
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// Text is skipped if that saves at least this many bytes.
const MIN_SKIPPED_BYTES: usize = 64;

/// Bytes that are read beyond what is asked for, where nothing was skipped.
const READ_AHEAD_BYTES: usize = 512;

/// No offset: words may be missing anywhere.
const UNKNOWN: usize = usize::MAX;

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

/// A context word in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ContextWord {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The offset after the last visible character before it.
    pub(crate) before: usize,
    /// The offset of the next visible character after it.
    pub(crate) after: usize,
    /// The number of its list.
    pub(crate) list: u32,
}

/// Reads parts of a text, in ascending order. Takes memory once it reads.
#[derive(Debug, Default)]
pub(crate) struct ContextReader(Option<Box<Progress>>);

/// The state of a reader in some text.
#[derive(Debug)]
struct Progress {
    view: ViewText,
    words: WordsState,
    /// The offset from which no text was skipped.
    from: usize,
    /// The offset up to which the text is read or skipped.
    at: usize,
    is_finished: bool,
    hits: Vec<WordHit>,
    /// The last words, in text order.
    found: VecDeque<ContextWord>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            view: ViewText::new(View::Word),
            words: WordsState::default(),
            from: 0,
            at: 0,
            is_finished: false,
            hits: Vec::new(),
            found: VecDeque::new(),
        }
    }
}

impl Reset for ContextReader {
    fn reset(&mut self) {
        let Self(Some(progress)) = self else { return };
        let Progress { view, words, from, at, is_finished, hits, found } = &mut **progress;
        view.reset();
        words.reset();
        hits.reset();
        found.reset();
        (*from, *at, *is_finished) = (0, 0, false);
    }
}

impl ContextReader {
    /// Returns the offset from which the text is still needed, unless it may be skipped.
    pub(crate) fn at(&self) -> usize {
        self.0.as_ref().map_or(0, |progress| progress.at)
    }

    /// Returns the words that were found and begin in a part of the text.
    pub(crate) fn words(&self, from: usize, to: usize) -> impl Iterator<Item = &ContextWord> {
        self.0.iter().flat_map(move |progress| {
            let first = progress.found.partition_point(|word| word.start < from);
            progress.found.range(first..).take_while(move |word| word.start < to)
        })
    }

    /// Reads the text up to `to`, or its end. A word is found once the character after it is read. Words that begin before `from` are
    /// forgotten, and no later call may ask for them. Returns `false` if some that begin later may be missing, because they are in text that
    /// was skipped, forgotten or has not arrived.
    pub(crate) fn read(
        &mut self,
        ContextWords(words): &ContextWords,
        text: &TextBuffer,
        (from, to): (usize, usize),
    ) -> bool {
        self.0.get_or_insert_default().read(words, text, (from, to))
    }
}

impl Progress {
    fn read(&mut self, words: &Words, text: &TextBuffer, (from, to): (usize, usize)) -> bool {
        if to > self.at || (text.is_finished() && !self.is_finished) {
            let is_skipped = self.skip(text, from);
            // Where values are close to each other, one call for several of them costs less.
            let ahead = if is_skipped { 0 } else { READ_AHEAD_BYTES };
            self.read_until(words, text, text.floor_boundary((to + ahead).min(text.end())));
            while self.found.front().is_some_and(|word| word.start < from) {
                self.found.pop_front();
            }
            self.view.forget_before(from);
        }
        let has_arrived = self.is_finished || to <= text.end() && text.floor_boundary(to) <= self.at;
        has_arrived && self.from <= from
    }

    fn read_until(&mut self, words: &Words, text: &TextBuffer, to: usize) {
        let to = to.max(self.at);
        self.view.push(text.slice(self.at, to), self.at);
        self.at = to;
        if text.is_finished() && to == text.end() && !self.is_finished {
            self.is_finished = true;
            self.view.finish();
        }
        words.scan(&mut self.words, &self.view, text, &mut self.hits);
        for WordHit { role, start, end } in self.hits.drain(..) {
            let WordRole::Context(list) = role else { continue };
            let (before, after) = (text.last_seen(start, View::Word), text.next_seen(end, View::Word));
            let word = ContextWord { start, end, before, after, list };
            let at = self.found.partition_point(|known| *known <= word);
            self.found.insert(at, word);
        }
    }

    /// Goes on just before `from`, if the text can be read from there as if it were its start: a letter or digit after a space continues
    /// nothing. Returns `true` if text was skipped.
    fn skip(&mut self, text: &TextBuffer, from: usize) -> bool {
        let from = text.floor_boundary(from.min(text.end()));
        let is_forgotten = self.at < text.base();
        if !is_forgotten && self.from != UNKNOWN && from < self.at + MIN_SKIPPED_BYTES {
            return false;
        }
        let least = if self.from == UNKNOWN { text.base() } else { text.base().max(self.at) };
        let begin = begin_before(text, least, from);
        if begin.is_none() && !is_forgotten {
            return false;
        }
        self.view.reset();
        self.words.reset();
        self.found.clear();
        // What was forgotten without being read may have been the start of a word.
        self.from = begin.unwrap_or(UNKNOWN);
        self.at = begin.unwrap_or(text.base());
        true
    }
}

/// Returns the last letter or digit after a space or the end of a line, in a part of the text, `to` included.
fn begin_before(text: &TextBuffer, least: usize, to: usize) -> Option<usize> {
    let least = text.floor_boundary(least.max(to.saturating_sub(MAX_SEARCHED_BYTES)));
    let next = to + text.char_at(to).map_or(0, char::len_utf8);
    let searched = if least < next { text.slice(least, next) } else { "" };
    let mut spaces = searched.bytes().enumerate().rev().filter(|(_, byte)| matches!(byte, b' ' | b'\n'));
    spaces.find_map(|(at, _)| {
        let first = searched.get(at + 1..)?.chars().next()?;
        is_visible(first).then_some(least + at + 1)
    })
}

/// Returns `true` for a letter or digit that ends a run of white space or of invisible characters in a view, whatever was before.
fn is_visible(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (!c.is_ascii()
            && c.is_alphanumeric()
            && !is_combining_mark(c)
            && *normalize(c, View::Word) != Mapping::Dropped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ContextReader, ContextWord, ContextWords};
    use crate::detect::LOOKAHEAD_BYTES;
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

    /// The words that are found when a text is read by parts, and whether all words of a part are found.
    fn found(text: &TextBuffer, parts: &[(usize, usize)]) -> Vec<(Vec<ContextWord>, bool)> {
        let (words, mut reader) = (words(), ContextReader::default());
        let read = |&(from, to): &(usize, usize)| {
            let is_all = reader.read(&words, text, (from, to));
            (reader.words(from, to).copied().collect(), is_all)
        };
        parts.iter().map(read).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn skipped_text_changes_nothing_after_it(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "card", "Credit  card", "account number", "cardNumber", "账号", "no", "#id", "1234", " ", "\n", "_", "**", "x", "\\u00",
                    "%20", "\u{1b}[", "31m", "²", "\u{200b}", "\\", "é", "字", "\u{301}", "\u{93f}", "ー", "\n字\n", "plain words between values",
                ]),
                0..120,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let whole = pieces.concat();
            let mut text = TextBuffer::default();
            text.push(&whole);
            text.finish();
            let all = found(&text, &[(0, whole.len())]).remove(0).0;
            let mut ends: Vec<usize> = cuts.iter().map(|cut| (cut * whole.len() as f64) as usize).collect();
            ends.sort_unstable();
            let parts: Vec<(usize, usize)> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
            for (&(from, to), (some, is_all)) in parts.iter().zip(found(&text, &parts)) {
                prop_assert!(is_all);
                let is_needed = |word: &&ContextWord| word.start >= from && word.end + LOOKAHEAD_BYTES < to;
                for word in all.iter().filter(is_needed) {
                    prop_assert!(some.contains(word), "{word:?} not in {from}..{to} of {whole:?}");
                }
                for word in &some {
                    prop_assert!(all.contains(word), "{word:?} in {whole:?}");
                }
            }
        }
    }

    #[test]
    fn words_in_forgotten_text_are_missing() {
        let words = words();
        let (mut reader, mut text) = (ContextReader::default(), TextBuffer::default());
        text.push(&"card-".repeat(2000));
        text.forget_before(9000);
        assert!(text.base() > 0 && !reader.read(&words, &text, (9500, 9600)));
        assert!(!reader.read(&words, &text, (9900, 9950)), "no space to begin after");
        text.push(" card 123 ");
        assert!(!reader.read(&words, &text, (10_001, 10_200)), "the text has not arrived");
        text.push(&"x".repeat(200));
        assert!(reader.read(&words, &text, (10_001, 10_200)));
        assert_eq!(reader.words(10_001, 10_200).map(|word| word.start).collect::<Vec<_>>(), [10_001]);
    }
}
