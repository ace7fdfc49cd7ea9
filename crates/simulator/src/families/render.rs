//! From a turn to a body, by shape.

use serde_json::{Value, json};

use super::{
    Shape, ai21, amazon, claude, claude_stream, cohere, cohere_r, completion, embedding, media, mistral, nova, openai,
};
use crate::model::Turn;

/// The answer in one piece.
pub(crate) fn whole(shape: Shape, turn: &Turn<'_>) -> Value {
    match shape {
        Shape::TitanText => amazon::titan(turn),
        Shape::TitanEmbedding => embedding::titan(turn),
        Shape::Nova => nova::whole(turn),
        Shape::NovaEmbedding => embedding::nova(),
        Shape::AmazonImage => media::amazon_image(turn),
        Shape::ClaudeMessages => claude::whole(turn),
        Shape::ClaudeText => completion::claude(turn),
        Shape::Llama => completion::llama(turn),
        Shape::MistralText => mistral::text(turn),
        Shape::MistralChat => mistral::chat(turn),
        Shape::OpenAiChat => openai::whole(turn),
        Shape::OpenAiCompletion => completion::deepseek(turn),
        Shape::TextGenerationInference => completion::container(turn),
        Shape::CohereCommand => cohere::whole(turn),
        Shape::CohereCommandR => cohere_r::whole(turn),
        Shape::CohereEmbed => embedding::cohere(turn),
        Shape::Rerank => embedding::rerank(turn),
        Shape::Jurassic => ai21::whole(turn),
        Shape::StabilityXl => media::stability_xl(),
        Shape::StabilityImage => media::stability_image(),
        Shape::Pegasus => media::pegasus(turn),
    }
}

/// The answer as the chunks of a stream, the last with the invocation metrics;
/// `None` for a family that does not stream.
pub(crate) fn chunks(shape: Shape, turn: &Turn<'_>) -> Option<Vec<Value>> {
    let mut chunks = match shape {
        Shape::Jurassic => return None,
        Shape::TitanText => amazon::titan_chunks(turn),
        Shape::Nova => nova::chunks(turn),
        Shape::ClaudeMessages => claude_stream::chunks(turn),
        Shape::ClaudeText => completion::claude_chunks(turn),
        Shape::Llama => completion::llama_chunks(turn),
        Shape::MistralText => mistral::text_chunks(turn),
        Shape::MistralChat => mistral::chat_chunks(turn),
        Shape::OpenAiChat => openai::chunks(turn),
        Shape::OpenAiCompletion => completion::deepseek_chunks(turn),
        Shape::TextGenerationInference => completion::container_chunks(turn),
        Shape::CohereCommand => cohere::chunks(turn),
        Shape::CohereCommandR => cohere_r::chunks(turn),
        Shape::Pegasus => media::pegasus_chunks(turn),
        // What has no text to stream comes whole, as one chunk.
        Shape::TitanEmbedding
        | Shape::NovaEmbedding
        | Shape::AmazonImage
        | Shape::CohereEmbed
        | Shape::Rerank
        | Shape::StabilityXl
        | Shape::StabilityImage => vec![whole(shape, turn)],
    };
    if let Some(Value::Object(last)) = chunks.last_mut() {
        last.insert("amazon-bedrock-invocationMetrics".to_owned(), metrics(turn));
    }
    Some(chunks)
}

fn metrics(turn: &Turn<'_>) -> Value {
    json!({
        "inputTokenCount": turn.input_tokens(),
        "outputTokenCount": turn.output_tokens(),
        "invocationLatency": 42,
        "firstByteLatency": 21,
    })
}
