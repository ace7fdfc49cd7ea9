//! A buffer of the last bytes of text that arrives in chunks.

use super::normalize::{MAX_INVISIBLE_BYTES, Mapping, View, normalize};
use super::reset::Reset;

/// The last bytes of some text, addressed by their offsets in the whole text.
#[derive(Debug, Default)]
pub(crate) struct TextBuffer {
    kept: String,
    /// Offset, in the whole text, of the first byte kept.
    base: usize,
    finished: bool,
}

impl Reset for TextBuffer {
    fn reset(&mut self) {
        let Self { kept, base, finished } = self;
        kept.reset();
        (*base, *finished) = (0, false);
    }
}

impl TextBuffer {
    /// Appends `chunk`.
    pub(crate) fn push(&mut self, chunk: &str) {
        self.kept.push_str(chunk);
    }

    /// Signals the end of the input.
    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    /// Returns `true` if the text has ended.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns the offset of the first byte kept.
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// Returns the offset just after the last byte.
    pub(crate) fn end(&self) -> usize {
        self.base + self.kept.len()
    }

    /// Returns the text between two offsets, which must still be kept and lie between characters. Were one wrong, the answer would be what
    /// is kept of the whole characters between them: less is released or reported then, never more, and nothing panics in a release.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &str {
        let kept = |offset: usize| offset.saturating_sub(self.base).min(self.kept.len());
        let (from, to) = (self.kept.ceil_char_boundary(kept(start)), self.kept.floor_char_boundary(kept(end)));
        debug_assert_eq!((self.base + from, self.base + to), (start, end), "no offsets of characters that are kept");
        self.kept.get(from..to).unwrap_or_default()
    }

    /// Forgets the text before `offset`, if that is enough to be worth moving the rest.
    pub(crate) fn forget_before(&mut self, offset: usize) {
        let spare = offset.saturating_sub(self.base);
        if spare < 4096 || spare < self.kept.len() / 2 {
            return;
        }
        let cut = self.kept.floor_char_boundary(spare);
        self.kept.drain(..cut);
        self.base += cut;
    }

    /// Returns the character before `offset`.
    pub(crate) fn char_before(&self, offset: usize) -> Option<char> {
        self.kept.get(..offset.checked_sub(self.base)?)?.chars().next_back()
    }

    /// Returns the character at `offset`.
    pub(crate) fn char_at(&self, offset: usize) -> Option<char> {
        self.kept.get(offset.checked_sub(self.base)?..)?.chars().next()
    }

    /// Returns the offset of the first character at or after `offset` that is seen in a view. Combining marks before it are a part of the
    /// run of characters that are not.
    pub(crate) fn next_seen(&self, offset: usize, view: View) -> usize {
        let rest = offset.checked_sub(self.base).and_then(|at| self.kept.get(at..)).unwrap_or_default();
        let before = offset - self.last_seen(offset, view);
        offset + dropped_bytes(rest.chars(), before, view)
    }

    /// Returns the offset after the last character before `offset` that is seen in a view.
    pub(crate) fn last_seen(&self, offset: usize, view: View) -> usize {
        let before = offset.checked_sub(self.base).and_then(|at| self.kept.get(..at)).unwrap_or_default();
        offset - dropped_bytes(before.chars().rev(), 0, view)
    }

    /// Returns the character boundary at or before `offset`.
    pub(crate) fn floor_boundary(&self, offset: usize) -> usize {
        self.base + self.kept.floor_char_boundary(offset.saturating_sub(self.base))
    }

    /// Returns the end of the combining marks that follow `offset`: they belong to the character before it.
    pub(crate) fn skip_marks(&self, offset: usize) -> usize {
        let rest = offset.checked_sub(self.base).and_then(|at| self.kept.get(at..)).unwrap_or_default();
        let marks = rest.chars().take(8);
        offset
            + marks
                .take_while(|&c| unicode_normalization::char::is_combining_mark(c))
                .map(char::len_utf8)
                .sum::<usize>()
    }
}

/// Returns the bytes of the characters, from the first on, that are not seen in a view, in a run of which `before` bytes are known.
fn dropped_bytes(characters: impl Iterator<Item = char>, before: usize, view: View) -> usize {
    let mut run = before;
    for c in characters {
        if *normalize(c, view) != Mapping::Dropped || run + c.len_utf8() > MAX_INVISIBLE_BYTES {
            break;
        }
        run += c.len_utf8();
    }
    run - before
}

/// The requested character has not arrived yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotYet;
