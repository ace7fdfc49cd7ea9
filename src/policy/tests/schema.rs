//! The JSON Schema accepts what the policy reader accepts, and knows the same keys.

use serde_json::Value;

use super::golden::policies;
use crate::json::schema_accepts;
use crate::policy::Policy;

fn accepted(yaml: &str) -> bool {
    let schema = Policy::json_schema();
    schema_accepts(&schema, &schema, &serde_yaml::from_str::<Value>(yaml).unwrap())
}

/// `UPDATE_GOLDEN=1` writes what it is now.
#[test]
fn the_schema_is_as_recorded() {
    let path = "tests/data/policies/schema.json";
    let schema = Policy::json_schema();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
    }
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(recorded == schema, "not as recorded: {schema:#}");
}

#[test]
fn packs_and_valid_policies_are_accepted() {
    for path in policies("policies").into_iter().chain(policies("tests/data/policies/valid")) {
        if !path.to_string_lossy().ends_with(".test.yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(accepted(text.trim_start_matches('\u{feff}')), "{}", path.display());
        }
    }
}

#[test]
fn slips_are_rejected() {
    let rejected = [
        "{version: 1, name: a, pii: [{types: [EMAIL]}], colour: red}",
        "{version: 1, name: a, pii: [{types: [EMAIL], colour: red}]}",
        "{version: 1, name: a, pii: [{types: [EMIAL]}]}",
        "{version: 1, name: a, pii: [{types: []}]}",
        "{version: 1, name: a, pii: []}",
        "{version: 1, name: a, pii: null}",
        "{version: 1, name: A B}",
        "{version: 2, name: a}",
        "{name: a}",
        "{version: 1, name: a, pii: [{types: [EMAIL], action: blok}]}",
        "{version: 1, name: a, pii: [{types: [EMAIL], replacement: {fix: x}}]}",
        "{version: 1, name: a, regexes: [{name: x, pattern: a, max_length: 0}]}",
        "{version: 1, name: a, regexes: [{name: x, pattern: a, max_length: 65537}]}",
        "{version: 1, name: a, denied_topics: [{name: x, threshold: 2}]}",
        "{version: 1, name: a, mode: later}",
        "{version: 1, name: a, word_filters: [{name: x, match: {evasion: stricter}}]}",
        "{version: 1, name: a, pii: [{types: [EMAIL], evasion: off}]}",
        "{version: 1, name: a, decode: [rot13]}",
        "{version: 1, name: a, history: mask}",
        "{version: 1, name: a, operator_text: mask}",
    ];
    for yaml in rejected {
        assert!(!accepted(yaml), "{yaml}");
    }
}

#[test]
fn the_schema_explains_every_key() {
    fn explained(schema: &Value, at: &str) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (key, property) in properties {
                assert!(property.get("description").is_some(), "{at}.{key}");
            }
        }
    }
    let schema = Policy::json_schema();
    explained(&schema, "");
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        explained(definition, name);
    }
}
