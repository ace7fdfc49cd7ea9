//! Reads tokens, and reports postal addresses once nothing that follows can change them.
//!
//! Tokens near a number are candidates: up to 5 before it, from a capitalized word or a word of streets on, and 12 after it. A label is final once
//! 8 more candidates are scored, or earlier if all paths that are left agree.

use std::collections::VecDeque;
use std::ops::Range;

use super::cues::Cue;
use super::decoder::Decoder;
use super::features::{FEATURES, Window, rows};
use super::model::{Biased, INSIDE, LABELS, OUTSIDE, Steps, Weigh};
use super::signs::Signs;
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, TOKEN_LOOKAHEAD_BYTES, Token};
use super::word::{Shape, Word};

/// Tokens after a token that its features read.
const AHEAD: usize = 2;
/// Candidates before a number.
const BEFORE_NUMBER: usize = 5;
/// Candidates after a number.
const AFTER_NUMBER: usize = 12;
/// Candidates after a token that may change its label.
const LAG: usize = 8;
/// The most tokens of an address. A longer one is several.
const MAX_TOKENS: usize = 24;
/// The most digits of a number of an address.
const MAX_DIGITS: usize = 6;

/// The most bytes of an address.
pub(crate) const MAX_ADDRESS_BYTES: usize = MAX_TOKENS * (MAX_TOKEN_BYTES + 1);
/// The most bytes after an address that decide it.
pub(crate) const MAX_ADDRESS_WAIT_BYTES: usize =
    (LAG + BEFORE_NUMBER + AHEAD) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

/// Scores the labels of candidates.
pub(crate) trait Scorer: Weigh {
    /// Returns what a step from label to label adds, and the width of the search.
    fn steps(&self) -> &Steps;
    /// Returns the scores of the labels of a candidate with these features.
    fn scores(&mut self, token: &Token, rows: &[u16; FEATURES]) -> [i32; LABELS];
    /// Notes that the next candidate does not follow the last one.
    fn end(&mut self) {}
}

impl Scorer for Biased<'_> {
    fn steps(&self) -> &Steps {
        &self.weights.steps
    }

    fn scores(&mut self, _: &Token, rows: &[u16; FEATURES]) -> [i32; LABELS] {
        let [outside, begin, inside] = self.weights.scores(rows);
        [outside + self.bias, begin, inside]
    }
}

/// What is remembered of some text. Tokens are numbered from the start of the text.
#[derive(Debug, Default)]
pub(crate) struct AddressReader {
    tokens: VecDeque<(Token, Word)>,
    /// The number of the first token that is kept.
    first: usize,
    /// The number of the first token that is not scored, or known to be no candidate.
    next: usize,
    /// Tokens since the last number.
    since_number: Option<usize>,
    /// The last token that an address may begin with.
    anchor: Option<usize>,
    decoder: Decoder,
    /// The first token of an address that has not ended.
    open: Option<usize>,
}

impl AddressReader {
    /// Adds a token, or ends the text, and reports the spans of addresses.
    pub(crate) fn read(
        &mut self,
        token: Option<(Token, Word)>,
        scorer: &mut impl Scorer,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        let is_last = token.is_none();
        self.tokens.extend(token);
        self.advance(is_last, scorer, out);
        if is_last {
            self.end_run(scorer, out);
        }
    }

    /// Returns the start of the earliest token at which an address may begin that is not reported yet.
    pub(crate) fn open_start(&self) -> Option<usize> {
        let undecided = self.next - self.decoder.undecided();
        self.get(self.open.unwrap_or(undecided)).map(|(token, _)| token.start)
    }

    fn get(&self, number: usize) -> Option<&(Token, Word)> {
        self.tokens.get(number.checked_sub(self.first)?)
    }

    /// Scores the tokens of which enough is known.
    fn advance(&mut self, is_last: bool, scorer: &mut impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        while let Some(&(token, ref word)) = self.get(self.next) {
            if is_anchor(&token, word) {
                self.anchor = Some(self.next);
            }
            let counts = self.is_number(self.next);
            let Some(is_candidate) = self.is_candidate(counts, is_last) else { return };
            if is_candidate {
                if self.get(self.next + AHEAD).is_none() && !is_last {
                    return;
                }
                let rows = rows(self.window(self.next));
                self.decoder.push(scorer.scores(&token, &rows), scorer.steps());
                self.next += 1;
                self.settle(LAG, scorer, out);
            } else {
                self.end_run(scorer, out);
                self.next += 1;
            }
            self.since_number = if counts { Some(0) } else { self.since_number.map(|tokens| tokens + 1) };
            self.forget();
        }
    }

    /// Returns `true` if the next token may be a part of an address, or `None` while that is unknown.
    fn is_candidate(&self, counts: bool, is_last: bool) -> Option<bool> {
        if counts || self.since_number.is_some_and(|tokens| tokens < AFTER_NUMBER) {
            return Some(true);
        }
        let Some(anchor) = self.anchor.filter(|anchor| self.next - anchor < BEFORE_NUMBER) else { return Some(false) };
        for number in self.next + 1..=anchor + BEFORE_NUMBER {
            match self.get(number) {
                Some(_) if self.is_number(number) => return Some(true),
                Some(_) => {}
                None => return is_last.then_some(false),
            }
        }
        Some(false)
    }

    /// Reads the labels that are final. The labels of more than `lag` tokens are.
    fn settle(&mut self, lag: usize, scorer: &impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        while let Some(label) = self.decoder.pop(lag) {
            let number = self.next - self.decoder.undecided() - 1;
            let is_full = self.open.is_some_and(|open| number - open >= MAX_TOKENS);
            if label != INSIDE || is_full {
                self.close(number, scorer, out);
            }
            if label != OUTSIDE && self.open.is_none() {
                self.open = Some(number);
            }
        }
    }

    /// Ends a run of candidates before the next token.
    fn end_run(&mut self, scorer: &mut impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        if self.decoder.is_running() {
            self.decoder.finish(scorer.steps());
            self.settle(0, scorer, out);
            self.close(self.next, scorer, out);
            self.decoder = Decoder::default();
            scorer.end();
        }
    }

    /// Ends the address before a token, and reports it if it has a number and a word.
    fn close(&mut self, end: usize, scorer: &impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        const LEAST_BYTES: usize = 6;
        const LEAST_LETTERS: usize = 3;
        let Some(open) = self.open.take() else { return };
        let is_sign = |number: usize| self.get(number).is_none_or(|(token, _)| token.kind == Kind::Sign);
        let (Some(first), Some(last)) =
            ((open..end).find(|&number| !is_sign(number)), (open..end).rfind(|&number| !is_sign(number)))
        else {
            return;
        };
        // The longest word has three letters: "BP 120/80, HR 72" is no address.
        let (mut digits, mut letters) = (0, 0);
        for (token, _) in (first..=last).filter_map(|number| self.get(number)) {
            match token.kind {
                Kind::Number => digits += 1,
                Kind::Word => letters = letters.max(token.end - token.start),
                Kind::Sign => {}
            }
        }
        let span = self.get(first).zip(self.get(last)).map(|((first, _), (last, _))| first.start..last.end);
        if let Some(span) = span.filter(|span| span.len() >= LEAST_BYTES && digits > 0 && letters >= LEAST_LETTERS) {
            out(span, Signs::of((first..=last).map(|number| self.window(number)), scorer));
        }
    }

    /// Returns `true` for a token that may be the number of a house or a postal code. Those of amounts, times, versions and codes are not.
    fn is_number(&self, number: usize) -> bool {
        let Some((token, _)) = self.get(number) else { return false };
        let is_split = |sign: char| token.next[0] == Some(sign) && token.next[1].is_some_and(|c| c.is_ascii_digit());
        token.kind == Kind::Number
            && token.end - token.start <= MAX_DIGITS
            && !is_split('.')
            && !is_split(':')
            && !matches!(token.next[0], Some('%' | '_' | '$' | '€' | '°'))
            && !self.is_after_letter(number, token)
    }

    /// Returns `true` for a token that touches a word before it.
    fn is_after_letter(&self, number: usize, token: &Token) -> bool {
        let before = number.checked_sub(1).and_then(|before| self.get(before));
        token.gap == Gap::None && before.is_some_and(|(before, _)| before.kind == Kind::Word)
    }

    /// Forgets the tokens that nothing needs.
    fn forget(&mut self) {
        let undecided = self.next - self.decoder.undecided();
        let needed = self.open.unwrap_or(undecided).min(undecided).saturating_sub(AHEAD);
        while self.first < needed && self.tokens.pop_front().is_some() {
            self.first += 1;
        }
    }

    /// Returns a token and its neighbors.
    fn window(&self, number: usize) -> Window<'_> {
        [-2, -1, 0, 1, 2].map(|offset| {
            let read = number.checked_add_signed(offset).and_then(|number| self.get(number));
            read.map_or(&Word::EDGE, |(_, word)| word)
        })
    }
}

/// Returns `true` for a word that an address may begin with, before its number.
fn is_anchor(token: &Token, word: &Word) -> bool {
    token.kind == Kind::Word
        && (word.cue == Cue::Street
            || !matches!(word.shape, Shape::Lower | Shape::Caseless) && !word.class.is_ordinary())
}
