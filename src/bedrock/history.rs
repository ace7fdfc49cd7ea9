//! The last turn of a conversation, which the model responds to. Earlier turns are history.

use std::ops::Range;

use super::table::Role;
use crate::json::{JsonDocument, NodeKind};

/// The author of a message, as far as turns depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The model.
    Assistant,
    /// The user.
    User,
    /// A tool or the operator. Their messages are part of a turn and do not begin one.
    Other,
}

impl Speaker {
    /// Returns the author of a message of this role; `results_only` if it contains only tool results.
    pub(super) fn of(role: Option<Role>, results_only: bool) -> Self {
        match role {
            Some(Role::Assistant) => Self::Assistant,
            Some(Role::System | Role::Tool) => Self::Other,
            _ if results_only => Self::Other,
            _ => Self::User,
        }
    }
}

/// Returns the position of the first message of the last turn.
///
/// The turn contains the last message of the user, the messages between it and the previous message of the model, and all messages after
/// it: tool calls, tool results, and a prefilled response. A conversation without messages of the user is one turn.
pub(super) fn last_turn(speakers: &[Speaker]) -> usize {
    let Some(last) = speakers.iter().rposition(|&speaker| speaker == Speaker::User) else { return 0 };
    let before = speakers.get(..last).unwrap_or_default();
    before.iter().rposition(|&speaker| speaker == Speaker::Assistant).map_or(0, |position| position + 1)
}

/// Returns the nodes of an array of messages that are before the last turn.
pub(super) fn history(doc: &JsonDocument<'_>, messages: usize) -> Range<usize> {
    let nodes: Vec<usize> = doc.items(messages).collect();
    let speakers: Vec<Speaker> = nodes.iter().map(|&message| speaker(doc, message)).collect();
    messages..nodes.get(last_turn(&speakers)).copied().unwrap_or(messages)
}

/// Returns the author of a message.
pub(super) fn speaker(doc: &JsonDocument<'_>, message: usize) -> Speaker {
    let role = doc.get_str(message, "role").and_then(|name| Role::from_name(&name)).or_else(|| item_role(doc, message));
    let content = doc.get(message, "content").filter(|&content| doc.kind(content) == NodeKind::Array);
    Speaker::of(role, content.is_some_and(|content| has_only_results(doc, content)))
}

/// Returns the author of an item of the Responses API that is no message: its type tells.
fn item_role(doc: &JsonDocument<'_>, item: usize) -> Option<Role> {
    let kind = doc.get_str(item, "type")?;
    match kind.as_ref() {
        "reasoning" => Some(Role::Assistant),
        kind if kind.ends_with("_call") => Some(Role::Assistant),
        kind if kind.ends_with("_call_output") => Some(Role::Tool),
        _ => None,
    }
}

/// Returns `true` if a list of content blocks contains tool results and, besides them, only cache points.
fn has_only_results(doc: &JsonDocument<'_>, content: usize) -> bool {
    let is_result = |block: usize| {
        let tag = doc.get_str(block, "type");
        tag.is_some_and(|tag| tag.ends_with("tool_result")) || doc.get(block, "toolResult").is_some()
    };
    let mut blocks = doc.items(content).filter(|&block| doc.get(block, "cachePoint").is_none()).peekable();
    blocks.peek().is_some() && blocks.all(is_result)
}

#[cfg(test)]
mod tests {
    use super::{Speaker, last_turn, speaker};
    use crate::json::JsonDocument;

    /// `u`ser, `a`ssistant, `o`ther; the last turn begins at the bar.
    #[test]
    fn the_last_turn_begins_after_the_model() {
        for turns in [
            "|", "|u", "|a", "|o", "|ou", "|uu", "ua|u", "ua|uu", "ua|ua", "ua|uao", "ua|uaoao", "ua|ouao", "ua|ouo",
            "uaoa|u", "|uaoa", "uaa|u", "oua|ou",
        ] {
            let speakers: Vec<Speaker> = turns
                .chars()
                .filter_map(|turn| match turn {
                    'u' => Some(Speaker::User),
                    'a' => Some(Speaker::Assistant),
                    'o' => Some(Speaker::Other),
                    _ => None,
                })
                .collect();
            assert_eq!(Some(last_turn(&speakers)), turns.find('|'), "{turns}");
        }
    }

    #[test]
    fn messages_have_authors() {
        use Speaker::{Assistant, Other, User};
        for (message, expected) in [
            (r#"{"role": "user", "content": "hi"}"#, User),
            (r#"{"role": "USER", "message": "hi"}"#, User),
            (r#"{"content": "hi"}"#, User),
            (r#"{"role": "critic", "content": "hi"}"#, User),
            (r#"{"role": "user", "content": []}"#, User),
            (r#"{"role": "user", "content": [{"text": "hi"}]}"#, User),
            (r#"{"role": "user", "content": [{"toolResult": {}}, {"text": "hi"}]}"#, User),
            (r#"{"role": "user", "content": [{"cachePoint": {}}]}"#, User),
            (r#"{"role": "user", "content": [{"toolResult": {}}, {"cachePoint": {}}]}"#, Other),
            (r#"{"role": "user", "content": [{"type": "tool_result"}, {"type": "tool_result"}]}"#, Other),
            (r#"{"role": "user", "content": [{"type": "tool_result"}, {"type": "image"}]}"#, User),
            (r#"{"role": "tool", "content": "12"}"#, Other),
            (r#"{"role": "function", "content": "12"}"#, Other),
            (r#"{"role": "system", "content": "be kind"}"#, Other),
            (r#"{"role": "developer", "content": "be kind"}"#, Other),
            (r#"{"role": "assistant", "content": "hi"}"#, Assistant),
            (r#"{"role": "CHATBOT", "message": "hi"}"#, Assistant),
            (r#"{"type": "message", "content": "hi"}"#, User),
            (r#"{"type": "function_call", "arguments": "{}"}"#, Assistant),
            (r#"{"type": "function_call_output", "output": "12"}"#, Other),
            (r#"{"type": "reasoning", "summary": []}"#, Assistant),
            (r#""hi""#, User),
        ] {
            let doc = JsonDocument::parse_str(message).unwrap();
            assert_eq!(speaker(&doc, JsonDocument::ROOT), expected, "{message}");
        }
    }
}
