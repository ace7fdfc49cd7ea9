//! Runs of candidates with their right labels.

use std::ops::Range;

use crate::crf::Run;
use crate::data::Document;
use crate::tagger::addresses::{AddressReader, Scorer};
use crate::tagger::cues::{Cue, cue};
use crate::tagger::features::{Window, rows};
use crate::tagger::hash::hash;
use crate::tagger::labels::{INSIDE, LABELS, OUTSIDE, Steps};
use crate::tagger::lists::Lists;
use crate::tagger::model::{MAX_RUN, Weigh};
use crate::tagger::names::{Labeler, NameReader};
use crate::tagger::ring::Ring;
use crate::tagger::token::{Kind, next_token};
use crate::tagger::tokens::Tokens;

/// The label of the first token of a span.
const BEGIN: u8 = 1;

/// Returns the label of a token. `before` is the span of the token before it in the run.
fn label(spans: &[Range<usize>], token: &Range<usize>, before: &mut Option<usize>) -> u8 {
    let span = spans.iter().position(|span| span.start <= token.start && token.end <= span.end);
    let label = match span {
        None => OUTSIDE,
        span if span == *before => INSIDE,
        Some(_) => BEGIN,
    };
    *before = span;
    label
}

/// Collects the candidates for names of a document.
struct NameCollector<'a> {
    document: &'a Document,
    run: Run,
    before: Option<usize>,
    runs: &'a mut Vec<Run>,
}

impl Weigh for NameCollector<'_> {
    fn weight(&self, _: u16, _: u8) -> i32 {
        0
    }
}

impl Labeler for NameCollector<'_> {
    fn scores(&mut self, token: Range<usize>, window: Window<'_>) -> [i32; LABELS] {
        self.run.rows.push(rows(window));
        self.run.labels.push(label(&self.document.names, &token, &mut self.before));
        [0; LABELS]
    }

    fn labels(&mut self, _: &[[i32; LABELS]]) -> [u8; MAX_RUN] {
        self.before = None;
        self.runs.push(std::mem::replace(&mut self.run, EMPTY));
        [OUTSIDE; MAX_RUN]
    }
}

/// A run without tokens.
const EMPTY: Run = Run { rows: Vec::new(), labels: Vec::new() };

/// Returns the runs of candidates for names.
pub fn of_names(documents: &[Document], lists: &Lists<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for document in documents {
        let mut collector = NameCollector { document, run: EMPTY, before: None, runs: &mut runs };
        let (mut unread, mut tokens, mut names) = (Tokens::default(), Ring::default(), NameReader::default());
        while let Some((token, word)) = unread.next((&document.text, 0), true, lists) {
            tokens.push(&token, &word);
            names.read(&tokens, (&word, token.next), &mut collector, &mut |_, _| {});
        }
        tokens.end();
        names.finish(&tokens, &mut collector, &mut |_, _| {});
    }
    runs
}

/// Collects the candidates for addresses of a document.
struct Collector<'a> {
    document: &'a Document,
    steps: Steps,
    run: Run,
    before: Option<usize>,
    runs: &'a mut Vec<Run>,
}

impl Weigh for Collector<'_> {
    fn weight(&self, _: u16, _: u8) -> i32 {
        0
    }
}

impl Scorer for Collector<'_> {
    fn steps(&self) -> &Steps {
        &self.steps
    }

    fn scores(&mut self, token: Range<usize>, window: Window<'_>) -> [i32; LABELS] {
        self.run.rows.push(rows(window));
        self.run.labels.push(label(&self.document.addresses, &token, &mut self.before));
        [0; LABELS]
    }

    fn end(&mut self) {
        self.before = None;
        self.runs.push(std::mem::replace(&mut self.run, EMPTY));
    }
}

/// Returns the runs of candidates for addresses.
pub fn of_addresses(documents: &[Document], lists: &Lists<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for document in documents {
        let steps = Steps { steps: [[0; LABELS]; LABELS], width: 0 };
        let mut collector = Collector { document, steps, run: EMPTY, before: None, runs: &mut runs };
        let (mut unread, mut tokens, mut addresses) = (Tokens::default(), Ring::default(), AddressReader::default());
        while let Some((token, word)) = unread.next((&document.text, 0), true, lists) {
            tokens.push(&token, &word);
            addresses.read(&tokens, (&word, token.next), &mut collector, &mut |_, _| {});
        }
        tokens.end();
        addresses.finish(&tokens, &mut collector, &mut |_, _| {});
    }
    runs
}

/// Returns `true` if a word of streets is within five tokens of a number.
pub fn may_have_address(text: &str) -> bool {
    let (mut at, mut since_number, mut since_street) = (0, usize::MAX, usize::MAX);
    while let Some(token) = next_token(text, at, true) {
        at = token.end;
        since_number = since_number.saturating_add(1);
        since_street = since_street.saturating_add(1);
        let letters: Vec<char> = text[token.start..token.end].to_lowercase().chars().collect();
        match token.kind {
            Kind::Number => since_number = 0,
            Kind::Word if cue(hash(&letters)) == Cue::Street => since_street = 0,
            _ => {}
        }
        if since_number.max(since_street) <= 5 {
            return true;
        }
    }
    false
}
