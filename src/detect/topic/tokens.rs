//! Splits text that arrives in chunks into words, and words into windows.

use super::frequency::rarity;
use super::stem::stem;
use crate::text::char_class::CharClass;
use crate::text::normalize::View;
use crate::text::view::ViewText;

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
    /// Its stem.
    pub(super) stem: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// An event in the text.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// A word ended.
    Word(Word<'a>),
    /// The window ended.
    WindowEnd,
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
    pub(super) fn scan(&mut self, view: &ViewText, take: &mut impl FnMut(Token<'_>)) {
        let first = self.at;
        self.at = view.end();
        for (at, c) in view.slice(first..view.end()).char_indices() {
            let at = first + at;
            self.read(c, view.text_start(at), view.text_end(at + c.len_utf8()), take);
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(Token<'_>)) {
        self.end_word(take);
        self.end_window(take);
    }

    fn read(&mut self, c: char, start: usize, end: usize, take: &mut impl FnMut(Token<'_>)) {
        if c.is_alphanumeric() {
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
            return;
        }
        self.end_word(take);
        let sentence_over = matches!(c, '\n' | '。' | '！' | '？' | '｡') || (self.stopped && c.is_whitespace());
        let too_long = self.window_start.is_some_and(|start| end - start > WINDOW_BYTES);
        if sentence_over || too_long {
            self.end_window(take);
        }
        if matches!(c, '.' | '!' | '?') {
            self.stopped = true;
        } else if !matches!(c, '"' | '\'' | ')' | ']') {
            self.stopped = false;
        }
    }

    fn end_word(&mut self, take: &mut impl FnMut(Token<'_>)) {
        if self.word.is_empty() {
            return;
        }
        let text = self.word.as_str();
        take(Token::Word(Word { text, stem: stem(text), start: self.word_start, end: self.word_end }));
        self.word.clear();
        if self.window_start.is_some_and(|start| self.word_end - start > WINDOW_BYTES) {
            self.end_window(take);
        }
    }

    fn end_window(&mut self, take: &mut impl FnMut(Token<'_>)) {
        if self.window_start.take().is_some() {
            take(Token::WindowEnd);
        }
        self.stopped = false;
    }
}

/// Calls `take` for each word of a string that is complete, such as an example.
pub(super) fn each_word(text: &str, mut take: impl FnMut(&Word<'_>)) {
    let view = ViewText::of(text, View::Word);
    let mut tokenizer = Tokenizer::default();
    let mut take = |token: Token<'_>| {
        if let Token::Word(word) = token {
            take(&word);
        }
    };
    tokenizer.scan(&view, &mut take);
    tokenizer.finish(&mut take);
}

/// Returns the stems of a string that is complete, and how rare they are.
pub(super) fn stems_of(text: &str) -> Vec<(String, i64)> {
    let mut stems = Vec::new();
    each_word(text, |word| stems.push((word.stem.to_owned(), rarity(word.stem))));
    stems
}
