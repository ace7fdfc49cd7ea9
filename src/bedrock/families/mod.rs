//! The families of models: one file per family, registered here.
//!
//! A family's file contains its tables, how its requests, responses and chunks are recognized, and its [`Family`]. To register a
//! family, add it to [`BodyFormat`], to [`BodyFormat::family`], and to the lists in which formats are recognized. Facts come from the
//! service model, recorded traffic and the user guide. A field that no table lists is inspected.

mod anthropic_messages;
mod anthropic_text;
mod cohere_chat;
mod cohere_command;
mod common;
pub(super) mod converse;
mod embedding;
mod family;
mod jurassic;
mod llama;
mod media;
mod mistral_chat;
mod mistral_text;
mod nova;
mod openai_chat;
mod openai_responses;
mod openai_text;
mod operations;
mod pegasus;
mod prompt;
mod rerank;
mod titan;

use super::operation::Operation;
use super::table::Table;
use crate::json::JsonDocument;

pub(super) use family::{Family, Fields};
pub(super) use openai_chat::is_end_marker;

/// The format of a body. Families share formats: a dozen use OpenAI chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BodyFormat {
    /// Titan Text: `inputText`, `results[].outputText`.
    Titan,
    /// Nova on InvokeModel: the fields of Converse.
    Nova,
    /// Anthropic Messages.
    AnthropicMessages,
    /// Anthropic text completion: `prompt`, `completion`.
    AnthropicText,
    /// Llama: `prompt`, `generation`.
    Llama,
    /// Mistral text: `prompt`, `outputs[].text`.
    MistralText,
    /// Mistral chat: OpenAI chat with `stop_reason`, and `message` in chunks.
    MistralChat,
    /// OpenAI chat completions.
    OpenAiChat,
    /// OpenAI Responses: `input`, `output[]`.
    OpenAiResponses,
    /// OpenAI completions: `prompt`, `choices[].text`.
    OpenAiText,
    /// Cohere Command: `prompt`, `generations[].text`.
    CohereCommand,
    /// Cohere Command R: `message`, `text`.
    CohereChat,
    /// AI21 Jurassic-2: `prompt`, `completions[].data.text`.
    Jurassic,
    /// A request with a `prompt` that does not show its family.
    Prompt,
    /// Embeddings.
    Embedding,
    /// Ranking of documents.
    Rerank,
    /// Images and video.
    Media,
    /// Text about a video: TwelveLabs Pegasus.
    Pegasus,
    /// Converse and ConverseStream.
    Converse,
    /// CountTokens.
    CountTokens,
    /// StartAsyncInvoke.
    AsyncInvoke,
    /// ApplyGuardrail.
    ApplyGuardrail,
    /// The body of an error response.
    Error,
    /// None of these: all of the body is inspected, because unknown content is allowed.
    Unknown,
}

/// How a format is recognized: returns the table of a body or event that has the format.
type Recognize = fn(Fields<'_, '_>) -> Option<&'static Table>;

/// Requests of InvokeModel. The order matters: fields that only one family has come first.
const REQUESTS: &[(BodyFormat, Recognize)] = &[
    (BodyFormat::AnthropicText, anthropic_text::request),
    (BodyFormat::AnthropicMessages, anthropic_messages::request),
    (BodyFormat::Embedding, embedding::nova_request),
    (BodyFormat::Media, media::amazon_request),
    (BodyFormat::Nova, nova::request),
    (BodyFormat::OpenAiChat, openai_chat::request),
    (BodyFormat::Embedding, embedding::titan_request),
    (BodyFormat::Titan, titan::request),
    (BodyFormat::Pegasus, pegasus::request),
    (BodyFormat::CohereChat, cohere_chat::request),
    (BodyFormat::Embedding, embedding::cohere_request),
    (BodyFormat::Rerank, rerank::request),
    (BodyFormat::Media, media::sdxl_request),
    (BodyFormat::Llama, llama::request),
    (BodyFormat::Jurassic, jurassic::request),
    (BodyFormat::CohereCommand, cohere_command::request),
    (BodyFormat::Media, media::prompt_request),
    (BodyFormat::Prompt, prompt::request),
    (BodyFormat::Media, media::image_request),
];

/// Responses of InvokeModel. The order matters.
const RESPONSES: &[(BodyFormat, Recognize)] = &[
    (BodyFormat::AnthropicText, anthropic_text::response),
    (BodyFormat::AnthropicMessages, anthropic_messages::response),
    (BodyFormat::Nova, nova::response),
    (BodyFormat::Llama, llama::response),
    (BodyFormat::MistralText, mistral_text::response),
    (BodyFormat::OpenAiText, openai_text::response),
    (BodyFormat::MistralChat, mistral_chat::response),
    (BodyFormat::OpenAiChat, openai_chat::response),
    (BodyFormat::CohereCommand, cohere_command::response),
    (BodyFormat::Jurassic, jurassic::response),
    (BodyFormat::Embedding, embedding::response),
    (BodyFormat::Rerank, rerank::response),
    (BodyFormat::Titan, titan::response),
    (BodyFormat::Media, media::response),
    (BodyFormat::Pegasus, pegasus::response),
    (BodyFormat::CohereChat, cohere_chat::response),
    (BodyFormat::Error, common::error),
];

/// Chunks of InvokeModelWithResponseStream that contain a part of a response. The order matters.
const CHUNKS: &[(BodyFormat, Recognize)] = &[
    (BodyFormat::CohereChat, cohere_chat::chunk),
    (BodyFormat::CohereCommand, cohere_command::chunk),
    (BodyFormat::Nova, nova::chunk),
    (BodyFormat::AnthropicText, anthropic_text::chunk),
    (BodyFormat::Titan, titan::chunk),
    (BodyFormat::Llama, llama::chunk),
    (BodyFormat::MistralText, mistral_text::chunk),
    (BodyFormat::OpenAiText, openai_text::chunk),
    (BodyFormat::MistralChat, mistral_chat::chunk),
    (BodyFormat::OpenAiChat, openai_chat::chunk),
    (BodyFormat::OpenAiResponses, openai_responses::chunk),
    (BodyFormat::AnthropicMessages, anthropic_messages::chunk),
    (BodyFormat::CohereCommand, cohere_command::plain_chunk),
    (BodyFormat::Pegasus, pegasus::chunk),
];

static NO_TEXT: Family = Family::NO_TEXT;

impl BodyFormat {
    /// Returns the family that defines the format.
    pub(super) fn family(self) -> &'static Family {
        match self {
            Self::Titan => &titan::FAMILY,
            Self::Nova => &nova::FAMILY,
            Self::AnthropicMessages => &anthropic_messages::FAMILY,
            Self::AnthropicText => &anthropic_text::FAMILY,
            Self::Llama => &llama::FAMILY,
            Self::MistralText => &mistral_text::FAMILY,
            Self::MistralChat => &mistral_chat::FAMILY,
            Self::OpenAiChat => &openai_chat::FAMILY,
            Self::OpenAiResponses => &openai_responses::FAMILY,
            Self::OpenAiText => &openai_text::FAMILY,
            Self::CohereCommand => &cohere_command::FAMILY,
            Self::CohereChat => &cohere_chat::FAMILY,
            Self::Jurassic => &jurassic::FAMILY,
            Self::Embedding => &embedding::FAMILY,
            Self::Pegasus => &pegasus::FAMILY,
            Self::Converse => &converse::FAMILY,
            Self::ApplyGuardrail => &operations::FAMILY,
            Self::Prompt
            | Self::Rerank
            | Self::Media
            | Self::CountTokens
            | Self::AsyncInvoke
            | Self::Error
            | Self::Unknown => &NO_TEXT,
        }
    }

    /// Returns the format of the response to a request of this format. Where requests of several families look alike, the model ID decides;
    /// it may be an ARN or begin with a region, so a family's part is accepted anywhere in it.
    pub(super) fn for_model(self, model_id: &str) -> Self {
        let families: &[Self] = match self {
            Self::Prompt => &[
                Self::AnthropicText,
                Self::Llama,
                Self::MistralText,
                Self::CohereCommand,
                Self::Jurassic,
                Self::OpenAiText,
            ],
            Self::OpenAiChat => &[Self::MistralChat],
            Self::Titan => &[Self::Embedding],
            _ => &[],
        };
        let id = model_id.to_ascii_lowercase();
        let is_named = |format: &&Self| format.family().model_ids.iter().any(|part| id.contains(part));
        families.iter().find(is_named).copied().unwrap_or(self)
    }
}

/// What an InvokeModel request shows of the format of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseFormat {
    pub(crate) format: BodyFormat,
    /// The body itself requests a stream. Without it, Cohere Command responds with a single event even if the operation streams.
    is_streamed: bool,
}

impl ResponseFormat {
    /// Reads a request that was inspected: one without a known format contains unknown content that is allowed.
    pub(crate) fn of(operation: Operation, doc: &JsonDocument<'_>) -> Self {
        let is_streamed = doc.get(JsonDocument::ROOT, "stream").is_some_and(|at| doc.raw(at) == "true");
        let format = operation_request(operation, doc).map_or(BodyFormat::Unknown, |(format, _)| format);
        Self { format, is_streamed }
    }

    /// Returns `true` if the request asks for a stream.
    pub(crate) fn is_streamed(self) -> bool {
        self.is_streamed
    }

    /// Returns `true` if a stream has only one event.
    pub(crate) fn is_single_event(self, model_id: &str) -> bool {
        !self.is_streamed && self.format.for_model(model_id) == BodyFormat::CohereCommand
    }
}

impl From<BodyFormat> for ResponseFormat {
    fn from(format: BodyFormat) -> Self {
        Self { format, is_streamed: true }
    }
}

/// A format, and the table of a body or event that has it.
pub(super) type Recognized = (BodyFormat, &'static Table);

fn recognize(list: &[(BodyFormat, Recognize)], fields: Fields<'_, '_>) -> Option<Recognized> {
    list.iter().find_map(|&(format, recognize)| Some((format, recognize(fields)?)))
}

/// Recognizes an InvokeModel request at `node`.
pub(super) fn model_request(doc: &JsonDocument<'_>, node: usize) -> Option<Recognized> {
    recognize(REQUESTS, Fields::new(doc, node))
}

/// Recognizes an InvokeModel response.
pub(super) fn model_response(doc: &JsonDocument<'_>) -> Option<Recognized> {
    recognize(RESPONSES, Fields::new(doc, JsonDocument::ROOT))
}

/// Recognizes a chunk that contains a part of a response. One that contains a complete response is an InvokeModel response.
pub(super) fn model_chunk(doc: &JsonDocument<'_>) -> Option<Recognized> {
    recognize(CHUNKS, Fields::new(doc, JsonDocument::ROOT))
}

pub(super) fn operation_request(operation: Operation, doc: &JsonDocument<'_>) -> Option<Recognized> {
    let body = Fields::new(doc, JsonDocument::ROOT);
    let list = operation_format(operation).map(|(format, request, _)| [(format, request)]);
    recognize(list.as_ref().map_or(REQUESTS, |list| list), body).filter(|_| body.is_object())
}

pub(super) fn operation_response(operation: Operation, doc: &JsonDocument<'_>) -> Option<Recognized> {
    let list = operation_format(operation).map(|(format, _, response)| {
        let error: Recognize = common::error;
        [(format, response), (BodyFormat::Error, error)]
    });
    recognize(list.as_ref().map_or(RESPONSES, |list| list), Fields::new(doc, JsonDocument::ROOT))
}

/// Returns the format of an operation, and how its requests and responses are recognized; for InvokeModel `None`, because its models
/// decide.
pub(super) fn operation_format(operation: Operation) -> Option<(BodyFormat, Recognize, Recognize)> {
    Some(match operation {
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => return None,
        Operation::ChatCompletions => (BodyFormat::OpenAiChat, |_| Some(&openai_chat::REQUEST), openai_chat::response),
        Operation::Messages => {
            (BodyFormat::AnthropicMessages, |_| Some(&anthropic_messages::REQUEST), anthropic_messages::response)
        }
        Operation::Responses => {
            (BodyFormat::OpenAiResponses, |_| Some(&openai_responses::REQUEST), openai_responses::response)
        }
        Operation::Converse | Operation::ConverseStream => {
            (BodyFormat::Converse, |_| Some(&converse::REQUEST), converse::response)
        }
        Operation::CountTokens => (
            BodyFormat::CountTokens,
            |_| Some(&operations::COUNT_REQUEST),
            |body| body.has("inputTokens").then_some(&operations::COUNT_RESPONSE),
        ),
        Operation::StartAsyncInvoke => (
            BodyFormat::AsyncInvoke,
            |_| Some(&operations::ASYNC_REQUEST),
            |body| body.has("invocationArn").then_some(&operations::ASYNC_RESPONSE),
        ),
        Operation::ApplyGuardrail => (
            BodyFormat::ApplyGuardrail,
            |_| Some(&operations::APPLY_GUARDRAIL_REQUEST),
            |body| body.has("action").then_some(&operations::APPLY_GUARDRAIL_RESPONSE),
        ),
    })
}
