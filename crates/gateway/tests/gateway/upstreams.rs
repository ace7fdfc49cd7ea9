//! Upstreams that do not respond as Bedrock does: proxies, error pages, broken streams.

use banister_gateway::{Gateway, Policies, Upstream};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{LLAMA, POLICY, Running, http2, invoke_path, policy, run, send};

/// A gateway in front of an upstream that sends these bytes in response to everything, and closes the connection.
async fn in_front_of(response: Vec<u8>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(&response).await;
        }
    });
    run(Gateway::builder(Policies::new("main", policy(POLICY)), Upstream::new(&upstream).unwrap())).await
}

fn response(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An upstream behind a proxy may answer with its own JSON or HTML. Before, the client saw a connection that was reset.
#[tokio::test]
async fn a_stream_call_whose_response_is_no_stream_is_an_error() {
    let gateway = in_front_of(response("200 OK", "application/json", br#"{"ok": true}"#)).await;
    for operation in ["invoke-with-response-stream", "converse-stream"] {
        let path = format!("/model/{}/{operation}", LLAMA.replace(':', "%3A"));
        let body = match operation {
            "converse-stream" => json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}),
            _ => json!({"prompt": "Hello"}),
        };
        let (status, headers, text) = send(gateway.address, "POST", &path, &[], body.to_string()).await;
        assert_eq!((status.as_u16(), &headers["x-amzn-errortype"]), (400, &"ValidationException".parse().unwrap()));
        assert!(text.contains("content type is not that of an event stream"), "{text}");
    }
}

/// Before, the message in place of an error page was JSON that was declared as HTML, or as an event stream.
#[tokio::test]
async fn an_error_is_declared_as_what_it_is() {
    let json = br#"{"message": "a.b@example.com"}"#;
    for (declared, body, expected) in [
        ("text/html", &b"<h1>Bad Gateway</h1>"[..], "application/json"),
        ("application/vnd.amazon.eventstream", b"\0\0\0", "application/json"),
        ("text/plain", json, "application/json"),
        ("application/json; charset=utf-8", json, "application/json; charset=utf-8"),
        ("application/x-amz-json-1.1", json, "application/x-amz-json-1.1"),
        ("text/plain", br#"{"message": "Busy"}"#, "text/plain"),
        ("text/html", b"", "text/html"),
    ] {
        let gateway = in_front_of(response("502 Bad Gateway", declared, body)).await;
        let (status, headers, text) =
            send(gateway.address, "POST", &invoke_path(), &[], json!({"prompt": "Hello"}).to_string()).await;
        assert_eq!(
            (status.as_u16(), headers["content-type"].as_bytes()),
            (502, expected.as_bytes()),
            "{declared}: {text}"
        );
        assert!(!text.contains("<h1>") && !text.contains("a.b@"), "{text}");
    }
}

/// A client repeats a call that reached no model, and no other: that one may be paid for.
#[tokio::test]
async fn the_status_says_whether_the_call_reached_the_model() {
    let head = |status: &str| format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 99\r\n\r\n{{");
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]});
    for (sent, status, code) in [
        (Vec::new(), 424, "ModelErrorException"),
        (b"HTTP/1.1 200".to_vec(), 424, "ModelErrorException"),
        (head("200 OK").into_bytes(), 424, "ModelErrorException"),
        (
            head("429 Too Many Requests\r\nx-amzn-errortype: ThrottlingException").into_bytes(),
            429,
            "ThrottlingException",
        ),
        (head("503 Service Unavailable\r\nx-amzn-errortype: X").into_bytes(), 503, "X"),
    ] {
        let gateway = in_front_of(sent.clone()).await;
        let case = String::from_utf8_lossy(&sent);
        let prompt = json!({"prompt": "Hello"}).to_string();
        let (found, headers, text) = send(gateway.address, "POST", &invoke_path(), &[], prompt).await;
        assert_eq!((found.as_u16(), headers["x-amzn-errortype"].to_str().unwrap()), (status, code), "{case}: {text}");
        let path = "/openai/v1/chat/completions";
        assert_eq!(send(gateway.address, "POST", path, &[], chat.to_string()).await.0, status, "{case}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let upstream = Upstream::new(&format!("http://{closed}")).unwrap();
    let gateway = run(Gateway::builder(Policies::new("main", policy(POLICY)), upstream)).await;
    let prompt = json!({"prompt": "Hello"}).to_string();
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &[], prompt).await.0, 503);
}

/// OpenAI's and Anthropic's clients repeat 408, unless this header forbids it.
#[tokio::test]
async fn a_timeout_is_not_repeated_on_compatible_paths() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = Upstream::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let timeout = std::time::Duration::from_millis(100);
    let builder = Gateway::builder(Policies::new("main", policy(POLICY)), upstream).upstream_timeout(timeout);
    let gateway = run(builder).await;
    for path in ["/openai/v1/chat/completions", "/anthropic/v1/messages"] {
        let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]});
        let (status, headers, _) = send(gateway.address, "POST", path, &[], body.to_string()).await;
        assert_eq!((status.as_u16(), headers["x-should-retry"].to_str().unwrap()), (408, "false"), "{path}");
    }
}

/// A frame with the model's JSON.
fn chunk(text: &str) -> Vec<u8> {
    use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
    let model = json!({"generation": text, "stop_reason": null}).to_string();
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(json!({"bytes": STANDARD.encode(model)}).to_string())
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", "chunk"))
        .add_header(header(":content-type", "application/json"));
    let mut frame = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&message, &mut frame).expect("a frame");
    frame
}

/// Before, a stream that was corrupt from the beginning was a connection without a status, which clients repeat.
#[tokio::test]
async fn a_corrupt_stream_has_a_status_and_the_events_before() {
    let mut corrupt = chunk("more ");
    *corrupt.last_mut().unwrap() ^= 1;
    for (sent, events) in [(vec![corrupt.clone()], 0), (vec![chunk("One, two, "), chunk("three, "), corrupt], 2)] {
        let sent = response("200 OK", "application/vnd.amazon.eventstream", &sent.concat());
        let gateway = in_front_of(sent).await;
        let mut client = TcpStream::connect(gateway.address).await.unwrap();
        let body = json!({"prompt": "Hello"}).to_string();
        let path = invoke_path().replace("/invoke", "/invoke-with-response-stream");
        let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        client.write_all(request.as_bytes()).await.unwrap();
        let mut received = Vec::new();
        let _ = client.read_to_end(&mut received).await;
        let received = String::from_utf8_lossy(&received);
        assert!(received.starts_with("HTTP/1.1 200 OK\r\n"), "{received}");
        assert_eq!(received.matches(":event-type").count(), events, "{received}");
        assert!(!received.ends_with("0\r\n\r\n"), "no client takes it for complete: {received}");

        let mut sender = http2(TcpStream::connect(gateway.address).await.unwrap()).await;
        let request = Request::post(format!("http://gateway{path}")).body(Full::new(Bytes::from(body))).unwrap();
        let mut response = sender.send_request(request).await.expect("a status");
        let mut received = Vec::new();
        while let Some(Ok(frame)) = response.body_mut().frame().await {
            received.extend(frame.into_data().unwrap_or_default());
        }
        let received = String::from_utf8_lossy(&received);
        assert_eq!((response.status().as_u16(), response.body().is_end_stream()), (200, false));
        assert_eq!(received.matches(":event-type").count(), events, "{received}");
    }
}
