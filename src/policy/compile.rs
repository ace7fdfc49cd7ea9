//! A resolved policy becomes rules and detectors.

use std::sync::Arc;

use crate::detect::EntityType;
use crate::detect::detectors::Detectors;
use crate::detect::pattern::PatternProblem;
use crate::detect::spec::{DetectorSpec, EntitySpec, PatternSpec, RuleId, TopicSpec, WordSpec};

use super::compiled::{Messages, Policy};
use super::digest::digest;
use super::pattern_warning::Patterns;
use super::resolved::{Effect, Resolved, Written};
use super::rule::{Action, Mask, Rule, RuleKind};
use super::values::{Evasion, Mode, RuleEvasion};

/// Told instead of a completion, when the policy gives no `blocked_input`.
const BLOCKED_INPUT: &str = "Sorry, I can't help with that request.";

/// Told instead of a completion, when the policy gives no `blocked_output`.
const BLOCKED_OUTPUT: &str = "Sorry, I can't share that answer.";

/// Compiles; `key` is the key of `replacement: hash`. Each rule was checked by itself; what can still fail is all of them
/// together, and the error names a rule only where one is at fault.
pub(super) fn compile(mut resolved: Resolved, key: &[u8]) -> Result<Policy, (Option<Arc<str>>, PatternProblem)> {
    let messages = Messages {
        blocked_input: or_default(&mut resolved.blocked_input, BLOCKED_INPUT),
        blocked_output: or_default(&mut resolved.blocked_output, BLOCKED_OUTPUT),
    };
    let mut rules = Rules { key: Arc::from(key), list: Vec::with_capacity(resolved.rules()) };
    let decode = resolved.decode.iter().map(|&word| word.into()).collect();
    let mut spec = DetectorSpec { decode, ..DetectorSpec::default() };
    for topic in &resolved.topics {
        spec.topics.push(TopicSpec {
            rule: rules.add(&topic.name, Of::Topic, &topic.effect),
            name: topic.name.clone(),
            definition: topic.definition.clone(),
            examples: topic.examples.clone(),
            counter_examples: topic.counter_examples.clone(),
            phrases: topic.phrases.clone(),
            patterns: topic.patterns.clone(),
            exceptions: topic.exceptions.clone(),
            threshold: topic.threshold,
            is_strict: topic.evasion == RuleEvasion::Strict,
        });
    }
    for filter in &resolved.words {
        let managed = filter.managed.map(|managed| managed.name());
        spec.words.push(WordSpec {
            rule: rules.add(&filter.name, Of::Words(managed), &filter.effect),
            words: filter.words.clone(),
            whole_word: filter.whole_word,
            case_sensitive: filter.case_sensitive,
            is_normalized: filter.evasion != Evasion::Off,
            is_strict: filter.evasion == Evasion::Strict,
        });
    }
    for pii in &resolved.pii {
        spec.entities.push(EntitySpec {
            rule: rules.add(pii.entity.name(), Of::Pii(pii.entity), &pii.effect),
            entity: pii.entity,
            allow: pii.allow.clone(),
            is_strict: pii.evasion == RuleEvasion::Strict,
        });
    }
    for regex in &resolved.regexes {
        spec.patterns.push(PatternSpec {
            rule: rules.add(&regex.name, Of::Regex(&regex.pattern), &regex.effect),
            pattern: regex.pattern.clone(),
            max_length: regex.max_length.map(|longest| longest as usize),
        });
    }
    if resolved.mode == Mode::Async
        && let Some(rule) = rules.list.iter().find(|rule| rule.output == Action::Mask)
    {
        return Err((Some(Arc::clone(&rule.name)), late_mask()));
    }
    let digest = digest(&resolved);
    let detectors =
        Detectors::compile(&spec).map_err(|(rule, problem)| (rule.map(|rule| rules.name(rule)), problem))?;
    Ok(Policy::new(
        resolved,
        digest,
        rules.list,
        messages,
        detectors,
        Patterns::of(&spec),
        #[cfg(test)]
        spec,
    ))
}

fn late_mask() -> PatternProblem {
    PatternProblem {
        message: "it masks the output, which `mode: async` releases before it is evaluated".to_owned(),
        span: None,
        help: "give the rule `output: block`, `detect` or `off`, or remove `mode: async`".to_owned(),
    }
}

/// Fills in a message that is not given: last, so that an inherited one comes first.
fn or_default(message: &mut Option<String>, default: &str) -> Arc<str> {
    message.get_or_insert_with(|| default.to_owned()).as_str().into()
}

/// What a rule is made of, as far as findings tell of it.
#[derive(Clone, Copy)]
enum Of<'a> {
    Topic,
    /// With the managed list, if the words are of one.
    Words(Option<&'static str>),
    Pii(EntityType),
    /// With the pattern.
    Regex(&'a str),
}

/// The rules so far, and the key their hashes use.
struct Rules {
    key: Arc<[u8]>,
    list: Vec<Rule>,
}

impl Rules {
    fn name(&self, rule: RuleId) -> Arc<str> {
        self.list.get(rule as usize).map_or_else(|| Arc::from(""), |rule| Arc::clone(&rule.name))
    }

    /// Adds a rule and gives its number.
    fn add(&mut self, name: &str, of: Of<'_>, effect: &Effect) -> RuleId {
        // The number of rules is limited far below what a number of a rule can hold.
        let number = RuleId::try_from(self.list.len()).unwrap_or(RuleId::MAX);
        self.list.push(Rule {
            name: name.into(),
            kind: match of {
                Of::Topic => RuleKind::Topic,
                Of::Words(_) => RuleKind::Word,
                Of::Pii(_) => RuleKind::Pii,
                Of::Regex(_) => RuleKind::Regex,
            },
            entity: if let Of::Pii(entity) = of { Some(entity) } else { None },
            managed: if let Of::Words(managed) = of { managed } else { None },
            pattern: if let Of::Regex(pattern) = of { Some(pattern.into()) } else { None },
            input: effect.input.into(),
            output: effect.output.into(),
            mask: self.mask(&effect.replacement),
            message: effect.message.as_deref().map(Into::into),
        });
        number
    }

    fn mask(&self, written: &Written) -> Mask {
        match written {
            Written::Label => Mask::Label,
            Written::Numbered => Mask::Numbered,
            Written::KeepLast4 => Mask::KeepLast4,
            Written::Hash => Mask::Hash(Arc::clone(&self.key)),
            Written::Fixed(text) => Mask::Fixed(text.clone()),
        }
    }
}
