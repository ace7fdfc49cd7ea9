//! All detectors of a policy, compiled; and what they find.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::canonical::canonical;
use super::entity::EntityType;
use super::entity::recognizer::{self, Objection, Recognizer, Surroundings, VETO_REACH, Verdict};
use super::entity::recognizers_for;
use super::pattern::{Group, Machine, Starts, Syntax};
use super::rewritten;
use super::skeleton::span_in_disguise;
use super::spec::{DetectorSpec, PatternProblem, RuleId};
use super::topic::{Similarity, Window};
use super::words::{Spelling, WordRole, Words, WordsBuilder};
use crate::text::fold::View;
use crate::text::rewrite::{Rewriting, upside_down};
use crate::text::view::{ViewText, fold_text, text_bytes};

/// A pattern of a topic matches at most this many bytes of text. Topics have no `max_length`, and a topic that needs more than
/// a long sentence to show itself is better described by examples.
pub(crate) const MAX_TOPIC_PATTERN_BYTES: usize = 256;

/// Bytes of text after a span that may have to be seen before it is settled: white space or Markdown's signs, invisible characters, and
/// one character that is seen.
pub(crate) const LOOKAHEAD_BYTES: usize = 128;

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
    similarity: Option<Arc<Similarity>>,
    pub(super) uses: Vec<EntityUse>,
    /// For each rule with such a list, its type and the values it never reports, in canonical form.
    allowed: HashMap<RuleId, (EntityType, HashSet<String>)>,
    bounds: Vec<RuleBound>,
    reach: usize,
    rewritten: Vec<(Rewriting, Self)>,
}

impl Detectors {
    /// Compiles what a policy wants detected. Patterns were checked when the policy was; a problem here names its rule.
    /// A problem of all patterns together names none.
    pub(crate) fn compile(spec: &DetectorSpec) -> Result<Self, (Option<RuleId>, PatternProblem)> {
        let mut detectors = Self::compile_one(spec, false)?;
        detectors.rewritten = rewritten::compile(spec)?;
        let bounds = detectors.rewritten.iter().flat_map(|(_, detectors)| detectors.bounds.iter().copied());
        let bounds: Vec<RuleBound> = bounds.map(rewritten::bound).collect();
        detectors.bounds.extend(bounds);
        Ok(detectors)
    }

    /// Compiles the detectors of one reading. Words are recognized in disguise too if it `disguises`.
    pub(super) fn compile_one(spec: &DetectorSpec, disguises: bool) -> Result<Self, (Option<RuleId>, PatternProblem)> {
        let mut builder = Builder { disguises, ..Builder::default() };
        builder.add(spec).map_err(|(rule, problem)| (Some(rule), problem))?;
        builder.build(spec).map_err(|problem| (None, problem))
    }

    /// The detectors that read the text rewritten.
    pub(crate) fn rewritten(&self) -> &[(Rewriting, Self)] {
        &self.rewritten
    }

    /// Returns `true` if entity types are among what is recognized.
    pub(crate) fn has_entities(&self) -> bool {
        !self.entities.is_empty()
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
    #[expect(clippy::indexing_slicing, reason = "the detectors number their uses themselves")]
    pub(crate) fn entity_use(&self, number: u32) -> &EntityUse {
        &self.uses[number as usize]
    }

    /// What a recognizer says of a span of the entity view.
    pub(crate) fn judge(&self, number: u32, view: &ViewText, start: usize, end: usize) -> Verdict {
        if view.splits_percent(start) || view.is_marked(start..end) {
            return Verdict::Reject;
        }
        (self.entity_use(number).recognizer.validate)(&recognizer::Candidate {
            text: view.slice(start..end),
            before: view.char_before(start),
            after: view.char_after(end),
        })
    }

    /// Returns the topics that have examples, compared with the built-in table of vectors.
    pub(crate) fn similarity(&self) -> Option<&Arc<Similarity>> {
        self.similarity.as_ref()
    }

    /// Returns what the surroundings of a recognized span of the text say against it; `None` while that is not known.
    pub(crate) fn veto(
        &self,
        (number, verdict): (u32, Verdict),
        view: &ViewText,
        (start, end): (usize, usize),
        is_last: bool,
    ) -> Option<Objection> {
        let Some(veto) = self.entity_use(number).recognizer.veto else { return Some(Objection::None) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let reach = view.view_at(end + text_bytes(VETO_REACH)).min(to + VETO_REACH);
        let after = view.slice(to..view.floor_boundary(reach));
        let over = after.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c)));
        if over.is_none()
            && !is_last
            && reach < to + VETO_REACH
            && view.text_end(view.end()) < end + text_bytes(VETO_REACH)
        {
            return None;
        }
        let before = view.slice(view.floor_boundary(from.saturating_sub(VETO_REACH))..from);
        // What is beyond the end of the run may not have arrived.
        let run = over.map_or(after.len(), |at| after.ceil_char_boundary(at + 1));
        let after = after.get(..run).unwrap_or(after);
        Some(veto(&Surroundings { before, text: view.slice(from..to), after, is_sure: verdict == Verdict::Accept }))
    }

    /// The part of a recognized span of the text that is the value.
    pub(crate) fn value_span(&self, number: u32, view: &ViewText, start: usize, end: usize) -> (usize, usize) {
        let Some(value) = self.entity_use(number).recognizer.value else { return (start, end) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let range = value(view.slice(from..to));
        if range.is_empty() || from + range.end > to {
            return (start, end);
        }
        (view.text_start(from + range.start), view.text_end(from + range.end))
    }

    /// Whether a rule never reports this value.
    pub(crate) fn is_allowed(&self, rule: RuleId, value: &str) -> bool {
        self.allowed.get(&rule).is_some_and(|(entity, values)| values.contains(&canonical(Some(*entity), value)))
    }
}

/// Returns a context word as it stands in prose and in identifiers: `account number`, `account_number`, `account-number`, `accountNumber`.
fn identifier_forms(word: &str) -> Vec<String> {
    if !word.contains(' ') {
        return vec![word.to_owned()];
    }
    [" ", "_", "-", ""].map(|joint| word.replace(' ', joint)).into()
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

/// Each pattern was added without complaint; together they may still be too large, and no one of them is at fault.
fn together(what: &'static str) -> impl Fn(PatternProblem) -> PatternProblem {
    move |problem| PatternProblem {
        message: format!("the {what} of the policy are too large together: {}", problem.message),
        span: None,
        help: "use shorter repetitions, ASCII classes such as `[0-9]` in place of `\\d`, or fewer patterns".to_owned(),
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
    disguises: bool,
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
    fn add(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        self.add_words(spec)?;
        self.add_patterns(spec)?;
        self.add_entities(spec)?;
        self.add_topics(spec)
    }

    fn add_words(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for list in &spec.words {
            let spelling = match (list.case_sensitive, list.folded) {
                (false, true) => Spelling::Folded,
                (true, true) => Spelling::FoldedInCase,
                (false, false) => Spelling::AnyCase,
                (true, false) => Spelling::Exact,
            };
            for word in &list.words {
                if !self.words.add(word, WordRole::Rule(list.rule), list.whole_word, spelling) {
                    return Err((list.rule, never_found("a word")));
                }
                if self.disguises {
                    self.words.add_disguised(word, list.rule, list.whole_word, list.case_sensitive);
                } else if let Some(turned) = upside_down(word).filter(|_| list.is_strict) {
                    self.words.add(&turned, WordRole::Rule(list.rule), list.whole_word, Spelling::AnyCase);
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
            self.bound(regex.rule, text_bytes(span), LOOKAHEAD_BYTES);
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
                let veto = if recognizer.veto.is_some() { text_bytes(VETO_REACH) } else { 0 };
                self.bound(entity.rule, text_bytes(span), LOOKAHEAD_BYTES + recognizer.reach_after.max(veto));
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
            for form in identifier_forms(word) {
                self.words.add(&form, WordRole::Context(next), true, Spelling::Folded);
            }
        }
        next
    }

    fn add_topics(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for topic in &spec.topics {
            for phrase in &topic.phrases {
                if !self.words.add(phrase, WordRole::Rule(topic.rule), true, Spelling::Folded) {
                    return Err((topic.rule, never_found("a phrase")));
                }
                if self.disguises {
                    self.words.add_disguised(phrase, topic.rule, true, false);
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
                self.bound(topic.rule, text_bytes(span), LOOKAHEAD_BYTES);
            }
        }
        Ok(())
    }

    fn bound_words(&mut self, rule: RuleId, words: &[String]) {
        let disguised = |word: &str| if self.disguises { span_in_disguise(word) } else { 0 };
        let span = words.iter().map(|word| {
            let written = super::words::max_bytes(fold_text(word, View::Word).len());
            written.max(disguised(word))
        });
        let span = span.max();
        if let Some(span) = span {
            self.bound(rule, span, LOOKAHEAD_BYTES);
        }
    }

    fn bound(&mut self, rule: RuleId, span: usize, wait: usize) {
        self.bounds.push(RuleBound { rule, span, wait });
    }

    fn build(mut self, spec: &DetectorSpec) -> Result<Detectors, PatternProblem> {
        let similarity = Similarity::compile(&spec.topics).map(Arc::new);
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
        let mut entities = Vec::with_capacity(self.entities.len());
        for (landmark, group) in self.entities {
            let Some(machine) = group.build().map_err(together("entity types"))? else { continue };
            let mut machine = machine.with_judge_looking_behind();
            if let Some(bytes) = landmark {
                // Without its landmark it runs everywhere: slower, and as right.
                machine.set_landmark(bytes);
            }
            entities.push(machine);
        }
        Ok(Detectors {
            words,
            patterns: self.patterns.build().map_err(together("regexes"))?,
            entities,
            topic_patterns: self.topic_patterns.build().map_err(together("patterns of topics"))?,
            similarity,
            uses: self.uses,
            allowed,
            bounds: self.bounds,
            reach: self.reach,
            rewritten: Vec::new(),
        })
    }
}
