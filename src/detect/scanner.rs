//! Runs all detectors over a text that arrives in pieces.

use super::detectors::{Candidate, Detectors, Found, Mark, Origin};
use super::entity::recognizer::Verdict;
use super::pattern::{Machine, MachineState, PatternMatch, Starts};
use super::piece::Piece;
use super::topic::SimilarityState;
use super::words::{WordHit, WordRole, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::fold::{FoldedText, View, split_plain};

/// What the detectors remember of a text.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    words: WordsState,
    patterns: MachineState,
    entities: Vec<MachineState>,
    topic_patterns: MachineState,
    similarity: SimilarityState,
    pattern_view: Folding,
    word_view: Folding,
    hits: Vec<WordHit>,
    matches: Vec<PatternMatch>,
}

/// A view of the piece at hand.
#[derive(Debug, Default)]
struct Folding {
    text: FoldedText,
    invisible_run: usize,
}

impl Folding {
    fn piece<'a>(&'a mut self, chunk: &'a str, offset: usize, view: View) -> Piece<'a> {
        if chunk.is_ascii() {
            if !chunk.is_empty() {
                self.invisible_run = 0;
            }
            return Piece::Plain(chunk.as_bytes(), offset);
        }
        self.text.clear();
        self.text.extend(chunk, offset, view, &mut self.invisible_run);
        Piece::Folded(&self.text.bytes, &self.text.starts, &self.text.ends)
    }
}

impl Scanner {
    /// Reads `chunk`, the end of `text`, which begins at `offset`.
    pub(crate) fn push(
        &mut self,
        detectors: &Detectors,
        text: &TextBuffer,
        mut chunk: &str,
        mut offset: usize,
        found: &mut Found,
    ) {
        while !chunk.is_empty() {
            let (stretch, rest) = split_plain(chunk);
            self.read(detectors, text, stretch, offset, found);
            offset += stretch.len();
            chunk = rest;
        }
    }

    fn read(&mut self, detectors: &Detectors, text: &TextBuffer, chunk: &str, offset: usize, found: &mut Found) {
        if detectors.patterns.is_some() || !detectors.entities.is_empty() {
            let piece = self.pattern_view.piece(chunk, offset, View::Pattern);
            scan(detectors.patterns.as_ref(), &mut self.patterns, piece, text, &accept, &mut self.matches);
            take(&mut self.matches, found, |tag, _| (tag, Origin::Pattern));
            let judge = |tag, start, end| detectors.judge(tag, text, start, end);
            self.entities.resize_with(detectors.entities.len(), MachineState::default);
            for (machine, state) in detectors.entities.iter().zip(&mut self.entities) {
                machine.scan(state, piece, text, &judge, &mut self.matches);
            }
            take(&mut self.matches, found, |tag, verdict| {
                (detectors.entity_use(tag).rule, Origin::Entity(tag, verdict))
            });
        }
        if detectors.words.is_some() || detectors.topic_patterns.is_some() || detectors.similarity.is_some() {
            let piece = self.word_view.piece(chunk, offset, View::Word);
            scan(detectors.topic_patterns.as_ref(), &mut self.topic_patterns, piece, text, &accept, &mut self.matches);
            take(&mut self.matches, found, |tag, _| (tag, Origin::Pattern));
            if let Some(words) = &detectors.words {
                words.scan(&mut self.words, piece, text, &mut self.hits);
                take_words(&mut self.hits, found);
            }
            if let Some(similarity) = &detectors.similarity {
                similarity.scan(&mut self.similarity, piece, &mut found.candidates);
            }
        }
    }

    /// Says that the text is at its end.
    pub(crate) fn finish(&mut self, detectors: &Detectors, text: &TextBuffer, found: &mut Found) {
        finish(detectors.patterns.as_ref(), &mut self.patterns, text, &accept, &mut self.matches);
        finish(detectors.topic_patterns.as_ref(), &mut self.topic_patterns, text, &accept, &mut self.matches);
        take(&mut self.matches, found, |tag, _| (tag, Origin::Pattern));
        let judge = |tag, start, end| detectors.judge(tag, text, start, end);
        for (machine, state) in detectors.entities.iter().zip(&mut self.entities) {
            machine.finish(state, text, &judge, &mut self.matches);
        }
        take(&mut self.matches, found, |tag, verdict| (detectors.entity_use(tag).rule, Origin::Entity(tag, verdict)));
        if let Some(words) = &detectors.words {
            words.finish(&mut self.words, text, &mut self.hits);
            take_words(&mut self.hits, found);
        }
        if let Some(similarity) = &detectors.similarity {
            similarity.finish(&mut self.similarity, &mut found.candidates);
        }
    }

    /// The earliest place at which something may have begun that has not been reported yet. The end of the text when there is
    /// none.
    pub(crate) fn frontier(&self, detectors: &Detectors, text: &TextBuffer) -> usize {
        [
            self.open_word(detectors, text),
            self.patterns.earliest(),
            self.topic_patterns.earliest(),
            self.similarity.earliest(),
        ]
        .into_iter()
        .chain(self.entities.iter().map(MachineState::earliest))
        .flatten()
        .fold(text.end(), usize::min)
    }

    /// The earliest place at which a word or an exception may have begun that has not been reported yet.
    pub(crate) fn open_word(&self, detectors: &Detectors, text: &TextBuffer) -> Option<usize> {
        detectors.words.as_ref().and_then(|words| words.earliest(&self.words, text))
    }

    /// Where the window of topics begins that is open.
    pub(crate) fn open_window(&self) -> Option<usize> {
        self.similarity.window_start()
    }
}

fn accept(_: u32, _: usize, _: usize) -> Verdict {
    Verdict::Accept
}

fn scan(
    machine: Option<&Machine>,
    state: &mut MachineState,
    piece: Piece<'_>,
    text: &TextBuffer,
    judge: &dyn Fn(u32, usize, usize) -> Verdict,
    out: &mut Vec<PatternMatch>,
) {
    if let Some(machine) = machine {
        machine.scan(state, piece, text, judge, out);
    }
}

fn finish(
    machine: Option<&Machine>,
    state: &mut MachineState,
    text: &TextBuffer,
    judge: &dyn Fn(u32, usize, usize) -> Verdict,
    out: &mut Vec<PatternMatch>,
) {
    if let Some(machine) = machine {
        machine.finish(state, text, judge, out);
    }
}

fn take(matches: &mut Vec<PatternMatch>, found: &mut Found, describe: impl Fn(u32, Verdict) -> (u32, Origin)) {
    found.candidates.extend(matches.drain(..).map(|found| {
        let (rule, origin) = describe(found.tag, found.verdict);
        Candidate { rule, starts: found.starts, end: found.end, origin }
    }));
}

fn take_words(hits: &mut Vec<WordHit>, found: &mut Found) {
    for hit in hits.drain(..) {
        let mark = |of| Mark { of, start: hit.start, end: hit.end };
        match hit.role {
            WordRole::Rule(rule) => found.candidates.push(Candidate {
                rule,
                starts: Starts::one(hit.start),
                end: hit.end,
                origin: Origin::Word,
            }),
            WordRole::Exception(rule) => found.exceptions.push(mark(rule)),
            WordRole::Context(class) => found.contexts.push(mark(class)),
        }
    }
}
