//! The digest of a policy: equal for policies that mean the same, whatever their files look like.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::rule::{ReplacementStyle, Rule};
use super::rule_set::RuleSet;
use super::values::{History, Mode, OperatorText};
use crate::detect::spec::{ContentSpec, EntitySpec, PatternSpec, TopicSpec, WordSpec};

/// Returns the hex SHA-256 of a policy as JSON with sorted keys. `messages` are those for blocked input and output.
///
/// Every member changes the digest of every policy, so what came to the format later is left out where it is the default.
pub(super) fn digest(policy: &RuleSet, messages: [&str; 2]) -> String {
    let [blocked_input, blocked_output] = messages;
    let history = policy.history.unwrap_or_default();
    let operator_text = policy.operator_text.unwrap_or_default();
    let value = with(
        json!({
            "version": 1,
            "name": policy.name,
            "description": policy.description,
            "blocked_input": blocked_input,
            "blocked_output": blocked_output,
            "topics": list(&policy.topics, topic),
            "words": list(&policy.words, words),
            "pii": list(&policy.entities, entity),
            "regexes": list(&policy.patterns, pattern),
        }),
        [
            ("content", (!policy.content.is_empty()).then(|| list(&policy.content, content))),
            ("mode", (policy.mode != Mode::default()).then(|| json!(policy.mode))),
            ("decode", (!policy.decode.is_empty()).then(|| json!(policy.decode))),
            ("history", (history != History::default()).then(|| json!(history))),
            ("operator_text", (operator_text != OperatorText::default()).then(|| json!(operator_text))),
        ],
    );
    let mut json = String::new();
    canonical(&value, &mut json);
    let hash = Sha256::digest(json.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds the members that are not the default.
fn with<const N: usize>(mut object: Value, members: [(&str, Option<Value>); N]) -> Value {
    for (key, value) in members {
        if let Some(value) = value {
            object[key] = value;
        }
    }
    object
}

fn list<S>(rules: &[(Rule, S)], value: fn(&Rule, &S) -> Value) -> Value {
    rules.iter().map(|(rule, spec)| with(value(rule, spec), [("effect", Some(effect(rule)))])).collect()
}

fn effect(rule: &Rule) -> Value {
    let replacement = match &rule.style {
        ReplacementStyle::Label => json!("label"),
        ReplacementStyle::Numbered => json!("numbered"),
        ReplacementStyle::KeepLast4 => json!("keep_last4"),
        ReplacementStyle::Hash(_) => json!("hash"),
        ReplacementStyle::Fixed(text) => json!({ "fixed": text }),
    };
    json!({ "input": rule.input, "output": rule.output, "replacement": replacement, "message": rule.message.as_deref() })
}

fn topic(_: &Rule, topic: &TopicSpec) -> Value {
    let patterns: Vec<&str> = topic.patterns.iter().map(|pattern| pattern.source()).collect();
    let value = json!({
        "name": topic.name,
        "definition": topic.definition,
        "examples": topic.examples,
        "phrases": topic.phrases,
        "patterns": patterns,
        "exceptions": topic.exceptions,
        "threshold": topic.threshold,
    });
    let counter_examples = &topic.counter_examples;
    with(
        value,
        [
            ("counter_examples", (!counter_examples.is_empty()).then(|| json!(counter_examples))),
            ("evasion", strict(topic.is_strict)),
        ],
    )
}

fn words(rule: &Rule, words: &WordSpec) -> Value {
    let evasion = match (words.is_normalized, words.is_strict) {
        (_, true) => "strict",
        (true, false) => "standard",
        (false, false) => "off",
    };
    json!({
        "name": &*rule.name,
        "words": words.words,
        "managed": rule.managed,
        "whole_word": words.whole_word,
        "case_sensitive": words.case_sensitive,
        "evasion": evasion,
    })
}

fn entity(rule: &Rule, entity: &EntitySpec) -> Value {
    with(
        json!({ "type": &*rule.name, "allow": entity.allow }),
        [
            ("evasion", strict(entity.is_strict)),
            ("strictness", entity.strictness.map(|strictness| json!(format!("{strictness:?}").to_lowercase()))),
        ],
    )
}

fn pattern(rule: &Rule, pattern: &PatternSpec) -> Value {
    json!({ "name": &*rule.name, "pattern": pattern.pattern.source(), "max_length": pattern.max_length })
}

fn content(_: &Rule, filter: &ContentSpec) -> Value {
    json!({ "category": filter.category, "input": filter.input, "output": filter.output })
}

fn strict(is_strict: bool) -> Option<Value> {
    is_strict.then(|| json!("strict"))
}

/// Writes JSON with sorted keys: whether `serde_json` sorts them depends on a feature that any crate in the build may set.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (number, (key, value)) in members.into_iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(elements) => {
            out.push('[');
            for (number, value) in elements.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
