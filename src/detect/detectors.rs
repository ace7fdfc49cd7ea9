//! All detectors of a policy, compiled; and what they find.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::canonical::canonical;
use super::entity::EntityType;
use super::entity::recognizer::{self, Recognizer, Verdict};
use super::entity::recognizers_for;
use super::pattern::{Group, Machine, Starts, Syntax};
use super::spec::{DetectorSpec, PatternProblem, RuleId};
use super::topic::{Likeness, Similarity, Window};
use super::words::{Spelling, WordRole, Words, WordsBuilder};
use crate::text::buffer::TextBuffer;
use crate::text::fold::{MAX_INVISIBLE_BYTES, View, fold_text};

/// A pattern of a topic matches at most this many bytes of text. Topics have no `max_length`, and a topic that needs more than
/// a long sentence to show itself is better described by examples.
pub(crate) const MAX_TOPIC_PATTERN_BYTES: usize = 256;

/// Bytes of text behind a span that may have to be seen before it is settled: one character, and invisible ones before it.
pub(crate) const LOOKAHEAD_BYTES: usize = MAX_INVISIBLE_BYTES + 4;

/// Something that may become a finding.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The rule that asked for it.
    pub(crate) rule: RuleId,
    /// Where it may begin.
    pub(crate) starts: Starts,
    /// Where it ends.
    pub(crate) end: usize,
    /// What found it.
    pub(crate) origin: Origin,
}

/// What found a candidate.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A word or a phrase. Overlapping words of one rule all count.
    Word,
    /// A regex of the policy, or a pattern of a topic.
    Pattern,
    /// The recognizer of this number; it may still need a context word.
    Entity(u32, Verdict),
    /// A stretch of text that is like the examples of topics, should exceptions not take that back.
    Window(Box<Window>),
}

/// A span with a number: the rule of an exception, or the class of a context word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) of: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a stretch of text brought.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) exceptions: Vec<Mark>,
    pub(crate) contexts: Vec<Mark>,
}

/// One use of a recognizer by a rule.
#[derive(Debug)]
pub(crate) struct EntityUse {
    pub(crate) rule: RuleId,
    pub(crate) recognizer: &'static Recognizer,
    /// Number of its list of context words.
    pub(crate) context: u32,
}

/// The most bytes a rule can make a stream hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleBound {
    pub(crate) rule: RuleId,
    /// Longest span.
    pub(crate) span: usize,
    /// Bytes behind the span that must be seen before it is settled.
    pub(crate) wait: usize,
}

/// All detectors of a policy.
#[derive(Debug)]
pub(crate) struct Detectors {
    pub(super) words: Option<Words>,
    pub(super) patterns: Option<Machine>,
    /// One for the recognizers of each landmark, and one for those without.
    pub(super) entities: Vec<Machine>,
    pub(super) topic_patterns: Option<Machine>,
    pub(super) similarity: Option<Similarity>,
    pub(super) uses: Vec<EntityUse>,
    /// For each rule with such a list, its type and the values it never reports, in canonical form.
    allowed: HashMap<RuleId, (EntityType, HashSet<String>)>,
    bounds: Vec<RuleBound>,
    reach: usize,
}

impl Detectors {
    /// Compiles what a policy wants detected. Patterns were checked when the policy was; a problem here names its rule.
    pub(crate) fn compile(spec: &DetectorSpec) -> Result<Self, (RuleId, PatternProblem)> {
        let mut builder = Builder::default();
        builder.add_words(spec)?;
        builder.add_patterns(spec)?;
        builder.add_entities(spec)?;
        builder.add_topics(spec)?;
        builder.build(spec)
    }

    /// The most bytes each rule can make a stream hold.
    pub(crate) fn bounds(&self) -> &[RuleBound] {
        &self.bounds
    }

    /// How far from a span context words are looked for at the most.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// The use of this number.
    pub(crate) fn entity_use(&self, number: u32) -> &EntityUse {
        &self.uses[number as usize]
    }

    /// What a recognizer says of a span of the text.
    pub(crate) fn judge(&self, number: u32, text: &TextBuffer, start: usize, end: usize) -> Verdict {
        let folded = PatternView::of(text, start, end);
        let verdict = (self.entity_use(number).recognizer.validate)(&recognizer::Candidate {
            text: folded.as_str(),
            before: text.char_before(start, View::Pattern),
            after: text.char_at(end, View::Pattern).ok().flatten(),
        });
        match verdict {
            Verdict::RejectBefore(bytes) => {
                let from = if bytes >= folded.as_str().len() { end } else { folded.start(start, bytes) };
                Verdict::RejectBefore(from - start)
            }
            verdict => verdict,
        }
    }

    /// Judges a window once the exceptions in it are known.
    pub(crate) fn judge_window(&self, window: &Window, excepted: &dyn Fn(usize, usize) -> bool) -> Option<Likeness> {
        self.similarity.as_ref()?.judge(window, excepted)
    }

    /// The part of a recognized span that is the value.
    pub(crate) fn value_span(&self, number: u32, text: &TextBuffer, start: usize, end: usize) -> (usize, usize) {
        let Some(value) = self.entity_use(number).recognizer.value else { return (start, end) };
        let folded = PatternView::of(text, start, end);
        let range = value(folded.as_str());
        folded.span(start, range.start, range.end).unwrap_or((start, end))
    }

    /// Whether a rule never reports this value.
    pub(crate) fn is_allowed(&self, rule: RuleId, value: &str) -> bool {
        self.allowed.get(&rule).is_some_and(|(entity, values)| values.contains(&canonical(Some(*entity), value)))
    }
}

/// A span in the pattern view.
enum PatternView<'a> {
    Plain(&'a str),
    Folded(String, crate::text::fold::FoldedText),
}

impl<'a> PatternView<'a> {
    fn of(text: &'a TextBuffer, start: usize, end: usize) -> Self {
        let slice = text.slice(start, end);
        if slice.is_ascii() {
            return Self::Plain(slice);
        }
        let mut folded = crate::text::fold::FoldedText::default();
        folded.extend(slice, start, View::Pattern, &mut 0);
        Self::Folded(String::from_utf8_lossy(&folded.bytes).into_owned(), folded)
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Folded(text, _) => text,
        }
    }

    /// Where the character of byte `at` of the view begins in the text.
    fn start(&self, start: usize, at: usize) -> usize {
        match self {
            Self::Plain(_) => start + at,
            Self::Folded(_, folded) => folded.starts.get(at).copied().unwrap_or(start),
        }
    }

    /// The span of the text that bytes `from..to` of the view came from; `None` when that is no proper part.
    fn span(&self, start: usize, from: usize, to: usize) -> Option<(usize, usize)> {
        if from >= to || to > self.as_str().len() {
            return None;
        }
        match self {
            Self::Plain(_) => Some((start + from, start + to)),
            Self::Folded(_, folded) => Some((folded.starts[from], folded.ends[to - 1])),
        }
    }
}

fn never_found(what: &str) -> PatternProblem {
    PatternProblem {
        message: format!(
            "of {what} nothing is left once invisible characters and accents are taken away, so it is never found"
        ),
        span: None,
        help: "give it letters or digits".to_owned(),
    }
}

fn empty_examples() -> PatternProblem {
    PatternProblem {
        message: "the examples hold common words only, so nothing is like them".to_owned(),
        span: None,
        help: "write examples as whole sentences that name the subject".to_owned(),
    }
}

#[derive(Default)]
struct Builder {
    words: WordsBuilder,
    patterns: Group,
    entities: BTreeMap<Option<[u8; 2]>, Group>,
    topic_patterns: Group,
    uses: Vec<EntityUse>,
    contexts: HashMap<(*const &'static str, usize), u32>,
    bounds: Vec<RuleBound>,
    reach: usize,
}

impl Builder {
    fn add_words(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for list in &spec.words {
            let spelling = match (list.case_sensitive, list.folded) {
                (true, _) => Spelling::Exact,
                (false, true) => Spelling::Folded,
                (false, false) => Spelling::AnyCase,
            };
            for word in &list.words {
                if !self.words.add(word, WordRole::Rule(list.rule), list.whole_word, spelling) {
                    return Err((list.rule, never_found("a word")));
                }
            }
            self.bound_words(list.rule, &list.words);
        }
        Ok(())
    }

    fn add_patterns(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for regex in &spec.patterns {
            let span = self
                .patterns
                .add(regex.rule, &regex.pattern, Syntax::Text, regex.max_length)
                .map_err(|problem| (regex.rule, problem))?;
            self.bound(regex.rule, span, LOOKAHEAD_BYTES);
        }
        Ok(())
    }

    fn add_entities(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for entity in &spec.entities {
            for recognizer in recognizers_for(entity.entity) {
                let number = u32::try_from(self.uses.len()).unwrap_or(u32::MAX);
                let span = self
                    .entities
                    .entry(recognizer.landmark)
                    .or_default()
                    .add(number, recognizer.pattern, Syntax::Ascii, Some(recognizer.max_bytes))
                    .map_err(|problem| (entity.rule, problem))?;
                let context = self.context(recognizer);
                self.uses.push(EntityUse { rule: entity.rule, recognizer, context });
                self.bound(entity.rule, span, LOOKAHEAD_BYTES + recognizer.reach_after);
                self.reach = self.reach.max(recognizer.reach_before).max(recognizer.reach_after);
            }
        }
        Ok(())
    }

    /// The number of a recognizer's list of context words, which recognizers may share.
    fn context(&mut self, recognizer: &'static Recognizer) -> u32 {
        let next = u32::try_from(self.contexts.len()).unwrap_or(u32::MAX);
        let key = (recognizer.context.as_ptr(), recognizer.context.len());
        if let Some(&known) = self.contexts.get(&key) {
            return known;
        }
        self.contexts.insert(key, next);
        for word in recognizer.context {
            self.words.add(word, WordRole::Context(next), true, Spelling::Folded);
        }
        next
    }

    fn add_topics(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for topic in &spec.topics {
            for phrase in &topic.phrases {
                if !self.words.add(phrase, WordRole::Rule(topic.rule), true, Spelling::Folded) {
                    return Err((topic.rule, never_found("a phrase")));
                }
            }
            for exception in &topic.exceptions {
                if !self.words.add(exception, WordRole::Exception(topic.rule), true, Spelling::Folded) {
                    return Err((topic.rule, never_found("an exception")));
                }
            }
            if !topic.examples.is_empty() && !topic.examples.iter().any(|example| super::topic::says_something(example))
            {
                return Err((topic.rule, empty_examples()));
            }
            self.bound_words(topic.rule, &topic.phrases);
            for pattern in &topic.patterns {
                let span = self
                    .topic_patterns
                    .add(topic.rule, pattern, Syntax::TopicText, Some(MAX_TOPIC_PATTERN_BYTES))
                    .map_err(|problem| (topic.rule, problem))?;
                self.bound(topic.rule, span, LOOKAHEAD_BYTES);
            }
        }
        Ok(())
    }

    fn bound_words(&mut self, rule: RuleId, words: &[String]) {
        let span = words.iter().map(|word| super::words::max_bytes(fold_text(word, View::Word).len())).max();
        if let Some(span) = span {
            self.bound(rule, span, LOOKAHEAD_BYTES);
        }
    }

    fn bound(&mut self, rule: RuleId, span: usize, wait: usize) {
        self.bounds.push(RuleBound { rule, span, wait });
    }

    fn build(mut self, spec: &DetectorSpec) -> Result<Detectors, (RuleId, PatternProblem)> {
        let similarity = Similarity::compile(&spec.topics);
        let words = std::mem::take(&mut self.words).build();
        let longest_word = words.as_ref().map_or(0, Words::max_length);
        for topic in spec.topics.iter().filter(|topic| !topic.examples.is_empty()) {
            // An exception of the window's last words may end behind it.
            let exceptions = if topic.exceptions.is_empty() { 0 } else { longest_word };
            self.bound(topic.rule, super::topic::MAX_WINDOW_BYTES, LOOKAHEAD_BYTES + exceptions);
        }
        let allowed = spec
            .entities
            .iter()
            .filter(|entity| !entity.allow.is_empty())
            .map(|spec| {
                let values = spec.allow.iter().map(|value| canonical(Some(spec.entity), value)).collect();
                (spec.rule, (spec.entity, values))
            })
            .collect();
        // Each pattern was added without complaint; together they may still be too large.
        let first_rule = |problem| (0, problem);
        let mut entities = Vec::with_capacity(self.entities.len());
        for (landmark, group) in self.entities {
            let Some(machine) = group.build(View::Pattern).map_err(first_rule)? else { continue };
            let mut machine = machine.with_judge_looking_behind();
            if let Some(bytes) = landmark {
                // Without its landmark it runs everywhere: slower, and as right.
                machine.set_landmark(bytes);
            }
            entities.push(machine);
        }
        Ok(Detectors {
            words,
            patterns: self.patterns.build(View::Pattern).map_err(first_rule)?,
            entities,
            topic_patterns: self.topic_patterns.build(View::Word).map_err(first_rule)?,
            similarity,
            uses: self.uses,
            allowed,
            bounds: self.bounds,
            reach: self.reach,
        })
    }
}
