//! Normalized views of the text, which the detectors read.
//!
//! Every character is mapped by itself: to itself, to nothing or to a few other characters. So a view does not depend on the
//! chunks of the text, and a span of a view maps back to whole characters of the text.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::normalize_tables::{ascii_quote, confusable};
use super::unicode::{ascii_digit, is_dash, is_invisible, is_space};

/// A view, by the differences that it does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// For regexes of policies: width, invisible characters, dashes, spaces, digits of other scripts. Case is kept.
    Pattern = 0,
    /// For words and topics: the same, and case, compatibility forms, diacritics, look-alikes, quotes, runs of white space.
    Word = 1,
    /// For entity types: as for regexes, and escapes of JSON and source code, runs of white space.
    Entity = 2,
}

impl View {
    /// All views, in the order of their numbers.
    pub(crate) const ALL: [Self; 3] = [Self::Pattern, Self::Word, Self::Entity];
}

/// A run of dropped characters, invisible ones or combining marks, longer than this many bytes is no longer dropped. Without a limit, a
/// match, and with it what a stream must buffer, would have no limit.
pub(crate) const MAX_INVISIBLE_BYTES: usize = 32;

/// Returns the text with one space in place of every run of white space.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters that one character becomes in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// Itself.
    Same,
    /// Nothing.
    Dropped,
    /// These characters.
    To(Box<str>),
}

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
static TABLES: [[OnceLock<Box<[Mapping]>>; PAGES]; 2] = [const { [const { OnceLock::new() }; PAGES] }; 2];

/// Returns the mapping of `c` in `view`. The first look-up in each page of 256 characters computes the page.
pub(crate) fn normalize(c: char, view: View) -> &'static Mapping {
    let code = c as usize;
    let table = if view == View::Word { 1 } else { 0 };
    let page = TABLES[table][code / PAGE].get_or_init(|| {
        let first = code / PAGE * PAGE;
        (first..first + PAGE)
            .map(|code| u32::try_from(code).ok().and_then(char::from_u32).map_or(Mapping::Same, |c| compute(c, view)))
            .collect()
    });
    &page[code % PAGE]
}

fn compute(c: char, view: View) -> Mapping {
    let normalized = match view {
        View::Pattern | View::Entity => pattern_form(c),
        View::Word => word_form(c),
    };
    let mut buffer = [0; 4];
    if normalized.is_empty() {
        Mapping::Dropped
    } else if normalized == *c.encode_utf8(&mut buffer) {
        Mapping::Same
    } else {
        Mapping::To(normalized.into_boxed_str())
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

/// Returns the mapping that all views share, or `None` if there is none.
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
    if let Some(letters) = one_case(c).and_then(confusable) {
        return letters.to_owned();
    }
    let is_seen = |part: &char| !is_combining_mark(*part) && !is_invisible(*part);
    // Through upper case, because some letters have several lower-case forms, such as σ and ς.
    let cased = std::iter::once(c).nfkd().filter(is_seen).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut form = String::new();
    for part in cased.nfkd().filter(is_seen) {
        match (confusable(part), ascii_quote(part), simple_form(part)) {
            (Some(letters), _, _) => form.push_str(letters),
            (_, Some(quote), _) => form.push(quote),
            (_, _, Some(simple)) => form.push_str(&simple.to_lowercase()),
            _ => form.push(part),
        }
    }
    form
}

/// Returns the one letter in lower case that `c` is a case of.
fn one_case(c: char) -> Option<char> {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none())
}

/// Normalizes text as the word view does, but keeps its case.
pub(crate) fn normalize_keeping_case(text: &str) -> String {
    let mut normalized = String::with_capacity(text.len());
    let mut is_after_space = false;
    for c in text.chars() {
        // A run of white space is one space in the word view.
        if c.is_whitespace() {
            if !is_after_space {
                normalized.push(' ');
            }
            is_after_space = true;
            continue;
        }
        is_after_space &= *normalize(c, View::Word) == Mapping::Dropped;
        match normalize(c, View::Word) {
            _ if c.is_ascii() => normalized.push(c),
            Mapping::Same => normalized.push(c),
            Mapping::Dropped => {}
            Mapping::To(form) if c.is_uppercase() => normalized.extend(form.chars().flat_map(char::to_uppercase)),
            Mapping::To(form) => normalized.push_str(form),
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::text::view::{ViewText, normalize_text};

    #[test]
    fn the_pattern_view_keeps_case_and_unifies_forms() {
        assert_eq!(normalize_text("４１１１\u{a0}１１１１", View::Pattern), "4111 1111");
        assert_eq!(normalize_text("a\u{200b}b＠Ｘ．com", View::Pattern), "ab@X.com");
        assert_eq!(normalize_text("١٢٣–４", View::Pattern), "123-4");
        assert_eq!(normalize_text("Привет é 中文", View::Pattern), "Привет é 中文");
    }

    #[test]
    fn the_word_view_folds_look_alikes_and_diacritics() {
        assert_eq!(normalize_text("Аcmé", View::Word), "acme");
        assert_eq!(normalize_text("ÀÉÎ ﬁne STRASSE straße", View::Word).to_lowercase(), "aei fine strasse strasse");
        assert_eq!(normalize_text("cafe\u{301}", View::Word), "cafe");
        assert_eq!(normalize_text("ТЕСТ", View::Word), normalize_text("тест", View::Word));
        assert_eq!(normalize_text("don’t", View::Word), "don't");
    }

    #[test]
    fn a_long_run_of_invisible_characters_is_not_dropped() {
        let text = format!("a{}b", "\u{200b}".repeat(10));
        assert_eq!(normalize_text(&text, View::Pattern), "ab");
        let text = format!("a{}b", "\u{200b}".repeat(11));
        assert_eq!(normalize_text(&text, View::Pattern), "a\u{200b}b");
    }

    #[test]
    fn a_long_run_of_marks_is_not_dropped_either() {
        let text = format!("a{}b", "\u{301}".repeat(16));
        assert_eq!(normalize_text(&text, View::Word), "ab");
        let text = format!("a{}b", "\u{301}".repeat(17));
        assert_eq!(normalize_text(&text, View::Word), "a\u{301}b");
    }

    #[test]
    fn every_byte_of_a_view_maps_to_its_character() {
        let mut view = ViewText::new(View::Word);
        view.push("xﬁ中", 10);
        assert_eq!(view.kept(), "xfi中");
        let starts: Vec<usize> = [0, 1, 3].iter().map(|&at| view.text_start(at)).collect();
        assert_eq!(starts, [10, 11, 14]);
        let ends: Vec<usize> = [1, 2, 3, 6].iter().map(|&at| view.text_end(at)).collect();
        assert_eq!(ends, [11, 14, 14, 17]);
        assert!(view.is_whole(1) && !view.is_whole(2));
    }
}
