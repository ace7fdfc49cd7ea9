use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::{
    GuardrailContentBlock, GuardrailContentQualifier, GuardrailContentSource, GuardrailImageBlock,
    GuardrailImageFormat, GuardrailImageSource, GuardrailTextBlock, Tag,
};
use aws_smithy_types::Blob;
use serde_json::{Value, json};

use crate::bedrock::error::BodyError;
use crate::bedrock::operation::Operation;
use crate::bedrock::sdk;
use crate::bedrock::text_field::InspectionSummary;
use crate::bedrock::text_field::Visitor;
use crate::bedrock::visit::visit_request;
use crate::bedrock::walk::UnknownContent;

use super::client::Wire;
use super::compare::{SALTS, fields, mask};
use super::inputs::{converse_inputs, counted_inputs, document};

type Visit<I> = fn(&mut I, &mut Visitor<'_>) -> Result<InspectionSummary, BodyError>;

/// Both visitors offer the same text fields of an input and write the same result.
async fn check<I: Wire>(operation: Operation, input: &I, visit: Visit<I>) -> usize {
    let body = input.wire().await;
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut copy = input.clone();
    let (typed_slots, typed_skipped) = fields(|f| visit(&mut copy, f));
    let (json_slots, json_skipped) = fields(|f| visit_request(operation, &body, f).map(|visited| visited.summary));
    assert_eq!(typed_slots, json_slots, "{text}");
    assert_eq!(typed_skipped, json_skipped, "{text}");
    assert_eq!(&copy, input, "nothing was to change");
    for salt in SALTS {
        let mut typed = input.clone();
        visit(&mut typed, &mut |field| mask(&field, salt)).expect("known content");
        let json = visit_request(operation, &body, &mut |field| mask(&field, salt)).expect("known content");
        let json = json.body.unwrap_or_else(|| body.clone());
        let typed: Value = serde_json::from_slice(&typed.wire().await).expect("JSON");
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(typed, json, "{text}");
    }
    typed_slots.len()
}

#[tokio::test]
async fn converse() {
    let mut seen = 0;
    for input in converse_inputs().await {
        seen += check(Operation::Converse, &input, sdk::visit_converse_request).await;
    }
    assert!(seen > 200, "{seen}");
}

#[tokio::test]
async fn converse_stream() {
    for input in converse_inputs().await {
        let mut stream = ConverseStreamInput::builder().model_id("m").build().expect("built");
        stream.messages = input.messages;
        stream.system = input.system;
        stream.inference_config = input.inference_config;
        stream.tool_config = input.tool_config;
        stream.additional_model_request_fields = input.additional_model_request_fields;
        stream.prompt_variables = input.prompt_variables;
        stream.request_metadata = input.request_metadata;
        stream.output_config = input.output_config;
        check(Operation::ConverseStream, &stream, sdk::visit_converse_stream_request).await;
    }
}

#[tokio::test]
async fn count_tokens() {
    for counted in counted_inputs().await {
        let input = CountTokensInput::builder().model_id("m").input(counted).build().expect("built");
        check(Operation::CountTokens, &input, |input, f| {
            sdk::visit_count_tokens_request(input, UnknownContent::Reject, f)
        })
        .await;
    }
}

#[tokio::test]
async fn asynchronous_calls() {
    for body in [
        json!({"taskType": "TEXT_VIDEO", "textToVideoParams": {"text": "a \"lake\""}, "videoGenerationConfig": {"fps": 24, "seed": -1, "cfg": 6.5}}),
        json!({"prompt": "a forest", "resolution": "720p", "keyframes": {"frame0": {"type": "image", "source": {"type": "base64", "data": "aGk="}}}, "loop": false, "x": null}),
        json!({"schemaVersion": "nova-multimodal-embed-v1", "singleEmbeddingParams": {"text": {"value": "Jane"}}}),
    ] {
        let tag = Tag::builder().key("team").value("blue").build().expect("built");
        let input = StartAsyncInvokeInput::builder()
            .model_id("m")
            .client_request_token("token")
            .model_input(document(&body))
            .tags(tag)
            .build()
            .expect("built");
        let seen = check(Operation::StartAsyncInvoke, &input, |input, f| {
            sdk::visit_async_request(input, UnknownContent::Reject, f)
        })
        .await;
        assert!(seen >= 3, "the model input and both parts of the tag: {body}");
    }
}

#[tokio::test]
async fn apply_guardrail() {
    let text = GuardrailTextBlock::builder().text("Jane").qualifiers(GuardrailContentQualifier::Query);
    let image = GuardrailImageBlock::builder()
        .format(GuardrailImageFormat::Png)
        .source(GuardrailImageSource::Bytes(Blob::new("hi")));
    let input = ApplyGuardrailInput::builder()
        .guardrail_identifier("g")
        .guardrail_version("1")
        .source(GuardrailContentSource::Input)
        .content(GuardrailContentBlock::Text(text.build().expect("built")))
        .content(GuardrailContentBlock::Image(image.build().expect("built")))
        .build()
        .expect("built");
    assert_eq!(check(Operation::ApplyGuardrail, &input, sdk::visit_apply_guardrail_request).await, 1);
}
