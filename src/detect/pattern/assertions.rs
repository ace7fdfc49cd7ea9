//! Assertions at the edges of a pattern, decided by the characters on both sides.

use regex_syntax::hir::Look;

use crate::text::char_class::{ALL_CLASSES, CLASS_COUNT, CharClass, ClassSet};

/// The pairs of neighboring characters that satisfy a set of assertions: one bit for each pair of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EdgeSet(u64);

impl EdgeSet {
    /// No position.
    pub(super) const NONE: Self = Self(0);

    /// Returns the positions of either set.
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the positions of both sets.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the positions at which all of `looks` hold.
    pub(super) fn of(looks: &[Look]) -> Self {
        let mut set = 0;
        for before in ALL_CLASSES {
            for after in ALL_CLASSES {
                if looks.iter().all(|&look| holds(look, before, after)) {
                    set |= bit(before, after);
                }
            }
        }
        Self(set)
    }

    /// Returns the position between two characters.
    pub(super) fn one(before: CharClass, after: CharClass) -> Self {
        Self(bit(before, after))
    }

    /// Returns `true` if the two sets have a position in common.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns `true` if the position between these two characters is in the set.
    pub(super) fn holds(self, before: CharClass, after: CharClass) -> bool {
        self.has(Self::one(before, after))
    }

    /// Returns `true` if the position between these two characters is in the set for any of the classes of the second.
    pub(super) fn holds_any(self, before: CharClass, after: ClassSet) -> bool {
        (self.0 >> (before as usize * CLASS_COUNT)) & u64::from(after.bits()) != 0
    }

    /// Returns `true` if every position is in the set, so that the characters need not be known.
    pub(super) fn is_any(self) -> bool {
        self.0 == u64::MAX >> (64 - CLASS_COUNT * CLASS_COUNT)
    }
}

fn bit(before: CharClass, after: CharClass) -> u64 {
    1 << (before as usize * CLASS_COUNT + after as usize)
}

/// Returns `true` if one assertion holds between two characters.
///
/// Unicode's `\b` uses Banister's definition of a word, which has a boundary between any two characters of a script that does
/// not separate words. Between Korean and another script `\b` holds; between two letters of Korean only the assertions on the end of
/// a word do, because a particle may begin there.
pub(super) fn holds(look: Look, before: CharClass, after: CharClass) -> bool {
    use CharClass::{CarriageReturn, Edge, LineFeed};
    let (word, next_word) = (before.is_word(), after.is_word());
    let is_boundary = word != next_word || (word && !before.continues_into(after));
    let (ascii, next_ascii) = (before.is_ascii_word(), after.is_ascii_word());
    match look {
        Look::Start => before == Edge,
        Look::End => after == Edge,
        Look::StartLF => matches!(before, Edge | LineFeed),
        Look::EndLF => matches!(after, Edge | LineFeed),
        Look::StartCRLF => matches!(before, Edge | LineFeed) || (before == CarriageReturn && after != LineFeed),
        Look::EndCRLF => matches!(after, Edge | CarriageReturn) || (after == LineFeed && before != CarriageReturn),
        Look::WordAscii => ascii != next_ascii,
        Look::WordAsciiNegate => ascii == next_ascii,
        Look::WordUnicode => is_boundary,
        Look::WordUnicodeNegate => !is_boundary,
        Look::WordStartAscii => !ascii && next_ascii,
        Look::WordEndAscii => ascii && !next_ascii,
        Look::WordStartUnicode => next_word && !before.continues_into(after),
        Look::WordEndUnicode => word && !before.is_continued_by(after),
        Look::WordStartHalfAscii => !ascii,
        Look::WordEndHalfAscii => !next_ascii,
        Look::WordStartHalfUnicode => !word,
        Look::WordEndHalfUnicode => !next_word,
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::Look;

    use super::EdgeSet;
    use crate::text::char_class::CharClass;

    #[test]
    fn korean_particles_end_a_word() {
        use CharClass::{Edge, Hangul, Other, WordAscii};
        let holds = |look, before, after| EdgeSet::of(&[look]).holds(before, after);
        for look in [Look::WordUnicode, Look::WordEndUnicode] {
            assert!(holds(look, WordAscii, Hangul) && holds(look, Hangul, Edge) && holds(look, Hangul, Other));
            assert!(!holds(look, WordAscii, WordAscii) && !holds(look, Other, Edge));
        }
        assert!(holds(Look::WordEndUnicode, Hangul, Hangul));
        for look in [Look::WordUnicode, Look::WordStartUnicode] {
            assert!(holds(look, Edge, Hangul) && holds(look, Hangul, WordAscii) && !holds(look, Hangul, Hangul));
        }
        assert!(holds(Look::WordUnicodeNegate, Hangul, Hangul));
    }

    #[test]
    fn a_set_holds_where_all_its_assertions_do() {
        let set = EdgeSet::of(&[Look::WordUnicode, Look::StartLF]);
        assert!(set.holds(CharClass::LineFeed, CharClass::WordAscii));
        assert!(!set.holds(CharClass::WordAscii, CharClass::Other));
        assert!(!set.holds(CharClass::LineFeed, CharClass::Other));
        assert!(EdgeSet::of(&[]).is_any() && !set.is_any());
        assert_eq!((EdgeSet::NONE.or(set), EdgeSet::of(&[]).and(set)), (set, set));
    }
}
