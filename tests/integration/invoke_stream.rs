//! InvokeModelWithResponseStream through the layer, in every family's form.

use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::ResponseStream;
use banister::GuardrailLayer;
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};

use crate::support::{guardrail, layer, service, simulator};

/// A model, a request to it, and how the text of its answer is put together.
type Family = (&'static str, Value, fn(&Value) -> String);

/// A request of each family that streams: model, body, and how the text of an answer is put together.
pub(crate) fn families() -> Vec<Family> {
    fn at(value: &Value, pointers: &[&str]) -> String {
        pointers.iter().filter_map(|pointer| value.pointer(pointer)?.as_str()).collect()
    }
    let chat = json!([{"role": "user", "content": "Hello"}]);
    vec![
        ("amazon.titan-text-express-v1", json!({"inputText": "Hello"}), |v| at(v, &["/outputText"])),
        (
            "amazon.nova-micro-v1:0",
            json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}], "inferenceConfig": {}}),
            |v| at(v, &["/contentBlockDelta/delta/text"]),
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": chat}),
            |v| at(v, &["/delta/text", "/content_block/text"]),
        ),
        ("anthropic.claude-v2", json!({"prompt": "Human: Hello", "max_tokens_to_sample": 9}), |v| {
            at(v, &["/completion"])
        }),
        ("meta.llama3-8b-instruct-v1:0", json!({"prompt": "Hello"}), |v| at(v, &["/generation"])),
        ("mistral.mistral-7b-instruct-v0:2", json!({"prompt": "Hello"}), |v| at(v, &["/outputs/0/text"])),
        ("openai.gpt-oss-120b", json!({"messages": chat}), |v| at(v, &["/choices/0/delta/content"])),
        ("deepseek.r1-v1:0", json!({"prompt": "Hello"}), |v| at(v, &["/choices/0/text"])),
        ("cohere.command-text-v14", json!({"prompt": "Hello", "stream": true}), |v| at(v, &["/text"])),
        ("cohere.command-r-v1:0", json!({"message": "Hello"}), |v| {
            if v["event_type"] == "text-generation" { at(v, &["/text"]) } else { String::new() }
        }),
    ]
}

fn input(model: &str, body: &Value) -> InvokeModelWithResponseStreamInput {
    InvokeModelWithResponseStreamInput::builder()
        .model_id(model)
        .body(Blob::new(body.to_string()))
        .build()
        .expect("complete")
}

async fn chunks(options: Options, model: &str, body: &Value) -> Vec<Value> {
    let simulator = simulator(options).await;
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let answer = bedrock.clone().oneshot(input(model, body)).await.unwrap();
    let mut body = answer.into_body();
    let mut chunks = Vec::new();
    while let Some(event) = body.recv().await.unwrap() {
        let ResponseStream::Chunk(part) = event else { panic!("not a chunk") };
        chunks.push(serde_json::from_slice(part.bytes().unwrap().as_ref()).unwrap());
    }
    chunks
}

pub(crate) const SECRET: &str =
    "Mail jane.roe@example.com or call +1 (415) 555-0132, card 4111 1111 1111 1111, ask Globex Corp.";
pub(crate) const MASKED: &str = "Mail {EMAIL} or call {PHONE}, card **** **** **** 1111, ask {competitors}.";

#[tokio::test]
async fn every_family_is_masked_at_every_cut() {
    for (model, body, text) in families() {
        for chunk in [ChunkSize::Chars(1), ChunkSize::Chars(3), ChunkSize::Chars(7), ChunkSize::Tokens] {
            let options = Options {
                response: ModelResponse::Text(SECRET.to_owned()),
                chunk_size: chunk.clone(),
                ..Options::default()
            };
            let chunks = chunks(options, model, &body).await;
            let joined: String = chunks.iter().map(text).collect();
            assert_eq!(joined, MASKED, "{model} {chunk:?}");
            let all = Value::from(chunks).to_string();
            assert!(!all.contains("jane.roe") && !all.contains("4111"), "{model}: {all}");
        }
    }
}

#[tokio::test]
async fn every_family_ends_with_the_message_when_blocked() {
    for (model, body, text) in families() {
        let reply = ModelResponse::Text("Trust me, it is a guaranteed return for all.".to_owned());
        let options = Options { response: reply, chunk_size: ChunkSize::Chars(4), ..Options::default() };
        let chunks = chunks(options, model, &body).await;
        let joined: String = chunks.iter().map(text).collect();
        assert_eq!(joined, "Trust me, it is a I can't share that.", "{model}");
        let last = chunks.last().unwrap();
        assert_eq!(last["amazon-bedrock-guardrailAction"], "INTERVENED", "{model}: {last}");
    }
}

#[tokio::test]
async fn failures_release_nothing_unexamined() {
    let body = json!({"prompt": "Hello"});
    let faults = [
        Fault::ExceptionFrame {
            after_events: 4,
            exception_type: "throttlingException".to_owned(),
            message: "slow down".to_owned(),
        },
        Fault::CutConnection { after_bytes: 900 },
        Fault::CorruptFrame { after_events: 4 },
    ];
    for fault in faults {
        let options = Options {
            response: ModelResponse::Text("Hello, mail jane.roe@example.com for all you need to know".to_owned()),
            chunk_size: ChunkSize::Chars(4),
            fault: Some(fault.clone()),
            ..Options::default()
        };
        let simulator = simulator(options).await;
        let (layer, seen) = layer();
        let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
        let call = input("meta.llama3-8b-instruct-v1:0", &body);
        let mut events = bedrock.clone().oneshot(call).await.unwrap().into_body();
        let mut joined = String::new();
        let mut failures = 0;
        loop {
            match events.recv().await {
                Ok(Some(ResponseStream::Chunk(part))) => {
                    let chunk: Value = serde_json::from_slice(part.bytes().unwrap().as_ref()).unwrap();
                    joined.push_str(chunk["generation"].as_str().unwrap());
                }
                Ok(Some(other)) => panic!("{other:?}"),
                Ok(None) => break,
                Err(_) => failures += 1,
            }
        }
        assert_eq!(failures, 1, "{fault:?}");
        assert!("Hello, mail {EMAIL} for all".starts_with(&joined), "{fault:?}: {joined}");
        assert_eq!(seen.lock().unwrap().len(), 2, "the request and what there was of the answer");
    }
}

/// What else stands in the event in which a text blocks was not examined when the block was found: it does not go on.
#[tokio::test]
async fn the_event_that_blocks_does_not_go_on() {
    let event = json!({"choices": [
        {"index": 0, "delta": {"content": "hello guaranteed return now"}},
        {"index": 1, "delta": {"content": "q", "annotations": [{"title": "guaranteed return a@example.com"}]}},
    ]});
    let reply = ModelResponse::RawEvents(vec![("chunk".to_owned(), event)]);
    let body = json!({"messages": [{"role": "user", "content": "Hello"}]});
    let chunks = chunks(Options { response: reply, ..Options::default() }, "openai.gpt-oss-120b", &body).await;
    let all = Value::from(chunks).to_string();
    assert!(all.contains("hello ") && all.contains("I can't share that."), "{all}");
    assert!(!all.contains("guaranteed") && !all.contains("example.com"), "{all}");
}
