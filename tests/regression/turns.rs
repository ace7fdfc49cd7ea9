//! A blocked turn does not kill the conversation: over every family of request bodies.

use banister::{ActionTaken, Conversation, Outcome};
use banister::{BodyGuard, GuardedBody, Operation};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::guardrail;

const RULES: &str = "version: 1
name: t
denied_topics:
  - {name: arms, phrases: ['order weapons'], message: 'not that'}
word_filters:
  - {name: rivals, words: [zorblax]}
pii:
  - {types: [US_SOCIAL_SECURITY_NUMBER], action: block}
  - {types: [EMAIL], action: mask}
regexes:
  - {name: ticket, pattern: '\\bT-[0-9]{4}\\b', action: block}
";

/// What is denied, what is written in its place, and the part of it that must be gone.
const DENIED: [(&str, &str, &str); 4] = [
    ("please order weapons for jane.roe@example.com", "{arms}", "weapons"),
    ("zorblax is better", "{rivals} is better", "zorblax"),
    ("my ssn is 536-90-4399, write it down", "my ssn is {US_SOCIAL_SECURITY_NUMBER}, write it down", "4399"),
    ("see T-1234", "see {ticket}", "T-1234"),
];

pub(super) fn guard(settings: &str) -> BodyGuard {
    BodyGuard::new(&guardrail(&format!("{RULES}{settings}\n")), &Conversation::new())
}

#[track_caller]
pub(super) fn request(guard: &BodyGuard, operation: Operation, body: &Value) -> GuardedBody {
    let guarded = guard.inspect_request(operation, body.to_string().as_bytes());
    guarded.unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// A message: who says what.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Turn<'t> {
    User(&'t str),
    Assistant(&'t str),
    Call(&'t str),
    Result(&'t str),
}

use Turn::{Assistant, Call, Result, User};

/// A family of request bodies that have turns.
struct Family {
    name: &'static str,
    operation: Operation,
    /// Has calls of tools among its messages.
    has_tools: bool,
    body: fn(&[Turn<'_>]) -> Value,
}

/// The blocks of Converse and Nova.
fn converse(turns: &[Turn<'_>]) -> Value {
    let message = |turn: &Turn<'_>| match turn {
        User(text) => json!({"role": "user", "content": [{"text": text}]}),
        Assistant(text) => json!({"role": "assistant", "content": [{"text": text}]}),
        Call(text) => {
            json!({"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": [text]}}}]})
        }
        Result(text) => json!({"role": "user", "content": [
            {"toolResult": {"toolUseId": "t", "content": [{"json": {"a": text}}, {"text": "fine"}]}}, {"cachePoint": {"type": "default"}}]}),
    };
    turns.iter().map(message).collect()
}

fn claude(turns: &[Turn<'_>]) -> Value {
    let message = |turn: &Turn<'_>| match turn {
        User(text) => {
            json!({"role": "user", "content": [{"type": "text", "text": "look"}, {"type": "text", "text": text}]})
        }
        Assistant(text) => json!({"role": "assistant", "content": [{"type": "text", "text": text}]}),
        Call(text) => {
            json!({"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": text}}]})
        }
        Result(text) => json!({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": text}]},
            {"type": "tool_result", "tool_use_id": "u", "content": "fine"}]}),
    };
    json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": turns.iter().map(message).collect::<Value>()})
}

fn claude_strings(turns: &[Turn<'_>]) -> Value {
    let mut body = claude(turns);
    let messages = body["messages"].as_array_mut().unwrap();
    for (message, turn) in messages.iter_mut().zip(turns) {
        if let User(text) | Assistant(text) = turn {
            message["content"] = (*text).into();
        }
    }
    body
}

fn openai(turns: &[Turn<'_>]) -> Value {
    let message = |turn: &Turn<'_>| match turn {
        User(text) => json!({"role": "user", "content": text}),
        Assistant(text) => json!({"role": "assistant", "content": text}),
        Call(text) => json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": "t", "type": "function", "function": {"name": "f", "arguments": json!({"a": text}).to_string()}}]}),
        Result(text) => json!({"role": "tool", "tool_call_id": "t", "content": text}),
    };
    json!({"model": "m", "messages": turns.iter().map(message).collect::<Value>()})
}

fn openai_parts(turns: &[Turn<'_>]) -> Value {
    let mut body = openai(turns);
    for message in body["messages"].as_array_mut().unwrap() {
        if let Value::String(text) = &message["content"] {
            message["content"] = json!([{"type": "text", "text": text}]);
        }
    }
    body
}

/// The last message of Command R stands beside the others.
fn cohere(turns: &[Turn<'_>]) -> Value {
    let turn = |turn: &Turn<'_>| match turn {
        User(text) => json!({"role": "USER", "message": text}),
        Assistant(text) => json!({"role": "CHATBOT", "message": text}),
        Call(text) => {
            json!({"role": "CHATBOT", "message": "", "tool_calls": [{"name": "f", "parameters": {"a": text}}]})
        }
        Result(text) => {
            json!({"role": "TOOL", "tool_results": [{"call": {"name": "f", "parameters": {}}, "outputs": [{"a": text}]}]})
        }
    };
    let (last, earlier) = turns.split_last().unwrap();
    let history: Value = earlier.iter().map(turn).collect();
    match last {
        User(text) | Assistant(text) | Call(text) => json!({"message": text, "chat_history": history}),
        Result(text) => {
            json!({"message": "", "chat_history": history, "tool_results": [{"call": {"name": "f"}, "outputs": [{"a": text}]}]})
        }
    }
}

fn families() -> Vec<Family> {
    let family = |name, operation, body| Family { name, operation, has_tools: true, body };
    vec![
        family("Converse", Operation::Converse, |turns| json!({"messages": converse(turns)})),
        family("ConverseStream", Operation::ConverseStream, |turns| json!({"messages": converse(turns)})),
        family(
            "Nova",
            Operation::InvokeModel,
            |turns| json!({"schemaVersion": "messages-v1", "messages": converse(turns)}),
        ),
        family("Claude", Operation::InvokeModel, claude),
        family("Claude, content in strings", Operation::InvokeModelWithResponseStream, claude_strings),
        family("OpenAI", Operation::InvokeModel, openai),
        family("OpenAI, content in parts", Operation::InvokeModelWithResponseStream, openai_parts),
        family("Cohere", Operation::InvokeModel, cohere),
        family(
            "CountTokens of Converse",
            Operation::CountTokens,
            |turns| json!({"input": {"converse": {"messages": converse(turns)}}}),
        ),
        family(
            "CountTokens of a body",
            Operation::CountTokens,
            |turns| json!({"input": {"invokeModel": {"body": STANDARD.encode(openai(turns).to_string())}}}),
        ),
        family(
            "StartAsyncInvoke",
            Operation::StartAsyncInvoke,
            |turns| json!({"modelId": "m", "modelInput": claude(turns), "outputDataConfig": {}}),
        ),
    ]
}

/// A body in which what stands in base64 can be read.
pub(super) fn readable(body: &[u8]) -> String {
    let mut body: Value = serde_json::from_slice(body).unwrap();
    if let Some(inner) = body.pointer_mut("/input/invokeModel/body") {
        *inner = String::from_utf8(STANDARD.decode(inner.as_str().unwrap()).unwrap()).unwrap().into();
    }
    body.to_string()
}

#[test]
fn what_is_denied_in_history_is_replaced_and_the_call_goes_on() {
    let guard = guard("");
    for family in families() {
        for (denied, written, gone) in DENIED {
            for (turns, needs_tools) in [
                (vec![User(denied), Assistant("I can't."), User("Then hello")], false),
                (vec![User("hello"), Assistant(denied), User("answer the above")], false),
                (vec![User(denied), User("well?"), Assistant("I can't."), User("go on"), User("please")], false),
                (vec![User("hi"), Call(denied), Result("1"), Assistant("done"), User("more")], true),
                (vec![User("hi"), Call("1"), Result(denied), Assistant("done"), User("more")], true),
                // What comes with a tool's results is a turn that the tool has not begun.
                (vec![User(denied), Assistant("no"), User("again"), Call("1"), Result("2")], true),
            ] {
                if needs_tools && !family.has_tools {
                    continue;
                }
                let place = format!("{}: {turns:?}", family.name);
                let body = (family.body)(&turns);
                let guarded = request(&guard, family.operation, &body);
                let assessment = guarded.assessment();
                assert_eq!(assessment.outcome(), Outcome::Masked, "{place}");
                assert_eq!(assessment.message(), None, "{place}");
                let taken: Vec<_> = assessment.findings().iter().map(|found| found.finding().action()).collect();
                assert!(taken.contains(&ActionTaken::Replaced) && !taken.contains(&ActionTaken::Blocked), "{place}");
                let changed = readable(guarded.masked_body().expect("it changes"));
                assert!(!changed.contains(gone) && changed.contains(written), "{place}: {changed}");
                // All else stays.
                let all = readable(body.to_string().as_bytes());
                assert_eq!(changed, all.replace(denied, written), "{place}");
                // What was replaced is not replaced again, and nothing in it is denied.
                let again = guard.inspect_request(family.operation, guarded.masked_body().unwrap()).unwrap();
                assert!(!again.assessment().is_blocked(), "{place}");
                assert_eq!(readable(again.masked_body().or(guarded.masked_body()).unwrap()), changed, "{place}");
            }
        }
    }
}

#[test]
fn what_is_denied_in_the_last_turn_blocks() {
    let guard = guard("");
    for family in families() {
        for (denied, ..) in DENIED {
            for turns in [
                vec![User(denied)],
                vec![User("hi"), Assistant("hello"), User(denied)],
                vec![User("hi"), Assistant("hello"), User("so"), Call("1"), Result(denied)],
            ] {
                let body = (family.body)(&turns);
                let guarded = request(&guard, family.operation, &body);
                assert!(guarded.assessment().is_blocked(), "{}: {turns:?}", family.name);
                assert_eq!(guarded.masked_body(), None, "{}: {turns:?}", family.name);
            }
            // With Command R only the last message is the turn.
            if family.name == "Cohere" {
                continue;
            }
            for turns in [
                vec![User("hi"), Assistant("hello"), User(denied), User("answer the above")],
                vec![User("hi"), Assistant("hello"), User(denied), Assistant("Sure, ")],
                vec![User("hi"), Assistant("hello"), User("go on"), Assistant(denied)],
                vec![User("hi"), Assistant("hello"), User(denied), Call("1"), Result("2")],
                vec![User("hi"), Assistant("hello"), User("so"), Call(denied), Result("1")],
                vec![User("so"), Call("1"), Result(denied), User("well?")],
            ] {
                let guarded = request(&guard, family.operation, &(family.body)(&turns));
                assert!(guarded.assessment().is_blocked(), "{}: {turns:?}", family.name);
            }
        }
    }
}

#[test]
fn a_policy_may_have_history_block() {
    let guard = guard("history: block");
    for family in families() {
        let body = (family.body)(&[User("zorblax"), Assistant("I can't."), User("hello")]);
        assert!(request(&guard, family.operation, &body).assessment().is_blocked(), "{}", family.name);
    }
}

/// One string has no turns: what it says of itself, anybody can write into it.
#[test]
fn a_prompt_in_one_string_has_no_history() {
    let guard = guard("");
    for body in [
        json!({"prompt": "<|start_header_id|>user<|end_header_id|>zorblax<|eot_id|><|start_header_id|>assistant<|end_header_id|>no<|eot_id|>\
            <|start_header_id|>user<|end_header_id|>hello<|eot_id|>", "max_gen_len": 9}),
        json!({"prompt": "<s>[INST] zorblax [/INST] no </s>[INST] hello [/INST]"}),
        json!({"prompt": "\n\nHuman: zorblax\n\nAssistant: no\n\nHuman: hello\n\nAssistant:", "max_tokens_to_sample": 9}),
        json!({"inputText": "User: zorblax\nBot: no\nUser: hello\nBot:"}),
        json!({"prompt": "zorblax\n--\nhello", "maxTokens": 9}),
    ] {
        assert!(request(&guard, Operation::InvokeModel, &body).assessment().is_blocked(), "{body}");
    }
    let apply = json!({"source": "INPUT", "content": [{"text": {"text": "zorblax"}}, {"text": {"text": "hello"}}]});
    let assessment = guard.apply_guardrail(apply.to_string().as_bytes()).unwrap().assessment;
    assert!(assessment.is_blocked());
}

/// Names of JSON fields, numbers, documents and JSON in strings are replaced as any text is, and content that cannot be read is rejected in
/// history as well.
#[test]
fn history_of_any_form_is_replaced() {
    let guard = guard("");
    let hello = json!({"role": "user", "content": [{"text": "hello"}]});
    let answer = json!({"role": "assistant", "content": [{"text": "ok"}]});
    let converse = |blocks: Value| json!({"messages": [{"role": "user", "content": blocks}, answer, hello]});
    let result = |json: Value| json!([{"toolResult": {"toolUseId": "t", "content": [{"json": json}]}}]);
    for (blocks, expected) in [
        (result(json!({"zorblax": 1})), result(json!({"{rivals}": 1}))),
        (result(json!({"ssn": 536_904_399})), result(json!({"ssn": "{US_SOCIAL_SECURITY_NUMBER}"}))),
        (result(json!({"order weapons": "order weapons"})), result(json!({"{arms}": "{arms}"}))),
        (
            json!([{"document": {"name": "zorblax", "format": "txt", "source": {"bytes": STANDARD.encode("order weapons, all of it")}}}]),
            json!([{"document": {"name": "[rivals]", "format": "txt", "source": {"bytes": STANDARD.encode("{arms}")}}}]),
        ),
        (
            json!([{"toolUse": {"toolUseId": "t", "name": "f", "input": "{\"a\":\"z\\u006frblax\",\"b\":\"order\\u0020weapons now\"}"}}]),
            json!([{"toolUse": {"toolUseId": "t", "name": "f", "input": "{\"a\":\"{rivals}\",\"b\":\"{arms}\"}"}}]),
        ),
    ] {
        let guarded = request(&guard, Operation::Converse, &converse(blocks.clone()));
        assert_eq!(guarded.assessment().outcome(), Outcome::Masked, "{blocks}");
        let changed: Value = serde_json::from_slice(guarded.masked_body().unwrap()).unwrap();
        assert_eq!(changed, converse(expected), "{blocks}");
    }
    let unknown = converse(json!([{"hologram": {"text": "zorblax"}}])).to_string();
    assert!(guard.inspect_request(Operation::Converse, unknown.as_bytes()).unwrap_err().is_unknown());
}

/// What a response repeats of its request is replaced in it: it may be what the operator wrote.
#[test]
fn what_a_response_repeats_does_not_block_it() {
    for (body, expected) in [
        (
            json!({"text": "hi", "prompt": "Never help to order weapons", "chat_history": [{"role": "SYSTEM", "message": "no zorblax"}]}),
            json!({"text": "hi", "prompt": "{arms}", "chat_history": [{"role": "SYSTEM", "message": "no {rivals}"}]}),
        ),
        (
            json!({"prompt": "no zorblax", "generations": [{"id": "g", "text": "hi"}]}),
            json!({"prompt": "no {rivals}", "generations": [{"id": "g", "text": "hi"}]}),
        ),
    ] {
        let guarded = guard("").inspect_response(Operation::InvokeModel, body.to_string().as_bytes()).unwrap();
        let changed: Value = serde_json::from_slice(guarded.masked_body().expect("it changes")).unwrap();
        assert_eq!((guarded.assessment().outcome(), changed), (Outcome::Masked, expected));
        let strict =
            guard("history: block").inspect_response(Operation::InvokeModel, body.to_string().as_bytes()).unwrap();
        assert!(strict.assessment().is_blocked());
    }
}

/// Masked and replaced spans that overlap: nothing of what is denied is left, not even its last four characters.
#[test]
fn nothing_of_a_replaced_span_is_kept() {
    let policy = "{version: 1, name: t, word_filters: [{name: w, words: ['1111 1111 hello'], input: block, output: mask, replacement: keep_last_4}],
        pii: [{types: [CREDIT_DEBIT_CARD_NUMBER], action: mask, replacement: keep_last_4}]}";
    let guard = BodyGuard::new(&guardrail(policy), &Conversation::new());
    let turns = [User("card 4111 1111 1111 1111 hello"), Assistant("no"), User("hi")];
    let guarded = request(&guard, Operation::InvokeModel, &openai(&turns));
    let changed: Value = serde_json::from_slice(guarded.masked_body().unwrap()).unwrap();
    assert_eq!(changed["messages"][0]["content"], "card {w}");
}

fn turns() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..4usize, 0..6usize), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whoever speaks in whatever order: a call that goes on holds nothing denied, it would go on again as it is, and it is blocked if and
    /// only if something in its last turn is denied.
    #[test]
    fn nothing_denied_reaches_the_model(turns in turns(), family in 0..11usize) {
        let texts = ["hi", "fine", DENIED[0].0, DENIED[1].0, DENIED[2].0, DENIED[3].0];
        let turns: Vec<Turn<'_>> = turns.iter().map(|&(speaker, text)| {
            let text = texts[text];
            [User(text), Assistant(text), Call(text), Result(text)][speaker]
        }).collect();
        let families = families();
        let family = &families[family];
        let guard = guard("");
        let guarded = request(&guard, family.operation, &(family.body)(&turns));
        let is_denied = |turn: &Turn<'_>| match turn {
            User(text) | Assistant(text) | Call(text) | Result(text) => DENIED.iter().any(|(denied, ..)| denied == text),
        };
        let last = turns.iter().rposition(|turn| matches!(turn, User(_)));
        let first = last.map_or(0, |last| {
            turns[..last].iter().rposition(|turn| matches!(turn, Assistant(_) | Call(_))).map_or(0, |model| model + 1)
        });
        let first = if family.name == "Cohere" { turns.len() - 1 } else { first };
        prop_assert_eq!(guarded.assessment().is_blocked(), turns[first..].iter().any(is_denied), "{:?}", turns);
        if let Some(body) = guarded.masked_body() {
            let text = readable(body);
            prop_assert!(DENIED.iter().all(|(_, _, gone)| !text.contains(gone)), "{text}");
            let again = guard.inspect_request(family.operation, body).unwrap();
            prop_assert!(!again.assessment().is_blocked());
            prop_assert_eq!(readable(again.masked_body().unwrap_or(body)), text);
        } else if !guarded.assessment().is_blocked() {
            prop_assert!(!turns.iter().any(is_denied), "{:?}", turns);
        }
    }
}
