//! The JSON Schema of a policy file, from the types that read it.

use serde_json::{Value, json};

use super::document::PolicyDocument;
use super::values::{DISABLED, OFF};

pub(super) fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyDocument).to_value();
    without_null(&mut schema);
    with_disabled(&mut schema);
    schema
}

/// Adds the other spelling of `off` wherever it is a choice.
fn with_disabled(schema: &mut Value) {
    if let Some(Value::Array(choices)) = schema.get_mut("oneOf")
        && choices.iter().any(|choice| choice.get("const") == Some(&json!(OFF)))
    {
        choices.push(json!({ "const": DISABLED, "description": "The same as `off`, in every version of YAML.", "type": "string" }));
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(with_disabled),
        Value::Array(elements) => elements.iter_mut().for_each(with_disabled),
        _ => {}
    }
}

/// Removes `null`: an optional key may be left out, but an explicit `null` is an error, unlike in the schema of an `Option`.
fn without_null(schema: &mut Value) {
    if let Value::Object(members) = schema {
        members.remove("default");
        if let Some(Value::Array(types)) = members.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                members.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        }
        members.values_mut().for_each(without_null);
    } else if let Value::Array(elements) = schema {
        elements.iter_mut().for_each(without_null);
    }
}
