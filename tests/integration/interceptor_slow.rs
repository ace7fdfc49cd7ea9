//! Answers that come slowly, and the interceptor.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::error::DisplayErrorContext;
use aws_sdk_bedrockruntime::primitives::Blob;
use banister_simulator::Options;
use serde_json::json;

use crate::interceptor::{client, invoke};
use crate::support::{LLAMA, guardrail, simulator};

/// A server whose answer comes byte by byte, as far as it comes.
async fn slow_server(sent: usize) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 8192]).await;
        let body = "{\"generation\": \"Mail a.b@example.com\"}";
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for byte in body.as_bytes().iter().take(sent) {
            tokio::time::sleep(std::time::Duration::from_millis(210)).await;
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
        // Open until the client goes away.
        let _ = stream.read(&mut [0; 1]).await;
    });
    format!("http://{address}")
}

/// The SDK gives up on answers that stall. It must see a slow one come, though nothing of it is given out before the end.
#[tokio::test]
async fn slow_answers_are_no_stalled_ones() {
    let simulator = simulator(Options::default()).await;
    let config = client(&simulator, guardrail()).config().to_builder().retry_config(RetryConfig::disabled());
    let client = |endpoint: String| Client::from_conf(config.clone().endpoint_url(endpoint).build());
    let (slow, stalled) = (client(slow_server(100).await), client(slow_server(5).await));
    let hello = json!({"prompt": "Hi"});
    let stalled = stalled.invoke_model().model_id(LLAMA).body(Blob::new(hello.to_string())).send();
    let (slow, stalled) = tokio::join!(invoke(&slow, &hello), stalled);
    assert_eq!(slow.unwrap()["generation"], "Mail {EMAIL}");
    let shown = DisplayErrorContext(&stalled.unwrap_err()).to_string();
    assert!(shown.contains("minimum throughput"), "{shown}");
}
