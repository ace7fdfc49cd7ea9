//! The last tokens of some text.

use std::ops::Range;

use super::features::Window;
use super::token::Token;
use super::word::Word;

/// The number of tokens that are kept.
pub(crate) const KEPT: usize = 64;

/// Words before and after a word that its features read.
pub(crate) const AROUND: usize = 2;
/// The words of a window.
const WINDOW: usize = 2 * AROUND + 1;

/// The last tokens of some text with their attributes, in a fixed place. Tokens are numbered from the start of the text.
#[derive(Debug)]
pub(crate) struct Ring {
    spans: [Range<usize>; KEPT],
    /// The first words are at the end again, so that each window is in one piece.
    words: [Word; KEPT + WINDOW - 1],
    /// The number of tokens of the text.
    count: usize,
}

impl Default for Ring {
    fn default() -> Self {
        Self { spans: [const { 0..0 }; KEPT], words: [Word::EDGE; KEPT + WINDOW - 1], count: 0 }
    }
}

impl Ring {
    /// Adds a token.
    #[inline]
    pub(crate) fn push(&mut self, token: &Token, word: &Word) {
        if let Some(span) = self.spans.get_mut(self.count % KEPT) {
            (span.start, span.end) = (token.start, token.end);
        }
        self.set(self.count, word);
        self.count += 1;
    }

    #[inline]
    fn set(&mut self, number: usize, word: &Word) {
        let place = number % KEPT;
        if let Some(slot) = self.words.get_mut(place) {
            *slot = *word;
        }
        if place < WINDOW - 1
            && let Some(slot) = self.words.get_mut(place + KEPT)
        {
            *slot = *word;
        }
    }

    /// Notes that the text ends.
    pub(crate) fn end(&mut self) {
        (0..AROUND).for_each(|after| self.set(self.count + after, &Word::EDGE));
    }

    /// Returns the number of tokens of the text.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Returns the offsets of a token, if it has arrived.
    #[inline]
    pub(crate) fn span(&self, number: usize) -> Option<Range<usize>> {
        if number < self.count { self.spans.get(number % KEPT).cloned() } else { None }
    }

    /// Returns the attributes of a token, which must be one of the last.
    #[inline]
    pub(crate) fn word(&self, number: usize) -> &Word {
        self.words.get(number % KEPT).unwrap_or(&Word::EDGE)
    }

    /// Returns the attributes of the token that is so far before the next one: the last is 1 before it.
    #[inline]
    pub(crate) fn before(&self, distance: usize) -> &Word {
        self.word(self.count.wrapping_sub(distance))
    }

    /// Returns the attributes of a token and its neighbors.
    #[inline]
    pub(crate) fn window(&self, number: usize) -> Window<'_> {
        let start = number.wrapping_sub(AROUND) % KEPT;
        self.words.get(start..).and_then(|words| words.first_chunk()).unwrap_or(&[Word::EDGE; WINDOW])
    }

    /// Forgets the text.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
        // Before the text is no token.
        (1..=AROUND).for_each(|before| self.set(KEPT - before, &Word::EDGE));
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::{Gap, Kind};
    use super::*;

    /// However many tokens there are, a window has the last ones, and edges before and after the text.
    #[test]
    fn windows_have_the_neighbors() {
        let word = |number: usize| Word { length: (number % 200) as u8, gap: Gap::None, ..Word::EDGE };
        let mut ring = Ring::default();
        for count in [0, 1, 5, 63, 64, 65, 200] {
            ring.clear();
            let token = |number: usize| Token {
                start: number,
                end: number + 1,
                kind: Kind::Word,
                gap: Gap::None,
                next: [None; 2],
            };
            (0..count).for_each(|number| ring.push(&token(number), &word(number)));
            ring.end();
            assert_eq!(ring.span(count), None);
            for number in count.saturating_sub(KEPT - 2 * AROUND)..count {
                let around = [-2, -1, 0, 1, 2].map(|offset| {
                    let neighbor = number.checked_add_signed(offset).filter(|&number| number < count);
                    neighbor.map_or(Word::EDGE, word)
                });
                assert_eq!(ring.window(number), &around, "{number} of {count}");
                assert_eq!(ring.span(number), Some(number..number + 1));
            }
        }
    }
}
