//! Reasoning is signed. What a rule changes in it is never sent on, or back, with a signature that does not fit.

use banister::{BodyGuard, Operation};
use banister::{Conversation, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::guardrail;

fn guard() -> BodyGuard {
    BodyGuard::new(&guardrail("{version: 1, name: t, pii: [{types: [EMAIL], action: mask}]}"), &Conversation::new())
}

/// A content block, in the forms of Claude and of Converse.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Block {
    /// Reasoning: whether it holds an address, and its signature.
    Reasoning(bool, Option<&'static str>),
    Redacted,
    Text(bool),
    Call,
}

use Block::{Call, Reasoning, Redacted, Text};

fn text(has_address: bool) -> &'static str {
    if has_address { "They are jane.roe@example.com" } else { "They are nobody" }
}

fn masked(text: &str) -> String {
    text.replace("jane.roe@example.com", "{EMAIL}")
}

impl Block {
    fn claude(self) -> Value {
        match self {
            Reasoning(has_address, signature) => {
                let mut block = json!({"type": "thinking", "thinking": text(has_address)});
                if let Some(signature) = signature {
                    block["signature"] = signature.into();
                }
                block
            }
            Redacted => json!({"type": "redacted_thinking", "data": "aGVsbG8="}),
            Text(has_address) => json!({"type": "text", "text": text(has_address)}),
            Call => json!({"type": "tool_use", "id": "t", "name": "f", "input": {"a": "b"}}),
        }
    }

    fn converse(self) -> Value {
        match self {
            Reasoning(has_address, signature) => {
                let mut block = json!({"reasoningContent": {"reasoningText": {"text": text(has_address)}}});
                if let Some(signature) = signature {
                    block["reasoningContent"]["reasoningText"]["signature"] = signature.into();
                }
                block
            }
            Redacted => json!({"reasoningContent": {"redactedContent": "aGVsbG8="}}),
            Text(has_address) => json!({"text": text(has_address)}),
            Call => json!({"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": "b"}}}),
        }
    }

    /// The block as a response has it behind the guard.
    fn in_response(self) -> Self {
        match self {
            Reasoning(true, Some(_)) => Reasoning(true, Some("")),
            other => other,
        }
    }

    /// Whether a request keeps it.
    fn is_kept(self, is_claude: bool) -> bool {
        match self {
            Reasoning(_, Some("")) | Reasoning(true, Some(_)) => false,
            // Other models of Converse have no signatures.
            Reasoning(_, None) => !is_claude,
            _ => true,
        }
    }
}

/// The blocks as values, masked.
fn values(blocks: impl Iterator<Item = Block>, form: fn(Block) -> Value) -> Vec<Value> {
    blocks.map(|block| serde_json::from_str(&masked(&form(block).to_string())).unwrap()).collect()
}

fn block() -> impl Strategy<Value = Block> {
    let signature = prop_oneof![Just(None), Just(Some("")), Just(Some("c2lnMQ"))];
    prop_oneof![
        4 => (any::<bool>(), signature).prop_map(|(has_address, signature)| Reasoning(has_address, signature)),
        1 => Just(Redacted),
        1 => any::<bool>().prop_map(Text),
        1 => Just(Call),
    ]
}

fn write(body: &Value, is_pretty: bool) -> String {
    if is_pretty { format!("{body:#}") } else { body.to_string() }
}

fn changed(body: Option<&[u8]>, given: &str) -> Value {
    serde_json::from_slice(body.unwrap_or(given.as_bytes())).expect("JSON")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_signature_goes_with_what_it_signed(
        turns in prop::collection::vec(prop::collection::vec(block(), 1..6), 1..4),
        is_claude in any::<bool>(),
        is_pretty in any::<bool>(),
    ) {
        let (form, operation): (fn(Block) -> Value, _) = if is_claude {
            (Block::claude, Operation::InvokeModel)
        } else {
            (Block::converse, Operation::Converse)
        };
        let guard = guard();

        // As responses.
        for blocks in &turns {
            let content: Vec<Value> = blocks.iter().map(|&block| form(block)).collect();
            let response = |content: Value| if is_claude {
                json!({"type": "message", "role": "assistant", "content": content})
            } else {
                json!({"stopReason": "end_turn", "output": {"message": {"role": "assistant", "content": content}}})
            };
            let body = write(&response(content.into()), is_pretty);
            let guarded = guard.inspect_response(operation, body.as_bytes()).unwrap();
            let expected = values(blocks.iter().map(|block| block.in_response()), form);
            prop_assert_eq!(changed(guarded.masked_body(), &body), response(expected.into()), "{}", body);
        }

        // As the history of a request.
        let request = |contents: Vec<Vec<Value>>| {
            let user = json!({"role": "user", "content": [form(Text(false))]});
            let mut messages = vec![user.clone()];
            for content in contents {
                messages.extend([json!({"role": "assistant", "content": content}), user.clone()]);
            }
            if is_claude { json!({"anthropic_version": "v", "messages": messages}) } else { json!({"messages": messages}) }
        };
        let given = turns.iter().map(|blocks| blocks.iter().map(|&block| form(block)).collect()).collect();
        let body = write(&request(given), is_pretty);
        let guarded = guard.inspect_request(operation, body.as_bytes()).unwrap();
        let withheld = if is_claude {
            json!({"type": "text", "text": "(reasoning withheld)"})
        } else {
            json!({"text": "(reasoning withheld)"})
        };
        let kept = |blocks: &Vec<Block>| {
            let kept = values(blocks.iter().copied().filter(|block| block.is_kept(is_claude)), form);
            if kept.is_empty() { vec![withheld.clone()] } else { kept }
        };
        prop_assert_eq!(changed(guarded.masked_body(), &body), request(turns.iter().map(kept).collect()), "{}", body);
        let all = turns.iter().flatten();
        let is_same = all.clone().all(|block| block.is_kept(is_claude) && !matches!(block, Text(true) | Reasoning(true, _)));
        prop_assert_eq!(guarded.masked_body().is_none(), is_same);
        let has_address = all.clone().any(|block| matches!(block, Text(true) | Reasoning(true, _)));
        prop_assert_eq!(guarded.assessment().outcome() == Outcome::Masked, has_address);

        // What came of it is left as it is.
        if let Some(body) = guarded.masked_body() {
            let again = guard.inspect_request(operation, body).unwrap();
            prop_assert_eq!(changed(again.masked_body(), std::str::from_utf8(body).unwrap()), changed(Some(body), ""));
        }
    }
}

/// Every other byte stays: white space, numbers, the order of fields.
#[test]
fn nothing_else_is_written_anew() {
    let guard = guard();
    let thinking =
        |text: &str| format!("{{ \"signature\":\"c2ln\\u0041\" ,\"thinking\": \"{text}\",\"type\":\"thinking\" }}");
    let (clean, dirty) = (thinking("caf\\u00e9"), thinking("jane.roe@example.com"));
    let text = "{\"type\":\"text\",\"text\":\"caf\\u00e9\", \"n\": 1.0e0}";
    let body = |blocks: &str| {
        format!(
            "{{\"anthropic_version\":\"v\" ,\n \"messages\" : [ {{\"role\":\"assistant\", \"content\":{blocks}}} ] , \"max_tokens\":1e2}}"
        )
    };
    for (blocks, expected) in [
        (format!("[ {dirty} , {clean} , {text} ]"), format!("[ {clean} , {text} ]")),
        (format!("[{clean} , {dirty} , {text} ]"), format!("[{clean} , {text} ]")),
        (format!("[{clean} ,{text}, {dirty}  ]"), format!("[{clean} ,{text}  ]")),
        (format!("[{dirty},{dirty},{text},{dirty} ]"), format!("[{text} ]")),
        (format!("[ {dirty} ,{dirty} ]"), "[ {\"type\":\"text\",\"text\":\"(reasoning withheld)\"} ]".to_owned()),
    ] {
        let guarded = guard.inspect_request(Operation::InvokeModel, body(&blocks).as_bytes()).unwrap();
        assert_eq!(std::str::from_utf8(guarded.masked_body().unwrap()).unwrap(), body(&expected));
    }
    let response =
        |blocks: &str| format!("{{\"role\":\"assistant\",\"type\":\"message\",\"content\":[ {blocks} ,{clean}]}}");
    let guarded = guard.inspect_response(Operation::InvokeModel, response(&dirty).as_bytes()).unwrap();
    let expected = dirty.replace("c2ln\\u0041", "").replace("jane.roe@example.com", "{EMAIL}");
    assert_eq!(std::str::from_utf8(guarded.masked_body().unwrap()).unwrap(), response(&expected));
}

/// A field of this name that is no string, or stands where no block is, is content like any other.
#[test]
fn what_is_no_signature_is_inspected() {
    let guard = guard();
    let body = |block: Value| {
        json!({"anthropic_version": "v", "messages": [{"role": "assistant", "content": [block]}]}).to_string()
    };
    let guarded = |block: Value| guard.inspect_request(Operation::InvokeModel, body(block).as_bytes()).unwrap();
    let hidden = guarded(json!({"type": "thinking", "thinking": "a", "signature": {"a": "jane.roe@example.com"}}));
    assert_eq!(hidden.assessment().outcome(), Outcome::Masked);
    let hidden = guarded(json!({"type": "text", "text": "a", "signature": "jane.roe@example.com"}));
    assert_eq!(hidden.assessment().outcome(), Outcome::Masked);
}
