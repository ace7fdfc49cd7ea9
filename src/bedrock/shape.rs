//! Which format a body has, told from its members: model ids are often opaque.

use super::error::{BodyError, BodyErrorKind};
use super::operation::Operation;
use super::shapes as tables;
use super::table::Table;
use crate::json::{JsonDocument, NodeKind};

/// The form of a body. Families share forms: a dozen speak OpenAI chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BodyFormat {
    /// Titan Text and the Titan embeddings: `inputText`, `results[].outputText`.
    Titan,
    /// Nova on InvokeModel: the members of Converse.
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
    /// OpenAI completions: `prompt`, `choices[].text`.
    OpenAiText,
    /// Cohere Command: `prompt`, `generations[].text`.
    CohereCommand,
    /// Cohere Command R: `message`, `text`.
    CohereChat,
    /// AI21 Jurassic-2: `prompt`, `completions[].data.text`.
    Jurassic,
    /// A request with a `prompt` whose family the body does not tell.
    Prompt,
    /// Embeddings.
    Embedding,
    /// Ranking of documents.
    Rerank,
    /// Images and video to be made.
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
    /// None of these: examined whole, because unknown content was opened.
    Unknown,
}

/// What an InvokeModel request tells of the form of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseFormat {
    pub(crate) format: BodyFormat,
    /// The body itself asks for a stream. Cohere Command answers in one piece otherwise, also where the operation streams.
    pub(crate) is_streamed: bool,
}

impl ResponseFormat {
    /// What a request tells. It is examined already, so what has no format here is content that was opened.
    pub(crate) fn of(doc: &JsonDocument<'_>) -> Self {
        let streams = doc.get(JsonDocument::ROOT, "stream").is_some_and(|at| doc.raw(at) == "true");
        let format = request_table(doc, JsonDocument::ROOT).map_or(BodyFormat::Unknown, |(format, _)| format);
        Self { format, is_streamed: streams }
    }
}

impl From<BodyFormat> for ResponseFormat {
    fn from(format: BodyFormat) -> Self {
        Self { format, is_streamed: true }
    }
}

pub(super) fn unknown(what: &'static str) -> BodyError {
    BodyError::new(BodyErrorKind::UnknownFormat { what })
}

type Known = (BodyFormat, &'static Table);

/// BodyFormat and table of a request of `operation`.
pub(super) fn operation_request(operation: Operation, doc: &JsonDocument<'_>) -> Option<Known> {
    if doc.kind(JsonDocument::ROOT) != NodeKind::Object {
        return None;
    }
    Some(match operation {
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
            return request_table(doc, JsonDocument::ROOT);
        }
        Operation::Converse | Operation::ConverseStream => (BodyFormat::Converse, &tables::CONVERSE_REQUEST),
        Operation::CountTokens => (BodyFormat::CountTokens, &tables::COUNT_REQUEST),
        Operation::StartAsyncInvoke => (BodyFormat::AsyncInvoke, &tables::ASYNC_REQUEST),
        Operation::ApplyGuardrail => (BodyFormat::ApplyGuardrail, &tables::APPLY_GUARDRAIL_REQUEST),
    })
}

/// BodyFormat and table of a response of `operation`.
pub(super) fn operation_response(operation: Operation, doc: &JsonDocument<'_>) -> Option<Known> {
    let root = JsonDocument::ROOT;
    if doc.kind(root) != NodeKind::Object {
        return None;
    }
    let has = |name| doc.get(root, name).is_some();
    let (marker, known): (_, Known) = match operation {
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
            return response_table(doc);
        }
        Operation::Converse | Operation::ConverseStream => {
            (has("output") || has("stopReason"), (BodyFormat::Converse, &tables::CONVERSE_RESPONSE))
        }
        Operation::CountTokens => (has("inputTokens"), (BodyFormat::CountTokens, &tables::COUNT_RESPONSE)),
        Operation::StartAsyncInvoke => (has("invocationArn"), (BodyFormat::AsyncInvoke, &tables::ASYNC_RESPONSE)),
        Operation::ApplyGuardrail => (has("action"), (BodyFormat::ApplyGuardrail, &tables::APPLY_GUARDRAIL_RESPONSE)),
    };
    if marker { Some(known) } else { error_table(doc) }
}

/// BodyFormat and table of an InvokeModel request that stands at `node`.
///
/// The order matters: the first tests are for members that only one family has.
pub(super) fn request_table(doc: &JsonDocument<'_>, node: usize) -> Option<Known> {
    let has = |name| doc.get(node, name).is_some();
    let is = |name, value: &str| doc.get(node, name).and_then(|at| doc.as_str(at)).is_some_and(|text| text == value);
    if has("max_tokens_to_sample") {
        return Some((BodyFormat::AnthropicText, &tables::PROMPT_REQUEST));
    }
    if has("anthropic_version") && !has("prompt") {
        return Some((BodyFormat::AnthropicMessages, &tables::MESSAGES_REQUEST));
    }
    if is("schemaVersion", "nova-multimodal-embed-v1") {
        return Some((BodyFormat::Embedding, &tables::NOVA_EMBED_REQUEST));
    }
    if has("taskType") {
        return Some((BodyFormat::Media, &tables::IMAGE_REQUEST));
    }
    if let Some(messages) = doc.get(node, "messages") {
        let nova =
            has("inferenceConfig") || has("toolConfig") || has("schemaVersion") || has_untyped_blocks(doc, messages);
        return Some(if nova {
            (BodyFormat::Nova, &tables::NOVA_REQUEST)
        } else {
            (BodyFormat::OpenAiChat, &tables::OPENAI_REQUEST)
        });
    }
    if has("inputText") || has("inputImage") || has("inputType") {
        let embeds = has("embeddingConfig")
            || has("embeddingTypes")
            || has("dimensions")
            || has("inputType")
            || has("inputImage");
        let format = if embeds { BodyFormat::Embedding } else { BodyFormat::Titan };
        return Some((format, &tables::TITAN_REQUEST));
    }
    if has("inputPrompt") {
        return Some((BodyFormat::Pegasus, &tables::VIDEO_REQUEST));
    }
    if doc.get(node, "message").is_some_and(|at| doc.kind(at) == NodeKind::String) {
        return Some((BodyFormat::CohereChat, &tables::CHAT_REQUEST));
    }
    if has("input_type") || has("texts") {
        return Some((BodyFormat::Embedding, &tables::EMBED_REQUEST));
    }
    if has("query") && has("documents") {
        return Some((BodyFormat::Rerank, &tables::RERANK_REQUEST));
    }
    if has("text_prompts") {
        return Some((BodyFormat::Media, &tables::IMAGE_REQUEST));
    }
    let edits_image = has("image") && (has("search_prompt") || has("select_prompt"));
    if has("prompt") || edits_image {
        return Some((prompt_shape(&has), &tables::PROMPT_REQUEST));
    }
    // Upscaling and background removal take a picture and no text.
    (has("image") && !has("text")).then_some((BodyFormat::Media, &tables::PROMPT_REQUEST))
}

/// The family of a prompt, where a setting gives it away.
fn prompt_shape(has: &dyn Fn(&'static str) -> bool) -> BodyFormat {
    let any = |names: &[&'static str]| names.iter().any(|&name| has(name));
    if has("max_gen_len") {
        BodyFormat::Llama
    } else if any(&["maxTokens", "numResults", "countPenalty", "stopSequences"]) {
        BodyFormat::Jurassic
    } else if any(&["num_generations", "return_likelihoods", "p", "k", "stop_sequences"]) {
        BodyFormat::CohereCommand
    } else if any(&[
        "negative_prompt",
        "aspect_ratio",
        "output_format",
        "image",
        "init_image",
        "mode",
        "keyframes",
        "resolution",
    ]) {
        BodyFormat::Media
    } else {
        BodyFormat::Prompt
    }
}

fn has_untyped_blocks(doc: &JsonDocument<'_>, messages: usize) -> bool {
    doc.items(messages)
        .filter_map(|message| doc.get(message, "content"))
        .flat_map(|content| doc.items(content))
        .any(|block| doc.kind(block) == NodeKind::Object && doc.get(block, "type").is_none())
}

/// BodyFormat and table of an InvokeModel response.
pub(super) fn response_table(doc: &JsonDocument<'_>) -> Option<Known> {
    let root = JsonDocument::ROOT;
    let has = |name| doc.get(root, name).is_some();
    let has_array = |name| doc.get(root, name).is_some_and(|at| doc.kind(at) == NodeKind::Array);
    let known: Known = if has("completion") {
        (BodyFormat::AnthropicText, &tables::TEXT_RESPONSE)
    } else if has_array("content") && (has("type") || has("role")) {
        (BodyFormat::AnthropicMessages, &tables::MESSAGES_RESPONSE)
    } else if doc.get(root, "output").is_some_and(|at| doc.get(at, "message").is_some()) {
        (BodyFormat::Nova, &tables::NOVA_RESPONSE)
    } else if has("generation") {
        (BodyFormat::Llama, &tables::LLAMA_RESPONSE)
    } else if has_array("outputs") {
        (BodyFormat::MistralText, &tables::MISTRAL_RESPONSE)
    } else if let Some(choices) = doc.get(root, "choices") {
        (choices_shape(doc, choices), &tables::OPENAI_RESPONSE)
    } else if has_array("generations") {
        (BodyFormat::CohereCommand, &tables::COMMAND_RESPONSE)
    } else if has_array("completions") {
        (BodyFormat::Jurassic, &tables::J2_RESPONSE)
    } else if has("embedding") || has("embeddings") || has("embeddingsByType") {
        (BodyFormat::Embedding, &tables::EMBEDDING_RESPONSE)
    } else if let Some(results) = doc.get(root, "results") {
        let ranks = doc.items(results).any(|item| doc.get(item, "relevance_score").is_some());
        if ranks {
            (BodyFormat::Rerank, &tables::RERANK_RESPONSE)
        } else {
            (BodyFormat::Titan, &tables::TITAN_RESPONSE)
        }
    } else if has("images") || has("artifacts") {
        (BodyFormat::Media, &tables::MEDIA_RESPONSE)
    } else if has("message") && has("finishReason") {
        (BodyFormat::Pegasus, &tables::MEDIA_RESPONSE)
    } else if has("chat_history") || has("text") {
        (BodyFormat::CohereChat, &tables::CHAT_RESPONSE)
    } else {
        return error_table(doc);
    };
    Some(known)
}

fn error_table(doc: &JsonDocument<'_>) -> Option<Known> {
    ["message", "Message", "error", "__type"]
        .iter()
        .any(|name| doc.get(JsonDocument::ROOT, name).is_some())
        .then_some((BodyFormat::Error, &tables::ERROR_RESPONSE))
}

pub(super) fn choices_shape(doc: &JsonDocument<'_>, choices: usize) -> BodyFormat {
    let any = |name| doc.items(choices).any(|c| doc.get(c, name).is_some());
    if any("text") {
        BodyFormat::OpenAiText
    } else if any("stop_reason") && !any("finish_reason") {
        BodyFormat::MistralChat
    } else {
        BodyFormat::OpenAiChat
    }
}

/// BodyFormat and table of a chunk of an InvokeModel stream that holds a part of the answer.
///
/// A chunk that holds a whole answer has none: it is visited as a response.
pub(super) fn chunk_table(doc: &JsonDocument<'_>) -> Option<Known> {
    let root = JsonDocument::ROOT;
    let has = |name| doc.get(root, name).is_some();
    let is_text = |name| doc.get(root, name).is_some_and(|at| doc.kind(at) == NodeKind::String);
    let nova =
        ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"];
    Some(if has("event_type") {
        (BodyFormat::CohereChat, &tables::CHAT_CHUNK)
    } else if has("is_finished") {
        (BodyFormat::CohereCommand, &tables::COMMAND_CHUNK)
    } else if nova.iter().any(|name| has(name)) {
        (BodyFormat::Nova, &tables::NOVA_CHUNK)
    } else if has("completion") {
        (BodyFormat::AnthropicText, &tables::TEXT_CHUNK)
    } else if has("outputText") {
        (BodyFormat::Titan, &tables::TITAN_CHUNK)
    } else if has("generation") {
        (BodyFormat::Llama, &tables::LLAMA_CHUNK)
    } else if has("outputs") {
        (BodyFormat::MistralText, &tables::MISTRAL_CHUNK)
    } else if let Some(choices) = doc.get(root, "choices") {
        (choices_shape(doc, choices), &tables::OPENAI_CHUNK)
    } else if has("type") && !has("content") {
        (BodyFormat::AnthropicMessages, &tables::MESSAGES_CHUNK)
    } else if is_text("text") && !is_chat_answer(doc) {
        // Some imported models send no more than the text: as Command, less its marks.
        (BodyFormat::CohereCommand, &tables::COMMAND_CHUNK)
    } else if is_text("message") && !has("__type") && !has_vectors(doc) {
        (BodyFormat::Pegasus, &tables::PEGASUS_CHUNK)
    } else {
        return None;
    })
}

/// Whether an answer with `text` is one of Command R, whole.
fn is_chat_answer(doc: &JsonDocument<'_>) -> bool {
    let marks = ["chat_history", "response_id", "generation_id", "citations", "tool_calls", "search_queries"];
    marks.iter().any(|name| doc.get(JsonDocument::ROOT, name).is_some())
}

/// Whether an answer holds embeddings, or pictures.
fn has_vectors(doc: &JsonDocument<'_>) -> bool {
    let marks = ["embedding", "embeddings", "embeddingsByType", "images", "artifacts"];
    marks.iter().any(|name| doc.get(JsonDocument::ROOT, name).is_some())
}
