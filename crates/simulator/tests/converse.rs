//! Converse, ConverseStream and the operations around them, read by the SDK.

mod support;

use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    CitationSourceContentDelta, ContentBlock, ContentBlockDelta, ContentBlockStart, ConverseStreamOutput,
    ConverseTokensRequest, CountTokensInput, GuardrailAction, GuardrailContentBlock, GuardrailContentSource,
    GuardrailTextBlock, InvokeModelTokensRequest, ReasoningContentBlock, ReasoningContentBlockDelta, StopReason,
};
use aws_sdk_bedrockruntime::{Client, types};
use banister_simulator::{ChunkSize, ModelResponse, Options, SimulatedOperation};
use serde_json::json;
use support::{saying, start, user};

const MODEL: &str = "us.anthropic.claude-sonnet-5";

async fn converse(client: &Client) -> (Vec<ContentBlock>, StopReason) {
    let output = client.converse().model_id(MODEL).messages(user("hi")).send().await.expect("an answer");
    assert!(output.usage().is_some() && output.metrics().is_some());
    let stop_reason = output.stop_reason().clone();
    match output.output {
        Some(types::ConverseOutput::Message(message)) => (message.content, stop_reason),
        other => panic!("no message: {other:?}"),
    }
}

async fn converse_stream(client: &Client) -> Vec<ConverseStreamOutput> {
    let mut output = client.converse_stream().model_id(MODEL).messages(user("hi")).send().await.expect("a stream");
    let mut events = Vec::new();
    while let Some(event) = output.stream.recv().await.expect("an event") {
        events.push(event);
    }
    events
}

fn deltas(events: &[ConverseStreamOutput]) -> Vec<&ContentBlockDelta> {
    events.iter().filter_map(|event| event.as_content_block_delta().ok()?.delta()).collect()
}

#[tokio::test]
async fn text_is_echoed_whole_and_in_pieces() {
    let (simulator, client) = start(Options::default()).await;
    let (content, stop_reason) = converse(&client).await;
    assert_eq!(content, [ContentBlock::Text("You said: hi".into())]);
    assert_eq!(stop_reason, StopReason::EndTurn);

    let events = converse_stream(&client).await;
    assert!(events.first().is_some_and(ConverseStreamOutput::is_message_start));
    assert!(events.last().is_some_and(ConverseStreamOutput::is_metadata));
    assert!(!events.iter().any(ConverseStreamOutput::is_content_block_start));
    let text: String = deltas(&events).iter().filter_map(|delta| delta.as_text().ok()).map(String::as_str).collect();
    assert_eq!(text, "You said: hi");
    for event in &events {
        if let ConverseStreamOutput::ContentBlockDelta(delta) = event {
            assert_eq!(delta.content_block_index(), 0);
        }
    }
    let operations: Vec<_> = simulator.requests().iter().map(|request| request.operation).collect();
    assert_eq!(operations, [Some(SimulatedOperation::Converse), Some(SimulatedOperation::ConverseStream)]);
}

#[tokio::test]
async fn tool_input_is_a_document_or_fragments() {
    let (_simulator, client) = start(Options {
        response: ModelResponse::ToolUse {
            name: "weather".into(),
            input: json!({"city": "Oslo"}),
            text: Some("Wait.".into()),
        },
        chunk_size: ChunkSize::Chars(3),
        ..Options::default()
    })
    .await;
    let (content, stop_reason) = converse(&client).await;
    assert_eq!(stop_reason, StopReason::ToolUse);
    let tool = content[1].as_tool_use().expect("a tool call");
    let city = tool.input().as_object().and_then(|input| input.get("city")).and_then(|city| city.as_string());
    assert_eq!((tool.name(), city), ("weather", Some("Oslo")));

    let events = converse_stream(&client).await;
    let start = events.iter().find_map(|event| event.as_content_block_start().ok()).expect("a start");
    assert_eq!(start.content_block_index(), 1);
    assert!(matches!(start.start(), Some(ContentBlockStart::ToolUse(tool)) if tool.name() == "weather"));
    let fragments: Vec<&str> =
        deltas(&events).iter().filter_map(|delta| Some(delta.as_tool_use().ok()?.input())).collect();
    assert!(fragments.len() > 2);
    assert_eq!(fragments.concat(), r#"{"city":"Oslo"}"#);
}

#[tokio::test]
async fn reasoning_comes_before_the_text() {
    let (_simulator, client) =
        saying(ModelResponse::Reasoning { reasoning: "let me think".into(), text: "yes".into() }).await;
    let (content, _) = converse(&client).await;
    let Ok(ReasoningContentBlock::ReasoningText(reasoning)) = content[0].as_reasoning_content() else {
        panic!("no reasoning");
    };
    assert_eq!(reasoning.text(), "let me think");
    assert!(reasoning.signature().is_some());

    let events = converse_stream(&client).await;
    let mut reasoning = String::new();
    let mut signed = false;
    for delta in deltas(&events) {
        match delta {
            ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)) => reasoning.push_str(text),
            ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Signature(_)) => signed = true,
            _ => {}
        }
    }
    assert_eq!(reasoning, "let me think");
    assert!(signed);
}

#[tokio::test]
async fn citations_name_their_document() {
    let (_simulator, client) = saying(ModelResponse::Citations {
        text: "As said.".into(),
        title: "Handbook".into(),
        cited_text: "Say it.".into(),
    })
    .await;
    let (content, _) = converse(&client).await;
    let cited = content[0].as_citations_content().expect("citations");
    assert_eq!(cited.citations()[0].title(), Some("Handbook"));
    assert_eq!(cited.content()[0].as_text().map(String::as_str), Ok("As said."));

    let events = converse_stream(&client).await;
    let citation = deltas(&events).into_iter().find_map(|delta| delta.as_citation().ok()).expect("a citation");
    let expected = CitationSourceContentDelta::builder().text("Say it.").build();
    assert_eq!(citation.source_content(), [expected]);
}

#[tokio::test]
async fn raw_events_reach_the_stream() {
    let (_simulator, client) = saying(ModelResponse::RawEvents(vec![
        ("messageStart".into(), json!({"role": "assistant"})),
        ("contentBlockDelta".into(), json!({"contentBlockIndex": 7, "delta": {"text": ""}})),
        ("somethingNew".into(), json!({})),
    ]))
    .await;
    let events = converse_stream(&client).await;
    assert_eq!(events.len(), 3);
    assert_eq!(events[1].as_content_block_delta().map(|delta| delta.content_block_index()).ok(), Some(7));
    assert!(events[2].is_unknown());
}

#[tokio::test]
async fn the_operations_around_the_models_answer() {
    let (simulator, client) = start(Options::default()).await;
    let converse = ConverseTokensRequest::builder().messages(user("count me")).build();
    let invoke = InvokeModelTokensRequest::builder().body(Blob::new("{}")).build().expect("a body");
    for input in [CountTokensInput::Converse(converse), CountTokensInput::InvokeModel(invoke)] {
        let counted = client.count_tokens().model_id(MODEL).input(input).send().await.expect("a count");
        assert!(counted.input_tokens() > 0);
    }

    let started = client
        .start_async_invoke()
        .model_id("amazon.nova-reel-v1:0")
        .model_input(aws_smithy_types::Document::Object(Default::default()))
        .output_data_config(types::AsyncInvokeOutputDataConfig::S3OutputDataConfig(
            types::AsyncInvokeS3OutputDataConfig::builder().s3_uri("s3://bucket").build().expect("a config"),
        ))
        .send()
        .await
        .expect("a start");
    assert!(started.invocation_arn().contains("async-invoke"));

    let text = GuardrailTextBlock::builder().text("hi").build().expect("a text");
    let applied = client
        .apply_guardrail()
        .guardrail_identifier("gr")
        .guardrail_version("DRAFT")
        .source(GuardrailContentSource::Input)
        .content(GuardrailContentBlock::Text(text))
        .send()
        .await
        .expect("an assessment");
    assert_eq!(applied.action(), &GuardrailAction::None);

    let requests = simulator.requests();
    let last = &requests[2..];
    assert_eq!(last[0].model_id.as_deref(), Some("amazon.nova-reel-v1:0"));
    assert_eq!(last[1].operation, Some(SimulatedOperation::ApplyGuardrail));
    assert_eq!(last[1].path, "/guardrail/gr/version/DRAFT/apply");
}
