//! The last text of the user, in the forms that several request formats share.

use serde_json::Value;

/// Returns the last user text of a Converse body, or of a Nova invoke body.
pub(crate) fn converse_text(body: &Value) -> String {
    last_message(body, in_content_blocks)
}

/// Returns the last user text of a body with `messages` as Claude and OpenAI write them.
pub(super) fn message_text(body: &Value) -> String {
    last_message(body, in_content)
}

fn last_message(body: &Value, text_of: fn(&Value) -> String) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    messages
        .iter()
        .rev()
        .find(|message| matches!(message["role"].as_str(), Some("user" | "tool")))
        .map_or_else(String::new, |message| text_of(&message["content"]))
}

/// Returns the text of Converse content blocks: `text`, guarded text, or if there is none, the results of tools.
fn in_content_blocks(content: &Value) -> String {
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = join(blocks.iter().map(|block| match &block["text"] {
        Value::String(text) => text.clone(),
        _ => string(&block["guardContent"]["text"]["text"]),
    }));
    if !text.is_empty() {
        return text;
    }
    join(blocks.iter().flat_map(|block| {
        block["toolResult"]["content"].as_array().into_iter().flatten().map(|part| match &part["json"] {
            Value::Null => string(&part["text"]),
            json => json.to_string(),
        })
    }))
}

/// Returns the text of `content` in the Claude and OpenAI forms: a string, an object with `text`, or a list of parts.
pub(super) fn in_content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Object(part) => part.get("text").map_or_else(String::new, string),
        Value::Array(parts) => {
            let text = join(parts.iter().map(|part| string(&part["text"])));
            if text.is_empty() { join(parts.iter().map(|part| in_content(&part["content"]))) } else { text }
        }
        _ => String::new(),
    }
}

/// Returns the last user turn of a prompt that may contain a chat template.
pub(super) fn last_turn(prompt: &str) -> &str {
    const TEMPLATES: [(&str, &str); 3] = [
        ("\n\nHuman:", "\n\nAssistant:"),
        ("<|start_header_id|>user<|end_header_id|>", "<|eot_id|>"),
        ("[INST]", "[/INST]"),
    ];
    for (open, close) in TEMPLATES {
        if let Some((_, turn)) = prompt.rsplit_once(open) {
            return turn.split(close).next().unwrap_or(turn).trim();
        }
    }
    prompt
}

/// Returns a string value, or nothing.
pub(super) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Joins the strings that are not empty, one per line.
pub(super) fn join(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{converse_text, last_turn, message_text};

    #[test]
    fn the_last_user_turn_is_found_in_each_template() {
        assert_eq!(last_turn("\n\nHuman: one\n\nAssistant: two\n\nHuman: three\n\nAssistant:"), "three");
        assert_eq!(
            last_turn(
                "<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|><|start_header_id|>assistant<|end_header_id|>"
            ),
            "hi"
        );
        assert_eq!(last_turn("<s>[INST] hi [/INST]"), "hi");
        assert_eq!(last_turn("just this"), "just this");
    }

    #[test]
    fn tool_results_are_read_if_there_is_no_text() {
        let converse = json!({"messages": [{"role": "user", "content": [
            {"toolResult": {"content": [{"text": "sunny"}, {"json": {"c": 21}}]}}]}]});
        assert_eq!(converse_text(&converse), "sunny\n{\"c\":21}");
        let claude = json!({"messages": [{"role": "user", "content": [
            {"type": "tool_result", "content": [{"type": "text", "text": "sunny"}]}]}]});
        assert_eq!(message_text(&claude), "sunny");
    }
}
