//! Mistral chat: OpenAI chat with `stop_reason`, and with `message` in chunks.

use serde_json::{Value, json};

use crate::bedrock::table::Table;

use super::family::{Family, Fields};
use super::openai_chat;

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::response(body).filter(|_| is_mistral(body))
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::chunk(event).filter(|_| is_mistral(event))
}

fn is_mistral(body: Fields<'_, '_>) -> bool {
    openai_chat::choices_have(body, "stop_reason") && !openai_chat::choices_have(body, "finish_reason")
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["mistral-large-24", "pixtral"],
    ended_choices: |event| event.ended_choices_in("choices"),
    text_event: |substream, text| Some(json!({"choices": [choice(substream.choice, text, None)]})),
    blocked_response: |_, message| Some(json!({"choices": [choice(0, message, Some("stop"))]})),
    blocked_events: |_, message, progress| {
        let choices = progress.each_open_choice(|index| choice(index, message, Some("stop")));
        Some(vec![json!({"choices": choices})])
    },
    ..Family::NO_TEXT
};

fn choice(index: u64, text: &str, stop_reason: Option<&str>) -> Value {
    json!({"index": index, "message": {"role": "assistant", "content": text}, "stop_reason": stop_reason})
}
