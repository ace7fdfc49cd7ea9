//! Bodies, and the text in them.

use std::fmt::Write;

use serde_json::Value;

/// A request of Anthropic's format of about two kilobytes, as a chat sends it.
pub(crate) fn claude_request() -> String {
    let text = clean_prose(180);
    let mut messages = String::new();
    for turn in 0..8 {
        let role = if turn % 2 == 0 { "user" } else { "assistant" };
        // Writing to a string cannot fail.
        let _ = write!(messages, r#"{{"role":"{role}","content":[{{"type":"text","text":"{text}"}}]}},"#);
    }
    let question = r#"{"role":"user","content":"and what \"else\" is there\nto say?"}"#;
    format!(
        r#"{{"anthropic_version":"bedrock-2023-05-31","max_tokens":1024,"temperature":0.2,"system":"be brief and kind.","messages":[{messages}{question}]}}"#
    )
}

/// The text fields of a request of [`claude_request`].
pub(crate) fn texts(request: &Value) -> Vec<String> {
    let content = |message: &Value| match &message["content"] {
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).map(str::to_owned).collect(),
        text => vec![text.as_str().unwrap_or_default().to_owned()],
    };
    let mut texts = vec![request["system"].as_str().unwrap_or_default().to_owned()];
    texts.extend(request["messages"].as_array().into_iter().flatten().flat_map(content));
    texts
}

/// Prose in which no rule finds anything.
pub(crate) fn clean_prose(bytes: usize) -> String {
    const SENTENCES: &str = "the answer goes on with plain words, and each of them is short. some of it is about the weather, some of it \
        is about how bread is baked at home on a slow day. ";
    SENTENCES.chars().cycle().take(bytes).collect()
}
