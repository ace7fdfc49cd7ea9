//! The detectors of a policy: those that read text as it is, and those that read it rewritten, for rules with `evasion: strict` and
//! where encoded runs are decoded.

use super::EntityType;
use super::build::Compiled;
use super::detectors::{Detectors, RuleBound};
use super::spec::{DetectorSpec, EntitySpec, TopicSpec};
use crate::text::rewrite::{OPEN_BYTES, One, Rewriting, rewrite, rewritten_bytes};

impl Detectors {
    /// Compiles what a policy wants detected. Patterns were checked when the policy was; a problem here names its rule.
    /// A problem of all patterns together names none.
    pub(crate) fn compile(spec: &DetectorSpec) -> Compiled<Self> {
        let mut detectors = Self::compile_one(spec, false)?;
        detectors.strict = strict(spec)?;
        let decoding = if spec.decode.is_empty() { None } else { Some(&detectors) };
        let rewriting = detectors.strict.iter().map(|(_, detectors)| detectors).chain(decoding);
        let bounds: Vec<RuleBound> = rewriting.flat_map(|detectors| &detectors.bounds).map(bound).collect();
        detectors.bounds.extend(bounds);
        Ok(detectors)
    }
}

/// Compiles the detectors of each rewriting that rules with `evasion: strict` need.
fn strict(spec: &DetectorSpec) -> Compiled<Vec<(Rewriting, Detectors)>> {
    let all = [Rewriting::Decoded, Rewriting::Values, Rewriting::Letters(One::I), Rewriting::Letters(One::L)];
    all.into_iter()
        .map(|rewriting| (rewriting, strict_rules(spec, rewriting)))
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(rewriting, rules)| Ok((rewriting, Detectors::compile_one(&rules, rewriting == Rewriting::Decoded)?)))
        .collect()
}

/// Returns what a rule can make a stream buffer, if it reads rewritten text.
fn bound(of: &RuleBound) -> RuleBound {
    RuleBound { rule: of.rule, span: rewritten_bytes(of.span), wait: rewritten_bytes(of.wait) + OPEN_BYTES }
}

/// The rules with `evasion: strict`, as far as they read such a rewriting.
fn strict_rules(spec: &DetectorSpec, rewriting: Rewriting) -> DetectorSpec {
    let mut rules = DetectorSpec::default();
    match rewriting {
        Rewriting::Decoded => {
            rules.words = spec.words.iter().filter(|list| list.is_strict).cloned().collect();
            rules.topics = strict_topics(spec, |topic| !topic.phrases.is_empty(), phrases);
            rules.entities = strict_entities(spec, |entity| !entity.is_put_together());
        }
        Rewriting::Values => rules.entities = strict_entities(spec, EntityType::is_put_together),
        Rewriting::Letters(_) => {
            let reads = |topic: &TopicSpec| !topic.examples.is_empty() || !topic.patterns.is_empty();
            rules.topics = strict_topics(spec, reads, |topic| letters(topic, rewriting));
        }
        Rewriting::Encoded(_) => {}
    }
    rules
}

fn strict_entities(spec: &DetectorSpec, reads: impl Fn(EntityType) -> bool) -> Vec<EntitySpec> {
    spec.entities.iter().filter(|entity| entity.is_strict && reads(entity.entity)).cloned().collect()
}

fn strict_topics(
    spec: &DetectorSpec,
    reads: impl Fn(&TopicSpec) -> bool,
    part: impl Fn(&TopicSpec) -> TopicSpec,
) -> Vec<TopicSpec> {
    spec.topics.iter().filter(|topic| topic.is_strict && reads(topic)).map(part).collect()
}

/// A topic's phrases.
fn phrases(topic: &TopicSpec) -> TopicSpec {
    TopicSpec { examples: Vec::new(), counter_examples: Vec::new(), patterns: Vec::new(), ..topic.clone() }
}

/// A topic's patterns and examples. Its sentences are rewritten as the text is, so that a number in them is found in both.
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
