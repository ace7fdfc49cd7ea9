//! Compiles the detectors of a policy.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::canonical::canonical;
use super::detectors::{Detectors, EntityUse, LOOKAHEAD_BYTES, MAX_TOPIC_PATTERN_BYTES, RuleBound};
use super::entity::recognizer::{Recognizer, VETO_REACH};
use super::entity::recognizers_for;
use super::pattern::{Group, ParsedPattern, PatternProblem, Syntax};
use super::skeleton::span_in_disguise;
use super::spec::{DetectorSpec, RuleId};
use super::topic::Similarity;
use super::words::{Spelling, WordRole, Words, WordsBuilder};
use crate::text::fold::View;
use crate::text::rewrite::upside_down;
use crate::text::view::{fold_text, text_bytes};

/// Returns a context word as it stands in prose and in identifiers: `account number`, `account_number`, `account-number`, `accountNumber`.
fn identifier_forms(word: &str) -> Vec<String> {
    if !word.contains(' ') {
        return vec![word.to_owned()];
    }
    [" ", "_", "-", ""].map(|joint| word.replace(' ', joint)).into()
}

fn never_found(what: &str) -> PatternProblem {
    PatternProblem {
        message: format!("{what} has only invisible characters and accents, so it can never match"),
        span: None,
        help: "add letters or digits".to_owned(),
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
        message: "the examples contain only common words, so no text is similar to them".to_owned(),
        span: None,
        help: "write examples as whole sentences that name the topic".to_owned(),
    }
}

/// What compiling comes to: a problem names its rule, or none if it is one of all patterns together.
pub(super) type Compiled<T> = Result<T, (Option<RuleId>, PatternProblem)>;

impl Detectors {
    /// Compiles the detectors of one reading. Words are recognized in disguise too if it `disguises`.
    pub(super) fn compile_one(spec: &DetectorSpec, disguises: bool) -> Compiled<Self> {
        let mut builder = Builder { disguises, ..Builder::default() };
        builder.add(spec).map_err(|(rule, problem)| (Some(rule), problem))?;
        builder.build(spec).map_err(|problem| (None, problem))
    }
}

/// Collects what the rules of a policy look for.
#[derive(Default)]
struct Builder {
    /// Words are recognized in disguise too.
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
                .add(regex.rule, &regex.pattern, regex.max_length)
                .map_err(|problem| (regex.rule, problem))?;
            self.bound(regex.rule, text_bytes(span), LOOKAHEAD_BYTES);
        }
        Ok(())
    }

    fn add_entities(&mut self, spec: &DetectorSpec) -> Result<(), (RuleId, PatternProblem)> {
        for entity in &spec.entities {
            for recognizer in recognizers_for(entity.entity) {
                let number = u32::try_from(self.uses.len()).unwrap_or(u32::MAX);
                let group = self.entities.entry(recognizer.landmark).or_default();
                let span = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii)
                    .and_then(|pattern| group.add(number, &pattern, Some(recognizer.max_bytes)))
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
            if !topic.examples.is_empty()
                && !topic.examples.iter().any(|example| super::topic::has_distinctive_term(example))
            {
                return Err((topic.rule, empty_examples()));
            }
            self.bound_words(topic.rule, &topic.phrases);
            for pattern in &topic.patterns {
                let span = self
                    .topic_patterns
                    .add(topic.rule, pattern, Some(MAX_TOPIC_PATTERN_BYTES))
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
            strict: Vec::new(),
            decode: spec.decode.clone(),
        })
    }
}
