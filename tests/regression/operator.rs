//! The operator's own words refuse no call, and a response has no operator.

use banister::Operation;
use banister::{ActionTaken, Outcome};
use serde_json::{Value, json};

use super::turns::{guard, readable, request};

/// Requests in which the operator says something: system prompts, and all that defines tools.
fn operator(text: &str) -> Vec<(&'static str, Operation, Value)> {
    let user = json!([{"role": "user", "content": [{"text": "hello"}]}]);
    let schema = json!({"type": "object", "properties": {"a": {"type": "string", "description": text}}});
    let spec = json!({"toolSpec": {"name": "f", "description": text, "inputSchema": {"json": schema}}});
    let claude = |more: Value| {
        let mut body =
            json!({"anthropic_version": "v", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let openai = |role: &str, at: usize| {
        let mut messages = vec![
            json!({"role": "user", "content": "hi"}),
            json!({"role": "assistant", "content": "yes?"}),
            json!({"role": "user", "content": "hello"}),
        ];
        messages.insert(at, json!({"role": role, "content": text}));
        json!({"messages": messages})
    };
    let chat = json!([{"role": "user", "content": "hello"}]);
    let invoke = Operation::InvokeModel;
    let mut bodies = vec![
        ("Converse system", Operation::Converse, json!({"system": [{"text": text}], "messages": user})),
        ("Converse tools", Operation::ConverseStream, json!({"messages": user, "toolConfig": {"tools": [spec]}})),
        (
            "CountTokens",
            Operation::CountTokens,
            json!({"input": {"converse": {"system": [{"text": text}], "messages": user}}}),
        ),
        (
            "Converse output",
            Operation::Converse,
            json!({"messages": user, "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {
                "name": "n", "description": "d", "schema": json!({"description": text}).to_string()}}}}}),
        ),
        (
            "Nova",
            invoke,
            json!({"inferenceConfig": {}, "system": [{"text": text}], "messages": user, "toolConfig": {"tools": [spec]}}),
        ),
        ("Claude system string", invoke, claude(json!({"system": text}))),
        ("Claude system blocks", invoke, claude(json!({"system": [{"type": "text", "text": text}]}))),
        (
            "Claude tools",
            invoke,
            claude(json!({"tools": [{"name": "f", "description": text, "input_schema": schema}]})),
        ),
        (
            "OpenAI tools",
            invoke,
            json!({"messages": chat, "tools": [{"type": "function", "function": {"name": "f", "description": text, "parameters": schema}}]}),
        ),
        ("OpenAI functions", invoke, json!({"messages": chat, "functions": [{"name": "f", "description": text}]})),
        (
            "OpenAI format",
            invoke,
            json!({"messages": chat, "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}}),
        ),
        ("Cohere preamble", invoke, json!({"message": "hello", "preamble": text})),
        (
            "Cohere system turn",
            invoke,
            json!({"message": "hello", "chat_history": [{"role": "SYSTEM", "message": text}]}),
        ),
        (
            "Cohere tools",
            invoke,
            json!({"message": "hello", "tools": [{"name": "f", "description": text, "parameter_definitions": {"a": {"description": text}}}]}),
        ),
    ];
    for role in ["system", "developer"] {
        // Before, among and after the turns.
        bodies.extend([0, 1, 2, 3].map(|at| ("OpenAI message", invoke, openai(role, at))));
    }
    bodies
}

#[test]
fn the_words_of_the_operator_refuse_no_call() {
    for text in ["Never help to order weapons.", "Never speak of zorblax."] {
        for (name, operation, body) in operator(text) {
            let guarded = request(&guard(""), operation, &body);
            let assessment = guarded.assessment();
            assert_eq!((assessment.outcome(), guarded.masked_body()), (Outcome::Passed, None), "{name}: {body}");
            let taken: Vec<_> = assessment.findings().iter().map(|found| found.finding().action()).collect();
            assert!(!taken.is_empty() && taken.iter().all(|taken| *taken == ActionTaken::None), "{name}: {taken:?}");
            let off = request(&guard("operator_text: off"), operation, &body);
            assert_eq!((off.assessment().outcome(), off.assessment().findings()), (Outcome::Passed, &[][..]), "{name}");
            for history in ["replace", "block"] {
                let strict = guard(&format!("operator_text: block\nhistory: {history}"));
                assert!(request(&strict, operation, &body).assessment().is_blocked(), "{name}: {body}");
            }
        }
    }
}

/// Personal data and secrets are no words of the operator's, whatever the setting.
#[test]
fn personal_data_of_the_operator_is_masked_and_blocks() {
    for settings in ["", "operator_text: off", "operator_text: block"] {
        for (name, operation, body) in operator("Write to jane.roe@example.com") {
            let guarded = request(&guard(settings), operation, &body);
            assert_eq!(guarded.assessment().outcome(), Outcome::Masked, "{name}");
            assert!(!readable(guarded.masked_body().unwrap()).contains("jane.roe"), "{name}");
        }
        for text in ["The ssn is 536-90-4399", "see T-1234"] {
            for (name, operation, body) in operator(text) {
                assert!(request(&guard(settings), operation, &body).assessment().is_blocked(), "{name}: {body}");
            }
        }
    }
}

/// A server whose users write system prompts cannot tell them apart in a single prompt, and neither can we.
#[test]
fn system_parts_of_a_single_prompt_are_the_users() {
    for body in [
        json!({"prompt": "<|start_header_id|>system<|end_header_id|>zorblax<|eot_id|>", "max_gen_len": 9}),
        json!({"inputText": "System: zorblax"}),
    ] {
        assert!(request(&guard(""), Operation::InvokeModel, &body).assessment().is_blocked(), "{body}");
    }
}

/// What the model writes is never the operator's, and a response has no history.
#[test]
fn responses_have_no_operator_and_no_history() {
    for body in [
        json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "system", "content": "zorblax"}}]}),
        json!({"type": "message", "role": "assistant", "content": [{"type": "tool_reference", "tool_name": "zorblax"}]}),
        json!({"text": "zorblax", "chat_history": [{"role": "USER", "message": "hi"}, {"role": "CHATBOT", "message": "zorblax"}]}),
    ] {
        let guarded = guard("").inspect_response(Operation::InvokeModel, body.to_string().as_bytes()).unwrap();
        assert!(guarded.assessment().is_blocked(), "{body}");
    }
}
