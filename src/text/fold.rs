//! Folded views: what the detectors read in place of the text.
//!
//! Every character folds on its own, to itself, to nothing or to a few other characters. So a view does not depend on how the
//! text was cut, and a span of a view maps back to whole characters of the text.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fold_table::{ascii_quote, look_alike};
use super::unicode::{ascii_digit, is_dash, is_invisible, is_space};

/// Which differences a view does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// For patterns and PII: width, invisible characters, dashes, spaces, digits of other scripts. Case is kept.
    Pattern = 0,
    /// For words and topics: the same, and case, compatibility forms, diacritics, look-alikes, quotes.
    Word = 1,
}

/// A run of dropped characters, invisible ones or combining marks, longer than this many bytes is no longer dropped. Without a limit, a match, and with it what a
/// stream must hold, could be made as long as one likes.
pub(crate) const MAX_INVISIBLE_BYTES: usize = 32;

/// What one character becomes in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Folded {
    /// Itself.
    Same,
    /// Nothing.
    Dropped,
    /// These characters.
    To(Box<str>),
}

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
static TABLES: [[OnceLock<Box<[Folded]>>; PAGES]; 2] = [const { [const { OnceLock::new() }; PAGES] }; 2];

/// What `c` becomes in `view`. A look-up; the first character of each 256 computes their page.
pub(crate) fn fold(c: char, view: View) -> &'static Folded {
    let code = c as usize;
    let page = TABLES[view as usize][code / PAGE].get_or_init(|| {
        let first = code / PAGE * PAGE;
        (first..first + PAGE)
            .map(|code| u32::try_from(code).ok().and_then(char::from_u32).map_or(Folded::Same, |c| compute(c, view)))
            .collect()
    });
    &page[code % PAGE]
}

fn compute(c: char, view: View) -> Folded {
    let folded = match view {
        View::Pattern => pattern_form(c),
        View::Word => word_form(c),
    };
    let mut buffer = [0; 4];
    if folded.is_empty() {
        Folded::Dropped
    } else if folded == *c.encode_utf8(&mut buffer) {
        Folded::Same
    } else {
        Folded::To(folded.into_boxed_str())
    }
}

fn pattern_form(c: char) -> String {
    match simple_form(c) {
        Some(form) => form,
        None => {
            let compatible: String = std::iter::once(c).nfkd().collect();
            if compatible.len() == 1 { compatible } else { c.to_string() }
        }
    }
}

/// The folds both views share; `None` when none applies.
fn simple_form(c: char) -> Option<String> {
    if c.is_ascii() {
        Some(c.to_string())
    } else if is_invisible(c) {
        Some(String::new())
    } else if is_dash(c) {
        Some("-".to_owned())
    } else if is_space(c) {
        Some(" ".to_owned())
    } else if matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
        Some("\n".to_owned())
    } else {
        ascii_digit(c).map(String::from)
    }
}

fn word_form(c: char) -> String {
    if let Some(form) = simple_form(c) {
        return form.to_lowercase();
    }
    if let Some(letters) = one_case(c).and_then(look_alike) {
        return letters.to_owned();
    }
    let is_seen = |part: &char| !is_combining_mark(*part) && !is_invisible(*part);
    // Through upper case, because some letters have several lower-case forms, such as σ and ς.
    let cased = std::iter::once(c).nfkd().filter(is_seen).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut form = String::new();
    for part in cased.nfkd().filter(is_seen) {
        match (look_alike(part), ascii_quote(part), simple_form(part)) {
            (Some(letters), _, _) => form.push_str(letters),
            (_, Some(quote), _) => form.push(quote),
            (_, _, Some(simple)) => form.push_str(&simple.to_lowercase()),
            _ => form.push(part),
        }
    }
    form
}

/// The one letter in lower case that `c` is a case of.
fn one_case(c: char) -> Option<char> {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none())
}

/// Folds a text that stands on its own, such as a word of a policy.
pub(crate) fn fold_text(text: &str, view: View) -> String {
    let mut folded = FoldedText::default();
    let mut run = 0;
    folded.extend(text, 0, view, &mut run);
    // Folding maps characters to characters, so the bytes are valid UTF-8.
    String::from_utf8(folded.bytes).unwrap_or_default()
}

/// A piece of a view, with the bytes of the text each of its bytes came from.
#[derive(Debug, Default)]
pub(crate) struct FoldedText {
    /// The view.
    pub(crate) bytes: Vec<u8>,
    /// For each byte of the view: where its character begins in the text.
    pub(crate) starts: Vec<usize>,
    /// For each byte of the view: where its character ends in the text.
    pub(crate) ends: Vec<usize>,
}

impl FoldedText {
    /// Forgets everything, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.starts.clear();
        self.ends.clear();
    }

    /// Adds the view of `text`, whose first byte is byte `offset` of the whole text. `run` counts the bytes of the run of
    /// invisible characters the text ends in so far, and goes on over calls.
    pub(crate) fn extend(&mut self, text: &str, offset: usize, view: View, run: &mut usize) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let plain = bytes[at..].iter().take_while(|byte| byte.is_ascii()).count();
            if plain > 0 {
                *run = 0;
                // In the word view ASCII keeps its case: automata over it ignore ASCII case themselves, which saves a copy.
                self.bytes.extend_from_slice(&bytes[at..at + plain]);
                self.starts.extend(offset + at..offset + at + plain);
                self.ends.extend(offset + at + 1..=offset + at + plain);
                at += plain;
            }
            let Some(c) = text[at..].chars().next() else { break };
            let (start, end) = (offset + at, offset + at + c.len_utf8());
            match folded(c, view, run) {
                Folded::Dropped => {}
                Folded::Same => self.push(&bytes[at..at + c.len_utf8()], start, end),
                Folded::To(form) => self.push(form.as_bytes(), start, end),
            }
            at += c.len_utf8();
        }
    }

    fn push(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.bytes.extend_from_slice(bytes);
        self.starts.extend(std::iter::repeat_n(start, bytes.len()));
        self.ends.extend(std::iter::repeat_n(end, bytes.len()));
    }
}

/// Splits a text in two where plain ASCII ends or, behind other characters, where a good stretch of it begins. Plain stretches are
/// their own view, so that a character here and there in a text does not cost a copy of all of it.
pub(crate) fn split_plain(text: &str) -> (&str, &str) {
    const STRETCH: usize = 64;
    let bytes = text.as_bytes();
    let plain = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    if plain >= STRETCH || plain == bytes.len() {
        return text.split_at(plain);
    }
    let mut ascii = 0;
    for (at, byte) in bytes.iter().enumerate().skip(plain) {
        ascii = if byte.is_ascii() { ascii + 1 } else { 0 };
        if ascii == STRETCH {
            return text.split_at(at + 1 - STRETCH);
        }
    }
    (text, "")
}

/// What `c` becomes, given the run of invisible bytes before it.
fn folded(c: char, view: View, run: &mut usize) -> &'static Folded {
    let form = fold(c, view);
    if *form != Folded::Dropped {
        *run = 0;
        return form;
    }
    *run = run.saturating_add(c.len_utf8());
    if *run > MAX_INVISIBLE_BYTES { &Folded::Same } else { form }
}

#[cfg(test)]
mod tests {
    use super::{FoldedText, View, fold_text, split_plain};

    #[test]
    fn the_pattern_view_keeps_case_and_unifies_forms() {
        assert_eq!(fold_text("４１１１\u{a0}１１１１", View::Pattern), "4111 1111");
        assert_eq!(fold_text("a\u{200b}b＠Ｘ．com", View::Pattern), "ab@X.com");
        assert_eq!(fold_text("١٢٣–４", View::Pattern), "123-4");
        assert_eq!(fold_text("Привет é 中文", View::Pattern), "Привет é 中文");
    }

    #[test]
    fn the_word_view_folds_look_alikes_and_diacritics() {
        assert_eq!(fold_text("Аcmé", View::Word), "acme");
        assert_eq!(fold_text("ÀÉÎ ﬁne STRASSE straße", View::Word).to_lowercase(), "aei fine strasse strasse");
        assert_eq!(fold_text("cafe\u{301}", View::Word), "cafe");
        assert_eq!(fold_text("ТЕСТ", View::Word), fold_text("тест", View::Word));
        assert_eq!(fold_text("don’t", View::Word), "don't");
    }

    #[test]
    fn a_long_run_of_invisible_characters_is_not_dropped() {
        let text = format!("a{}b", "\u{200b}".repeat(10));
        assert_eq!(fold_text(&text, View::Pattern), "ab");
        let text = format!("a{}b", "\u{200b}".repeat(11));
        assert_eq!(fold_text(&text, View::Pattern), "a\u{200b}b");
    }

    #[test]
    fn a_long_run_of_marks_is_not_dropped_either() {
        let text = format!("a{}b", "\u{301}".repeat(16));
        assert_eq!(fold_text(&text, View::Word), "ab");
        let text = format!("a{}b", "\u{301}".repeat(17));
        assert_eq!(fold_text(&text, View::Word), "a\u{301}b");
    }

    #[test]
    fn stretches_of_ascii_are_split_off() {
        let ascii = "a".repeat(100);
        let text = format!("{ascii}é{ascii}中");
        let (first, rest) = split_plain(&text);
        assert_eq!(first, ascii);
        let (second, rest) = split_plain(rest);
        assert_eq!((second, split_plain(rest)), ("é", (ascii.as_str(), "中")));
        assert_eq!(split_plain("ab中cd"), ("ab中cd", ""));
        assert_eq!(split_plain("abc"), ("abc", ""));
    }

    #[test]
    fn every_byte_of_a_view_maps_to_its_character() {
        let mut folded = FoldedText::default();
        let mut run = 0;
        folded.extend("xﬁ中", 10, View::Word, &mut run);
        assert_eq!(folded.bytes, "xfi中".as_bytes());
        assert_eq!(folded.starts, [10, 11, 11, 14, 14, 14]);
        assert_eq!(folded.ends, [11, 14, 14, 17, 17, 17]);
    }
}
