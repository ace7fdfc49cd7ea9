//! Splits text that arrives in chunks into words, and words into windows.

use std::ops::Range;

use self::kinds::{BEYOND, CLOSE, LETTER, LINE, SPACE, STOP, kind};
use super::frequency::rarity;
use super::key::WordKey;
use super::stem::stem;
use crate::text::char_class::CharClass;
use crate::text::normalize::View;
use crate::text::parts::ViewPart;
use crate::text::reset::Reset;
use crate::text::view::ViewText;
use crate::text::word_runs::{BLOCK, FEW, PlainBlock, Runs, below, for_each_run, whole_runs};

/// A window ends with the word that makes it longer than this many bytes, if its sentence does not end before.
const WINDOW_BYTES: usize = 300;

/// A word is split after this many bytes: what is longer is not a word of a language.
const WORD_BYTES: usize = 64;

/// No window is longer than this.
pub(crate) const MAX_WINDOW_BYTES: usize = WINDOW_BYTES + 2 * WORD_BYTES;

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// The word, in lower case.
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A word of ASCII letters and digits that has a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortWord {
    pub(super) key: WordKey,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl ShortWord {
    /// Calls `take` with the letters of the word.
    #[inline]
    pub(super) fn with_bytes<T>(&self, take: impl FnOnce(&[u8]) -> T) -> T {
        take(self.key.bytes().get(..self.end - self.start).unwrap_or_default())
    }

    /// Calls `take` with the word and its letters.
    pub(super) fn with_text<T>(&self, take: impl FnOnce(&Word<'_>) -> T) -> T {
        let (start, end) = (self.start, self.end);
        self.with_bytes(|bytes| take(&Word { text: std::str::from_utf8(bytes).unwrap_or_default(), start, end }))
    }
}

/// Receives the words and windows of the text in order.
pub(super) trait TakeTokens {
    /// A word ended that was read at once: most do.
    fn take_short(&mut self, word: ShortWord);
    /// Another word ended.
    fn take_word(&mut self, word: &Word<'_>);
    /// The window ended.
    fn end_window(&mut self);
}

/// The state of the splitting.
#[derive(Debug, Default)]
pub(super) struct Tokenizer {
    /// The offset up to which the view has been read.
    at: usize,
    word: String,
    word_start: usize,
    word_end: usize,
    window_start: Option<usize>,
    /// A full stop was seen; if a space follows, the sentence ends.
    stopped: bool,
    /// The position before which the last boundary was read that the characters do not show.
    unseen: usize,
}

impl Reset for Tokenizer {
    fn reset(&mut self) {
        let mut word = std::mem::take(&mut self.word);
        word.reset();
        *self = Self { word, ..Self::default() };
    }
}

impl Tokenizer {
    /// Returns the offset of the open word.
    pub(super) fn open_word(&self) -> Option<usize> {
        (!self.word.is_empty()).then_some(self.word_start)
    }

    /// Returns the offset of the open window.
    pub(super) fn open_window(&self) -> Option<usize> {
        self.window_start
    }

    /// Reads the new part of the word view.
    pub(super) fn scan(&mut self, view: &ViewText, take: &mut impl TakeTokens) {
        let mut at = std::mem::replace(&mut self.at, view.end());
        while let Some(soft) = self.next_unseen(view, at) {
            self.read_parts(view, at..soft, take);
            self.separate_unseen(view, soft, take);
            at = soft;
        }
        self.read_parts(view, at..view.end(), take);
    }

    /// Reads a part of the view, which ends where a character or a unit does.
    fn read_parts(&mut self, view: &ViewText, Range { start, end }: Range<usize>, take: &mut impl TakeTokens) {
        let mut left = end - start;
        for ViewPart { rest, length, start, unit_end } in view.parts_from(start) {
            // A word before a boundary is open until that is read.
            let rest = rest.get(..left).unwrap_or(rest);
            let length = length.min(left);
            match unit_end {
                _ if length == 0 => return,
                Some(end) => {
                    let unit = rest.get(..length).unwrap_or_default();
                    unit.chars().for_each(|c| self.read(c, start, end, take));
                }
                None => self.read_same(rest, length, start, take),
            }
            left -= length;
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, take: &mut impl TakeTokens) {
        self.end_word(take);
        self.end_window(take);
    }

    /// Reads so many bytes of the view that are byte for byte the text from `start` on.
    fn read_same(&mut self, rest: &str, length: usize, start: usize, take: &mut impl TakeTokens) {
        // What comes in small chunks is read byte by byte.
        if length <= FEW {
            return self.read_slowly(rest.get(..length).unwrap_or_default(), start, take);
        }
        let mut at = 0;
        while let Some(rest) = rest.get(at..).filter(|_| at < length) {
            let read = self.read_block(rest, length - at, start + at, take);
            at += read.unwrap_or_else(|| self.read_runs(rest, length - at, start + at, take));
        }
    }

    /// Reads so many bytes as the block of plain text that they begin with, but a word at its end. Returns the number of bytes read, or
    /// `None` if there is no such block.
    fn read_block(&mut self, rest: &str, length: usize, start: usize, take: &mut impl TakeTokens) -> Option<usize> {
        // No window gets too long in what is read.
        let limit = self.window_start.map_or(BLOCK, |window| (window + WINDOW_BYTES).saturating_sub(start));
        let length = length.min(limit);
        if length <= FEW || !self.word.is_empty() {
            return None;
        }
        let block = PlainBlock::of(rest.as_bytes())?;
        let read = block.before_open_run(length, rest.len());
        if read == 0 {
            return None;
        }
        let mut words = block.word & below(read);
        let mut ends = block.mask(|byte| matches!(byte, b'\n' | b'.' | b'!' | b'?')) & below(read);
        // After a full stop what is before the next word counts.
        ends |= u64::from(self.stopped);
        loop {
            let end = ends.trailing_zeros() as usize;
            self.take_words(&block, words & below(end), start, take);
            words &= !below(end);
            if end >= read {
                return Some(read);
            }
            let next = read.min(words.trailing_zeros() as usize);
            self.read_gap(block.bytes.get(end..next).unwrap_or_default(), start + end, take);
            ends &= !below(next.max(end + 1));
        }
    }

    /// Takes words of a block, which begins at `start`, within one window.
    #[inline]
    fn take_words(&mut self, block: &PlainBlock, words: u64, start: usize, take: &mut impl TakeTokens) {
        if words == 0 {
            return;
        }
        self.stopped = false;
        self.window_start.get_or_insert(start + words.trailing_zeros() as usize);
        for run in Runs(words) {
            let (first, end) = (start + run.start, start + run.end);
            match WordKey::of_letters(&block.bytes, run.clone()) {
                Some(key) => take.take_short(ShortWord { key, start: first, end }),
                None => self.take_long(block.bytes.get(run).unwrap_or_default(), first, take),
            }
        }
    }

    #[cold]
    fn take_long(&mut self, word: &[u8], start: usize, take: &mut impl TakeTokens) {
        self.read_letters(std::str::from_utf8(word).unwrap_or_default(), start, take);
        self.end_word(take);
    }

    /// Reads so many bytes as a block has, and what follows if no word ends in it. Returns the number of bytes read.
    fn read_runs(&mut self, rest: &str, length: usize, start: usize, take: &mut impl TakeTokens) -> usize {
        let (bytes, mut at) = (rest.as_bytes(), 0);
        let length = whole_runs(bytes, length);
        for_each_run::<false>(bytes, length, |run| {
            self.read_gap(bytes.get(at..run.start).unwrap_or_default(), start + at, take);
            at = run.end;
            let is_whole =
                run.end < length || bytes.get(length).is_some_and(|&next| kind(next) & (LETTER | BEYOND) == 0);
            let key = || WordKey::of_letters(bytes, run.start..run.end);
            match run.parts.filter(|_| is_whole && self.word.is_empty()).and_then(|_| key()) {
                Some(key) => self.take_short(ShortWord { key, start: start + run.start, end: start + run.end }, take),
                None => self.read_slowly(rest.get(run.start..run.end).unwrap_or_default(), start + run.start, take),
            }
        });
        self.read_gap(bytes.get(at..length).unwrap_or_default(), start + at, take);
        length
    }

    /// Reads ASCII characters that are no letters and no digits.
    #[inline]
    fn read_gap(&mut self, gap: &[u8], start: usize, take: &mut impl TakeTokens) {
        gap.iter().zip(start + 1..).for_each(|(&byte, end)| self.separate_ascii(kind(byte), end, take));
    }

    /// Takes a word.
    #[inline]
    fn take_short(&mut self, word: ShortWord, take: &mut impl TakeTokens) {
        self.stopped = false;
        self.window_start.get_or_insert(word.start);
        take.take_short(word);
        self.end_long_window(word.end, take);
    }

    /// Ends the window if it is too long where the text was read up to here.
    #[inline]
    fn end_long_window(&mut self, end: usize, take: &mut impl TakeTokens) {
        if self.window_start.is_some_and(|start| end - start > WINDOW_BYTES) {
            self.end_window(take);
        }
    }

    /// Reads text that does not end where a word is known to end.
    #[inline(never)]
    fn read_slowly(&mut self, mut text: &str, mut start: usize, take: &mut impl TakeTokens) {
        while let Some(c) = text.chars().next() {
            let letters = text.bytes().take_while(|&byte| kind(byte) == LETTER).count();
            let (piece, rest) = text.split_at(letters.max(c.len_utf8()));
            if letters > 0 {
                self.read_letters(piece, start, take);
            } else {
                self.read(c, start, start + piece.len(), take);
            }
            (text, start) = (rest, start + piece.len());
        }
    }

    /// Reads ASCII letters and digits.
    fn read_letters(&mut self, letters: &str, start: usize, take: &mut impl TakeTokens) {
        let end = start + letters.len();
        let word_start = self.open_word().unwrap_or(start);
        if end - word_start > WORD_BYTES {
            let letters = letters.chars().zip(start..);
            letters.for_each(|(c, at)| self.read(c, at, at + 1, take));
            return;
        }
        self.stopped = false;
        self.word_start = word_start;
        self.window_start.get_or_insert(start);
        let known = self.word.len();
        self.word.push_str(letters);
        if let Some(letters) = self.word.get_mut(known..) {
            letters.make_ascii_lowercase();
        }
        self.word_end = end;
    }

    fn read(&mut self, c: char, start: usize, end: usize, take: &mut impl TakeTokens) {
        if !c.is_alphanumeric() {
            return self.separate(c, end, take);
        }
        self.stopped = false;
        let is_alone = !CharClass::of(c).is_word();
        if is_alone || end - self.word_start > WORD_BYTES {
            self.end_word(take);
        }
        if self.word.is_empty() {
            self.word_start = start;
            self.window_start.get_or_insert(start);
        }
        self.word.push(c.to_ascii_lowercase());
        self.word_end = end;
        if is_alone {
            self.end_word(take);
        }
    }

    /// Reads a character that is no letter and no digit.
    fn separate(&mut self, c: char, end: usize, take: &mut impl TakeTokens) {
        self.end_word(take);
        self.end_long_window(end, take);
        if matches!(c, '\n' | '。' | '！' | '？' | '｡') || (self.stopped && c.is_whitespace()) {
            self.end_window(take);
        }
        if matches!(c, '.' | '!' | '?') {
            self.stopped = true;
        } else if !matches!(c, '"' | '\'' | ')' | ']') {
            self.stopped = false;
        }
    }

    /// Reads an ASCII character of this kind that is no letter and no digit.
    #[inline]
    fn separate_ascii(&mut self, kind: u8, end: usize, take: &mut impl TakeTokens) {
        self.end_word(take);
        self.end_long_window(end, take);
        if kind & LINE != 0 || (self.stopped && kind & SPACE != 0) {
            self.end_window(take);
        }
        self.stopped = kind & STOP != 0 || (self.stopped && kind & CLOSE != 0);
    }

    fn end_word(&mut self, take: &mut impl TakeTokens) {
        if self.word.is_empty() {
            return;
        }
        take.take_word(&Word { text: &self.word, start: self.word_start, end: self.word_end });
        self.word.clear();
        self.end_long_window(self.word_end, take);
    }

    fn end_window(&mut self, take: &mut impl TakeTokens) {
        if self.window_start.take().is_some() {
            take.end_window();
        }
        self.stopped = false;
    }
}

/// Calls a function for each word.
struct EachWord<F>(F);

impl<F: FnMut(&Word<'_>)> TakeTokens for EachWord<F> {
    fn take_short(&mut self, word: ShortWord) {
        word.with_text(&mut self.0);
    }

    fn take_word(&mut self, word: &Word<'_>) {
        (self.0)(word);
    }

    fn end_window(&mut self) {}
}

/// Calls `take` for each word of a string that is complete, such as an example.
pub(super) fn each_word(text: &str, take: impl FnMut(&Word<'_>)) {
    let view = ViewText::of(text, View::Word);
    let (mut tokenizer, mut take) = (Tokenizer::default(), EachWord(take));
    tokenizer.scan(&view, &mut take);
    tokenizer.finish(&mut take);
}

/// Returns the stems of a string that is complete, and how rare they are.
pub(super) fn stems_of(text: &str) -> Vec<(String, u16)> {
    let mut stems = Vec::new();
    each_word(text, |word| {
        let stem = stem(word.text);
        stems.push((stem.to_owned(), rarity(stem)));
    });
    stems
}

mod kinds;
mod unseen;

#[cfg(test)]
mod tests;
