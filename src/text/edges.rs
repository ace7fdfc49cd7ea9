//! The edges of matches in a view: what is next to a position, for patterns and for validators.

use std::ops::Range;

use super::buffer::NotYet;
use super::char_class::{CharClass, ClassSet};
use super::view::ViewText;

/// A run of more of Markdown's `_`, `*` or `~` is no markup.
const MAX_MARKUP: usize = 3;

/// The bytes before a candidate that a validator can read.
const HEAD_BYTES: usize = 8;

impl ViewText {
    /// Returns the classes that the characters before `at` have for a match that begins there.
    pub(crate) fn before(&self, at: usize) -> ClassSet {
        let kind = ClassSet::one(self.class_before(at));
        if self.is_soft(at) { kind.with(CharClass::Other) } else { kind }
    }

    /// Returns the classes that the characters from `at` on have for a match that ends there, or `Err` while they are unknown.
    pub(crate) fn after(&self, at: usize) -> Result<ClassSet, NotYet> {
        let Some(c) = self.chars_from(at).next() else { return self.after_end() };
        let kind = ClassSet::one(CharClass::of(c));
        let is_soft = match c {
            '_' => self.closes_markup(at, b'_'),
            _ => self.begins_marks(at),
        };
        Ok(if is_soft { kind.with(CharClass::Other) } else { kind })
    }

    fn after_end(&self) -> Result<ClassSet, NotYet> {
        if self.finished { Ok(ClassSet::one(CharClass::Edge)) } else { Err(NotYet) }
    }

    /// Returns `true` if a run of marks begins at `at`: a value may end before it.
    pub(crate) fn begins_marks(&self, at: usize) -> bool {
        self.marks.begins(at)
    }

    /// Returns `true` if a run of `sign` begins at `at` that is short, and no word continues after it. What follows it is known, for until
    /// then the run is carried over, unless invisible characters make it long.
    fn closes_markup(&self, at: usize, sign: u8) -> bool {
        let (before, after) = self.kept.as_bytes().split_at(at - self.base.min(at));
        let run = run_of(after.iter(), sign);
        run <= MAX_MARKUP
            && before.last() != Some(&sign)
            && !self.long_signs.contains(at)
            && !self.first_from(at + run).is_some_and(is_letter)
    }

    /// Returns `true` if the run of `sign` that ends before `at` is short and no word leads up to it.
    pub(super) fn opens_markup(&self, at: usize, sign: u8) -> bool {
        let (before, _) = self.kept.as_bytes().split_at(at - self.base.min(at));
        let run = run_of(before.iter().rev(), sign);
        run <= MAX_MARKUP && !self.last_before(at - run).is_some_and(is_letter)
    }

    /// Returns the character before `at` as a validator sees it: a space where a boundary is not visible.
    pub(crate) fn char_before(&self, at: usize) -> Option<char> {
        let c = self.chars_before(at).next()?;
        let opens = || matches!(c, '*' | '~') && self.first_from(at) != Some(c) && self.opens_markup(at, c as u8);
        let is_soft = self.is_soft(at) || opens() || matches!(c, '-' | '.') && self.ends_sentence_sign(at, c);
        Some(if is_soft { ' ' } else { c })
    }

    /// Returns `true` if the text before `at` ends with a sign that parts sentences: a dash, or a dash or an ellipsis in ASCII. `c` is the
    /// last character.
    fn ends_sentence_sign(&self, at: usize, c: char) -> bool {
        self.last_before(at - 1) == Some(c) || c == '-' && self.sentence_dashes.contains(at - 1)
    }

    /// Returns `true` if the `%20` of a URL begins at `at`: in the text too, where it is read as one. Its digits may be what other characters after
    /// a sign are normalized to, which may not have arrived.
    fn begins_percent(&self, at: usize) -> bool {
        let mut escape = self.chars_from(at);
        escape.next() == Some('%')
            && self.same_ascii(at..at + "%20".len()).is_some()
            && escape.take(2).all(|digit| digit.is_ascii_hexdigit())
    }

    /// Returns `true` if a dash in ASCII begins at `at`, `--` or `->`, as it is in the text: an invisible character inside would be known too late.
    /// A hyphen at the end of the view is carried over.
    fn begins_dash(&self, at: usize) -> bool {
        let Some(start) = self.same_ascii(at..at + 1) else { return false };
        match self.first_from(at + 1) {
            Some(next) => matches!(next, '-' | '>') && self.same_ascii(at..at + 2).is_some(),
            None => self.carry_start == start + 1 && self.carry.starts_with('-'),
        }
    }

    /// Returns where the last dash that parts sentences is in a part of the view.
    pub(crate) fn last_sentence_dash(&self, range: Range<usize>) -> Option<usize> {
        self.sentence_dashes.last_in(range)
    }

    /// Returns where the first of them is.
    pub(crate) fn first_sentence_dash(&self, range: Range<usize>) -> Option<usize> {
        self.sentence_dashes.first_in(range)
    }

    /// Returns where the last tab is in a part of the view, which shows it as a space.
    pub(crate) fn last_tab(&self, range: Range<usize>) -> Option<usize> {
        let spaces = self.slice(range.clone()).bytes().enumerate().rev().filter(|&(_, byte)| byte == b' ');
        let is_one_byte = |at: usize| self.text_end(at + 1) - self.text_start(at) == 1;
        // All other spaces of one byte are their own view.
        spaces.map(|(at, _)| range.start + at).find(|&at| is_one_byte(at) && self.same_ascii(at..at + 1).is_none())
    }

    /// Returns `true` if a part of the view begins with a mark such as `²` that is next to what is no mark: then the mark is next to a value, and
    /// no part of it. So does every longer part.
    pub(crate) fn begins_with_mark(&self, range: Range<usize>) -> bool {
        let begins = |run: &Range<usize>| run.end < range.end && self.is_one(range.start..run.end);
        self.marks.at(range.start).is_some_and(begins)
    }

    /// Returns the last bytes before `at`, the end of a word and a dot, a colon or a hyphen; nothing after anything else.
    pub(crate) fn head(&self, at: usize) -> &str {
        if !matches!(self.last_before(at), Some('.' | ':' | '-')) {
            return "";
        }
        self.slice(self.floor_boundary(at.saturating_sub(HEAD_BYTES))..at)
    }

    /// Returns where the run of marks begins that ends at `at`.
    pub(crate) fn mark_before(&self, at: usize) -> Option<usize> {
        let run = at.checked_sub(1).and_then(|last| self.marks.at(last))?;
        (run.end == at).then_some(run.start)
    }

    /// Returns the first position at which a value that ends at `end` can begin: a mark at its end is alone.
    pub(crate) fn first_before_mark(&self, end: usize) -> usize {
        let run = end.checked_sub(1).and_then(|last| self.marks.at(last));
        run.filter(|run| self.is_one(run.start..end)).map_or(0, |run| run.start)
    }

    fn is_one(&self, marks: Range<usize>) -> bool {
        self.slice(marks).chars().nth(1).is_none()
    }

    /// Returns `true` if `at` is inside the `%20` of a URL.
    pub(crate) fn splits_percent(&self, at: usize) -> bool {
        let bytes = self.kept.as_bytes();
        let at = at - self.base.min(at);
        (1..=2).any(|back| {
            let escape = at.checked_sub(back).and_then(|from| bytes.get(from..from + 3));
            escape.is_some_and(|escape| escape[0] == b'%' && escape[1..].iter().all(u8::is_ascii_hexdigit))
        })
    }

    /// Returns the character at `at` as a validator sees it: a space where a boundary is not visible.
    pub(crate) fn char_after(&self, at: usize) -> Option<char> {
        let c = self.chars_from(at).next()?;
        let is_soft = match c {
            '_' | '*' | '~' => self.closes_markup(at, c as u8),
            '%' => self.begins_percent(at),
            '-' => self.sentence_dashes.contains(at) || self.begins_dash(at),
            _ => self.begins_marks(at),
        };
        Some(if is_soft { ' ' } else { c })
    }
}

/// Returns the length of the run of `sign`, which is ASCII, at the start, as far as that matters.
fn run_of<'b>(bytes: impl Iterator<Item = &'b u8>, sign: u8) -> usize {
    bytes.take(MAX_MARKUP + 1).take_while(|&&byte| byte == sign).count()
}

/// Returns `true` if a word continues over `c`, other than by markup.
fn is_letter(c: char) -> bool {
    c != '_' && CharClass::of(c).is_word()
}
