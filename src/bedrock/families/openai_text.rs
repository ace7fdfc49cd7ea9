//! OpenAI completions.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
use crate::bedrock::table::Table;

use super::family::{Family, Fields};
use super::openai_chat;

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::response(body).filter(|_| openai_chat::choices_have(body, "text"))
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    openai_chat::chunk(event).filter(|_| openai_chat::choices_have(event, "text"))
}

pub(super) struct OpenAiText;

impl Family for OpenAiText {
    fn model_ids(&self) -> &'static [&'static str] {
        &["deepseek.", "writer.", "openai."]
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

/// Families disagree on the name of the reason; each finds its own.
fn choice(index: u64, text: &str, reason: Option<&str>) -> Value {
    json!({"index": index, "text": text, "stop_reason": reason, "finish_reason": reason})
}
