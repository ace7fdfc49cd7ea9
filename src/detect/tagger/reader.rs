//! Reads text token by token, and reports names once nothing that follows can change them.

use std::collections::VecDeque;
use std::ops::Range;

use smallvec::SmallVec;

use super::cues::Cue;
use super::features::{FEATURES, Window, rows};
use super::lists::Lists;
use super::model::{INSIDE, MAX_RUN, OUTSIDE};
use super::token::{Gap, Kind, MAX_TOKEN_BYTES, TOKEN_LOOKAHEAD_BYTES, Token, next_token};
use super::word::{Shape, Word};

/// Tokens after a run that its features read.
const AHEAD: usize = 2;

/// The most bytes of a name.
pub(crate) const MAX_NAME_BYTES: usize = MAX_RUN * (MAX_TOKEN_BYTES + 1);

/// The most bytes after a name that decide it.
pub(crate) const MAX_WAIT_BYTES: usize = (AHEAD + 1) * (MAX_TOKEN_BYTES + 1) + TOKEN_LOOKAHEAD_BYTES;

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
pub(crate) struct Reader {
    /// The last two tokens that are decided, and those that are not.
    tokens: VecDeque<Read>,
    /// The number of tokens at the front that are decided.
    decided: usize,
    /// The offset of the text that is not read yet.
    at: usize,
    /// The start of text was read.
    has_begun: bool,
}

impl Reader {
    /// Reads `text`, which begins at `base` of all text, and reports the spans of names. `label` labels a run of candidates by their features.
    pub(crate) fn read(
        &mut self,
        (text, base): (&str, usize),
        is_last: bool,
        lists: &Lists<'_>,
        label: &mut impl FnMut(&[Token], &[[u16; FEATURES]]) -> [u8; MAX_RUN],
        out: &mut impl FnMut(Range<usize>),
    ) {
        while let Some(mut token) = next_token(text, self.at.saturating_sub(base), is_last) {
            let written = text.get(token.start..token.end).unwrap_or_default();
            if !std::mem::replace(&mut self.has_begun, true) {
                token.gap = Gap::Line;
            }
            let word = Word::of(written, &token, lists);
            (token.start, token.end) = (token.start + base, token.end + base);
            self.at = token.end;
            let (is_candidate, is_low) = self.gate(&token, &word);
            self.tokens.push_back(Read { token, word, is_candidate, is_low });
            self.decide(false, label, out);
        }
        if is_last {
            self.decide(true, label, out);
        }
    }

    /// Returns the earliest offset at which a name may begin that is not reported yet. `text` begins at `base` of all text and ends with what
    /// has arrived.
    pub(crate) fn open_start(&self, (text, base): (&str, usize)) -> Option<usize> {
        if let Some(open) = self.tokens.get(self.decided) {
            return Some(open.token.start);
        }
        let rest = text.get(self.at.checked_sub(base)?..)?;
        let body = rest.trim_start();
        (!body.is_empty()).then(|| self.at + rest.len() - body.len())
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
                let continues = before.is_some_and(|read| read.is_low) && !class.is_ordinary();
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
        {
            return true;
        }
        let Some(before) = self.tokens.back().filter(|_| token.gap == Gap::None) else { return false };
        let is_domain = before.word.shape == Shape::Dot && before.token.gap == Gap::None && word.shape == Shape::Lower;
        before.word.shape == Shape::At || before.token.kind == Kind::Number || is_domain
    }

    fn decide(
        &mut self,
        is_last: bool,
        label: &mut impl FnMut(&[Token], &[[u16; FEATURES]]) -> [u8; MAX_RUN],
        out: &mut impl FnMut(Range<usize>),
    ) {
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
            self.label(run, label, out);
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
    fn label(
        &self,
        run: usize,
        label: &mut impl FnMut(&[Token], &[[u16; FEATURES]]) -> [u8; MAX_RUN],
        out: &mut impl FnMut(Range<usize>),
    ) {
        let run = self.decided..self.decided + run;
        let features: SmallVec<[[u16; FEATURES]; MAX_RUN]> = run.clone().map(|at| rows(self.window(at))).collect();
        let tokens: SmallVec<[Token; MAX_RUN]> = self.tokens.range(run.clone()).map(|read| read.token).collect();
        let labels = label(&tokens, &features);
        let mut open: Option<usize> = None;
        let mut close = |open: &mut Option<usize>, end: usize| {
            if let Some(span) = open.take().and_then(|start| self.span(start..end)) {
                out(span);
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

    /// Returns the span of some tokens, without signs at its ends.
    fn span(&self, tokens: Range<usize>) -> Option<Range<usize>> {
        let mut words = tokens.filter_map(|at| self.tokens.get(at)).filter(|read| read.token.kind == Kind::Word);
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

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::*;

    const PARTS: &[&str] = &[
        "Anna",
        "anna",
        "Keller",
        "KELLER",
        "Dr.",
        "mr",
        "O'Brien",
        "van",
        "der",
        " ",
        " ",
        " ",
        " ",
        ". ",
        ", ",
        "\n",
        "'s ",
        "-",
        "J.",
        "said",
        "the",
        "@",
        "example.com",
        "1",
        "é",
        "中文",
        "Jesus",
        "{NAME}",
        "supercalifragilisticexpialidociousness",
        "my name is ",
        "Tomasz ",
    ];

    fn random_text(seed: &mut u64) -> String {
        let mut below = |limit: usize| {
            *seed ^= *seed << 13;
            *seed ^= *seed >> 7;
            *seed ^= *seed << 17;
            (*seed >> 11) as usize % limit
        };
        (0..=below(40)).filter_map(|_| PARTS.get(below(PARTS.len()))).copied().collect()
    }

    /// Reads some text in chunks that end at multiples of `step` characters. No span may begin before an offset that was open to be released.
    fn read(model: &Model<'_>, text: &str, step: usize) -> Vec<Range<usize>> {
        let (mut reader, mut spans) = (Reader::default(), Vec::new());
        let ends = text.char_indices().map(|(at, _)| at).skip(step).step_by(step);
        let mut released = 0;
        for (end, is_last) in ends.map(|end| (end, false)).chain([(text.len(), true)]) {
            let part = text.get(..end).unwrap_or_default();
            let known = spans.len();
            reader.read((part, 0), is_last, &model.lists, &mut model.labels(0), &mut |span| spans.push(span));
            assert!(
                spans.iter().skip(known).all(|span| span.start >= released),
                "{text:?}: {spans:?} after {released}"
            );
            released = reader.open_start((part, 0)).unwrap_or(end);
            assert!(end - released <= MAX_NAME_BYTES + MAX_WAIT_BYTES, "{text:?}: {} bytes held", end - released);
        }
        spans
    }

    #[test]
    fn names_do_not_depend_on_chunks() {
        let model = Model::read(include_bytes!("names.bin")).expect("a model");
        let mut seed = 0x2545_F491_4F6C_DD1D;
        let mut found = 0;
        for _ in 0..1500 {
            let text = random_text(&mut seed);
            let whole = read(&model, &text, usize::MAX);
            for step in [1, 2, 7] {
                assert_eq!(read(&model, &text, step), whole, "{text:?} in steps of {step}");
            }
            found += whole.len();
        }
        assert!(found > 1000, "{found} names");
    }
}
