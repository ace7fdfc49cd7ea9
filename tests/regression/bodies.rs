//! Parts of a body that went unseen.

use banister::{BodyGuard, GuardedBody, Operation};
use banister::{Conversation, Outcome};
use serde_json::{Value, json};

use super::support::masking;

fn bodies() -> BodyGuard {
    BodyGuard::new(&masking("EMAIL"), &Conversation::new())
}

fn request(operation: Operation, body: &Value) -> GuardedBody {
    bodies().inspect_request(operation, body.to_string().as_bytes()).expect("the body can be examined")
}

/// The body that goes on, and the pointers of what was found.
fn outcome(guarded: &GuardedBody) -> (String, Vec<&str>) {
    let body = guarded.masked_body().map(|body| String::from_utf8(body.to_vec()).expect("bodies are UTF-8"));
    let pointers = guarded.assessment().findings().iter().map(|finding| finding.pointer()).collect();
    (body.unwrap_or_default(), pointers)
}

/// LiteLLM issue 33086: the content of a tool's result was not seen. Here it is a list of blocks inside a block.
#[test]
fn nested_tool_result_of_claude_is_examined() {
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [
        {"role": "user", "content": "look it up"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "find", "input": {"who": "jane"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [
            {"type": "text", "text": "found jane.roe@example.com"}]}]}]});
    let guarded = request(Operation::InvokeModel, &body);
    let (out, pointers) = outcome(&guarded);
    assert_eq!(pointers, ["/messages/2/content/0/content/0/text"]);
    assert!(out.contains("found {EMAIL}") && !out.contains("jane.roe"), "{out}");
}

/// Envoy AI Gateway, LiteLLM and others examine the text blocks only: a turn that is nothing but a tool call passed.
#[test]
fn turn_of_tool_calls_alone_is_examined() {
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [
        {"role": "user", "content": "write to her"},
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "t1", "name": "mail", "input": {"to": ["jane.roe@example.com"], "deep": {"er": "a@example.org"}}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "sent"}]}]});
    let guarded = request(Operation::InvokeModel, &body);
    let (out, pointers) = outcome(&guarded);
    assert_eq!(pointers.len(), 2, "{pointers:?}");
    assert!(!out.contains("example."), "{out}");
}

/// Several choices, several blocks: every one of them is examined, each as a text of its own.
#[test]
fn every_choice_of_an_answer_is_examined() {
    let choice = |index: usize, text: &str| json!({"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        choice(0, "no address"), choice(1, "jane.roe@example.com"), choice(2, "or a@example.org")]});
    let guarded = bodies()
        .inspect_response(Operation::InvokeModel, body.to_string().as_bytes())
        .expect("the body can be examined");
    let (out, pointers) = outcome(&guarded);
    assert_eq!(pointers, ["/choices/1/message/content", "/choices/2/message/content"]);
    assert!(!out.contains("example."), "{out}");
    // What one text ends with and the next begins with is no address.
    let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice(0, "jane@"), choice(1, "example.com")]});
    let guarded = bodies()
        .inspect_response(Operation::InvokeModel, body.to_string().as_bytes())
        .expect("the body can be examined");
    assert_eq!(guarded.assessment().outcome(), Outcome::Passed);
}

/// LiteLLM issues 31950 and 32014: after masking, bodies no longer said what they had said elsewhere. Here nothing but the value
/// changes, and a body without findings is not even written anew.
#[test]
fn masking_changes_the_value_and_no_other_byte() {
    let body = br#"{"prompt" : "to jane.roe@example.com\u0021", "temperature":1.0e0,  "big":12345678901234567890, "z":1,"a":2 }"#;
    let guarded = bodies().inspect_request(Operation::InvokeModel, body).expect("the body can be examined");
    let expected = r#"{"prompt" : "to {EMAIL}\u0021", "temperature":1.0e0,  "big":12345678901234567890, "z":1,"a":2 }"#;
    assert_eq!(guarded.masked_body().map(String::from_utf8_lossy).as_deref(), Some(expected));
    let clean = br#"{"prompt" : "nobody\u0021", "temperature":1.0e0 }"#;
    let guarded = bodies().inspect_request(Operation::InvokeModel, clean).expect("the body can be examined");
    assert_eq!((guarded.masked_body(), guarded.assessment().outcome()), (None, Outcome::Passed));
}

/// Gateways that forward what they do not understand: here it is refused.
#[test]
fn content_of_an_unknown_kind_is_refused() {
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [
        {"role": "user", "content": [{"type": "hologram", "data": "jane.roe@example.com"}]}]});
    let error =
        bodies().inspect_request(Operation::InvokeModel, body.to_string().as_bytes()).expect_err("an unknown kind");
    assert!(error.is_unknown());
    assert!(!error.to_string().contains("jane"), "{error}");
}

/// What a model says aloud comes with its transcript, which is text; the sound is not.
#[test]
fn transcripts_are_examined_beside_the_sound() {
    let audio = json!({"id": "a1", "data": "UklGRg==", "expires_at": 1, "transcript": "Ask jane.roe@example.com"});
    let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": null, "audio": audio}, "finish_reason": "stop"}]});
    let guarded = bodies()
        .inspect_response(Operation::InvokeModel, body.to_string().as_bytes())
        .expect("the body can be examined");
    let (out, pointers) = outcome(&guarded);
    assert_eq!(pointers, ["/choices/0/message/audio/transcript"]);
    assert!(out.contains("Ask {EMAIL}"), "{out}");
    let skipped: Vec<_> = guarded.assessment().skipped().iter().map(|skipped| skipped.pointer()).collect();
    assert_eq!(skipped, ["/choices/0/message/audio/data"]);
}

/// Masked names of members became the same name, of which most readers keep one: members were lost.
#[test]
fn masked_names_stay_apart() {
    let input =
        r#"{"b@example.com": 1, "a@example.com": {"c@example.com": 2, "{EMAIL}": 3}, "{EMAIL}_3": 4, "plain": 5}"#;
    let arguments = r#"{"b@example.com":1,"a@example.com":2}"#;
    let claude = format!(
        r#"{{"anthropic_version": "b", "max_tokens": 9, "messages": [{{"role": "assistant", "content": [{{"type": "tool_use", "id": "t", "name": "n", "input": {input}}}]}}]}}"#
    );
    let body = bodies().inspect_request(Operation::InvokeModel, claude.as_bytes()).expect("the body can be examined");
    let masked = r#"{"{EMAIL}_2": 1, "{EMAIL}": {"{EMAIL}_2": 2, "{EMAIL}": 3}, "{EMAIL}_3": 4, "plain": 5}"#;
    assert_eq!(outcome(&body).0, claude.replace(input, masked));

    let call = json!({"messages": [{"role": "assistant", "content": null, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "n", "arguments": arguments}}]}]});
    let (out, _) = outcome(&request(Operation::InvokeModel, &call));
    let out: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(out["messages"][0]["tool_calls"][0]["function"]["arguments"], r#"{"{EMAIL}_2":1,"{EMAIL}":2}"#);
}

/// Where a later text is blocked, the body with the earlier ones masked was still handed out.
#[test]
fn blocked_body_is_no_body() {
    let guard = super::support::guardrail(
        "version: 1\nname: p\npii:\n  - {types: [EMAIL], action: mask}\nword_filters:\n  - {name: w, words: [gold], action: block}\n",
    );
    let body = json!({"texts": ["jane.roe@example.com", "gold"], "input_type": "search_document"}).to_string();
    let guarded = BodyGuard::new(&guard, &Conversation::new()).inspect_request(Operation::InvokeModel, body.as_bytes());
    let guarded = guarded.expect("the body can be examined");
    assert!(guarded.assessment().is_blocked() && guarded.masked_body().is_none());
}

/// Names that are the format's own were examined like text, and masked where a rule found one.
#[test]
fn names_of_the_format_are_no_text() {
    let guard = super::support::guardrail(
        "version: 1\nname: p\nword_filters:\n  - {name: w, words: [text, key, start, documentIndex, premises], action: mask}\n",
    );
    let citation = json!({"title": "t", "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}});
    let translation = json!({"premises": [{"naturalLanguage": "said", "logic": "x"}]});
    let warning = json!({"type": "ALWAYS_FALSE", "premises": [{"logic": "x"}]});
    let finding = json!({"valid": {"translation": translation, "logicWarning": warning}});
    let trace = json!({"guardrail": {"inputAssessment": {"g": {"automatedReasoningPolicy": {"findings": [finding]}}}}});
    let converse = json!({"output": {"message": {"role": "assistant", "content": [
        {"citationsContent": {"content": [{"text": "said"}], "citations": [citation]}}]}}, "trace": trace});
    let guarded = BodyGuard::new(&guard, &Conversation::new());
    let answer = guarded.inspect_response(Operation::Converse, converse.to_string().as_bytes()).expect("known content");
    assert_eq!(outcome(&answer), (String::new(), Vec::new()));
    for (operation, body) in [
        (Operation::Converse, json!({"messages": [], "promptVariables": {"name": {"text": "said"}}})),
        (Operation::StartAsyncInvoke, json!({"modelInput": {"prompt": "p"}, "tags": [{"key": "a", "value": "b"}]})),
    ] {
        let asked = guarded.inspect_request(operation, body.to_string().as_bytes()).expect("known content");
        assert_eq!(outcome(&asked), (String::new(), Vec::new()));
    }
}

/// A document that says that it is plain text and is none passed unseen: one byte was enough.
#[test]
fn documents_of_plain_text_that_are_none_are_refused() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let utf16: Vec<u8> = "jane.roe@example.com".bytes().flat_map(|byte| [byte, 0]).collect();
    for bytes in [&b"mail jane.roe@example.com \xff"[..], &utf16] {
        let document = json!({"name": "d", "format": "txt", "source": {"bytes": STANDARD.encode(bytes)}});
        let body = json!({"messages": [{"role": "user", "content": [{"document": document}]}]}).to_string();
        let error = bodies().inspect_request(Operation::Converse, body.as_bytes()).expect_err("it cannot be examined");
        assert_eq!(error.pointer(), Some("/messages/0/content/0/document/source/bytes"), "{error}");
    }
}
