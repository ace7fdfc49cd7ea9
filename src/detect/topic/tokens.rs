//! Splits text that arrives in chunks into words, and words into windows.

use super::frequency::rarity;
use super::stem::stem;
use crate::text::char_class::CharClass;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// A window ends with the word that makes it longer than this many bytes, if its sentence does not end before.
const WINDOW_BYTES: usize = 300;

/// A word is split after this many bytes: what is longer is not a word of a language.
const WORD_BYTES: usize = 64;

/// No window is longer than this.
pub(crate) const MAX_WINDOW_BYTES: usize = WINDOW_BYTES + 2 * WORD_BYTES;

/// The ASCII letters and digits.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
static IS_LETTER: [bool; 256] = {
    let mut is_letter = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        is_letter[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    is_letter
};

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// The word, in lower case.
    pub(super) text: &'a str,
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
    pub(super) fn scan(&mut self, view: &ViewText, take: &mut impl FnMut(Token<'_>)) {
        let mut at = std::mem::replace(&mut self.at, view.end());
        while let Some(c) = view.first_from(at) {
            let (start, ascii) = view.ascii_from(at);
            if ascii.is_empty() {
                let end = at + c.len_utf8();
                self.read(c, view.text_start(at), view.text_end(end), take);
                at = end;
            } else {
                self.read_ascii(ascii, start, take);
                at += ascii.len();
            }
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(Token<'_>)) {
        self.end_word(take);
        self.end_window(take);
    }

    /// Reads ASCII characters, which begin at `start` of the text: a word at a time.
    fn read_ascii(&mut self, ascii: &str, start: usize, take: &mut impl FnMut(Token<'_>)) {
        let (mut rest, mut at) = (ascii, start);
        while let Some(&first) = rest.as_bytes().first() {
            let is_letter = |&byte: &u8| IS_LETTER.get(usize::from(byte)).copied().unwrap_or_default();
            let letters = rest.as_bytes().iter().take_while(|byte| is_letter(byte)).count();
            if letters == 0 {
                self.separate(char::from(first), at + 1, take);
            } else {
                self.read_letters(rest.get(..letters).unwrap_or_default(), at, take);
            }
            let read = letters.max(1);
            at += read;
            rest = rest.get(read..).unwrap_or_default();
        }
    }

    /// Reads ASCII letters and digits.
    fn read_letters(&mut self, letters: &str, start: usize, take: &mut impl FnMut(Token<'_>)) {
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

    fn read(&mut self, c: char, start: usize, end: usize, take: &mut impl FnMut(Token<'_>)) {
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
    fn separate(&mut self, c: char, end: usize, take: &mut impl FnMut(Token<'_>)) {
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
        take(Token::Word(Word { text: &self.word, start: self.word_start, end: self.word_end }));
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
    each_word(text, |word| {
        let stem = stem(word.text);
        stems.push((stem.to_owned(), rarity(stem)));
    });
    stems
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Token, Tokenizer};
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    /// Reads with `scan`, one character after another.
    fn tokens(text: &str, cuts: &[usize], scan: impl Fn(&mut Tokenizer, &ViewText, &mut Vec<String>)) -> Vec<String> {
        let (mut view, mut tokenizer, mut tokens) = (ViewText::new(View::Word), Tokenizer::default(), Vec::new());
        let mut from = 0;
        for &cut in cuts {
            let to = text.floor_char_boundary(from.max(cut.min(text.len())));
            view.push(text.get(from..to).unwrap_or_default(), from);
            scan(&mut tokenizer, &view, &mut tokens);
            from = to;
        }
        view.push(text.get(from..).unwrap_or_default(), from);
        view.finish();
        scan(&mut tokenizer, &view, &mut tokens);
        tokenizer.finish(&mut |token: Token<'_>| tokens.push(format!("{token:?}")));
        tokens
    }

    fn by_words(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Vec<String>) {
        tokenizer.scan(view, &mut |token: Token<'_>| tokens.push(format!("{token:?}")));
    }

    fn by_characters(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Vec<String>) {
        let first = std::mem::replace(&mut tokenizer.at, view.end());
        for (at, c) in view.slice(first..view.end()).char_indices() {
            let (start, end) = (view.text_start(first + at), view.text_end(first + at + c.len_utf8()));
            tokenizer.read(c, start, end, &mut |token: Token<'_>| tokens.push(format!("{token:?}")));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn words_at_a_time_are_as_characters_are(
            text in prop_oneof![
                "([a-zA-Z]{1,9}|[0-9]{1,4}|[a-z0-9]{50,140}|é|ﬁ|中|가|²|\u{200b}|[.!?'\"\\)_ \n，。-]|  ){0,80}",
                "([a-z]{1,12}[ ,]){0,60}",
            ],
            cuts in prop::collection::vec(0usize..400, 0..6),
        ) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let expected = tokens(&text, &[], by_characters);
            prop_assert_eq!(tokens(&text, &[], by_words), expected.clone());
            prop_assert_eq!(tokens(&text, &cuts, by_words), expected);
        }
    }
}
