//! Converse and ConverseStream through the layer.

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ConverseStreamOutput as Event, StopReason, SystemContentBlock};
use banister::GuardrailLayer;
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use tower::{ServiceBuilder, ServiceExt};

use crate::support::{guardrail, layer, service, simulator, user};

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

fn input(text: &str) -> ConverseInput {
    ConverseInput::builder()
        .model_id(MODEL)
        .system(SystemContentBlock::Text("Mail EMP-123456 for help".to_owned()))
        .messages(user(text))
        .build()
        .expect("complete")
}

fn stream_input(text: &str) -> ConverseStreamInput {
    ConverseStreamInput::builder().model_id(MODEL).messages(user(text)).build().expect("complete")
}

#[tokio::test]
async fn prompts_and_completions_are_masked() {
    let simulator = simulator(Options { response: ModelResponse::Echo, ..Options::default() }).await;
    let (layer, seen) = layer();
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let output = bedrock.oneshot(input("I am jane.roe@example.com, an Acme customer")).await.unwrap();
    let sent = simulator.requests()[0].json().unwrap();
    assert_eq!(sent["system"][0]["text"], "Mail {employee-id} for help");
    assert_eq!(sent["messages"][0]["content"][0]["text"], "I am {EMAIL}, an Acme customer");
    let answer = output.output().unwrap().as_message().unwrap().content()[0].as_text().unwrap();
    assert_eq!(answer, "You said: I am {EMAIL}, an {competitors} customer");
    let seen = seen.lock().unwrap();
    assert!(seen[0].contains("EMAIL@/messages/0/content/0/text"), "{seen:?}");
    assert!(seen[1].contains("competitors@/output/message/content/0/text"), "{seen:?}");
}

fn text_of(event: &Event) -> String {
    match event {
        Event::ContentBlockDelta(delta) => match delta.delta() {
            Some(ContentBlockDelta::Text(text)) => text.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

const SECRET: &str = "Mail jane.roe@example.com or call +1 (415) 555-0132, card 4111 1111 1111 1111, ask Globex Corp.";
const MASKED: &str = "Mail {EMAIL} or call {PHONE}, card **** **** **** 1111, ask {competitors}.";

#[tokio::test]
async fn streams_are_masked_at_every_cut() {
    for chunk in [ChunkSize::Chars(1), ChunkSize::Chars(3), ChunkSize::Chars(7), ChunkSize::Tokens] {
        for write_size in [None, Some(1), Some(7)] {
            let reply = ModelResponse::Text(SECRET.to_owned());
            let options = Options { response: reply, chunk_size: chunk.clone(), write_size, ..Options::default() };
            let simulator = simulator(options).await;
            let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
            let mut events = bedrock.oneshot(stream_input("Hello")).await.unwrap().into_stream();
            let (mut text, mut kinds) = (String::new(), Vec::new());
            while let Some(event) = events.recv().await.unwrap() {
                text.push_str(&text_of(&event));
                kinds.push(kind(&event));
            }
            assert_eq!(text, MASKED, "{chunk:?} {write_size:?}");
            kinds.dedup();
            assert_eq!(kinds, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
        }
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::MessageStart(_) => "messageStart",
        Event::ContentBlockStart(_) => "contentBlockStart",
        Event::ContentBlockDelta(_) => "contentBlockDelta",
        Event::ContentBlockStop(_) => "contentBlockStop",
        Event::MessageStop(_) => "messageStop",
        Event::Metadata(_) => "metadata",
        _ => "unknown",
    }
}

#[tokio::test]
async fn a_blocked_stream_ends_as_converse_ends() {
    let reply = ModelResponse::Text("Trust me, it is a guaranteed return for all.".to_owned());
    let simulator = simulator(Options { response: reply, chunk_size: ChunkSize::Chars(4), ..Options::default() }).await;
    let (layer, seen) = layer();
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let mut events = bedrock.oneshot(stream_input("Hello")).await.unwrap().into_stream();
    let (mut text, mut kinds, mut stop) = (String::new(), Vec::new(), None);
    while let Some(event) = events.recv().await.unwrap() {
        text.push_str(&text_of(&event));
        kinds.push(kind(&event));
        if let Event::MessageStop(event) = &event {
            stop = Some(event.stop_reason().clone());
        }
    }
    kinds.dedup();
    assert_eq!(text, "Trust me, it is a I can't share that.");
    assert_eq!(kinds, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
    assert_eq!(stop, Some(StopReason::GuardrailIntervened));
    assert!(seen.lock().unwrap()[1].starts_with("OUTPUT Blocked investment@"), "{seen:?}");
}

#[tokio::test]
async fn an_exception_ends_the_stream_once() {
    let fault = Fault::ExceptionFrame {
        after_events: 4,
        exception_type: "throttlingException".to_owned(),
        message: "slow down".to_owned(),
    };
    let options = Options {
        response: ModelResponse::Text(SECRET.to_owned()),
        chunk_size: ChunkSize::Chars(4),
        fault: Some(fault),
        ..Options::default()
    };
    let simulator = simulator(options).await;
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let mut events = bedrock.oneshot(stream_input("Hello")).await.unwrap().into_stream();
    let (mut text, mut failures) = (String::new(), Vec::new());
    loop {
        match events.recv().await {
            Ok(Some(event)) => text.push_str(&text_of(&event)),
            Ok(None) => break,
            Err(error) => failures.push(format!("{error:?}")),
        }
    }
    assert_eq!(failures.len(), 1);
    assert!(failures[0].contains("ThrottlingException"), "{failures:?}");
    assert_eq!(text, "Mail ");
}
