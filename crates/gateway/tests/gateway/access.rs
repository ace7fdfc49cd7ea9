//! Client keys, and limits on requests and connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use banister_simulator::Options;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{builder, fine, hello, invoke_path, run, send, simulator};

#[tokio::test]
async fn other_addresses_need_keys() {
    let simulator = simulator(Options::default()).await;
    let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let error = builder(&simulator).bind(anywhere).await.unwrap_err();
    assert!(error.to_string().contains("there is no client key"), "{error}");
    assert!(builder(&simulator).client_key("k").bind(anywhere).await.is_ok());
    assert!(builder(&simulator).dangerous_allow_unauthenticated().bind(anywhere).await.is_ok());
}

/// SDKs of OpenAI and Anthropic show the message only if it is where theirs is.
#[tokio::test]
async fn errors_have_the_form_that_clients_of_the_path_read() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).client_key("one")).await;
    let wrong_policy = ("x-banister-policy", "none");
    for (path, key, expected) in [
        ("/openai/v1/chat/completions", "two", (403, "/error/message", "/error/type", "permission_error")),
        ("/openai/v1/responses", "one", (400, "/error/message", "/error/type", "invalid_request_error")),
        ("/anthropic/v1/messages", "two", (403, "/error/message", "/error/type", "permission_error")),
        ("/anthropic/v1/messages", "one", (400, "/error/message", "/type", "error")),
        (
            invoke_path().as_str(),
            "two",
            (
                403,
                "/message",
                "/message",
                "A client key is required: send it once, in x-banister-key or as a bearer token.",
            ),
        ),
    ] {
        let (status, _, body) =
            send(gateway.address, "POST", path, &[("x-banister-key", key), wrong_policy], "{}").await;
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let text = |pointer: &str| body.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
        assert_eq!((status.as_u16(), text(expected.2).as_deref()), (expected.0, Some(expected.3)), "{path}: {body}");
        assert!(text(expected.1).is_some_and(|message| message.len() > 10), "{path}: {body}");
    }
}

#[tokio::test]
async fn keys_are_required_and_not_forwarded() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator).client_key("one").client_key("two")).await;
    let path = invoke_path();
    for headers in
        [&[][..], &[("x-banister-key", "three")], &[("authorization", "Bearer on")], &[("authorization", "one")]]
    {
        let (status, answer_headers, _) = send(gateway.address, "POST", &path, headers, hello()).await;
        assert_eq!(
            (status.as_u16(), answer_headers["x-amzn-errortype"].to_str().unwrap()),
            (403, "AccessDeniedException")
        );
    }
    assert_eq!(send(gateway.address, "GET", "/metrics", &[], "").await.0, 403);
    assert_eq!(send(gateway.address, "GET", "/healthz", &[], "").await.0, 200);
    assert_eq!(send(gateway.address, "GET", "/readyz", &[], "").await.0, 200);
    for path in ["/healthz", "/readyz"] {
        let (status, _, body) = send(gateway.address, "HEAD", path, &[], "").await;
        assert_eq!((status.as_u16(), body.as_str()), (200, ""), "{path}");
    }
    assert!(simulator.requests().is_empty());

    let headers = [("x-banister-key", "two"), ("authorization", "Bearer upstream")];
    assert_eq!(send(gateway.address, "POST", &path, &headers, hello()).await.0, 200);
    assert_eq!(send(gateway.address, "POST", &path, &[("authorization", "Bearer one")], hello()).await.0, 200);
    let requests = simulator.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer upstream"), "the caller's token is passed on");
    assert_eq!(requests[1].header("authorization"), None, "our key is not");
    assert!(requests.iter().all(|request| request.header("x-banister-key").is_none()));
}

#[tokio::test]
async fn hop_by_hop_headers_are_not_forwarded() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    let headers = [("connection", "keep-alive, x-private"), ("x-private", "1"), ("te", "trailers"), ("x-public", "1")];
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &headers, hello()).await.0, 200);
    let sent = &simulator.requests()[0];
    assert_eq!((sent.header("x-private"), sent.header("te"), sent.header("x-public")), (None, None, Some("1")));
    assert_eq!(sent.header("host"), simulator.endpoint().strip_prefix("http://"));
}

#[tokio::test]
async fn large_requests_are_rejected() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).max_body_bytes(1000)).await;
    let body = json!({"prompt": "x".repeat(2000)}).to_string();
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &[], body.clone()).await.0, 400);
    assert_eq!(send(gateway.address, "POST", "/guardrail/main/version/1/apply", &[], body).await.0, 400);
    assert!(simulator.requests().is_empty());
}

/// Returns the bytes that a connection receives until the gateway closes it.
async fn raw(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    read.expect("the gateway closes it").ok();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn slow_clients_are_disconnected() {
    let simulator = simulator(Options::default()).await;
    let time = Duration::from_millis(200);
    let gateway = run(builder(&simulator).header_timeout(time).body_timeout(time)).await;
    let started = Instant::now();
    raw(gateway.address, "POST /model/x/invoke HTTP/1.1\r\nhost: x\r\n").await;
    assert!(started.elapsed() < Duration::from_secs(5));
    let head =
        "POST /model/x/invoke HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{\"prompt\"";
    let answer = raw(gateway.address, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(simulator.requests().is_empty());
}

/// SDKs keep connections open, and would send the next call on a closed one.
#[tokio::test]
async fn a_response_before_the_end_of_the_request_closes_the_connection() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).client_key("one").max_body_bytes(1000)).await;
    let invoke = invoke_path();
    for (path, headers, status) in [
        (invoke.as_str(), "", 403),
        ("/async-invoke/of-nobody", "x-banister-key: one\r\n", 403),
        ("/guardrail/nobodys/version/1/apply", "x-banister-key: one\r\n", 404),
        (invoke.as_str(), "x-banister-key: one\r\nx-banister-policy: nobodys\r\n", 400),
        (invoke.as_str(), "x-banister-key: one\r\ncontent-encoding: gzip\r\n", 400),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: 2000\r\n\r\n{{");
        let answer = raw(gateway.address, &head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{path}: {answer}");
    }
    let (_, headers, _) = send(gateway.address, "POST", &invoke, &[("x-banister-key", "one")], "not JSON").await;
    assert_eq!(headers.get("connection"), None);
}
