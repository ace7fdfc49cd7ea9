//! Numbers in place of text.

use serde_json::{Value, json};

use super::tests::{Case, cases};
use super::*;

const NUMBER: u64 = 4_111_111_111_111_111;

fn visit(case: &Case, body: &Value, f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    let body = body.to_string();
    match case.is_request {
        true => visit_request(case.operation, body.as_bytes(), f),
        false => visit_response(case.operation, body.as_bytes(), f),
    }
}

/// A reader that accepts a number as text would pass it to the model.
#[test]
fn a_number_in_place_of_text_is_inspected() {
    let mut places = 0;
    for case in cases() {
        let body: Value = serde_json::from_str(&case.body).unwrap();
        let mut pointers = Vec::new();
        let mut note = |field: TextField<'_>| {
            use FieldKind::{Citation, Echo, Free, RequestMetadata, ToolDefinition, Trace};
            // A number in these belongs to the format, or is one of a field that no format has.
            let is_format = matches!(field.kind(), Citation | Echo | Free | RequestMetadata | ToolDefinition | Trace);
            let is_text = !is_format && field.inner_pointer().is_none() && !field.is_key();
            pointers.extend(is_text.then(|| field.pointer()));
            None
        };
        visit(&case, &body, &mut note).unwrap();
        for pointer in pointers {
            let mut body = body.clone();
            let Some(text) = body.pointer_mut(&pointer).filter(|text| text.is_string()) else { continue };
            *text = json!(NUMBER);
            let mut is_inspected = false;
            let mut note = |field: TextField<'_>| {
                is_inspected |= field.pointer() == pointer && field.text() == NUMBER.to_string();
                None
            };
            let visited = visit(&case, &body, &mut note);
            assert!(is_inspected || visited.is_err(), "{}: {pointer}", case.name);
            places += 1;
        }
    }
    assert!(places > 200, "{places}");
}

#[test]
fn text_as_the_numbers_of_its_tokens_is_rejected() {
    let messages = |content: Value| json!({"messages": [{"role": "user", "content": content}]});
    for (operation, body, is_rejected) in [
        (Operation::InvokeModel, json!({"prompt": [15339, 1917]}), true),
        (Operation::InvokeModel, json!({"prompt": [[15339], [1917]]}), true),
        (Operation::InvokeModel, json!({"prompt": ["a", 15339]}), true),
        (Operation::InvokeModel, json!({"prompt": "", "prompt_token_ids": [15339]}), true),
        (Operation::ChatCompletions, json!({"messages": [], "input_ids": [[15339]]}), true),
        (Operation::ChatCompletions, json!({"messages": [], "prompt_embeds": "gAJjdG9y"}), true),
        (Operation::Messages, json!({"messages": [], "prompt_token_ids": [15339]}), true),
        (Operation::Responses, json!({"model": "m", "input_ids": [15339]}), true),
        (Operation::InvokeModel, json!({"prompt": "a", "stop_token_ids": [15339], "prompt_token_ids": null}), false),
        (Operation::InvokeModel, json!({"inputText": [15339, 1917]}), true),
        (Operation::InvokeModel, messages(json!([15339, 1917])), true),
        (Operation::ChatCompletions, messages(json!([15339])), true),
        (Operation::Responses, json!({"model": "m", "input": [15339, 1917]}), true),
        (Operation::Messages, messages(json!([[15339]])), true),
        (Operation::InvokeModel, json!({"prompt": ["a", "b"]}), false),
        (Operation::InvokeModel, json!({"prompt": []}), false),
        (Operation::InvokeModel, json!({"prompt": "a", "images": [1]}), false),
        (Operation::ChatCompletions, messages(json!(null)), false),
        (Operation::ChatCompletions, messages(json!([{"type": "text", "text": "a"}])), false),
    ] {
        let visited = visit_request(operation, body.to_string().as_bytes(), &mut |_| None);
        assert_eq!(visited.is_err(), is_rejected, "{body}: {:?}", visited.err());
    }
}
