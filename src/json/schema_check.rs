//! Checks JSON against a JSON Schema, for tests of the schemas that Banister publishes.

use serde_json::{Value, json};

/// As much of JSON Schema as ours uses. Panics at a keyword it does not know, so that nothing goes unchecked.
pub(crate) fn schema_accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(schema) = schema.as_object() else {
        return schema == &json!(true);
    };
    schema.iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$comment" | "title" | "description" | "default" | "$defs" | "format" => true,
        "$ref" => schema_accepts(root, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), value),
        "anyOf" => rule.as_array().unwrap().iter().any(|choice| schema_accepts(root, choice, value)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|choice| schema_accepts(root, choice, value)).count() == 1,
        "const" => value == rule,
        "enum" => rule.as_array().unwrap().contains(value),
        "type" => match rule {
            Value::Array(types) => types.iter().any(|name| has_type(name, value)),
            name => has_type(name, value),
        },
        "properties" => value.as_object().is_none_or(|members| {
            members.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| schema_accepts(root, rule, value)))
        }),
        "additionalProperties" => {
            assert_eq!(rule, &json!(false));
            let known = schema["properties"].as_object().unwrap();
            value.as_object().is_none_or(|members| members.keys().all(|key| known.contains_key(key)))
        }
        "required" => value.as_object().is_none_or(|members| {
            rule.as_array().unwrap().iter().all(|key| members.contains_key(key.as_str().unwrap()))
        }),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| schema_accepts(root, rule, item))),
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

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("type {other}"),
    }
}
