//! Reads tokens, and reports postal addresses once nothing that follows can change them.
//!
//! Tokens near a number are candidates: up to 5 before it, from a capitalized word or a word of streets on, and 12 after it. A label is final once
//! 8 more candidates are scored, or earlier if all paths that are left agree.

use std::ops::Range;

use super::cues::Cue;
use super::decoder::{Decoder, MAX_UNDECIDED};
use super::features::Window;
use super::labels::{INSIDE, LABELS, OUTSIDE, Steps};
use super::model::{Biased, Weigh};
use super::ring::{AROUND, KEPT, Ring};
use super::signs::Signs;
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, Next, TOKEN_LOOKAHEAD_BYTES};
use super::word::{MAX_LENGTH, Shape, Word};

/// Tokens after a token that its features read.
const AHEAD: usize = AROUND;
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
const _: () = assert!(MAX_DIGITS < MAX_LENGTH, "more digits count than that");

/// The most bytes of an address.
pub(crate) const MAX_ADDRESS_BYTES: usize = MAX_TOKENS * (MAX_TOKEN_BYTES + 1);
/// The most bytes after an address that decide it.
pub(crate) const MAX_ADDRESS_WAIT_BYTES: usize =
    (LAG + BEFORE_NUMBER + AHEAD) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

/// The bits of numbers, and the ring, hold an address that has not ended and what its features read.
const _: () = assert!(MAX_TOKENS + LAG + BEFORE_NUMBER + 2 * AHEAD + 2 < KEPT && KEPT <= u64::BITS as usize);
const _: () = assert!(LAG < MAX_UNDECIDED, "the decoder holds all candidates that are not decided");

/// Scores the labels of candidates.
pub(crate) trait Scorer: Weigh {
    /// Returns what a step from label to label adds, and the width of the search.
    fn steps(&self) -> &Steps;
    /// Returns the scores of the labels of a candidate, by its offsets and its features.
    fn scores(&mut self, span: Range<usize>, window: Window<'_>) -> [i32; LABELS];
    /// Notes that the next candidate does not follow the last one.
    fn end(&mut self) {}
}

impl Scorer for Biased<'_> {
    fn steps(&self) -> &Steps {
        &self.weights.steps
    }

    fn scores(&mut self, _: Range<usize>, window: Window<'_>) -> [i32; LABELS] {
        let [outside, begin, inside] = self.weights.scores(window);
        [outside + self.bias, begin, inside]
    }
}

/// What is remembered of some text, besides its last tokens.
#[derive(Debug, Default)]
pub(crate) struct AddressReader {
    /// Which of the last tokens may be the number of a house or a postal code, as bits: the last token is the lowest.
    numbers: u64,
    /// Which of the last tokens an address may begin with, likewise.
    anchors: u64,
    /// The number of the last tokens that are not scored, or known to be no candidates.
    unread: usize,
    /// Tokens before this one are near enough to the last number.
    near_number: usize,
    /// Tokens before this one are near enough to the last token that an address may begin with.
    near_anchor: usize,
    /// Tokens from this one on are near neither, and not the first after a run of candidates.
    far_from: usize,
    decoder: Decoder,
    /// The first token of an address that has not ended.
    open: Option<usize>,
}

impl AddressReader {
    /// Reads the last token, if that decides nothing: it is far from numbers, or only one that has not arrived can make it a candidate. No run ends
    /// before it.
    #[inline(always)]
    pub(crate) fn skip(&mut self, tokens: &Ring, (word, next): (&Word, Next)) -> bool {
        if self.unread > 0 {
            return self.wait(tokens, (word, next));
        }
        tokens.count() > self.far_from && !is_anchor(word) && !is_number(tokens, word, next)
    }

    /// Reads the last token, if the next one waits for a number after it.
    fn wait(&mut self, tokens: &Ring, (word, next): (&Word, Next)) -> bool {
        let has_number = self.numbers & ((1 << self.unread) - 1) != 0;
        let waits = tokens.count() <= self.near_anchor && self.next(tokens) > self.near_number + 1;
        let waits = waits && !has_number && !is_number(tokens, word, next);
        if waits {
            self.note(false, is_anchor(word));
        }
        waits
    }

    /// Notes that a token has arrived.
    #[inline]
    fn note(&mut self, is_number: bool, is_anchor: bool) {
        self.numbers = self.numbers << 1 | u64::from(is_number);
        self.anchors = self.anchors << 1 | u64::from(is_anchor);
        self.unread += 1;
    }

    /// Reads the token that `tokens` ends with, and reports the spans of addresses.
    pub(crate) fn read(
        &mut self,
        tokens: &Ring,
        (word, next): (&Word, Next),
        scorer: &mut impl Scorer,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        self.note(is_number(tokens, word, next), is_anchor(word));
        self.advance(tokens, false, scorer, out);
    }

    /// Ends the text, and reports the spans of addresses.
    pub(crate) fn finish(
        &mut self,
        tokens: &Ring,
        scorer: &mut impl Scorer,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        self.advance(tokens, true, scorer, out);
        self.end_run(tokens, scorer, out);
    }

    /// Returns the start of the earliest token at which an address may begin that is not reported yet.
    pub(crate) fn open_start(&self, tokens: &Ring) -> Option<usize> {
        let undecided = self.next(tokens) - self.decoder.undecided();
        tokens.span(self.open.unwrap_or(undecided)).map(|span| span.start)
    }

    /// Returns the number of the first token that is not scored, or known to be no candidate.
    #[inline]
    fn next(&self, tokens: &Ring) -> usize {
        tokens.count() - self.unread
    }

    /// Scores the tokens of which enough is known.
    fn advance(
        &mut self,
        tokens: &Ring,
        is_last: bool,
        scorer: &mut impl Scorer,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        while let Some(after) = self.unread.checked_sub(1) {
            let next = self.next(tokens);
            if self.anchors >> after & 1 == 1 {
                self.near_anchor = next + BEFORE_NUMBER;
                self.far_from = self.far_from.max(self.near_anchor);
            }
            if self.numbers >> after & 1 == 1 {
                self.near_number = next + 1 + AFTER_NUMBER;
                self.far_from = self.far_from.max(self.near_number + 1);
            }
            let Some(is_candidate) = self.is_candidate(next, is_last) else { return };
            if is_candidate {
                if after < AHEAD && !is_last {
                    return;
                }
                self.score(tokens, next, scorer, out);
            } else {
                self.end_run(tokens, scorer, out);
                self.unread = after;
            }
        }
    }

    /// Returns `true` if the next token may be a part of an address, or `None` while that is unknown.
    #[inline]
    fn is_candidate(&self, next: usize, is_last: bool) -> Option<bool> {
        if next < self.near_number {
            return Some(true);
        }
        if next >= self.near_anchor {
            return Some(false);
        }
        // The tokens after it, up to `near_anchor`, may be numbers.
        let (after, wanted) = (self.unread - 1, self.near_anchor - next);
        let numbers = (self.numbers & ((1 << after) - 1)) >> after.saturating_sub(wanted);
        match () {
            () if numbers != 0 => Some(true),
            () if after < wanted => is_last.then_some(false),
            () => Some(false),
        }
    }

    /// Scores the next token.
    #[inline]
    fn score(
        &mut self,
        tokens: &Ring,
        next: usize,
        scorer: &mut impl Scorer,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        let scores = scorer.scores(tokens.span(next).unwrap_or_default(), tokens.window(next));
        self.unread -= 1;
        if !self.decoder.stays_outside(scores, scorer.steps()) {
            self.decoder.push(scores, scorer.steps());
            self.settle(tokens, LAG, scorer, out);
        }
    }

    /// Reads the labels that are final. The labels of more than `lag` tokens are.
    fn settle(&mut self, tokens: &Ring, lag: usize, scorer: &impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        while let Some(label) = self.decoder.pop(lag) {
            let number = self.next(tokens) - self.decoder.undecided() - 1;
            let is_full = self.open.is_some_and(|open| number - open >= MAX_TOKENS);
            if label != INSIDE || is_full {
                self.close(tokens, number, scorer, out);
            }
            if label != OUTSIDE && self.open.is_none() {
                self.open = Some(number);
            }
        }
    }

    /// Ends a run of candidates before the next token.
    #[inline]
    fn end_run(&mut self, tokens: &Ring, scorer: &mut impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        if self.decoder.is_running() {
            self.decoder.finish(scorer.steps());
            self.settle(tokens, 0, scorer, out);
            self.close(tokens, self.next(tokens), scorer, out);
            self.decoder = Decoder::default();
            scorer.end();
        }
    }

    /// Ends the address before a token, and reports it if it has a number and a word.
    #[inline]
    fn close(&mut self, tokens: &Ring, end: usize, scorer: &impl Scorer, out: &mut impl FnMut(Range<usize>, Signs)) {
        let Some(open) = self.open.take() else { return };
        let is_sign = |number: &usize| tokens.word(*number).kind == Kind::Sign;
        let (Some(first), Some(last)) =
            ((open..end).find(|number| !is_sign(number)), (open..end).rfind(|number| !is_sign(number)))
        else {
            return;
        };
        if let Some(span) = span(tokens, first, last) {
            out(span, Signs::of((first..=last).map(|number| tokens.window(number)), scorer));
        }
    }
}

/// Returns the span of an address, if it has a number and a word.
fn span(tokens: &Ring, first: usize, last: usize) -> Option<Range<usize>> {
    const LEAST_BYTES: usize = 6;
    const LEAST_LETTERS: usize = 3;
    // The longest word has three letters: "BP 120/80, HR 72" is no address.
    let (mut digits, mut letters) = (0, 0);
    for number in first..=last {
        match tokens.word(number).kind {
            Kind::Number => digits += 1,
            Kind::Word => letters = letters.max(tokens.span(number)?.len()),
            Kind::Sign => {}
        }
    }
    let span = tokens.span(first)?.start..tokens.span(last)?.end;
    (span.len() >= LEAST_BYTES && digits > 0 && letters >= LEAST_LETTERS).then_some(span)
}

/// Returns `true` if the last token may be the number of a house or a postal code. Those of amounts, times, versions and codes are not.
#[inline(always)]
fn is_number(tokens: &Ring, word: &Word, next: Next) -> bool {
    word.kind == Kind::Number && usize::from(word.length) <= MAX_DIGITS && !is_part(tokens, word, next)
}

/// Returns `true` if the last token, a number, is a part of something else.
#[inline(never)]
fn is_part(tokens: &Ring, word: &Word, [next, second]: Next) -> bool {
    let is_after_letter = word.gap == Gap::None && tokens.before(2).kind == Kind::Word;
    match next {
        _ if is_after_letter => true,
        Some('.' | ':') => second.is_some_and(|c| c.is_ascii_digit()),
        next => matches!(next, Some('%' | '_' | '$' | '€' | '°')),
    }
}

/// Returns `true` for a word that an address may begin with, before its number.
#[inline(always)]
fn is_anchor(word: &Word) -> bool {
    match word.shape {
        Shape::Lower | Shape::Caseless => word.cue == Cue::Street,
        _ => word.kind == Kind::Word && (word.cue == Cue::Street || !word.class.is_ordinary()),
    }
}
