//! Finds allowed values that no rule of their entry would report.

use banister::{EntityType, Guardrail, Source};
use serde_json::json;

use super::document::{RuleEntry, of_one_rule};
use super::warning::{Warning, some};

/// Text around a value, `{}`, in which a value is found if it can be found at all. Context words of the types come on top.
const SENTENCES: &[&str] = &[
    "{}",
    "({})",
    "\"{}\"",
    "My name is {}.",
    "Dear {},",
    "Mr. {}",
    "{} lives in London.",
    "I live at {}.",
    "Address: {}",
    "I am {} years old.",
    "She is {}.",
    "age: {}",
    "born on {}",
    "login: {}",
    "username={}",
    "password: {}",
    "password={}",
    "pin: {}",
    "call {}",
    "tel. {}",
    "https://{}",
    "I am {} old.",
    "a {}-old child",
    "my zip code is {}",
    "aws_secret_access_key = {}",
    "secret access key: {}",
    "password='{}'",
    "postgresql://user:{}@host/database",
    // A test number of a card, which is rarely an allowed value itself.
    "6011000990139424|{}|123",
];

/// Finds allowed values that have no effect: without them, nothing more would be found in text with the value.
pub(super) fn check(entries: &[RuleEntry], warnings: &mut Vec<Warning>) {
    for entry in entries.iter().filter(|entry| !entry.allow.is_empty()) {
        let (Some(without), Some(with)) = (guardrail(entry, &[]), guardrail(entry, &entry.allow)) else { continue };
        let is_dead = |value: &&String| {
            let text = probe(&entry.types, value);
            without.assess(Source::Input, &text).findings() == with.assess(Source::Input, &text).findings()
        };
        let dead: Vec<&String> = entry.allow.iter().filter(is_dead).collect();
        if !dead.is_empty() {
            let types = entry.types.join(", ");
            let message = format!("`allow` lists values that are never found as {types}: {}", some(&dead));
            let help =
                "an allowed value is a whole value, not a part or a pattern of one; check its digits, or remove it";
            warnings.push(Warning::of_entry("dead-allow", entry, message).help(help));
        }
    }
}

/// Returns a guardrail of the types of an entry.
fn guardrail(entry: &RuleEntry, allow: &[String]) -> Option<Guardrail> {
    let mut rule = json!({ "types": entry.types, "action": "detect" });
    if !allow.is_empty() {
        rule["allow"] = json!(allow);
    }
    of_one_rule("pii", rule)
}

/// Returns text with a value in all contexts in which one of the types may find it, each on its own lines.
fn probe(types: &[String], value: &str) -> String {
    let all = types.iter().any(|name| name == "ALL");
    let types = EntityType::ALL.iter().filter(|entity| all || types.iter().any(|name| name == entity.name()));
    let words: Vec<&str> = types.flat_map(|entity| entity.context_words()).collect();
    let sentences = SENTENCES.iter().map(|sentence| sentence.replace("{}", value));
    let before = words.iter().flat_map(|word| [format!("{word} {value}"), format!("{word}: {value}")]);
    let after = words.iter().flat_map(|word| [format!("{value} {word}"), format!("{word} is {value}.")]);
    sentences.chain(before).chain(after).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use banister::RuleKind;
    use serde::Deserialize;

    use super::check;
    use crate::lint::document::RuleEntry;

    fn entry(types: &[&str], allow: Vec<String>) -> RuleEntry {
        RuleEntry {
            file: String::new(),
            line: 1,
            rule: types[0].to_owned(),
            kind: RuleKind::Pii,
            words: Vec::new(),
            word_file: None,
            has_examples: false,
            exceptions: Vec::new(),
            patterns: Vec::new(),
            max_length: None,
            types: types.iter().map(|&name| name.to_owned()).collect(),
            allow,
        }
    }

    #[derive(Deserialize)]
    struct Cases {
        must: Vec<String>,
    }

    /// Whatever a recognizer finds can be allowed.
    #[test]
    fn values_that_are_found_are_not_dead() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/entities");
        let (mut values, mut dead) = (0, Vec::new());
        for file in fs::read_dir(directory).expect("the cases of the entity types") {
            let path = file.expect("a file").path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| path.is_file()) else {
                continue;
            };
            let cases: Cases = serde_yaml::from_str(&fs::read_to_string(&path).expect("a file")).expect("cases");
            let marked = cases.must.iter().filter_map(|case| case.split_once("<<")?.1.split_once(">>"));
            // A value over several lines is cut by what is around it.
            let allow: Vec<String> =
                marked.map(|(value, _)| value.to_owned()).filter(|value| !value.contains('\n')).collect();
            values += allow.len();
            let mut warnings = Vec::new();
            check(&[entry(&[name], allow)], &mut warnings);
            dead.extend(warnings.into_iter().map(|warning| format!("{name}: {warning:?}")));
        }
        assert!(dead.is_empty(), "{}", dead.join("\n"));
        assert!(values > 500, "{values}");
    }

    #[test]
    fn values_that_nothing_finds_are_dead() {
        for (types, value) in [
            (&["CREDIT_DEBIT_CARD_NUMBER"][..], "4111 1111 1111 1112"),
            (&["CREDIT_DEBIT_CARD_NUMBER"], "1111"),
            (&["EMAIL"], "@example.com"),
            (&["EMAIL"], "*@example.com"),
            (&["EMAIL", "PHONE"], "example.com"),
            (&["EMAIL"], "jane.roe at example"),
            (&["US_SOCIAL_SECURITY_NUMBER"], "000-12-3456"),
            (&["IP_ADDRESS"], "10.0.0.0/8"),
            (&["IP_ADDRESS"], "300.1.1.1"),
            (&["IP_ADDRESS"], "localhost"),
            (&["PHONE"], "12"),
        ] {
            let mut warnings = Vec::new();
            check(&[entry(types, vec![value.to_owned()])], &mut warnings);
            assert_eq!(warnings.len(), 1, "{types:?} {value}");
        }
    }
}
