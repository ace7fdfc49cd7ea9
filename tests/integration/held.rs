//! How much a stream says that it holds back.

use std::time::Duration;

use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::ConverseStreamOutput as Event;
use banister::{GuardrailLayer, Source, StreamGuard};
use banister_simulator::{ChunkSize, ModelResponse, Options};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::time::timeout;
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{http_client, post};
use crate::support::{LLAMA, guardrail, service, simulator, user};

const TEXT: &str = "Write to jane.roe@example.com about EMP-123456, or to nobody at all.";

fn saying(response: ModelResponse) -> Options {
    Options { response, chunk_size: ChunkSize::Chars(3), ..Options::default() }
}

/// What a guard of the text alone holds after each chunk of three, and whether the chunk released text.
fn expected() -> Vec<(usize, bool)> {
    let mut guard = StreamGuard::new(&guardrail(), Source::Output);
    let chunks = TEXT.as_bytes().chunks(3).map(|chunk| std::str::from_utf8(chunk).expect("ASCII"));
    let held: Vec<(usize, bool)> = chunks
        .map(|chunk| {
            let has_released = !guard.push(chunk).is_empty();
            (guard.buffered_bytes(), has_released)
        })
        .collect();
    assert!(held.iter().max() > Some(&(10, true)), "{held:?}");
    held
}

#[tokio::test]
async fn a_converse_stream_tells_what_it_holds() {
    let simulator = simulator(saying(ModelResponse::Text(TEXT.to_owned()))).await;
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let input = ConverseStreamInput::builder().model_id(LLAMA).messages(user("Hello"));
    let mut stream = bedrock.oneshot(input.build().unwrap()).await.unwrap().into_stream();
    let mut held = Vec::new();
    while let Some(event) = stream.recv().await.unwrap() {
        match event {
            Event::ContentBlockDelta(_) => held.push(stream.buffered_bytes()),
            _ => assert_eq!(stream.buffered_bytes(), 0, "{event:?}"),
        }
    }
    // What is held when the block ends goes out in an event of its own.
    assert_eq!(held.pop(), Some(0));
    // Held text makes no events. The first opens the content block.
    let forwarded = |(at, (_, has_released)): &(usize, (usize, bool))| *at == 0 || *has_released;
    let expected: Vec<usize> =
        expected().into_iter().enumerate().filter(forwarded).map(|(_, (held, _))| held).collect();
    assert_eq!(held, expected);
    assert_eq!(stream.buffered_bytes(), 0);
}

#[tokio::test]
async fn an_invoke_stream_tells_what_it_holds() {
    let simulator = simulator(saying(ModelResponse::Text(TEXT.to_owned()))).await;
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let input = InvokeModelWithResponseStreamInput::builder()
        .model_id("meta.llama3-8b-instruct-v1:0")
        .body(Blob::new(json!({"prompt": "Hello"}).to_string()));
    let mut stream = bedrock.oneshot(input.build().unwrap()).await.unwrap().into_body();
    let mut held = Vec::new();
    while stream.recv().await.unwrap().is_some() {
        held.push(stream.buffered_bytes());
    }
    let expected: Vec<usize> = expected().into_iter().map(|(held, _)| held).collect();
    assert_eq!(held[..expected.len() - 1], expected[..expected.len() - 1]);
    assert_eq!(stream.buffered_bytes(), 0);
}

/// Over HTTP as well, for texts and for the arguments of tools. What the caller drops holds nothing.
#[tokio::test]
async fn a_body_tells_what_it_holds() {
    let tool = ModelResponse::ToolUse { name: "mail".to_owned(), input: json!({"to": TEXT}), text: None };
    for reply in [ModelResponse::Text(TEXT.to_owned()), tool] {
        let options = Options { delay: Some(Duration::from_millis(10)), ..saying(reply) };
        let simulator = simulator(options).await;
        let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(http_client());
        let path = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream";
        let asked = json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}).to_string();
        let response = bedrock.oneshot(post(&simulator, path, asked)).await.unwrap();
        let mut body = response.into_body();
        let (mut most, bound) = (0, guardrail().buffer_limit().bytes());
        loop {
            // What is held is seen while the next frame is awaited.
            let frame = timeout(Duration::from_millis(1), body.frame()).await;
            most = most.max(body.buffered_bytes());
            assert!(body.buffered_bytes() <= bound);
            match frame {
                Ok(Some(frame)) => drop(frame.unwrap()),
                Ok(None) => break,
                Err(_) => {}
            }
        }
        assert!(most > 10, "{most}");
        assert!(body.is_end_stream());
        assert_eq!(body.buffered_bytes(), 0);
    }
}
