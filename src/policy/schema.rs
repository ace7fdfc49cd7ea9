//! The JSON Schema of a policy file, from the types that read it.

use serde_json::Value;

use super::document::PolicyDocument;

/// Returns the schema.
pub(super) fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyDocument).to_value();
    without_null(&mut schema);
    schema
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
