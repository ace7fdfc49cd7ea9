//! Mistral chat: OpenAI chat with `stop_reason`, and with `message` in chunks.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
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

pub(super) struct MistralChat;

impl Family for MistralChat {
    fn model_ids(&self) -> &'static [&'static str] {
        &["mistral-large-24", "pixtral"]
    }

    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choices_in("choices")
    }

    fn text_event(&self, substream: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({"choices": [choice(substream.choice, text, None)]}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({"choices": [choice(0, message, Some("stop"))]}))
    }

    fn blocked_events(&self, _: &str, message: &str, progress: &Progress) -> Option<Vec<Value>> {
        let choices = progress.each_open_choice(|index| choice(index, message, Some("stop")));
        Some(vec![json!({"choices": choices})])
    }
}

fn choice(index: u64, text: &str, stop_reason: Option<&str>) -> Value {
    json!({"index": index, "message": {"role": "assistant", "content": text}, "stop_reason": stop_reason})
}
