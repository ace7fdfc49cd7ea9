//! The end of a text of which more is to come.

use super::fold::{Folded, MAX_INVISIBLE_BYTES, View, fold};
use super::kind::CharKind;

/// The last bytes of a text, addressed by their offsets in the whole text.
#[derive(Debug, Default)]
pub(crate) struct TextBuffer {
    kept: String,
    /// Offset, in the whole text, of the first byte kept.
    base: usize,
    finished: bool,
}

impl TextBuffer {
    /// Adds `chunk` at the end.
    pub(crate) fn push(&mut self, chunk: &str) {
        self.kept.push_str(chunk);
    }

    /// Says that nothing more comes.
    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether nothing more comes.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Offset just behind the last byte.
    pub(crate) fn end(&self) -> usize {
        self.base + self.kept.len()
    }

    /// The text between two offsets, which must still be kept and lie between characters. Were one wrong, the answer would be what is
    /// kept of the whole characters between them: less is released or reported then, never more, and nothing panics in a release.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &str {
        let kept = |offset: usize| offset.saturating_sub(self.base).min(self.kept.len());
        let (from, to) = (self.kept.ceil_char_boundary(kept(start)), self.kept.floor_char_boundary(kept(end)));
        debug_assert_eq!((self.base + from, self.base + to), (start, end), "no offsets of characters that are kept");
        self.kept.get(from..to).unwrap_or_default()
    }

    /// Forgets what lies before `offset`, when that is enough to be worth moving the rest.
    pub(crate) fn forget_before(&mut self, offset: usize) {
        let spare = offset.saturating_sub(self.base);
        if spare < 4096 || spare < self.kept.len() / 2 {
            return;
        }
        let cut = self.kept.floor_char_boundary(spare);
        self.kept.drain(..cut);
        self.base += cut;
    }

    /// The first character at or behind `offset` that is seen in a view, case as in the text; `Err` while it is not known yet.
    pub(crate) fn char_at(&self, offset: usize, view: View) -> Result<Option<char>, NotYet> {
        let mut run = 0;
        let rest = &self.kept[offset - self.base..];
        if let Some(&byte) = rest.as_bytes().first().filter(|byte| byte.is_ascii()) {
            return Ok(Some(char::from(byte)));
        }
        for c in rest.chars() {
            match fold(c, view) {
                Folded::Same => return Ok(Some(c)),
                Folded::To(form) => return Ok(form.chars().next()),
                Folded::Dropped => {
                    run += c.len_utf8();
                    if run > MAX_INVISIBLE_BYTES {
                        return Ok(Some(c));
                    }
                }
            }
        }
        if self.finished { Ok(None) } else { Err(NotYet) }
    }

    /// The last character before `offset` that is seen in a view.
    pub(crate) fn char_before(&self, offset: usize, view: View) -> Option<char> {
        let mut run = 0;
        let before = &self.kept[..offset - self.base];
        if let Some(&byte) = before.as_bytes().last().filter(|byte| byte.is_ascii()) {
            return Some(char::from(byte));
        }
        for c in before.chars().rev() {
            match fold(c, view) {
                Folded::Same => return Some(c),
                Folded::To(form) => return form.chars().next_back(),
                Folded::Dropped => {
                    run += c.len_utf8();
                    if run > MAX_INVISIBLE_BYTES {
                        return Some(c);
                    }
                }
            }
        }
        None
    }

    /// Offset of the first character at or behind `offset` that is seen in a view.
    pub(crate) fn next_seen(&self, offset: usize, view: View) -> usize {
        let rest = offset.checked_sub(self.base).and_then(|at| self.kept.get(at..)).unwrap_or_default();
        offset + dropped_bytes(rest.chars(), view)
    }

    /// Offset behind the last character before `offset` that is seen in a view.
    pub(crate) fn last_seen(&self, offset: usize, view: View) -> usize {
        let before = offset.checked_sub(self.base).and_then(|at| self.kept.get(..at)).unwrap_or_default();
        offset - dropped_bytes(before.chars().rev(), view)
    }

    /// The kind of [`Self::char_at`].
    pub(crate) fn kind_at(&self, offset: usize, view: View) -> Result<CharKind, NotYet> {
        Ok(self.char_at(offset, view)?.map_or(CharKind::Edge, CharKind::of))
    }

    /// The kind of [`Self::char_before`].
    pub(crate) fn kind_before(&self, offset: usize, view: View) -> CharKind {
        self.char_before(offset, view).map_or(CharKind::Edge, CharKind::of)
    }

    /// Where the characters begin that make the last `length` bytes of the view before `offset`, and whether they begin with a
    /// whole character of the text.
    pub(crate) fn rewind(&self, offset: usize, length: usize, view: View) -> usize {
        let before = &self.kept[..offset - self.base];
        let tail = before.len().saturating_sub(length);
        if before.as_bytes()[tail..].is_ascii() {
            return self.base + tail;
        }
        let mut missing = length;
        let mut at = offset;
        for c in before.chars().rev() {
            if missing == 0 {
                break;
            }
            at -= c.len_utf8();
            let folded = match fold(c, view) {
                Folded::Same => c.len_utf8(),
                Folded::Dropped => 0,
                Folded::To(form) => form.len(),
            };
            missing = missing.saturating_sub(folded);
        }
        at
    }

    /// The character boundary at or before `offset`.
    pub(crate) fn floor_boundary(&self, offset: usize) -> usize {
        self.base + self.kept.floor_char_boundary(offset.saturating_sub(self.base))
    }

    /// The end of the combining marks that follow `offset`: they belong to the character before it.
    pub(crate) fn skip_marks(&self, offset: usize) -> usize {
        let marks = self.kept[offset - self.base..].chars().take(8);
        offset
            + marks
                .take_while(|&c| unicode_normalization::char::is_combining_mark(c))
                .map(char::len_utf8)
                .sum::<usize>()
    }
}

/// Bytes of the characters, from the first on, that are not seen in a view.
fn dropped_bytes(characters: impl Iterator<Item = char>, view: View) -> usize {
    let mut run = 0;
    for c in characters {
        if *fold(c, view) != Folded::Dropped || run + c.len_utf8() > MAX_INVISIBLE_BYTES {
            break;
        }
        run += c.len_utf8();
    }
    run
}

/// The character asked for has not arrived yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotYet;
