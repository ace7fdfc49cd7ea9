//! Which shape a request has, told from its body and, for a bare `prompt`, from
//! the model id.

use serde_json::Value;

use super::Shape;

/// The shape of an invoke request; `None` when no family takes such a body.
pub(crate) fn detect(model_id: &str, body: &Value) -> Option<Shape> {
    let has = |key: &str| body.get(key).is_some();
    let shape = if has("anthropic_version") {
        Shape::ClaudeMessages
    } else if has("max_tokens_to_sample") {
        Shape::ClaudeText
    } else if body["schemaVersion"] == "nova-multimodal-embed-v1" || has("singleEmbeddingParams") {
        Shape::NovaEmbedding
    } else if has("taskType") {
        Shape::AmazonImage
    } else if has("messages") {
        if is_nova(body) {
            Shape::Nova
        } else if is_mistral_chat(model_id) {
            Shape::MistralChat
        } else {
            Shape::OpenAiChat
        }
    } else if has("inputText") || has("inputImage") || has("inputType") {
        if is_amazon_embedding(model_id, body) { Shape::TitanEmbedding } else { Shape::TitanText }
    } else if has("inputPrompt") {
        Shape::Pegasus
    } else if body["message"].is_string() {
        Shape::CohereCommandR
    } else if has("input_type") && (has("texts") || has("inputs") || has("images")) {
        Shape::CohereEmbed
    } else if has("query") && has("documents") {
        Shape::Rerank
    } else if has("text_prompts") {
        Shape::StabilityXl
    } else if has("prompt") {
        by_model_id(model_id)
    } else {
        return None;
    };
    Some(shape)
}

// Nova's content items name their kind by key, all others by `type`.
fn is_nova(body: &Value) -> bool {
    if ["inferenceConfig", "toolConfig", "schemaVersion"].iter().any(|key| body.get(key).is_some()) {
        return true;
    }
    body["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|message| message["content"].as_array())
        .flatten()
        .any(|item| item.is_object() && item.get("type").is_none())
}

fn is_mistral_chat(model_id: &str) -> bool {
    model_id.contains("mistral.mistral-large-24") || model_id.contains("mistral.pixtral")
}

fn is_amazon_embedding(model_id: &str, body: &Value) -> bool {
    const KEYS: [&str; 6] = ["inputImage", "inputType", "embeddingConfig", "embeddingTypes", "dimensions", "normalize"];
    model_id.contains("embed") || model_id.contains("marengo") || KEYS.iter().any(|key| body.get(key).is_some())
}

fn by_model_id(model_id: &str) -> Shape {
    const PROVIDERS: [(&str, Shape); 7] = [
        ("anthropic.", Shape::ClaudeText),
        ("mistral.", Shape::MistralText),
        ("deepseek.", Shape::OpenAiCompletion),
        ("cohere.", Shape::CohereCommand),
        ("ai21.", Shape::Jurassic),
        ("stability.", Shape::StabilityImage),
        (":sagemaker:", Shape::TextGenerationInference),
    ];
    PROVIDERS.iter().find(|(provider, _)| model_id.contains(provider)).map_or(Shape::Llama, |(_, shape)| *shape)
}
