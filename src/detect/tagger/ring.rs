//! The last tokens of some text.

use super::features::Window;
use super::token::Token;
use super::word::Word;

/// The number of tokens that are kept.
pub(crate) const KEPT: usize = 64;

/// The last tokens of some text with their attributes, in a fixed place. Tokens are numbered from the start of the text.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: [(Token, Word); KEPT],
    /// The number of tokens of the text.
    count: usize,
}

impl Default for Ring {
    fn default() -> Self {
        Self { slots: [(Token::EDGE, Word::EDGE); KEPT], count: 0 }
    }
}

impl Ring {
    /// Adds a token.
    #[inline]
    pub(crate) fn push(&mut self, token: (Token, Word)) {
        if let Some(slot) = self.slots.get_mut(self.count % KEPT) {
            *slot = token;
        }
        self.count += 1;
    }

    /// Returns the number of tokens of the text.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Returns a token, which must be one of the last [`KEPT`]. Before and after the text there is none.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<&(Token, Word)> {
        debug_assert!(number >= self.count || number + KEPT >= self.count, "token {number} of {}", self.count);
        if number < self.count { self.slots.get(number % KEPT) } else { None }
    }

    /// Returns the token that is so far before the next one, if there is one: the last is 1 before it.
    #[inline]
    pub(crate) fn before(&self, distance: usize) -> Option<&(Token, Word)> {
        self.get(self.count.wrapping_sub(distance))
    }

    /// Returns the attributes of a token.
    #[inline]
    fn word(&self, number: usize) -> &Word {
        self.get(number).map_or(&Word::EDGE, |(_, word)| word)
    }

    /// Returns a token and its neighbors.
    #[inline]
    pub(crate) fn window(&self, number: usize) -> Window<'_> {
        // The number of a token before the text is larger than any.
        [-2, -1, 0, 1, 2].map(|offset| self.word(number.wrapping_add_signed(offset)))
    }

    /// Forgets the text.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }
}
