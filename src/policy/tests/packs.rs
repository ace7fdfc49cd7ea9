//! The packs that ship.

use std::collections::HashSet;
use std::fs;

use crate::detect::EntityType;
use crate::policy::packs::managed_text;

use crate::policy::{Policy, RuleKind, word_file};
use crate::text::normalize::View;
use crate::text::view::normalize_text;

#[test]
fn every_pack_compiles_under_its_own_name() {
    for name in Policy::pack_names() {
        let policy = Policy::from_pack(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(policy.name(), *name);
        assert!(policy.description().is_some());
    }
    assert!(Policy::pack_names().is_sorted());
}

#[test]
fn the_embedded_packs_are_all_there_are_and_each_has_a_suite() {
    let mut files: Vec<String> = fs::read_dir("policies")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml") && !name.ends_with(".test.yaml"))
        .map(|name| name.trim_end_matches(".yaml").to_owned())
        .collect();
    files.sort();
    assert_eq!(files, Policy::pack_names());
    for name in files {
        let suite = fs::read_to_string(format!("policies/{name}.test.yaml")).unwrap();
        let suite: serde_yaml::Value = serde_yaml::from_str(&suite).unwrap();
        assert_eq!(suite["policy"].as_str(), Some(&*name));
        let cases = suite["cases"].as_sequence().unwrap();
        assert!((15..=25).contains(&cases.len()), "{name}: {} cases", cases.len());
        let rules = Policy::from_pack(&name).unwrap();
        let topics = rules.rules().filter(|rule| rule.kind() == RuleKind::Topic);
        topics.for_each(|topic| assert_sampled(&suite, topic.name()));
        for case in cases {
            let expectations = ["masked", "blocked_by", "passes"].iter().filter(|key| case.get(**key).is_some());
            assert_eq!(expectations.count(), 1, "{case:?}");
            if let Some(rule) = case.get("blocked_by").and_then(|rule| rule.as_str()) {
                assert!(rules.rules().any(|known| known.name() == rule), "{name}: {rule}");
            }
        }
    }
}

/// A pack with topics has 60 ordinary questions that pass, and 20 paraphrases of each topic.
fn assert_sampled(suite: &serde_yaml::Value, topic: &str) {
    let texts = |wanted: &dyn Fn(&serde_yaml::Value) -> bool| -> usize {
        let samples = suite["samples"].as_sequence().into_iter().flatten().filter(|sample| wanted(sample));
        samples.filter_map(|sample| sample["texts"].as_sequence()).map(Vec::len).sum()
    };
    assert!(texts(&|sample| sample["passes"].as_bool() == Some(true)) >= 60, "ordinary questions");
    assert!(texts(&|sample| sample["blocked_by"].as_str() == Some(topic)) >= 20, "{topic}");
}

#[test]
fn the_packs_name_every_type() {
    for (pack, is_world_id) in [("pii", false), ("world-ids", true)] {
        let policy = Policy::from_pack(pack).unwrap();
        let named: HashSet<_> = policy.rules().filter_map(|rule| rule.entity_type()).collect();
        let wanted = EntityType::ALL.iter().copied().filter(|entity| entity.is_world_id() == is_world_id);
        assert_eq!(named, wanted.collect(), "{pack}");
    }
}

#[test]
fn an_unknown_pack_is_an_error_with_a_hint() {
    let error = Policy::from_pack("defaults").unwrap_err().to_string();
    assert!(error.contains("did you mean `default`?"), "{error}");
}

#[test]
fn every_word_list_is_sorted_and_says_where_it_is_from() {
    let mut known: HashSet<String> = HashSet::new();
    let schema = Policy::json_schema();
    let names =
        schema["$defs"]["Managed"]["oneOf"].as_array().unwrap().iter().map(|one| one["const"].as_str().unwrap());
    for name in names {
        let text = managed_text(serde_json::from_value(name.into()).unwrap());
        assert!(text.contains("Source: ") && text.contains("Licence: "), "{name}");
        let words: Vec<_> = word_file::words(text).map(|(_, word)| word).collect();
        assert!(words.len() >= 50, "{name}: {}", words.len());
        assert!(words.is_sorted_by(|a, b| a < b), "{name}: sorted, each once");
        for word in words {
            assert!(word.chars().all(|c| c.is_lowercase() || " '".contains(c)), "{name}: {word}");
            // A word of two severities has none; other languages may share it.
            let language = name.trim_end_matches("_mild");
            assert!(known.insert(format!("{language}: {}", normalize_text(word, View::Word))), "{name}: {word} twice");
        }
    }
}
