//! Reads the tokens of text that arrives in chunks.

use super::ascii;
use super::lists::Lists;
use super::token::{Gap, Token, next_token};
use super::word::Word;

/// How far some text was read.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// The offset of the text that is not read yet.
    at: usize,
    /// The start of text was read.
    has_begun: bool,
}

impl Tokens {
    /// Returns the next token of `text`, which begins at `base` of all text, or `None` until more text arrives.
    #[inline]
    pub(crate) fn next(
        &mut self,
        (text, base): (&str, usize),
        is_last: bool,
        lists: &Lists<'_>,
    ) -> Option<(Token, Word)> {
        let from = self.at.saturating_sub(base);
        let (mut token, mut word) = match ascii::next_token(text.as_bytes(), from, lists) {
            Some(read) => read,
            None => plain(text, from, is_last, lists)?,
        };
        if !self.has_begun {
            self.has_begun = true;
            (token.gap, word.gap) = (Gap::Line, Gap::Line);
        }
        (token.start, token.end) = (token.start + base, token.end + base);
        self.at = token.end;
        Some((token, word))
    }

    /// Returns the start of the text that is not read, white space aside. `text` ends with what has arrived.
    pub(crate) fn unread(&self, (text, base): (&str, usize)) -> Option<usize> {
        let rest = text.get(self.at.checked_sub(base)?..)?;
        let body = rest.trim_start();
        (!body.is_empty()).then(|| self.at + rest.len() - body.len())
    }
}

/// Reads the token at or after `from`, of whatever characters.
#[cold]
#[inline(never)]
fn plain(text: &str, from: usize, is_last: bool, lists: &Lists<'_>) -> Option<(Token, Word)> {
    let token = next_token(text, from, is_last)?;
    Some((token, Word::of(text.get(token.start..token.end).unwrap_or_default(), &token, lists)))
}
