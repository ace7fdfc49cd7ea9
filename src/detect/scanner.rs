//! Runs all detectors over text that arrives in chunks.

use std::sync::Arc;

use super::detectors::{Candidate, Detectors, Origin, ScanOutput, TaggedSpan};
use super::entity::recognizer::Verdict;
use super::pattern::{MatcherState, PatternMatch, PatternMatcher, Starts};
use super::topic::{BestScores, Similarity, SimilarityState};
use super::words::{WordHit, WordRole, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// What the detectors remember of a text.
#[derive(Debug)]
pub(crate) struct Scanner {
    views: Views,
    words: WordsState,
    patterns: MatcherState,
    entities: Vec<MatcherState>,
    topic_patterns: MatcherState,
    /// The topics that are compared, if any are.
    topics: Option<Arc<Similarity>>,
    similarity: SimilarityState,
    hits: Vec<WordHit>,
    matches: Vec<PatternMatch>,
}

/// The views that the detectors read. Views that no detector reads stay empty.
#[derive(Debug)]
pub(crate) struct Views {
    pattern: ViewText,
    entity: ViewText,
    word: ViewText,
}

impl Views {
    /// Returns the view that the recognizers read.
    pub(crate) fn entity(&self) -> &ViewText {
        &self.entity
    }

    fn used<'a>(&'a mut self, detectors: &Detectors, has_topics: bool) -> impl Iterator<Item = &'a mut ViewText> {
        let reads_words = detectors.words.is_some() || detectors.topic_patterns.is_some() || has_topics;
        [
            detectors.patterns.is_some().then_some(&mut self.pattern),
            (!detectors.entities.is_empty()).then_some(&mut self.entity),
            reads_words.then_some(&mut self.word),
        ]
        .into_iter()
        .flatten()
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            views: Views {
                pattern: ViewText::new(View::Pattern),
                entity: ViewText::new(View::Entity),
                word: ViewText::new(View::Word),
            },
            words: WordsState::default(),
            patterns: MatcherState::default(),
            entities: Vec::new(),
            topic_patterns: MatcherState::default(),
            topics: None,
            similarity: SimilarityState::default(),
            hits: Vec::new(),
            matches: Vec::new(),
        }
    }
}

impl Scanner {
    /// Returns a scanner that compares text with topics as well, and keeps their best scores if `keeps_scores`.
    pub(crate) fn with_topics(topics: Option<Arc<Similarity>>, keeps_scores: bool) -> Self {
        let mut scanner = Self { topics, ..Self::default() };
        if keeps_scores {
            scanner.similarity.keep_scores();
        }
        scanner
    }

    /// Returns the best scores of topics so far, if they are kept. Windows that exceptions may change are not in them.
    pub(crate) fn best_scores(&self) -> Option<&BestScores> {
        self.similarity.best()
    }

    /// Returns the views.
    pub(crate) fn views(&self) -> &Views {
        &self.views
    }

    /// Reads `chunk`, the end of `text`, which begins at `offset`.
    pub(crate) fn push(
        &mut self,
        detectors: &Detectors,
        text: &TextBuffer,
        chunk: &str,
        offset: usize,
        found: &mut ScanOutput,
    ) {
        for view in self.views.used(detectors, self.topics.is_some()) {
            view.push(chunk, offset);
        }
        self.read(detectors, text, found);
    }

    /// Ends the text.
    pub(crate) fn finish(&mut self, detectors: &Detectors, text: &TextBuffer, found: &mut ScanOutput) {
        for view in self.views.used(detectors, self.topics.is_some()) {
            view.finish();
        }
        self.read(detectors, text, found);
        let Self { views, matches, hits, .. } = self;
        if let Some(matcher) = &detectors.patterns {
            matcher.finish(&mut self.patterns, &views.pattern, &accept, matches);
        }
        into_candidates(matches, &views.pattern, found, |tag, _| (tag, Origin::Pattern));
        if let Some(matcher) = &detectors.topic_patterns {
            matcher.finish(&mut self.topic_patterns, &views.word, &accept, matches);
        }
        into_candidates(matches, &views.word, found, |tag, _| (tag, Origin::Pattern));
        let validate = |tag, start, end| detectors.validate(tag, &views.entity, start, end);
        for (matcher, state) in detectors.entities.iter().zip(&mut self.entities) {
            matcher.finish(state, &views.entity, &validate, matches);
        }
        into_candidates(matches, &views.entity, found, |tag, verdict| {
            (detectors.entity_use(tag).rule, Origin::Entity(tag, verdict))
        });
        if let Some(words) = &detectors.words {
            words.finish(&mut self.words, &views.word, text, hits);
            take_words(hits, found);
        }
        if let Some(topics) = &self.topics {
            topics.finish(&mut self.similarity, &mut found.candidates);
        }
    }

    /// Reads what is new in the views.
    fn read(&mut self, detectors: &Detectors, text: &TextBuffer, found: &mut ScanOutput) {
        let Self { views, matches, hits, .. } = self;
        scan(detectors.patterns.as_ref(), &mut self.patterns, &views.pattern, matches);
        into_candidates(matches, &views.pattern, found, |tag, _| (tag, Origin::Pattern));
        let validate = |tag, start, end| detectors.validate(tag, &views.entity, start, end);
        self.entities.resize_with(detectors.entities.len(), MatcherState::default);
        for (matcher, state) in detectors.entities.iter().zip(&mut self.entities) {
            matcher.scan(state, &views.entity, &validate, matches);
        }
        into_candidates(matches, &views.entity, found, |tag, verdict| {
            (detectors.entity_use(tag).rule, Origin::Entity(tag, verdict))
        });
        scan(detectors.topic_patterns.as_ref(), &mut self.topic_patterns, &views.word, matches);
        into_candidates(matches, &views.word, found, |tag, _| (tag, Origin::Pattern));
        if let Some(words) = &detectors.words {
            words.scan(&mut self.words, &views.word, text, hits);
            take_words(hits, found);
        }
        if let Some(topics) = &self.topics {
            topics.scan(&mut self.similarity, &views.word, &mut found.candidates);
        }
    }

    /// The earliest place at which something may have begun that has not been reported yet. The end of the text when there is
    /// none.
    pub(crate) fn frontier(&self, detectors: &Detectors, text: &TextBuffer) -> usize {
        let Self { views, .. } = self;
        let pattern = self.patterns.earliest().map(|at| views.pattern.text_start(at));
        let topic = self.topic_patterns.earliest().map(|at| views.word.text_start(at));
        let entities = self.entities.iter().filter_map(MatcherState::earliest).min();
        let entity = entities.map(|at| views.entity.text_start(at));
        [
            self.open_word(detectors, text),
            pattern,
            topic,
            entity,
            self.similarity.earliest(),
            views.pattern.unread(),
            views.entity.unread(),
            views.word.unread(),
        ]
        .into_iter()
        .flatten()
        .fold(text.end(), usize::min)
    }

    /// Forgets what lies before `offset` of the text.
    pub(crate) fn forget_before(&mut self, detectors: &Detectors, offset: usize) {
        for view in self.views.used(detectors, self.topics.is_some()) {
            view.forget_before(offset);
        }
    }

    /// The earliest place at which a word or an exception may have begun that has not been reported yet.
    pub(crate) fn open_word(&self, detectors: &Detectors, text: &TextBuffer) -> Option<usize> {
        detectors.words.as_ref().and_then(|words| words.earliest(&self.words, &self.views.word, text))
    }

    /// Where the window of topics begins that is open.
    pub(crate) fn open_window(&self) -> Option<usize> {
        self.similarity.window_start()
    }
}

fn accept(_: u32, _: usize, _: usize) -> Verdict {
    Verdict::Accept
}

fn scan(matcher: Option<&PatternMatcher>, state: &mut MatcherState, view: &ViewText, out: &mut Vec<PatternMatch>) {
    if let Some(matcher) = matcher {
        matcher.scan(state, view, &accept, out);
    }
}

/// Makes candidates of matches in a view.
fn into_candidates(
    matches: &mut Vec<PatternMatch>,
    view: &ViewText,
    found: &mut ScanOutput,
    describe: impl Fn(u32, Verdict) -> (u32, Origin),
) {
    found.candidates.extend(matches.drain(..).map(|found| {
        let (rule, origin) = describe(found.tag, found.verdict);
        let starts = found.starts.map(|at| view.is_whole(at).then(|| view.text_start(at)));
        Candidate { rule, starts, end: view.text_end(found.end), origin }
    }));
}

fn take_words(hits: &mut Vec<WordHit>, found: &mut ScanOutput) {
    for hit in hits.drain(..) {
        let mark = |tag| TaggedSpan { tag, start: hit.start, end: hit.end };
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
