//! Runs of candidates with their right labels.

use std::ops::Range;

use crate::crf::Run;
use crate::data::Document;
use crate::tagger::addresses::{AddressReader, Scorer};
use crate::tagger::cues::{Cue, cue};
use crate::tagger::features::FEATURES;
use crate::tagger::hash::hash;
use crate::tagger::lists::Lists;
use crate::tagger::model::{INSIDE, LABELS, MAX_RUN, OUTSIDE, Steps, Weigh};
use crate::tagger::names::{Labeler, NameReader};
use crate::tagger::token::{Kind, Token, next_token};
use crate::tagger::tokens::Tokens;

/// The label of the first token of a span.
const BEGIN: u8 = 1;

/// Returns the label of a token. `before` is the span of the token before it in the run.
fn label(spans: &[Range<usize>], token: &Token, before: &mut Option<usize>) -> u8 {
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
    runs: &'a mut Vec<Run>,
}

impl Weigh for NameCollector<'_> {
    fn weight(&self, _: u16, _: u8) -> i32 {
        0
    }
}

impl Labeler for NameCollector<'_> {
    fn labels(&mut self, tokens: &[Token], rows: &[[u16; FEATURES]]) -> [u8; MAX_RUN] {
        let mut before = None;
        let labels = tokens.iter().map(|token| label(&self.document.names, token, &mut before)).collect();
        self.runs.push(Run { rows: rows.to_vec(), labels });
        [OUTSIDE; MAX_RUN]
    }
}

/// Returns the runs of candidates for names.
pub fn of_names(documents: &[Document], lists: &Lists<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for document in documents {
        let mut collector = NameCollector { document, runs: &mut runs };
        let (mut tokens, mut names) = (Tokens::default(), NameReader::default());
        while let Some(token) = tokens.next((&document.text, 0), true, lists) {
            names.read(Some(token), &mut collector, &mut |_, _| {});
        }
        names.read(None, &mut collector, &mut |_, _| {});
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

    fn scores(&mut self, token: &Token, rows: &[u16; FEATURES]) -> [i32; LABELS] {
        self.run.rows.push(*rows);
        self.run.labels.push(label(&self.document.addresses, token, &mut self.before));
        [0; LABELS]
    }

    fn end(&mut self) {
        self.before = None;
        self.runs.push(std::mem::replace(&mut self.run, Run { rows: Vec::new(), labels: Vec::new() }));
    }
}

/// Returns the runs of candidates for addresses.
pub fn of_addresses(documents: &[Document], lists: &Lists<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for document in documents {
        let steps = Steps { steps: [[0; LABELS]; LABELS], width: 0 };
        let run = Run { rows: Vec::new(), labels: Vec::new() };
        let mut collector = Collector { document, steps, run, before: None, runs: &mut runs };
        let (mut tokens, mut addresses) = (Tokens::default(), AddressReader::default());
        while let Some(token) = tokens.next((&document.text, 0), true, lists) {
            addresses.read(Some(token), &mut collector, &mut |_, _| {});
        }
        addresses.read(None, &mut collector, &mut |_, _| {});
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
