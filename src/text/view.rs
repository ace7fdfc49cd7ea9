//! A normalized view of text that arrives in chunks.
//!
//! The end of a chunk may leave open what the text there means: an escape is split, Markdown's `*` may close or open. Such an end is
//! carried over and read with the next chunk, so a view never depends on the chunks, and whatever a view shows is final.

use std::ops::Range;

use super::char_class::CharClass;
use super::marks::Marks;
use super::normalize::{MAX_INVISIBLE_BYTES, View};
use super::offsets::OffsetMap;
use super::positions::{Positions, RarePositions};
use super::reset::Reset;
use super::signs::SignRun;
use super::space_run::SpaceRun;

/// Bytes kept before what was forgotten, to look at the characters before a position.
const LOOKBEHIND: usize = 64;

/// Bytes of a match in which every start after a mark is tried.
const MAX_SOFT_STARTS: usize = 64;

/// The end of a view, addressed by offsets in the whole view.
#[derive(Debug)]
pub(crate) struct ViewText {
    pub(super) view: View,
    pub(super) kept: String,
    /// Offset, in the whole view, of the first byte kept.
    pub(super) base: usize,
    pub(super) map: OffsetMap,
    /// Positions with a boundary before them that the characters do not show, ascending.
    pub(super) soft: Positions,
    pub(super) marks: Marks,
    /// Where the dashes are that part sentences, `—`: the view shows them as hyphens, and they are boundaries.
    pub(super) sentence_dashes: RarePositions,
    /// The positions of signs of Markdown in runs that are too long to close anything: see [`SignRun`].
    pub(super) long_signs: RarePositions,
    /// Text that is not read yet, since its meaning depends on what follows, and where it begins.
    pub(super) carry: String,
    pub(super) carry_start: usize,
    pub(super) invisible_run: u32,
    /// Takes memory once there is a sign: a new stream stays small.
    pub(super) signs: Option<Box<SignRun>>,
    pub(super) space: SpaceRun,
    /// Some character is normalized to several bytes, so not every position is between two characters.
    pub(super) has_long_units: bool,
    pub(super) surplus: usize,
    pub(super) finished: bool,
}

impl Reset for ViewText {
    fn reset(&mut self) {
        let Self {
            view: _,
            kept,
            base,
            map,
            soft,
            marks,
            sentence_dashes,
            long_signs,
            carry,
            carry_start,
            invisible_run,
            signs,
            space,
            has_long_units,
            surplus,
            finished,
        } = self;
        kept.reset();
        map.reset();
        soft.reset();
        marks.reset();
        sentence_dashes.reset();
        long_signs.reset();
        carry.reset();
        (*base, *carry_start, *invisible_run, *surplus) = (0, 0, 0, 0);
        (*space, *has_long_units, *finished) = (SpaceRun::default(), false, false);
        if let Some(signs) = signs {
            **signs = SignRun::default();
        }
    }
}

impl ViewText {
    /// Returns the view of no text.
    pub(crate) fn new(view: View) -> Self {
        Self {
            view,
            kept: String::new(),
            base: 0,
            map: OffsetMap::default(),
            soft: Positions::default(),
            marks: Marks::default(),
            sentence_dashes: RarePositions::default(),
            long_signs: RarePositions::default(),
            carry: String::new(),
            carry_start: 0,
            invisible_run: 0,
            signs: None,
            space: SpaceRun::default(),
            has_long_units: false,
            surplus: 0,
            finished: false,
        }
    }

    /// Returns the view of some text that is complete.
    pub(crate) fn of(text: &str, view: View) -> Self {
        let mut whole = Self::new(view);
        whole.push(text, 0);
        whole.finish();
        whole
    }

    /// Reads `chunk`, which begins at `offset` of the text.
    pub(crate) fn push(&mut self, chunk: &str, offset: usize) {
        if self.carry.is_empty() {
            self.carry_start = offset;
            let read = self.read(chunk, offset, false);
            self.carry_start += read;
            self.carry.push_str(chunk.get(read..).unwrap_or_default());
        } else {
            // The buffer is kept: a chunk that continues another one takes no memory.
            let mut text = std::mem::take(&mut self.carry);
            text.push_str(chunk);
            let read = self.read(&text, self.carry_start, false);
            self.carry_start += read;
            text.drain(..text.floor_char_boundary(read));
            self.carry = text;
        }
    }

    /// Signals the end of the text. Several detectors may, of the view that they share.
    pub(crate) fn finish(&mut self) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let mut text = std::mem::take(&mut self.carry);
        self.read(&text, self.carry_start, true);
        self.carry_start += text.len();
        // Cleared and put back, because the memory is used again.
        text.clear();
        self.carry = text;
    }

    /// Returns `true` if the text has ended.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns the offset of the end of the text that has arrived here.
    pub(crate) fn text_read(&self) -> usize {
        self.carry_start + self.carry.len()
    }

    /// Returns the offset of the text that the view does not show yet.
    pub(crate) fn unread(&self) -> Option<usize> {
        (!self.carry.is_empty()).then_some(self.carry_start)
    }

    /// Returns the offset just after the last byte.
    pub(crate) fn end(&self) -> usize {
        self.base + self.kept.len()
    }

    /// Returns the offset of the first byte kept.
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// Returns the kept part.
    pub(crate) fn kept(&self) -> &str {
        &self.kept
    }

    /// Returns the view between two offsets, or nothing if it is not kept or not on character boundaries.
    pub(crate) fn slice(&self, range: Range<usize>) -> &str {
        let range = range.start.saturating_sub(self.base)..range.end.saturating_sub(self.base);
        self.kept.get(range).unwrap_or_default()
    }

    /// Returns the position between two characters at or before `at`.
    pub(crate) fn floor_boundary(&self, at: usize) -> usize {
        self.base + self.kept.floor_char_boundary(at.saturating_sub(self.base))
    }

    /// Returns the offset in the text at which the character of byte `at` begins; at the end of the view, where the text after it does.
    pub(crate) fn text_start(&self, at: usize) -> usize {
        if at >= self.end() { self.text_end(self.end()) } else { self.map.text_start(at) }
    }

    /// Returns where a part of the view begins in the text, if it is ASCII and byte for byte the text.
    pub(crate) fn same_ascii(&self, part: Range<usize>) -> Option<usize> {
        let (text, length) = self.map.same_from(part.start, self.end())?;
        (length >= part.len() && self.slice(part).is_ascii()).then_some(text)
    }

    /// Returns the offset in the text at which the character before `at` ends.
    pub(crate) fn text_end(&self, at: usize) -> usize {
        self.map.text_end(at)
    }

    /// Returns the first byte of the view that came from the text at or after `text`.
    pub(crate) fn view_at(&self, text: usize) -> usize {
        self.map.view_at(text, self.end())
    }

    /// Returns the number of bytes by which the text of a part of what is kept can be longer than the view of it.
    pub(crate) fn surplus(&self) -> usize {
        self.surplus
    }

    /// Returns `true` if a character of the text begins at `at`, and not a part of what one is normalized to.
    pub(crate) fn is_whole(&self, at: usize) -> bool {
        at >= self.end()
            || (self.kept.is_char_boundary(at - self.base.min(at))
                && !(self.has_long_units && self.map.is_inside_unit(at)))
    }

    /// Forgets what came from the text before `text`, if that is enough to be worth moving the rest.
    pub(crate) fn forget_before(&mut self, text: usize) {
        if self.kept.len() < 4096 {
            return;
        }
        let spare = self.view_at(text).saturating_sub(self.base + LOOKBEHIND);
        if spare < 4096 || spare < self.kept.len() / 2 {
            return;
        }
        let cut = self.kept.floor_char_boundary(spare);
        self.kept.drain(..cut);
        self.base += cut;
        self.map.forget_before(self.base);
        self.surplus = self.map.surplus(self.base + self.kept.len());
        self.soft.forget_before(self.base);
        self.marks.forget_before(self.base);
        self.sentence_dashes.forget_before(self.base);
        self.long_signs.forget_before(self.base);
    }

    /// Returns the next position, from `at` on, with a boundary before it that the characters do not show.
    #[inline]
    pub(crate) fn next_soft(&self, at: usize) -> Option<usize> {
        self.soft.next(at)
    }

    /// Returns `true` if `at` has a boundary before it that the characters do not show.
    #[inline]
    pub(crate) fn is_soft(&self, at: usize) -> bool {
        self.soft.contains(at)
    }

    /// Adds the positions from `at` on, in order, with a boundary before them that the characters do not show, or that the characters of
    /// the text may show: there the view is not byte for byte the text.
    pub(crate) fn seams_from(&self, at: usize, seams: &mut Vec<usize>) {
        seams.extend(self.map.seams_from(at));
        seams.reverse();
        // Nearly all boundaries that the characters do not show are seams as well.
        let (parts, mut next) = (seams.len(), 0);
        for &soft in self.soft.from(at) {
            while next < parts && seams.get(next).is_some_and(|&seam| seam < soft) {
                next += 1;
            }
            if next == parts || seams.get(next) != Some(&soft) {
                seams.push(soft);
            }
        }
        if seams.len() > parts {
            seams.sort_unstable();
        }
    }

    /// Returns the next position at which a match may begin that ends at `end`, where none before `start + bytes` may by its characters
    /// alone. After a footnote mark another value begins (`1²4111 1111 …`), whatever the digits before it are. Long matches are
    /// not searched for such marks: the work would grow with the square of their length.
    pub(crate) fn next_start(&self, start: usize, bytes: usize, end: usize) -> usize {
        let next = start + bytes.max(1);
        if end - start.min(end) > MAX_SOFT_STARTS {
            return next;
        }
        self.next_soft(start + 1).map_or(next, |soft| soft.min(next))
    }

    pub(super) fn mark_soft(&mut self) {
        self.soft.push(self.end());
    }

    /// Records that what was added from `start` on is a boundary as well as what it was normalized to. In a run of such characters only the
    /// last is.
    pub(super) fn add_mark(&mut self, start: usize) {
        if self.marks.add(start..self.end()) {
            self.soft.pop_if(start);
        }
        self.mark_soft();
    }

    pub(super) fn chars_before(&self, at: usize) -> std::iter::Rev<std::str::Chars<'_>> {
        self.kept.get(..at - self.base.min(at)).unwrap_or_default().chars().rev()
    }

    pub(super) fn chars_from(&self, at: usize) -> std::str::Chars<'_> {
        self.kept.get(at - self.base.min(at)..).unwrap_or_default().chars()
    }

    /// Returns the character before `at`.
    pub(crate) fn last_before(&self, at: usize) -> Option<char> {
        self.chars_before(at).next()
    }

    /// Returns the character at `at`.
    pub(crate) fn first_from(&self, at: usize) -> Option<char> {
        self.chars_from(at).next()
    }

    /// Returns the class of the character before `at`.
    pub(crate) fn class_before(&self, at: usize) -> CharClass {
        self.chars_before(at).next().map_or(CharClass::Edge, CharClass::of)
    }

    /// Returns the class of the character at `at`.
    pub(crate) fn class_at(&self, at: usize) -> CharClass {
        self.chars_from(at).next().map_or(CharClass::Edge, CharClass::of)
    }
}

/// Returns the number of bytes of the text that a match of `view_bytes` of a view can have: each byte of the view may represent a
/// character of four bytes, and in matches of a usual length one invisible character may follow each.
pub(crate) const fn text_bytes(view_bytes: usize) -> usize {
    const USUAL: usize = 256;
    let usual = if view_bytes < USUAL { view_bytes } else { USUAL };
    view_bytes.saturating_mul(4).saturating_add(4 * usual + MAX_INVISIBLE_BYTES)
}

/// Normalizes text that is complete, such as a word of a policy.
pub(crate) fn normalize_text(text: &str, view: View) -> String {
    ViewText::of(text, view).kept
}
