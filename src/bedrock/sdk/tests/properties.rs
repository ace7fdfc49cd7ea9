use std::collections::BTreeSet;

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message, ToolUseBlock};
use aws_smithy_types::{Document, Number};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bedrock::operation::Operation;
use crate::bedrock::sdk;
use crate::bedrock::visit::visit_request;
use crate::bedrock::walk::UnknownContent;
use crate::json::FieldEdit;

use super::compare::{fields, mask};
use super::inputs::document;

/// Texts that need escapes in JSON and in pointers.
fn text() -> impl Strategy<Value = String> {
    "[a-z/~\"\\\\\n\u{e9}\u{1f600}]{0,6}"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Few digits: serde_json reads the last one of many by guess.
        any::<i16>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The JSON form of a value of the SDK.
fn json(value: &Document) -> Value {
    match value {
        Document::Object(members) => members.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        Document::Array(items) => items.iter().map(json).collect(),
        Document::String(text) => Value::from(text.as_str()),
        Document::Bool(value) => Value::from(*value),
        Document::Null => Value::Null,
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
    }
}

fn call(input: Document) -> ConverseInput {
    let call = ToolUseBlock::builder().tool_use_id("t").name("f").input(input).build().expect("built");
    let message = Message::builder().role(ConversationRole::Assistant).content(ContentBlock::ToolUse(call));
    ConverseInput::builder().messages(message.build().expect("built")).build().expect("built")
}

fn called(input: &ConverseInput) -> Value {
    match &input.messages()[0].content()[0] {
        ContentBlock::ToolUse(call) => json(&call.input),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn free_values_are_walked_as_their_json(value in value(), salt in any::<u64>()) {
        let body = json!({"messages": [{"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "t", "name": "f", "input": value}},
        ]}]});
        let text = body.to_string();
        let mut typed = call(document(&value));
        let (typed_slots, _) = fields(|f| sdk::visit_converse_request(&mut typed, f));
        let (json_slots, _) =
            fields(|f| visit_request(Operation::Converse, text.as_bytes(), f).map(|visited| visited.summary));
        prop_assert_eq!(typed_slots, json_slots);
        prop_assert_eq!(called(&typed), value);

        let seen = sdk::visit_converse_request(&mut typed, &mut |field| mask(&field, salt)).expect("known");
        let json = visit_request(Operation::Converse, text.as_bytes(), &mut |field| mask(&field, salt)).expect("known");
        prop_assert_eq!(seen.inspected_bytes, json.summary.inspected_bytes);
        let json: Value = serde_json::from_slice(&json.body.unwrap_or(text.into_bytes())).expect("JSON");
        prop_assert_eq!(called(&typed), json["messages"][0]["content"][0]["toolUse"]["input"].clone());
    }

    #[test]
    fn masked_keys_lose_no_value(keys in prop::collection::btree_set("[a-c]{1,3}", 0..6)) {
        let members: Value = keys.iter().map(|key| (key.clone(), Value::from(key.as_str()))).collect();
        let mut typed = call(document(&members));
        sdk::visit_converse_request(&mut typed, &mut |field| {
            (field.is_key() && field.text() != "a").then(|| FieldEdit::whole(field.text().len(), "a"))
        }).expect("known");
        let after = called(&typed);
        let values: BTreeSet<_> =
            after.as_object().expect("an object").values().map(|value| value.as_str().expect("text").to_owned()).collect();
        prop_assert_eq!(values, keys);
    }

    #[test]
    fn model_inputs_come_back_as_they_went(value in value()) {
        let model_input = document(&json!({"prompt": "Jane", "extra": value}));
        let mut input = StartAsyncInvokeInput::builder().model_input(model_input.clone()).build().expect("built");
        // The same text again: a change that goes through JSON and back.
        sdk::visit_async_request(&mut input, UnknownContent::Reject, &mut |field| {
            (field.text() == "Jane").then(|| FieldEdit::whole(4, "Jane"))
        }).expect("known");
        prop_assert_eq!(input.model_input, Some(model_input));
    }
}
