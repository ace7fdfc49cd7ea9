//! Finds exceptions of topics that can never apply.

use banister::{Guardrail, Source};
use serde_json::json;

use super::document::{RuleEntry, of_one_rule};
use super::warning::{Warning, some};

/// Finds exceptions in which the topic finds nothing: an exception must contain all of a phrase or of a match of a pattern. Examples are compared by their
/// words, of which an exception may contain any.
pub(super) fn check(entries: &[RuleEntry], warnings: &mut Vec<Warning>) {
    for entry in entries.iter().filter(|entry| !entry.exceptions.is_empty() && !entry.has_examples) {
        let Some(without) = without_exceptions(entry) else { continue };
        let is_dead = |exception: &&String| without.assess(Source::Input, exception).findings().is_empty();
        let dead: Vec<&String> = entry.exceptions.iter().filter(is_dead).collect();
        if !dead.is_empty() {
            let message = format!("`{}` has exceptions that can never apply: {}", entry.rule, some(&dead));
            let help = "an exception contains all of a phrase, or of a match of a pattern, and the words around it: \
                with the phrase `stock tip`, for example `stock tip jar`";
            warnings.push(Warning::of_entry("dead-exception", entry, message).help(help));
        }
    }
}

/// Returns a guardrail of the phrases and patterns of a topic.
fn without_exceptions(entry: &RuleEntry) -> Option<Guardrail> {
    let mut topic = json!({ "name": "topic", "evasion": "strict", "action": "detect" });
    for (key, list) in [("phrases", &entry.words), ("patterns", &entry.patterns)] {
        if !list.is_empty() {
            topic[key] = json!(list);
        }
    }
    of_one_rule("denied_topics", topic)
}
