//! Each family's stream on `InvokeModelWithResponseStream`, read by the SDK.

mod support;

use std::time::Duration;

use banister_simulator::{ChunkSize, ModelResponse, Options};
use serde_json::{Value, json};
use support::{invoke_stream, joined, saying, start};

const CLAUDE: &str = "anthropic.claude-3-haiku-20240307-v1:0";

fn claude_body() -> Value {
    json!({"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": "hi"}]})
}

#[tokio::test]
async fn each_family_streams_its_text_and_ends_with_metrics() {
    let text = "Write to 王伟 at jane.roe@example.com, please.";
    let (simulator, client) = saying(ModelResponse::Text(text.into())).await;
    let messages = json!([{"role": "user", "content": "hi"}]);
    let cases = [
        ("amazon.titan-text-express-v1", json!({"inputText": "hi"}), "/outputText"),
        (
            "amazon.nova-micro-v1:0",
            json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}),
            "/contentBlockDelta/delta/text",
        ),
        (CLAUDE, claude_body(), "/delta/text"),
        ("anthropic.claude-v2", json!({"prompt": "hi"}), "/completion"),
        ("meta.llama3-8b-instruct-v1:0", json!({"prompt": "hi"}), "/generation"),
        ("mistral.mistral-7b-instruct-v0:2", json!({"prompt": "hi"}), "/outputs/0/text"),
        ("mistral.mistral-large-2402-v1:0", json!({"messages": messages}), "/choices/0/message/content"),
        ("us.openai.gpt-6-sol", json!({"messages": messages}), "/choices/0/delta/content"),
        ("us.deepseek.r1-v1:0", json!({"prompt": "hi"}), "/choices/0/text"),
        ("cohere.command-text-v14", json!({"prompt": "hi", "stream": true}), "/text"),
        ("cohere.command-r-v1:0", json!({"message": "hi"}), "/text"),
        ("twelvelabs.pegasus-1-2-v1:0", json!({"inputPrompt": "hi"}), "/message"),
        ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", json!({"prompt": "hi"}), "/choices/0/text"),
    ];
    let cuts = [ChunkSize::Tokens, ChunkSize::Chars(1), ChunkSize::Bytes(5), ChunkSize::At(vec![11, 20])];
    for chunk in cuts {
        simulator.set_options(Options {
            response: ModelResponse::Text(text.into()),
            chunk_size: chunk.clone(),
            ..Options::default()
        });
        for (model_id, body, pointer) in &cases {
            let chunks = invoke_stream(&client, model_id, body).await;
            assert_eq!(joined(&chunks, pointer), text, "{model_id} {chunk:?}");
            let with_metrics: Vec<bool> =
                chunks.iter().map(|chunk| chunk.get("amazon-bedrock-invocationMetrics").is_some()).collect();
            assert_eq!(with_metrics.iter().filter(|has| **has).count(), 1, "{model_id}");
            assert_eq!(with_metrics.last(), Some(&true), "{model_id}");
        }
    }
}

#[tokio::test]
async fn nova_opens_a_block_for_every_token() {
    let (_simulator, client) = saying(ModelResponse::ToolUse {
        name: "weather".into(),
        input: json!({"city": "Oslo"}),
        text: Some("one two".into()),
    })
    .await;
    let body = json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]});
    let chunks = invoke_stream(&client, "amazon.nova-micro-v1:0", &body).await;
    let deltas: Vec<&Value> = chunks.iter().filter_map(|chunk| chunk.get("contentBlockDelta")).collect();
    let indices: Vec<&Value> = deltas.iter().map(|delta| &delta["contentBlockIndex"]).collect();
    // One index is left out before the call.
    assert_eq!(indices, [0, 1, 3]);
    assert_eq!(deltas[2]["delta"]["toolUse"]["input"], r#"{"city":"Oslo"}"#);
    assert_eq!(joined(&chunks, "/messageStop/stopReason"), "tool_use");
}

#[tokio::test]
async fn cohere_command_streams_only_when_asked_and_interleaves() {
    let (_simulator, client) = saying(ModelResponse::Text("one two".into())).await;
    let model_id = "cohere.command-light-text-v14";
    let whole = invoke_stream(&client, model_id, &json!({"prompt": "secret"})).await;
    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0]["prompt"], "secret");
    assert_eq!(whole[0]["generations"][0]["text"], "one two");

    let body = json!({"prompt": "hi", "stream": true, "num_generations": 2});
    let chunks = invoke_stream(&client, model_id, &body).await;
    let order: Vec<(u64, &str)> =
        chunks.iter().filter_map(|chunk| Some((chunk["index"].as_u64()?, chunk["text"].as_str()?))).collect();
    assert_eq!(order, [(0, "one"), (1, "one"), (0, " two"), (1, " two")]);
}

#[tokio::test]
async fn command_r_repeats_the_answer_at_the_end() {
    let reply =
        ModelResponse::ToolUse { name: "look".into(), input: json!({"for": "keys"}), text: Some("Wait.".into()) };
    let (_simulator, client) = saying(reply).await;
    let chunks = invoke_stream(&client, "cohere.command-r-v1:0", &json!({"message": "hi"})).await;
    assert_eq!(chunks[0]["event_type"], "stream-start");
    assert_eq!(joined(&chunks, "/tool_call_delta/parameters"), r#"{"for":"keys"}"#);
    let end = chunks.last().expect("an end");
    assert_eq!(end["event_type"], "stream-end");
    assert_eq!(end["response"]["chat_history"][1]["message"], "Wait.");
}

#[tokio::test]
async fn embeddings_come_as_one_chunk_and_jurassic_not_at_all() {
    let (_simulator, client) = start(Options::default()).await;
    let body = json!({"texts": ["one"], "input_type": "search_document"});
    let chunks = invoke_stream(&client, "cohere.embed-english-v3", &body).await;
    assert_eq!(chunks.len(), 1);
    assert_eq!(chunks[0]["texts"], json!(["one"]));

    let error = client
        .invoke_model_with_response_stream()
        .model_id("ai21.j2-ultra-v1")
        .body(aws_sdk_bedrockruntime::primitives::Blob::new(r#"{"prompt":"hi"}"#))
        .send()
        .await
        .expect_err("a refusal")
        .into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
}

#[tokio::test]
async fn claude_tools_reasoning_and_citations_stream_as_deltas() {
    let input = json!({"q": "a \"quoted\" é"});
    let (simulator, client) = start(Options {
        response: ModelResponse::ToolUse { name: "search".into(), input: input.clone(), text: None },
        chunk_size: ChunkSize::Chars(2),
        ..Options::default()
    })
    .await;
    let chunks = invoke_stream(&client, CLAUDE, &claude_body()).await;
    let partial = joined(&chunks, "/delta/partial_json");
    assert_eq!(serde_json::from_str::<Value>(&partial).expect("JSON"), input);
    let first = chunks.iter().find_map(|chunk| chunk.pointer("/delta/partial_json"));
    assert_eq!(first, Some(&json!("")));
    assert_eq!(joined(&chunks, "/delta/stop_reason"), "tool_use");

    let chat =
        invoke_stream(&client, "openai.gpt-5.4", &json!({"messages": [{"role": "user", "content": "hi"}]})).await;
    let arguments = joined(&chat, "/choices/0/delta/tool_calls/0/function/arguments");
    assert_eq!(serde_json::from_str::<Value>(&arguments).expect("JSON"), input);
    assert_eq!(chat.last().expect("a chunk")["choices"], json!([]));

    simulator.set_options(Options {
        response: ModelResponse::Reasoning { reasoning: "let me think".into(), text: "yes".into() },
        ..Options::default()
    });
    let chunks = invoke_stream(&client, CLAUDE, &claude_body()).await;
    assert_eq!(joined(&chunks, "/delta/thinking"), "let me think");
    assert_eq!(joined(&chunks, "/delta/text"), "yes");
    assert!(!joined(&chunks, "/delta/signature").is_empty());

    simulator.set_options(Options {
        response: ModelResponse::Citations {
            text: "As said.".into(),
            title: "Handbook".into(),
            cited_text: "Say it.".into(),
        },
        ..Options::default()
    });
    let chunks = invoke_stream(&client, CLAUDE, &claude_body()).await;
    assert_eq!(joined(&chunks, "/delta/citation/cited_text"), "Say it.");
}

#[tokio::test]
async fn frames_survive_any_write_size_and_delay() {
    for write_size in [1, 3, 7, 4000] {
        let (_simulator, client) = start(Options {
            write_size: Some(write_size),
            delay: Some(Duration::from_millis(1)),
            ..Options::default()
        })
        .await;
        let chunks = invoke_stream(&client, CLAUDE, &claude_body()).await;
        assert_eq!(joined(&chunks, "/delta/text"), "You said: hi", "{write_size}");
        let whole = support::invoke(&client, CLAUDE, &claude_body()).await;
        assert_eq!(whole["content"][0]["text"], "You said: hi", "{write_size}");
    }
}

#[tokio::test]
async fn raw_events_go_out_as_they_are() {
    let events = vec![
        ("chunk".to_owned(), json!({"generation": "hi"})),
        ("chunk".to_owned(), json!("[DONE]")),
        ("chunk".to_owned(), json!({"bytes": "e30="})),
    ];
    let (simulator, client) = saying(ModelResponse::RawEvents(events)).await;
    let chunks = invoke_stream(&client, "x.y", &json!({})).await;
    assert_eq!(chunks, [json!({"generation": "hi"}), json!("[DONE]"), json!({})]);

    simulator.set_options(Options { response: ModelResponse::RawBytes(b"[1]".to_vec()), ..Options::default() });
    assert_eq!(invoke_stream(&client, "x.y", &json!({})).await, [json!([1])]);

    simulator.set_options(Options { body_format: Some("titan-text".parse().unwrap()), ..Options::default() });
    let chunks = invoke_stream(&client, "x.y", &json!({"inputText": "hi"})).await;
    assert_eq!(joined(&chunks, "/outputText"), "You said: hi");
}
