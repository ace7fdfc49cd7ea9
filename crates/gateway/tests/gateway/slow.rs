//! Slow upstreams, and the metrics of streams.

use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{ConverseStreamOutput, ResponseStream};
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use serde_json::json;

use crate::support::{LLAMA, builder, client, invoke_path, metric, run, send, simulator, until, user};

const SHORT: Duration = Duration::from_millis(100);

/// A stream that pauses forever within an address.
fn silent() -> Options {
    Options {
        response: ModelResponse::Text("Mail jane.roe@example.com".to_owned()),
        chunk_size: ChunkSize::At(vec![14]),
        fault: Some(Fault::Stall { after_events: 2 }),
        ..Options::default()
    }
}

const STREAMS: &str = "banister_streams{policy=\"main\"}";
const HELD: &str = "banister_stream_buffered_bytes{policy=\"main\"}";

#[tokio::test]
async fn an_upstream_without_response_times_out() {
    let simulator = simulator(Options { fault: Some(Fault::Hang), ..Options::default() }).await;
    let gateway = run(builder(&simulator).upstream_timeout(SHORT)).await;
    let client = client(gateway.address);
    let sent = client.converse().model_id(LLAMA).messages(user("Hello")).send().await;
    let raw = sent.unwrap_err();
    assert_eq!(raw.raw_response().unwrap().status().as_u16(), 408);
    assert!(raw.into_service_error().is_model_timeout_exception());
    let sent = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await;
    assert!(sent.unwrap_err().into_service_error().is_model_timeout_exception());
    assert_eq!(metric(gateway.address, "banister_upstream_timeouts_total").await, Some(2));
}

#[tokio::test]
async fn a_silent_converse_stream_ends_with_an_exception() {
    let simulator = simulator(silent()).await;
    let gateway = run(builder(&simulator).idle_timeout(SHORT)).await;
    let mut output =
        client(gateway.address).converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    let mut text = String::new();
    let error = loop {
        match output.stream.recv().await {
            Ok(Some(ConverseStreamOutput::ContentBlockDelta(event))) => {
                text.push_str(event.delta().unwrap().as_text().unwrap());
            }
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream looks whole"),
            Err(error) => break error.into_service_error(),
        }
    };
    assert!(matches!(error, ConverseStreamOutputError::ModelStreamErrorException(_)), "{error:?}");
    assert_eq!(text, "Mail ", "what was held is not released");
    until(gateway.address, STREAMS, 0).await;
    assert_eq!(metric(gateway.address, HELD).await, Some(0));
    assert_eq!(metric(gateway.address, "banister_upstream_timeouts_total").await, Some(1));
}

#[tokio::test]
async fn a_silent_invoke_stream_ends_with_an_exception() {
    let simulator = simulator(Options { fault: Some(Fault::Stall { after_events: 1 }), ..silent() }).await;
    let gateway = run(builder(&simulator).idle_timeout(SHORT)).await;
    let body = Blob::new(json!({"prompt": "Hello", "max_gen_len": 64}).to_string());
    let call = client(gateway.address).invoke_model_with_response_stream().model_id(LLAMA).body(body);
    let mut output = call.send().await.unwrap();
    assert!(matches!(output.body.recv().await, Ok(Some(ResponseStream::Chunk(_)))));
    let error = output.body.recv().await.unwrap_err().into_service_error();
    assert!(error.is_model_timeout_exception(), "{error:?}");
}

/// What arrived before the pause is forwarded, so the stream is not read as a whole.
#[tokio::test]
async fn a_silent_stream_of_server_sent_events_ends_with_an_error() {
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}], "stream": true});
    let responses = json!({"model": "m", "input": "Hello", "stream": true});
    let messages =
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}], "stream": true});
    for (path, body, events) in [
        ("/openai/v1/chat/completions", chat, 2),
        ("/openai/v1/responses", responses, 5),
        ("/anthropic/v1/messages", messages, 3),
    ] {
        let simulator = simulator(Options { fault: Some(Fault::Stall { after_events: events }), ..silent() }).await;
        let gateway = run(builder(&simulator).idle_timeout(SHORT)).await;
        let (status, _, text) = send(gateway.address, "POST", path, &[], body.to_string()).await;
        assert_eq!(status, 200, "{path}");
        assert!(text.contains("Mail ") && !text.contains("jane"), "{path}: {text}");
        let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
        assert!(last.starts_with("event: error\ndata: {") && last.contains("paused for too long"), "{path}: {last}");
        assert_eq!(metric(gateway.address, STREAMS).await, Some(0));
        assert_eq!(metric(gateway.address, "banister_upstream_timeouts_total").await, Some(1));
    }
}

/// The idle timeout applies to each pause, not to the whole stream.
#[tokio::test]
async fn a_slow_stream_is_not_interrupted() {
    let options = Options {
        response: ModelResponse::Text("one two three four five six seven eight".to_owned()),
        delay: Some(Duration::from_millis(150)),
        ..Options::default()
    };
    let simulator = simulator(options).await;
    let time = Duration::from_secs(1);
    let gateway = run(builder(&simulator).idle_timeout(time).upstream_timeout(time)).await;
    let mut output =
        client(gateway.address).converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    while output.stream.recv().await.unwrap().is_some() {}
    assert_eq!(metric(gateway.address, "banister_upstream_timeouts_total").await, None);
}

/// A response that is not a stream: with a pause, and interrupted, which is not the client's fault.
#[tokio::test]
async fn incomplete_responses_are_errors() {
    let cut = Some(Fault::CutConnection { after_bytes: 9 });
    let simulator = simulator(Options { fault: cut, ..Options::default() }).await;
    let gateway = run(builder(&simulator)).await;
    let body = json!({"prompt": "Hello", "max_gen_len": 9}).to_string();
    let (status, headers, _) = send(gateway.address, "POST", &invoke_path(), &[], body.clone()).await;
    assert_eq!((status.as_u16(), headers["x-amzn-errortype"].to_str().unwrap()), (424, "ModelErrorException"));
    assert_eq!(metric(gateway.address, "banister_upstream_failures_total").await, Some(1));

    let upstream = silent_after_head().await;
    let policies = banister_gateway::Policies::new("main", crate::support::policy(crate::support::POLICY));
    let upstream = banister_gateway::Upstream::new(&upstream).unwrap();
    let gateway = run(banister_gateway::Gateway::builder(policies, upstream).idle_timeout(SHORT)).await;
    let (status, headers, _) = send(gateway.address, "POST", &invoke_path(), &[], body).await;
    assert_eq!((status.as_u16(), headers["x-amzn-errortype"].to_str().unwrap()), (408, "ModelTimeoutException"));
}

/// A call that may be paid for is not repeated by an SDK, which repeats 503 and interrupted connections.
#[tokio::test]
async fn sdks_do_not_repeat_a_call_that_reached_the_model() {
    for fault in [
        Fault::CutConnection { after_bytes: 0 },
        Fault::CutConnection { after_bytes: 9 },
        Fault::CutConnection { after_bytes: 60 },
        Fault::Hang,
    ] {
        let simulator = simulator(Options { fault: Some(fault.clone()), ..Options::default() }).await;
        let gateway = run(builder(&simulator).upstream_timeout(SHORT)).await;
        let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        let client = Client::from_conf(client(gateway.address).config().to_builder().retry_config(retries).build());
        let body = Blob::new(json!({"prompt": "Hello", "max_gen_len": 9}).to_string());
        client.invoke_model().model_id(LLAMA).body(body).send().await.expect_err("it was cut");
        assert_eq!(simulator.requests().len(), 1, "{fault:?}");
        client.converse().model_id(LLAMA).messages(user("Hello")).send().await.expect_err("it was cut");
        assert_eq!(simulator.requests().len(), 2, "{fault:?}");
    }
}

/// Starts an endpoint that sends half of a response and then nothing.
async fn silent_after_head() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut request, mut piece) = (Vec::new(), [0; 1024]);
                while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                    let read = stream.read(&mut piece).await.unwrap();
                    request.extend_from_slice(&piece[..read]);
                }
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"gen";
                stream.write_all(head).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn streams_and_buffered_bytes_are_counted() {
    let simulator = simulator(silent()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut output = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
        while !matches!(output.stream.recv().await.unwrap(), Some(ConverseStreamOutput::ContentBlockDelta(_))) {}
        open.push(output);
    }
    until(gateway.address, STREAMS, 2).await;
    // `jane.roe@` of each.
    until(gateway.address, HELD, 18).await;
    drop(open.pop());
    until(gateway.address, STREAMS, 1).await;
    until(gateway.address, HELD, 9).await;
    drop(open);
    until(gateway.address, STREAMS, 0).await;
    assert_eq!(metric(gateway.address, HELD).await, Some(0));

    // One ends, one is dropped; both are counted.
    for fault in [None, Some(Fault::CutConnection { after_bytes: 400 }), Some(Fault::CorruptFrame { after_events: 2 })]
    {
        simulator.set_options(Options { fault, ..silent() });
        let mut output = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
        while let Ok(Some(_)) = output.stream.recv().await {}
        until(gateway.address, STREAMS, 0).await;
        assert_eq!(metric(gateway.address, HELD).await, Some(0));
    }
    assert_eq!(metric(gateway.address, "banister_upstream_failures_total").await, Some(2));
}
