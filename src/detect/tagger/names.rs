//! Reads tokens, and reports names once nothing that follows can change them.

use std::ops::Range;

use smallvec::SmallVec;

use super::cues::Cue;
use super::features::Window;
use super::labels::{INSIDE, LABELS, OUTSIDE};
use super::model::{Biased, MAX_RUN, Weigh};
use super::ring::{AROUND, KEPT, Ring};
use super::signs::Signs;
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, Next, TOKEN_LOOKAHEAD_BYTES};
use super::word::{Shape, Word};

/// Tokens after a run that its features read.
const AHEAD: usize = AROUND;

/// The most bytes of a name.
pub(crate) const MAX_NAME_BYTES: usize = MAX_RUN * (MAX_TOKEN_BYTES + 1);

/// The most bytes after a name that decide it.
pub(crate) const MAX_RUN_WAIT_BYTES: usize = (AHEAD + 1) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

/// The bits of candidates, and the ring, hold a run and what its features read.
const _: () = assert!(MAX_RUN + 2 * AHEAD < KEPT && KEPT <= u64::BITS as usize);

/// Labels runs of candidates.
pub(crate) trait Labeler: Weigh {
    /// Returns the scores of the labels of a token of a run, by its offsets and its features.
    fn scores(&mut self, span: Range<usize>, window: Window<'_>) -> [i32; LABELS];
    /// Returns the labels of a run whose tokens have these scores.
    fn labels(&mut self, scores: &[[i32; LABELS]]) -> [u8; MAX_RUN];
}

impl Labeler for Biased<'_> {
    fn scores(&mut self, _: Range<usize>, window: Window<'_>) -> [i32; LABELS] {
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
    /// The number of the last tokens that are not decided. The first of them is a candidate.
    undecided: usize,
}

impl NameReader {
    /// Returns `true` if reading the last token, which may be left out then, changes nothing: no name is near.
    #[inline]
    pub(crate) fn skips(&self, tokens: &Ring, word: &Word) -> bool {
        // The token before the last is no candidate.
        self.undecided == 0
            && match word.shape {
                Shape::Lower => !is_listed(word) && !is_titled(tokens),
                Shape::Caseless => true,
                _ => word.kind != Kind::Word,
            }
    }

    /// Reads the token that `tokens` ends with, and reports the spans of names.
    pub(crate) fn read(
        &mut self,
        tokens: &Ring,
        (word, next): (&Word, Next),
        labeler: &mut impl Labeler,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        let (is_candidate, is_low) = self.gate(tokens, word, next);
        self.candidates = self.candidates << 1 | u64::from(is_candidate);
        self.is_after_low = is_low;
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
        tokens.span(tokens.count() - self.undecided).map(|span| span.start)
    }

    /// Returns `true` if a token may be a part of a name, and `true` if it is a lower case word.
    #[inline]
    fn gate(&self, tokens: &Ring, word: &Word, next: Next) -> (bool, bool) {
        let after_candidate = self.candidates & 1 == 1;
        match word.kind {
            Kind::Number => (false, false),
            Kind::Sign => {
                let is_short = || tokens.before(2).length <= 3;
                let is_link =
                    word.gap == Gap::None && (word.shape == Shape::Hyphen || word.shape == Shape::Dot && is_short());
                (after_candidate && is_link, false)
            }
            Kind::Word if word.shape == Shape::Caseless => (false, false),
            Kind::Word if word.shape == Shape::Lower => {
                let is_low = self.is_low(tokens, word);
                let is_particle = word.cue == Cue::Particle && after_candidate;
                let is_candidate = (is_low || is_particle) && !is_glued(tokens, word, next);
                (is_candidate, is_candidate && is_low)
            }
            Kind::Word => (!is_glued(tokens, word, next), false),
        }
    }

    /// Returns `true` if a lower case word is read as a name would be.
    fn is_low(&self, tokens: &Ring, word: &Word) -> bool {
        let continues = self.is_after_low && (word.class.surname() > 0 || !word.class.is_ordinary());
        is_listed(word) || continues || is_titled(tokens)
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

/// Returns `true` for a name that is no ordinary word.
#[inline]
fn is_listed(word: &Word) -> bool {
    word.class.is_name() && !word.class.is_ordinary()
}

/// Returns `true` if the last token follows a title.
#[inline]
fn is_titled(tokens: &Ring) -> bool {
    let (before, second) = (tokens.before(2), tokens.before(3));
    before.cue == Cue::Title || before.shape == Shape::Dot && second.cue == Cue::Title
}

/// Returns `true` if the last token, a word, is a part of an address, a path, a handle or a code.
fn is_glued(tokens: &Ring, word: &Word, [next, second]: Next) -> bool {
    let is_sign = |c: char| matches!(c, '@' | '/' | '\\' | '_' | '=' | '&' | '#' | '~' | '$' | '%');
    if next.is_some_and(|c| is_sign(c) || c.is_ascii_digit())
        || next == Some('.') && second.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
        || (next, second) == (Some(':'), Some(':'))
    {
        return true;
    }
    let before = tokens.before(2);
    let is_domain = before.shape == Shape::Dot && before.gap == Gap::None && word.shape == Shape::Lower;
    let is_path = before.shape == Shape::Colon && before.length > 1;
    word.gap == Gap::None && (before.shape == Shape::At || before.kind == Kind::Number || is_domain || is_path)
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
    let read = run.clone().filter_map(|at| Some(labeler.scores(tokens.span(at)?, tokens.window(at))));
    let scores: SmallVec<[[i32; LABELS]; MAX_RUN]> = read.collect();
    let labels = labeler.labels(&scores);
    if labels == [OUTSIDE; MAX_RUN] {
        return;
    }
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
    let mut words = name.filter(|&at| tokens.word(at).kind == Kind::Word);
    if !words.clone().any(|at| tokens.word(at).length > 1) {
        return None;
    }
    let first = words.next()?;
    let last = words.next_back().unwrap_or(first);
    Some(tokens.span(first)?.start..tokens.span(last)?.end)
}
