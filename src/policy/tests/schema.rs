//! The JSON Schema accepts what the policy reader accepts, and knows the same keys.

use serde_json::{Value, json};

use super::golden::policies;
use crate::policy::Policy;

/// As much of JSON Schema as ours uses. Panics at a keyword it does not know, so that nothing goes unchecked.
fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(schema) = schema.as_object() else {
        return schema == &json!(true);
    };
    schema.iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "title" | "description" | "$defs" | "format" => true,
        "$ref" => accepts(root, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), value),
        "anyOf" => rule.as_array().unwrap().iter().any(|choice| accepts(root, choice, value)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|choice| accepts(root, choice, value)).count() == 1,
        "const" => value == rule,
        "enum" => rule.as_array().unwrap().contains(value),
        "type" => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "number" => value.is_number(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("type {other}"),
        },
        "properties" => value.as_object().is_none_or(|members| {
            members.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| accepts(root, rule, value)))
        }),
        "additionalProperties" => {
            assert_eq!(rule, &json!(false));
            let known = schema["properties"].as_object().unwrap();
            value.as_object().is_none_or(|members| members.keys().all(|key| known.contains_key(key)))
        }
        "required" => value.as_object().is_none_or(|members| {
            rule.as_array().unwrap().iter().all(|key| members.contains_key(key.as_str().unwrap()))
        }),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| accepts(root, rule, item))),
        "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
        "pattern" => {
            value.as_str().is_none_or(|text| regex::Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        other => panic!("keyword {other}"),
    })
}

fn accepted(yaml: &str) -> bool {
    let schema = Policy::json_schema();
    accepts(&schema, &schema, &serde_yaml::from_str::<Value>(yaml).unwrap())
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
