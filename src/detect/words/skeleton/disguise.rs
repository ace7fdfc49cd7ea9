//! Compares letters with gaps between them with a word.

use super::letters::{MIN_LETTERS, Signs, class_of, letters_of, max_bytes};
use super::runs::{Gap, Letter, Runs};
use crate::detect::topic::is_common_word;
use crate::text::buffer::TextBuffer;
use crate::text::char_class::CharClass;
use crate::text::normalize::View;
use crate::text::view::{ViewText, normalize_text};

/// The number of equal letters in a row that no ordinary word has.
const MIN_REPEATED: usize = 3;

/// Shorter words are not recognized with letters written twice: `god` in `good`.
const MIN_DOUBLED: usize = 4;

/// Shorter phrases are not recognized without the spaces between their words: `as is` in `Asis`.
const MIN_JOINED: usize = 8;

/// Longest word that is recognized in disguise, in letters.
const MAX_LETTERS: usize = 128;

/// A letter of a word.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    c: char,
    is_upper: bool,
    /// The word has a space before it.
    after_space: bool,
}

/// A word to recognize in disguise.
#[derive(Debug)]
pub(super) struct Disguised {
    rule: u32,
    letters: Vec<Wanted>,
    whole_word: bool,
    case_sensitive: bool,
}

/// The spacing of the letters of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// Together, perhaps with signs between them.
    Closed,
    /// Each by itself.
    Spaced,
}

impl Disguised {
    /// Returns `None` for a word that is too short or too long, or is no word of letters.
    pub(super) fn new(rule: u32, word: &str, whole_word: bool, case_sensitive: bool) -> Option<Self> {
        let mut letters = Vec::new();
        let mut after_space = false;
        for part in word.chars() {
            let is_upper = part.is_uppercase();
            for c in normalize_text(&part.to_string(), View::Word).to_ascii_lowercase().chars() {
                if class_of(c, Signs::Letters).is_some() {
                    letters.push(Wanted { c, is_upper, after_space });
                    after_space = false;
                } else {
                    after_space |= c.is_whitespace();
                }
            }
        }
        let alphabetic = letters.iter().filter(|letter| letter.c.is_alphabetic()).count();
        let fits = alphabetic >= MIN_LETTERS && letters.len() <= MAX_LETTERS;
        fits.then_some(Self { rule, letters, whole_word, case_sensitive })
    }

    pub(super) fn rule(&self) -> u32 {
        self.rule
    }

    pub(super) fn letters(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn skeleton(&self) -> String {
        let mut classes: Vec<char> =
            self.letters.iter().filter_map(|letter| class_of(letter.c, Signs::Letters)).collect();
        classes.dedup();
        classes.into_iter().collect()
    }

    /// Returns the span in the text of the word in the runs that end with number `last`: the first one, as long as it goes.
    pub(super) fn find(
        &self,
        runs: &Runs,
        last: usize,
        length: usize,
        view: &ViewText,
        text: &TextBuffer,
    ) -> Option<(usize, usize)> {
        let (letters, in_first, in_last) = runs.letters((last + 1).checked_sub(length)?, last)?;
        for start in 0..in_first {
            if letters.get(start..).is_none_or(|rest| rest.len() < self.letters.len()) {
                return None;
            }
            if self.whole_word && letters.get(start).is_none_or(|letter| is_inside_word(view, letter)) {
                continue;
            }
            let ends = (letters.len() - in_last..letters.len()).rev().map(|end| end + 1);
            for end in ends.filter(|&end| end > start) {
                let Some(found) = letters.get(start..end) else { continue };
                let last = found.last().copied()?;
                let after = last.at + last.c.len_utf8();
                let span = (view.text_start(found.first()?.at), view.text_end(after));
                let fits = span.1 - span.0 <= max_bytes(self.letters.len());
                if fits && (!self.whole_word || ends_word(view, &last, after)) && self.is_written(found, view, text) {
                    return Some(span);
                }
            }
        }
        None
    }

    fn is_written(&self, found: &[Letter], view: &ViewText, text: &TextBuffer) -> bool {
        // What is mostly digits is a number, such as `455` or the road A55.
        let digits = found.iter().filter(|letter| letter.c.is_numeric()).count();
        let wanted = self.letters.iter().filter(|letter| letter.c.is_numeric()).count();
        if 2 * digits.saturating_sub(wanted) > found.len() || !found.iter().any(|letter| letter.c.is_alphabetic()) {
            return false;
        }
        [Setting::Closed, Setting::Spaced].into_iter().any(|setting| self.is_aligned(found, setting, view, text))
            && (found.len() == self.letters.len() || self.may_repeat(found))
    }

    /// Returns `true` if the letters are those of the word, in order, each perhaps several times.
    fn is_aligned(&self, found: &[Letter], setting: Setting, view: &ViewText, text: &TextBuffer) -> bool {
        // Bit n: the letters read so far may end with letter n of the word.
        let mut ends = 0u128;
        for (number, letter) in found.iter().enumerate() {
            let upper = self.case_sensitive.then(|| is_upper(letter, view, text)).flatten();
            let mut next = 0;
            for (wanted, n) in self.letters.iter().zip(0u32..) {
                let follows = match n.checked_sub(1) {
                    _ if number == 0 => n == 0,
                    None => false,
                    Some(before) => ends & (1 << before) != 0 && self.allows(letter.gap, wanted.after_space, setting),
                };
                let repeats = number > 0 && ends & (1 << n) != 0 && self.allows(letter.gap, false, setting);
                if (follows || repeats) && wanted.is_written_as(letter.c, upper) {
                    next |= 1 << n;
                }
            }
            ends = next;
            if ends == 0 {
                return false;
            }
        }
        ends & (1 << (self.letters.len() - 1)) != 0
    }

    /// Returns `true` if such a gap can be before a letter of the word.
    fn allows(&self, gap: Gap, after_space: bool, setting: Setting) -> bool {
        match (gap, setting) {
            (Gap::Broken, _) => false,
            (Gap::None, _) if after_space => self.letters.len() >= MIN_JOINED && setting == Setting::Closed,
            (_, _) if after_space => true,
            (Gap::Space, Setting::Closed) | (Gap::None, Setting::Spaced) => false,
            _ => true,
        }
    }

    /// Returns `true` if the letters, more than the word has, are repeated on purpose.
    fn may_repeat(&self, found: &[Letter]) -> bool {
        let is_run = |part: &[Letter]| {
            part.windows(2).all(|pair| pair.iter().all(|letter| Some(letter.c) == part.first().map(|first| first.c)))
        };
        if found.windows(MIN_REPEATED).any(is_run) {
            return true;
        }
        let written: String = found.iter().map(|letter| letter.c).collect();
        self.letters.len() >= MIN_DOUBLED && !is_common_word(&written)
    }
}

impl Wanted {
    fn is_written_as(&self, c: char, upper: Option<bool>) -> bool {
        let is_same_case = upper.is_none_or(|upper| upper == self.is_upper);
        self.c == c && is_same_case || letters_of(c).contains(&self.c)
    }
}

/// Returns whether a letter is a capital in the text; `None` if it has no case.
fn is_upper(letter: &Letter, view: &ViewText, text: &TextBuffer) -> Option<bool> {
    let c = text.char_at(view.text_start(letter.at))?;
    (c.is_uppercase() || c.is_lowercase()).then(|| c.is_uppercase())
}

/// Returns the kind of a letter, for which a sign may stand.
fn kind(c: char) -> CharClass {
    match CharClass::of(c) {
        kind if kind.is_word() || c.is_alphabetic() => kind,
        _ => CharClass::WordAscii,
    }
}

fn is_inside_word(view: &ViewText, letter: &Letter) -> bool {
    !view.is_whole(letter.at) || view.before(letter.at).iter().all(|before| before.continues_into(kind(letter.c)))
}

/// Returns `true` if a word may end before `end`. A digit or `_` after its last letter is no part of it: `word1`, `word_`.
fn ends_word(view: &ViewText, last: &Letter, end: usize) -> bool {
    let next = view.first_from(end);
    if last.c.is_alphabetic() && next.is_some_and(|next| next.is_ascii_digit() || next == '_') {
        return view.is_whole(end);
    }
    let after = view.after(end).unwrap_or(crate::text::char_class::ClassSet::one(CharClass::Edge));
    view.is_whole(end) && after.iter().any(|after| !kind(last.c).is_continued_by(after))
}
