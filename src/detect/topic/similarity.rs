//! Compares the windows of some text with the examples of all topics.

use std::sync::Arc;

use super::background::Background;
use super::carrier::Carrier;
use super::common::{self, CommonWords};
use super::embedder::{Embedder, Meaning};
use super::key::WordKey;
use super::known::{Begins, KnownWord, known_words};
use super::meaning::Sentence;
use super::model::{Measured, Model, NEAR, SimilarityMatch};
use super::reach::{LANES, Reach};
use super::score::Score;
use super::shares::Shares;
use super::stems::{StemId, Stems};
use super::tokens::{ShortWord, TakeTokens, Tokenizer, Word};
use super::window::{BestScores, Window, WindowKind};
use super::words::{Term, WindowWord, Words};
use crate::detect::spec::{RuleId, TopicSpec};
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// The topics of a policy that have examples.
#[derive(Debug)]
pub(crate) struct Similarity {
    meaning: Meaning,
    stems: Stems,
    models: Vec<Model>,
    specs: Vec<TopicSpec>,
    /// For each stem, whether it is some topic's own.
    own_stems: Vec<bool>,
    /// How similar words are to topics at most; `None` with a sentence model, which knows no words.
    reach: Option<Reach>,
    /// The common words; none with a sentence model.
    known: Box<[KnownWord]>,
    /// For each group of topics what is missing to their thresholds at least.
    missing: Vec<[f32; LANES]>,
    /// For each group, whether one of its topics has exceptions.
    excepting: Vec<bool>,
    /// How much words with a stem add to the similarity with topics at most.
    shares: Shares,
}

/// The state of the comparison in some text.
#[derive(Debug, Default)]
pub(crate) struct SimilarityState {
    tokenizer: Tokenizer,
    words: Words,
    beginnings: Beginnings,
    /// Memory for the vector of a window.
    sentence: Sentence,
}

/// The words of a window with which a finding can begin.
#[derive(Clone, Copy, Debug, Default)]
struct Beginnings {
    /// The first that is known to be one begins here.
    known: Option<usize>,
    /// The number of the first before it that was not looked at closely: most windows are far from all topics.
    unsure: Option<usize>,
}

impl Reset for SimilarityState {
    fn reset(&mut self) {
        let Self { tokenizer, words, beginnings, sentence: _ } = self;
        tokenizer.reset();
        words.reset();
        *beginnings = Beginnings::default();
    }
}

impl SimilarityState {
    /// Returns the earliest offset at which a finding may begin that is not reported yet.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.beginnings.known.or_else(|| self.tokenizer.open_word())
    }

    /// Returns the offset of the open window. Exceptions from there on may still be needed.
    pub(crate) fn window_start(&self) -> Option<usize> {
        self.tokenizer.open_window()
    }
}

impl Similarity {
    /// Learns the topics that have examples. Returns `None` if there are none.
    pub(crate) fn compile(topics: &[TopicSpec]) -> Option<Self> {
        let specs: Vec<TopicSpec> = topics.iter().filter(|topic| !topic.examples.is_empty()).cloned().collect();
        (!specs.is_empty()).then(|| Self::learn(specs, Meaning::Table))
    }

    /// Learns the same topics with a sentence model.
    pub(crate) fn with_embedder(&self, embedder: Arc<dyn Embedder>) -> Self {
        Self::learn(self.specs.clone(), Meaning::Embedder(embedder))
    }

    fn learn(specs: Vec<TopicSpec>, meaning: Meaning) -> Self {
        let mut stems = Stems::default();
        let mut models: Vec<Model> = specs.iter().map(|spec| Model::learn(spec, &mut stems, &meaning)).collect();
        if specs.iter().any(|spec| spec.threshold.is_none()) {
            let background = Background::new(&stems, &meaning);
            for (model, _) in models.iter_mut().zip(&specs).filter(|(_, spec)| spec.threshold.is_none()) {
                model.threshold = background.threshold(model);
            }
        }
        stems.close();
        let centers = || models.iter().map(|model| model.center().clone()).collect();
        let reach = meaning.knows_words().then(|| Reach::new(centers(), NEAR));
        let own_stems = flags(models.iter().flat_map(Model::own_stems));
        let known =
            if reach.is_some() { known_words(&stems, |stem| has_flag(&own_stems, stem)) } else { Box::default() };
        let mut shares = Shares::default();
        models.iter().enumerate().for_each(|(number, model)| shares.add(number, model.shares()));
        let missing = models.chunks(LANES).map(|models| {
            let mut missing = [f32::INFINITY; LANES];
            missing.iter_mut().zip(models).for_each(|(missing, model)| *missing = model.missing());
            missing
        });
        let missing = missing.collect();
        let excepting = models.chunks(LANES).map(|models| models.iter().any(|model| model.has_exceptions)).collect();
        Self { meaning, stems, models, specs, own_stems, reach, known, missing, excepting, shares }
    }

    /// Returns the topics and their thresholds.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = (RuleId, Score)> {
        self.models.iter().map(|model| (model.rule, model.threshold))
    }

    /// Reads the new part of the word view, and to its end if `is_last`. Records the scores of windows, if they are kept, and calls
    /// `report` for each window that may be similar to a topic.
    pub(crate) fn scan(
        &self,
        state: &mut SimilarityState,
        view: &ViewText,
        is_last: bool,
        scores: &mut Option<BestScores>,
        report: &mut dyn FnMut(RuleId, Window),
    ) {
        let SimilarityState { tokenizer, words, beginnings, sentence } = state;
        let mut reading = Reading {
            topics: self,
            reach: self.reach.as_ref(),
            common: common::table(),
            words,
            beginnings,
            sentence,
            scores,
            report,
        };
        tokenizer.scan(view, &mut reading);
        if is_last {
            tokenizer.finish(&mut reading);
        }
        self.look_closely(words, beginnings);
    }

    /// Finds the first word with which a finding can begin, if some were not looked at closely.
    fn look_closely(&self, words: &Words, beginnings: &mut Beginnings) {
        if let Some(number) = beginnings.unsure.take() {
            let first = words.iter().skip(number).find(|&word| self.can_begin(word));
            beginnings.known = first.map(|word| word.term.start);
        }
    }

    fn begins(&self, word: WindowWord<'_>) -> Begins {
        let lexeme = word.term.lexeme;
        let own = lexeme.stem.is_some_and(|stem| has_flag(&self.own_stems, stem));
        Begins::of(lexeme.rarity, own, word.pieces, self.reach.is_some())
    }

    /// Returns `true` if a finding of any topic can begin with a word.
    fn can_begin(&self, word: WindowWord<'_>) -> bool {
        match (self.begins(word), &self.reach) {
            (Begins::Never, _) => false,
            (Begins::Always, _) | (_, None) => true,
            (Begins::IfNear(piece), Some(reach)) => reach.is_near(piece),
            (Begins::IfAllNear, Some(reach)) => self.is_near(reach, word),
        }
    }

    /// Returns `true` if a word of several pieces is near a topic.
    fn is_near(&self, reach: &Reach, word: WindowWord<'_>) -> bool {
        Carrier::new(reach, word).is_near_any(&self.models)
    }

    /// Returns where the first word of a window begins that can carry a finding of a topic. `carriers` are the words that can carry one of
    /// any topic, once they are known.
    fn first_distinctive<'w>(
        &self,
        (number, model): (usize, &Model),
        words: &'w Words,
        carriers: &mut Option<Vec<Carrier<'w>>>,
    ) -> Option<usize> {
        let Some(reach) = &self.reach else {
            return model.first_distinctive(words, &self.meaning).map(|first| first.start);
        };
        let find = || words.iter().filter(|&word| self.can_begin(word)).map(|word| Carrier::new(reach, word)).collect();
        let mut carriers = carriers.get_or_insert_with(find).iter();
        carriers
            .find(|carrier| model.is_own(carrier.word.term) || carrier.is_near(number, model))
            .map(|carrier| carrier.word.term.start)
    }

    fn end_window(
        &self,
        words: &Words,
        sentence: &mut Sentence,
        scores: &mut Option<BestScores>,
        report: &mut dyn FnMut(RuleId, Window),
    ) {
        self.meaning.set_sentence(sentence, words);
        let reach = self.reach.as_ref().filter(|_| scores.is_none());
        let bounds = reach.and_then(|reach| reach.bounds(words.terms(), words.rare()));
        let shared = self.shares.of(words.terms());
        let measured = Measured::new(sentence, &shared);
        let mut carriers = None;
        for (group, (missing, &has_exceptions)) in self.missing.iter().zip(&self.excepting).enumerate() {
            let shares = shared.group(group);
            let products = bounds.as_ref().and_then(|bounds| Some((bounds.group(group)?, bounds.unit())));
            let may_be = products.map_or([true; LANES], |products| measured.may_be_similar(products, shares, missing));
            if may_be == [false; LANES] && !has_exceptions {
                continue;
            }
            let models = self.models.iter().enumerate().skip(group * LANES);
            for (((number, model), may_be), share) in models.zip(may_be).zip(shares) {
                let is_far = !may_be || reach.is_some() && !model.may_reach(sentence, measured.most_like(share));
                // Exceptions may remove words, and so make the rest more similar to the topic.
                if !model.has_exceptions && (is_far || !self.is_similar(model, words, sentence, scores)) {
                    continue;
                }
                if let Some(first) = self.first_distinctive((number, model), words, &mut carriers) {
                    let kind = WindowKind { model: number, has_exceptions: model.has_exceptions, is_far };
                    report(model.rule, Window::new(kind, first, words));
                }
            }
        }
    }

    /// Returns `true` if a window is similar to a topic.
    fn is_similar(&self, model: &Model, words: &Words, sentence: &Sentence, scores: &mut Option<BestScores>) -> bool {
        let floor = floor(scores.is_some());
        let (score, similarity) = model.compare(words, sentence, &self.meaning, |_| true, floor);
        if let Some(scores) = scores {
            scores.note(model.rule, score);
        }
        similarity.is_some()
    }

    /// Scores a window once the exceptions in it are known. Returns its score as well, exactly if `exactly`.
    pub(crate) fn score_window(
        &self,
        window: &Window,
        excepted: &dyn Fn(usize, usize) -> bool,
        exactly: bool,
    ) -> (Score, Option<SimilarityMatch>) {
        let Some(model) = self.models.get(window.model()) else { return (Score::ZERO, None) };
        let counts = |term: &Term| !excepted(term.start, term.end);
        if window.is_far() && !exactly && window.words().terms().iter().all(counts) {
            return (Score::ZERO, None);
        }
        let sentence = self.meaning.sentence(window.words().iter().filter(|word| counts(word.term)));
        model.compare(window.words(), &sentence, &self.meaning, counts, floor(exactly))
    }
}

/// Text that is read.
struct Reading<'a> {
    topics: &'a Similarity,
    reach: Option<&'a Reach>,
    common: &'static CommonWords,
    words: &'a mut Words,
    beginnings: &'a mut Beginnings,
    sentence: &'a mut Sentence,
    scores: &'a mut Option<BestScores>,
    report: &'a mut dyn FnMut(RuleId, Window),
}

impl TakeTokens for Reading<'_> {
    #[inline]
    fn take_short(&mut self, word: ShortWord) {
        match self.known(word.key) {
            Some(known) => self.take_known(word.start, word.end, known),
            None => self.take_rare_short(word),
        }
    }

    #[inline(never)]
    fn take_word(&mut self, word: &Word<'_>) {
        match WordKey::of(word.text).and_then(|key| self.known(key)) {
            Some(known) => self.take_known(word.start, word.end, known),
            None if self.topics.meaning.knows_words() => self.take_rare(word.start, word.end, word.text.as_bytes()),
            None => self.take_with_text(word),
        }
    }

    #[inline(never)]
    fn end_window(&mut self) {
        // Scores are kept of windows with which a finding can begin, and only those of them.
        if self.scores.is_some() || self.beginnings.known.is_none() {
            self.topics.look_closely(self.words, self.beginnings);
        }
        if self.beginnings.known.is_some() {
            self.topics.end_window(self.words, self.sentence, self.scores, self.report);
        }
        *self.beginnings = Beginnings::default();
        self.words.clear();
    }
}

impl<'a> Reading<'a> {
    /// Returns what the policy knows of a word, if it is common.
    #[inline]
    fn known(&self, key: WordKey) -> Option<&'a KnownWord> {
        // With a sentence model there are no known words.
        self.topics.known.get(self.common.number(key)?)
    }

    #[inline]
    fn take_known(&mut self, start: usize, end: usize, known: &KnownWord) {
        let Some(row) = self.reach.and_then(|reach| reach.common(known.lexeme.common)) else {
            return self.take_unbounded(start, end, known);
        };
        self.words.push_known(start, end, known.lexeme);
        if row & known.begins_if != 0 && self.beginnings.known.is_none() {
            self.beginnings.known = Some(start);
        }
    }

    /// Takes a common word that is so near a topic that it has no bounds.
    #[cold]
    fn take_unbounded(&mut self, start: usize, end: usize, known: &KnownWord) {
        let pieces = common::all().get(usize::from(known.lexeme.common)).map(|word| &*word.pieces);
        self.words.push_pieces(start, end, known.lexeme, pieces.unwrap_or_default());
        self.note_last();
    }

    #[inline(never)]
    fn take_rare_short(&mut self, word: ShortWord) {
        if self.topics.meaning.knows_words() {
            word.with_bytes(|bytes| self.take_rare(word.start, word.end, bytes));
        } else {
            word.with_text(|word| self.take_with_text(word));
        }
    }

    /// Takes a word that is not common.
    fn take_rare(&mut self, start: usize, end: usize, word: &[u8]) {
        self.words.push_rare(start, end, word, &self.topics.stems);
        self.note_last();
    }

    /// Takes a word that a sentence model has to see.
    fn take_with_text(&mut self, word: &Word<'_>) {
        self.words.push(word, &self.topics.stems, true);
        self.note_last();
    }

    /// Records whether a finding can begin with the last word.
    fn note_last(&mut self) {
        let Some(last) = self.words.last().filter(|_| self.beginnings.known.is_none()) else { return };
        let start = last.term.start;
        match self.topics.begins(last) {
            Begins::Always => self.beginnings.known = Some(start),
            Begins::IfNear(piece) if self.topics.reach.as_ref().is_some_and(|reach| reach.is_near(piece)) => {
                self.beginnings.known = Some(start);
            }
            Begins::IfAllNear => {
                self.beginnings.unsure.get_or_insert(self.words.terms().len() - 1);
            }
            _ => {}
        }
    }
}

/// Returns one flag for each number up to the largest.
fn flags(numbers: impl Iterator<Item = StemId>) -> Vec<bool> {
    let mut flags = Vec::new();
    for number in numbers.map(|number| number as usize) {
        flags.resize(flags.len().max(number + 1), false);
        flags.iter_mut().skip(number).take(1).for_each(|flag| *flag = true);
    }
    flags
}

/// Returns the flag of a number.
fn has_flag(flags: &[bool], number: StemId) -> bool {
    flags.get(number as usize).copied().unwrap_or_default()
}

/// Scores below this do not matter, unless a threshold is even lower.
fn floor(exactly: bool) -> Score {
    if exactly { Score::ZERO } else { Score::ONE }
}
