//! Reads tokens, and reports names once nothing that follows can change them.

use std::collections::VecDeque;
use std::ops::Range;

use smallvec::SmallVec;

use super::cues::Cue;
use super::features::{FEATURES, Window, rows};
use super::model::{Biased, INSIDE, LABELS, MAX_RUN, OUTSIDE, Weigh};
use super::signs::Signs;
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, TOKEN_LOOKAHEAD_BYTES, Token};
use super::word::{Shape, Word};

/// Tokens after a run that its features read.
const AHEAD: usize = 2;

/// The most bytes of a name.
pub(crate) const MAX_NAME_BYTES: usize = MAX_RUN * (MAX_TOKEN_BYTES + 1);

/// The most bytes after a name that decide it.
pub(crate) const MAX_RUN_WAIT_BYTES: usize = (AHEAD + 1) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

/// Labels runs of candidates.
pub(crate) trait Labeler: Weigh {
    /// Returns the labels of a run, by the features of its tokens.
    fn labels(&mut self, tokens: &[Token], rows: &[[u16; FEATURES]]) -> [u8; MAX_RUN];
}

impl Labeler for Biased<'_> {
    fn labels(&mut self, _: &[Token], rows: &[[u16; FEATURES]]) -> [u8; MAX_RUN] {
        let scores: SmallVec<[[i32; LABELS]; MAX_RUN]> = rows.iter().map(|rows| self.weights.scores(rows)).collect();
        self.weights.decode(&scores, self.bias)
    }
}

#[derive(Clone, Copy, Debug)]
struct Read {
    token: Token,
    word: Word,
    is_candidate: bool,
    /// A lower case word that is read as a name would be.
    is_low: bool,
}

/// What is remembered of some text.
#[derive(Debug, Default)]
pub(crate) struct NameReader {
    /// The last two tokens that are decided, and those that are not.
    tokens: VecDeque<Read>,
    /// The number of tokens at the front that are decided.
    decided: usize,
}

impl NameReader {
    /// Adds a token, or ends the text, and reports the spans of names.
    pub(crate) fn read(
        &mut self,
        token: Option<(Token, Word)>,
        labeler: &mut impl Labeler,
        out: &mut impl FnMut(Range<usize>, Signs),
    ) {
        let is_last = token.is_none();
        if let Some((token, word)) = token {
            let (is_candidate, is_low) = self.gate(&token, &word);
            self.tokens.push_back(Read { token, word, is_candidate, is_low });
        }
        self.decide(is_last, labeler, out);
    }

    /// Returns the start of the earliest token at which a name may begin that is not reported yet.
    pub(crate) fn open_start(&self) -> Option<usize> {
        self.tokens.get(self.decided).map(|open| open.token.start)
    }

    /// Returns `true` if a token may be a part of a name, and `true` if it is a lower case word.
    fn gate(&self, token: &Token, word: &Word) -> (bool, bool) {
        let before = self.tokens.back();
        let after_candidate = before.is_some_and(|read| read.is_candidate);
        if token.kind == Kind::Number {
            return (false, false);
        }
        if token.kind == Kind::Sign {
            let is_dot = word.shape == Shape::Dot && before.is_some_and(|read| read.word.length <= 3);
            let is_link = token.gap == Gap::None && (is_dot || matches!(word.shape, Shape::Hyphen));
            return (is_link && after_candidate, false);
        }
        if self.is_glued(token, word) {
            return (false, false);
        }
        match word.shape {
            Shape::Caseless => (false, false),
            Shape::Lower => {
                let class = word.class;
                let is_listed = class.is_name() && !class.is_ordinary();
                let is_titled = before.is_some_and(is_title)
                    || before.is_some_and(|read| read.word.shape == Shape::Dot)
                        && self.tokens.iter().rev().nth(1).is_some_and(is_title);
                let continues = before.is_some_and(|read| read.is_low) && (class.surname > 0 || !class.is_ordinary());
                let is_particle = word.cue == Cue::Particle && after_candidate;
                let is_low = is_listed || is_titled || continues;
                (is_low || is_particle, is_low)
            }
            _ => (true, false),
        }
    }

    /// Returns `true` if a word is a part of an address, a path, a handle or a code.
    fn is_glued(&self, token: &Token, word: &Word) -> bool {
        let is_sign = |c: char| matches!(c, '@' | '/' | '\\' | '_' | '=' | '&' | '#' | '~' | '$' | '%');
        let [next, second] = token.next;
        if next.is_some_and(|c| is_sign(c) || c.is_ascii_digit())
            || next == Some('.') && second.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
            || (next, second) == (Some(':'), Some(':'))
        {
            return true;
        }
        let Some(before) = self.tokens.back().filter(|_| token.gap == Gap::None) else { return false };
        let is_domain = before.word.shape == Shape::Dot && before.token.gap == Gap::None && word.shape == Shape::Lower;
        let is_path = before.word.shape == Shape::Colon && before.word.length > 1;
        before.word.shape == Shape::At || before.token.kind == Kind::Number || is_domain || is_path
    }

    fn decide(&mut self, is_last: bool, labeler: &mut impl Labeler, out: &mut impl FnMut(Range<usize>, Signs)) {
        while let Some(read) = self.tokens.get(self.decided) {
            if !read.is_candidate {
                self.decided += 1;
                self.forget();
                continue;
            }
            let run = self.tokens.iter().skip(self.decided).take(MAX_RUN).take_while(|read| read.is_candidate).count();
            let arrived = self.tokens.len() - self.decided;
            // The run has ended, and what its last word reads has arrived.
            let is_closed = run < arrived || run == MAX_RUN;
            if !(is_last || is_closed && arrived >= run + AHEAD) {
                return;
            }
            self.label(run, labeler, out);
            self.decided += run;
            self.forget();
        }
    }

    /// Keeps the two tokens before the first that is not decided.
    fn forget(&mut self) {
        while self.decided > AHEAD {
            self.tokens.pop_front();
            self.decided -= 1;
        }
    }

    /// Labels a run that begins at the first token that is not decided.
    fn label(&self, run: usize, labeler: &mut impl Labeler, out: &mut impl FnMut(Range<usize>, Signs)) {
        let run = self.decided..self.decided + run;
        let features: SmallVec<[[u16; FEATURES]; MAX_RUN]> = run.clone().map(|at| rows(self.window(at))).collect();
        let tokens: SmallVec<[Token; MAX_RUN]> = self.tokens.range(run.clone()).map(|read| read.token).collect();
        let labels = labeler.labels(&tokens, &features);
        let mut open: Option<usize> = None;
        let mut close = |open: &mut Option<usize>, end: usize| {
            let Some(tokens) = open.take().map(|start| start..end) else { return };
            if let Some(span) = self.span(tokens.clone()) {
                out(span, Signs::of(tokens.map(|at| self.window(at)), labeler));
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
    fn span(&self, tokens: Range<usize>) -> Option<Range<usize>> {
        let mut words = tokens.filter_map(|at| self.tokens.get(at)).filter(|read| read.token.kind == Kind::Word);
        if !words.clone().any(|read| read.word.length > 1) {
            return None;
        }
        let first = words.next()?;
        let last = words.next_back().unwrap_or(first);
        Some(first.token.start..last.token.end)
    }

    /// Returns the token and its neighbors.
    fn window(&self, at: usize) -> Window<'_> {
        [-2, -1, 0, 1, 2].map(|offset| {
            let read = at.checked_add_signed(offset).and_then(|at| self.tokens.get(at));
            read.map_or(&Word::EDGE, |read| &read.word)
        })
    }
}

/// Returns `true` for a title, or a word before a name.
fn is_title(read: &Read) -> bool {
    read.word.cue == Cue::Title
}
