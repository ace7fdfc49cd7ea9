//! Phrases, exceptions and patterns of topics.

use super::patterns;
use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::detector::LOOKAHEAD_BYTES;
use crate::detect::pattern::{Group, PatternProblem};
use crate::detect::spec::{DetectorSpec, TopicSpec};
use crate::detect::topic::has_distinctive_term;
use crate::detect::words::{Spelling, WordRole};
use crate::text::normalize::View;
use crate::text::rewrite::{Rewriting, rewrite};
use crate::text::view::text_bytes;

/// The maximum length of a match of a topic's pattern, in bytes of text. Topics have no `max_length`. A topic that needs more than a long
/// sentence is better described by examples.
pub(crate) const MAX_TOPIC_PATTERN_BYTES: usize = 256;

/// Adds the phrases and exceptions of all topics, and compiles their patterns.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    let mut group = Group::default();
    for topic in &spec.topics {
        let rule = topic.rule;
        for phrase in &topic.phrases {
            compiler.add_word((rule, "a phrase"), phrase, WordRole::Rule(rule), true, Spelling::Normalized)?;
            if compiler.disguises {
                compiler.words.add_disguised(phrase, rule, true, false);
            }
        }
        for exception in &topic.exceptions {
            let role = WordRole::Exception(rule);
            compiler.add_word((rule, "an exception"), exception, role, true, Spelling::Normalized)?;
        }
        if !topic.examples.is_empty() && !topic.examples.iter().any(|example| has_distinctive_term(example)) {
            return Err((Some(rule), empty_examples()));
        }
        compiler.bound_words(rule, &topic.phrases);
        for pattern in &topic.patterns {
            let span =
                group.add(rule, pattern, Some(MAX_TOPIC_PATTERN_BYTES)).map_err(|problem| (Some(rule), problem))?;
            compiler.bound(rule, text_bytes(span), LOOKAHEAD_BYTES);
        }
    }
    patterns::add(group, View::Word, "patterns of topics", compiler)
}

fn empty_examples() -> PatternProblem {
    PatternProblem {
        message: "the examples contain only common words, so no text is similar to them".to_owned(),
        span: None,
        help: "write examples as whole sentences that name the topic".to_owned(),
    }
}

/// Copies the strict topics: their phrases read decoded text, their patterns and examples text with the letters restored.
pub(super) fn strict(spec: &DetectorSpec, rewriting: Rewriting, rules: &mut DetectorSpec) {
    let strict = spec.topics.iter().filter(|topic| topic.is_strict);
    rules.topics = match rewriting {
        Rewriting::Decoded => strict.filter(|topic| !topic.phrases.is_empty()).map(phrases).collect(),
        Rewriting::Letters(_) => strict
            .filter(|topic| !topic.examples.is_empty() || !topic.patterns.is_empty())
            .map(|topic| letters(topic, rewriting))
            .collect(),
        Rewriting::Values | Rewriting::Encoded(_) => return,
    };
}

/// Returns a topic with its phrases only.
fn phrases(topic: &TopicSpec) -> TopicSpec {
    TopicSpec { examples: Vec::new(), counter_examples: Vec::new(), patterns: Vec::new(), ..topic.clone() }
}

/// Returns a topic with its patterns and examples. Its sentences are rewritten as the text is, so that numbers in them match.
fn letters(topic: &TopicSpec, rewriting: Rewriting) -> TopicSpec {
    let all = |sentences: &[String]| sentences.iter().map(|sentence| rewrite(sentence, rewriting)).collect();
    TopicSpec {
        phrases: Vec::new(),
        examples: all(&topic.examples),
        counter_examples: all(&topic.counter_examples),
        exceptions: all(&topic.exceptions),
        ..topic.clone()
    }
}
