//! Reads tokens, and reports names once nothing that follows can change them.

use std::ops::Range;

use smallvec::SmallVec;

use super::cues::Cue;
use super::features::Window;
use super::model::{Biased, INSIDE, LABELS, MAX_RUN, OUTSIDE, Weigh};
use super::ring::{KEPT, Ring};
use super::signs::Signs;
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, TOKEN_LOOKAHEAD_BYTES, Token};
use super::word::{Shape, Word};

/// Tokens after a run that its features read.
const AHEAD: usize = 2;

/// The most bytes of a name.
pub(crate) const MAX_NAME_BYTES: usize = MAX_RUN * (MAX_TOKEN_BYTES + 1);

/// The most bytes after a name that decide it.
pub(crate) const MAX_RUN_WAIT_BYTES: usize = (AHEAD + 1) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

/// The bits of candidates, and the ring, hold a run and what its features read.
const _: () = assert!(MAX_RUN + 2 * AHEAD < KEPT && KEPT <= u64::BITS as usize);

/// Labels runs of candidates.
pub(crate) trait Labeler: Weigh {
    /// Returns the scores of the labels of a token of a run.
    fn scores(&mut self, token: &Token, window: Window<'_>) -> [i32; LABELS];
    /// Returns the labels of a run whose tokens have these scores.
    fn labels(&mut self, scores: &[[i32; LABELS]]) -> [u8; MAX_RUN];
}

impl Labeler for Biased<'_> {
    fn scores(&mut self, _: &Token, window: Window<'_>) -> [i32; LABELS] {
        self.weights.scores(window)
    }

    fn labels(&mut self, scores: &[[i32; LABELS]]) -> [u8; MAX_RUN] {
        self.weights.decode(scores, self.bias)
    }
}

/// What is remembered of some text, besides its last tokens.
#[derive(Debug, Default)]
pub(crate) struct NameReader {
    /// Which of the last tokens are candidates, as bits: the last token is the lowest.
    candidates: u64,
    /// The last token is a lower case word that is read as a name would be.
    is_after_low: bool,
    /// The last token is a title.
    is_after_title: bool,
    /// The last token is a title, or a dot after one.
    is_titled: bool,
    /// The number of the last tokens that are not decided. The first of them is a candidate.
    undecided: usize,
}

impl NameReader {
    /// Reads the token that `tokens` ends with, and reports the spans of names.
    #[inline]
    pub(crate) fn read(
        &mut self,
        tokens: &Ring,
        (token, word): &(Token, Word),
        labeler: &mut impl Labeler,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        let (is_candidate, is_low) = self.gate(tokens, token, word);
        self.candidates = self.candidates << 1 | u64::from(is_candidate);
        self.is_after_low = is_low;
        let is_title = word.cue == Cue::Title;
        self.is_titled = is_title || word.shape == Shape::Dot && self.is_after_title;
        self.is_after_title = is_title;
        if is_candidate || self.undecided > 0 {
            self.undecided += 1;
            self.decide(tokens, false, labeler, out);
        }
    }

    /// Ends the text, and reports the spans of names.
    pub(crate) fn finish(
        &mut self,
        tokens: &Ring,
        labeler: &mut impl Labeler,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        self.decide(tokens, true, labeler, out);
    }

    /// Returns the start of the earliest token at which a name may begin that is not reported yet.
    pub(crate) fn open_start(&self, tokens: &Ring) -> Option<usize> {
        if self.undecided == 0 { None } else { tokens.before(self.undecided).map(|(token, _)| token.start) }
    }

    /// Returns `true` if a token may be a part of a name, and `true` if it is a lower case word.
    #[inline]
    fn gate(&self, tokens: &Ring, token: &Token, word: &Word) -> (bool, bool) {
        let after_candidate = self.candidates & 1 == 1;
        match token.kind {
            Kind::Number => (false, false),
            Kind::Sign => {
                let is_short = || tokens.before(2).is_some_and(|(_, before)| before.length <= 3);
                let is_link =
                    token.gap == Gap::None && (word.shape == Shape::Hyphen || word.shape == Shape::Dot && is_short());
                (after_candidate && is_link, false)
            }
            Kind::Word if word.shape == Shape::Caseless => (false, false),
            Kind::Word if word.shape == Shape::Lower => {
                let is_low = self.is_low(word);
                let is_particle = word.cue == Cue::Particle && after_candidate;
                let is_candidate = (is_low || is_particle) && !is_glued(tokens, token, word);
                (is_candidate, is_candidate && is_low)
            }
            Kind::Word => (!is_glued(tokens, token, word), false),
        }
    }

    /// Returns `true` if a lower case word is read as a name would be.
    #[inline]
    fn is_low(&self, word: &Word) -> bool {
        let class = word.class;
        let is_listed = class.is_name() && !class.is_ordinary();
        let continues = self.is_after_low && (class.surname() > 0 || !class.is_ordinary());
        is_listed || continues || self.is_titled
    }

    fn decide(
        &mut self,
        tokens: &Ring,
        is_last: bool,
        labeler: &mut impl Labeler,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        while self.undecided > 0 {
            // The first of them is the highest bit.
            let undecided = self.candidates << (KEPT - self.undecided);
            let run = (undecided.leading_ones() as usize).min(MAX_RUN);
            // The run has ended, and what its last word reads has arrived.
            let is_closed = run < self.undecided || run == MAX_RUN;
            if !(is_last || is_closed && self.undecided >= run + AHEAD) {
                return;
            }
            label(tokens, self.undecided, run, labeler, out);
            let others = (undecided << run).leading_zeros() as usize;
            self.undecided -= (run + others).min(self.undecided);
        }
    }
}

/// Returns `true` if the last token, a word, is a part of an address, a path, a handle or a code.
fn is_glued(tokens: &Ring, token: &Token, word: &Word) -> bool {
    let is_sign = |c: char| matches!(c, '@' | '/' | '\\' | '_' | '=' | '&' | '#' | '~' | '$' | '%');
    let [next, second] = token.next;
    if next.is_some_and(|c| is_sign(c) || c.is_ascii_digit())
        || next == Some('.') && second.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
        || (next, second) == (Some(':'), Some(':'))
    {
        return true;
    }
    let Some((before, before_word)) = tokens.before(2).filter(|_| token.gap == Gap::None) else { return false };
    let is_domain = before_word.shape == Shape::Dot && before.gap == Gap::None && word.shape == Shape::Lower;
    let is_path = before_word.shape == Shape::Colon && before_word.length > 1;
    before_word.shape == Shape::At || before.kind == Kind::Number || is_domain || is_path
}

/// Labels a run that begins so far before the next token.
fn label(
    tokens: &Ring,
    distance: usize,
    run: usize,
    labeler: &mut impl Labeler,
    out: &mut impl FnMut(Range<usize>, Signs),
) {
    let start = tokens.count() - distance;
    let run = start..start + run;
    let read = run.clone().filter_map(|at| tokens.get(at).map(|(token, _)| labeler.scores(token, tokens.window(at))));
    let scores: SmallVec<[[i32; LABELS]; MAX_RUN]> = read.collect();
    let labels = labeler.labels(&scores);
    let mut open: Option<usize> = None;
    let mut close = |open: &mut Option<usize>, end: usize| {
        let Some(name) = open.take().map(|start| start..end) else { return };
        if let Some(span) = span(tokens, name.clone()) {
            out(span, Signs::of(name.map(|at| tokens.window(at)), labeler));
        }
    };
    for (at, &label) in run.clone().zip(&labels) {
        if label != INSIDE {
            close(&mut open, at);
        }
        if label != OUTSIDE && open.is_none() {
            open = Some(at);
        }
    }
    close(&mut open, run.end);
}

/// Returns the span of some tokens, without signs at its ends. Single letters are no name.
fn span(tokens: &Ring, name: Range<usize>) -> Option<Range<usize>> {
    let mut words = name.filter_map(|at| tokens.get(at)).filter(|(token, _)| token.kind == Kind::Word);
    if !words.clone().any(|(_, word)| word.length > 1) {
        return None;
    }
    let first = words.next()?;
    let last = words.next_back().unwrap_or(first);
    Some(first.0.start..last.0.end)
}
