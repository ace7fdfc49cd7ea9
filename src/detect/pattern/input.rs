//! The text that a matcher reads.

use super::assertions::EdgeSet;
use crate::text::char_class::CharClass;
use crate::text::view::ViewText;

/// The kept part of a view, addressed by index.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) view: &'a ViewText,
    pub(super) bytes: &'a [u8],
    /// The offset of the first byte in the whole view.
    pub(super) base: usize,
}

impl Input<'_> {
    /// Returns the class of the character before byte `at`.
    #[inline]
    pub(super) fn class_before(&self, at: usize) -> CharClass {
        match at.checked_sub(1).and_then(|last| self.bytes.get(last)) {
            Some(&byte) if byte < 0x80 => CharClass::of_ascii(byte),
            _ => self.view.class_before(self.base + at),
        }
    }

    /// Returns the next byte, from `at` on, that has a boundary before it which the characters do not show.
    pub(super) fn next_soft(&self, at: usize) -> usize {
        self.view.next_soft(self.base + at).map_or(usize::MAX, |soft| soft - self.base)
    }

    /// Returns `true` if one of these ends is after byte `at`, and `None` if the next character is unknown, or is not what it seems.
    #[inline]
    pub(super) fn can_end(&self, ends: EdgeSet, at: usize) -> Option<bool> {
        self.edge(at).map(|edge| ends.has(edge))
    }

    /// Returns the position after byte `at`, or `None` if the next character is unknown, or is not what it seems.
    #[inline]
    pub(super) fn edge(&self, at: usize) -> Option<EdgeSet> {
        let (byte, follower) = (self.bytes[at], *self.bytes.get(at + 1)?);
        if byte >= 0x80 || follower >= 0x80 || follower == b'_' || self.view.begins_marks(self.base + at + 1) {
            return None;
        }
        Some(EdgeSet::one(CharClass::of_ascii(byte), CharClass::of_ascii(follower)))
    }

    /// Returns where the character of byte `at` ends, as an offset in the view.
    pub(super) fn end_of(&self, at: usize) -> usize {
        let rest = self.bytes.iter().skip(at + 1).take_while(|&&byte| byte & 0xC0 == 0x80).count();
        self.base + at + 1 + rest
    }
}
