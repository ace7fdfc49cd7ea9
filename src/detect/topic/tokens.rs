//! Splits text that arrives in chunks into words, and words into windows.

use super::frequency::rarity;
use super::key::WordKey;
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

/// Kinds of bytes: letters and digits, those that are not ASCII, and of all others the ends of lines, white space, what may end a
/// sentence, and what may follow it.
const LETTER: u8 = 1;
const BEYOND: u8 = 2;
const LINE: u8 = 4;
const SPACE: u8 = 8;
const STOP: u8 = 16;
const CLOSE: u8 = 32;

#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            0x80.. => BEYOND,
            b'\n' => LINE | SPACE,
            b'\t'..=b'\r' | b' ' => SPACE,
            b'.' | b'!' | b'?' => STOP,
            b'"' | b'\'' | b')' | b']' => CLOSE,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// Returns the kind of a byte.
fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or_default()
}

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
    /// Calls `take` with the word and its letters.
    pub(super) fn with_text<T>(&self, take: impl FnOnce(&Word<'_>) -> T) -> T {
        let mut bytes = [0; WordKey::MAX_BYTES];
        take(&Word { text: self.key.write(&mut bytes), start: self.start, end: self.end })
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
        let at = std::mem::replace(&mut self.at, view.end());
        for part in view.parts_from(at) {
            match part.unit_end {
                Some(end) => {
                    let unit = part.rest.get(..part.length).unwrap_or_default();
                    unit.chars().for_each(|c| self.read(c, part.start, end, take));
                }
                None => self.read_same(part.rest, part.length, part.start, take),
            }
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, take: &mut impl TakeTokens) {
        self.end_word(take);
        self.end_window(take);
    }

    /// Reads so many bytes of the view that are byte for byte the text from `start` on: words that end there at once.
    fn read_same(&mut self, rest: &str, length: usize, start: usize, take: &mut impl TakeTokens) {
        let (bytes, mut at) = (rest.as_bytes(), 0);
        while at < length
            && let Some((&first, _)) = bytes.get(at..).and_then(<[u8]>::split_first)
        {
            let kind = kind(first);
            if kind & (LETTER | BEYOND) == 0 {
                at += 1;
                self.separate_ascii(kind, start + at, take);
                continue;
            }
            let short = if kind == LETTER { self.short_word(bytes, at, length) } else { None };
            let Some((key, letters, next)) = short else {
                at += self.read_slowly(rest.get(at..length).unwrap_or_default(), start + at, take);
                continue;
            };
            let word = ShortWord { key, start: start + at, end: start + at + letters };
            at += letters;
            // After a word a space, or what neither ends a sentence nor may follow its end, needs no more than to be counted.
            at += usize::from(next & !SPACE == 0 && at < length);
            self.take_short(word, start + at, take);
        }
    }

    /// Returns the key of the word at `at`, its length, and the kind of the byte after it, if it begins there and ends before `end`.
    #[inline]
    fn short_word(&self, bytes: &[u8], at: usize, end: usize) -> Option<(WordKey, usize, u8)> {
        let rest = bytes.get(at..)?;
        let (key, letters) = WordKey::first(rest).filter(|_| self.word.is_empty())?;
        let next = kind(*rest.get(letters)?);
        (at + letters <= end && next != BEYOND).then_some((key, letters, next))
    }

    /// Takes a word after which the text is read up to `read`.
    #[inline]
    fn take_short(&mut self, word: ShortWord, read: usize, take: &mut impl TakeTokens) {
        self.stopped = false;
        let window_start = *self.window_start.get_or_insert(word.start);
        take.take_short(word);
        if read - window_start > WINDOW_BYTES {
            self.end_window(take);
        }
    }

    /// Reads the ASCII letters and digits at the start of some text, or one other character. Returns the number of bytes read.
    fn read_slowly(&mut self, text: &str, start: usize, take: &mut impl TakeTokens) -> usize {
        let letters = text.bytes().take_while(|&byte| kind(byte) == LETTER).count();
        if letters > 0 {
            self.read_letters(text.get(..letters).unwrap_or_default(), start, take);
            return letters;
        }
        let Some(c) = text.chars().next() else { return 1 };
        self.read(c, start, start + c.len_utf8(), take);
        c.len_utf8()
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

    /// Reads an ASCII character of this kind that is no letter and no digit.
    #[inline]
    fn separate_ascii(&mut self, kind: u8, end: usize, take: &mut impl TakeTokens) {
        self.end_word(take);
        let sentence_over = kind & LINE != 0 || (self.stopped && kind & SPACE != 0);
        let too_long = self.window_start.is_some_and(|start| end - start > WINDOW_BYTES);
        if sentence_over || too_long {
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
        if self.window_start.is_some_and(|start| self.word_end - start > WINDOW_BYTES) {
            self.end_window(take);
        }
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

    use super::{ShortWord, TakeTokens, Tokenizer, Word};
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    /// What the tokenizer reports.
    #[derive(Debug, Default, PartialEq)]
    struct Tokens(Vec<String>);

    impl TakeTokens for Tokens {
        fn take_short(&mut self, word: ShortWord) {
            word.with_text(|word| self.take_word(word));
        }

        fn take_word(&mut self, word: &Word<'_>) {
            self.0.push(format!("{word:?}"));
        }

        fn end_window(&mut self) {
            self.0.push("end".to_owned());
        }
    }

    /// Reads the text, cut into chunks, with `scan`.
    fn tokens(text: &str, cuts: &[usize], scan: impl Fn(&mut Tokenizer, &ViewText, &mut Tokens)) -> Tokens {
        let (mut view, mut tokenizer, mut tokens) =
            (ViewText::new(View::Word), Tokenizer::default(), Tokens::default());
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
        tokenizer.finish(&mut tokens);
        tokens
    }

    fn by_words(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Tokens) {
        tokenizer.scan(view, tokens);
    }

    fn by_characters(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Tokens) {
        let first = std::mem::replace(&mut tokenizer.at, view.end());
        for (at, c) in view.slice(first..view.end()).char_indices() {
            let (start, end) = (view.text_start(first + at), view.text_end(first + at + c.len_utf8()));
            tokenizer.read(c, start, end, tokens);
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
            prop_assert_eq!(&tokens(&text, &[], by_words), &expected);
            prop_assert_eq!(tokens(&text, &cuts, by_words), expected);
        }
    }
}
