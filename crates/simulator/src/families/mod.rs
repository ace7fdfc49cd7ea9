//! The model families, one file each. To add one, add its file, and register it here.

mod amazon_image;
mod claude_messages;
mod claude_text;
mod cohere_embed;
mod command;
mod command_r;
mod container;
mod converse;
mod converse_stream;
mod deepseek;
mod family;
mod jurassic;
mod llama;
mod mistral_chat;
mod mistral_text;
mod nova;
mod nova_embedding;
mod openai;
mod openai_responses;
mod pegasus;
mod rerank;
mod stability;
mod titan_embedding;
mod titan_text;
mod user_text;

use std::str::FromStr;

use serde_json::Value;

use crate::options::ParseError;

pub(crate) use claude_messages::CLAUDE_MESSAGES;
pub(crate) use converse::converse;
pub(crate) use converse_stream::converse_events;
pub(crate) use family::Family;
pub(crate) use openai::OPENAI_CHAT;
pub(crate) use openai_responses::OPENAI_RESPONSES;
pub(crate) use user_text::converse_text;

/// All families. The first that matches a request responds, so the order is part of the simulator's behavior.
static FAMILIES: [&Family; 21] = [
    &claude_messages::CLAUDE_MESSAGES,
    &claude_text::CLAUDE_TEXT,
    &nova_embedding::NOVA_EMBEDDING,
    &amazon_image::AMAZON_IMAGE,
    &nova::NOVA,
    &mistral_chat::MISTRAL_CHAT,
    &openai::OPENAI_CHAT,
    &titan_embedding::TITAN_EMBEDDING,
    &titan_text::TITAN_TEXT,
    &pegasus::PEGASUS,
    &command_r::COMMAND_R,
    &cohere_embed::COHERE_EMBED,
    &rerank::RERANK,
    &stability::STABILITY_XL,
    &mistral_text::MISTRAL_TEXT,
    &deepseek::DEEPSEEK,
    &command::COMMAND,
    &jurassic::JURASSIC,
    &stability::STABILITY_IMAGE,
    &container::CONTAINER,
    &llama::LLAMA,
];

/// The format of an invoke body.
#[derive(Clone, Copy, Debug)]
pub struct BodyFormat(&'static Family);

impl BodyFormat {
    /// Returns every format.
    pub fn all() -> impl Iterator<Item = Self> {
        FAMILIES.into_iter().map(Self)
    }

    /// Returns the name that the `x-simulator-shape` header takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) fn family(self) -> &'static Family {
        self.0
    }

    /// Returns the format of a request, or `None` if no family has such a body.
    pub(crate) fn of_request(model_id: &str, body: &Value) -> Option<Self> {
        Self::all().find(|format| (format.0.matches)(model_id, body)).or_else(|| {
            body.get("prompt")?;
            Self::all().find(|format| format.0.prompt_models.is_some_and(|models| model_id.contains(models)))
        })
    }
}

impl PartialEq for BodyFormat {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for BodyFormat {}

impl FromStr for BodyFormat {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, ParseError> {
        Self::all()
            .find(|format| format.name() == name)
            .ok_or_else(|| ParseError::new(format!("`{name}` is not a body format")))
    }
}
