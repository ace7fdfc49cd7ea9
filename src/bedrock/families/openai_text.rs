//! OpenAI completions.

use serde_json::{Value, json};

use crate::bedrock::table::Table;

use super::family::{Family, Fields};
use super::openai_chat;

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::response(body).filter(|_| openai_chat::choices_have(body, "text"))
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::chunk(event).filter(|_| openai_chat::choices_have(event, "text"))
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["deepseek.", "writer.", "openai."],
    ended_choices: |event| event.ended_choices_in("choices"),
    text_event: |substream, text| Some(json!({"choices": [choice(substream.choice, text, None)]})),
    blocked_response: |_, message| Some(json!({"choices": [choice(0, message, Some("content_filter"))]})),
    blocked_events: |_, message, progress| {
        let choices = progress.each_open_choice(|index| choice(index, message, Some("content_filter")));
        Some(vec![json!({"choices": choices})])
    },
    ..Family::NO_TEXT
};

/// Families disagree on the name of the reason; each finds its own.
fn choice(index: u64, text: &str, reason: Option<&str>) -> Value {
    json!({"index": index, "text": text, "stop_reason": reason, "finish_reason": reason})
}
