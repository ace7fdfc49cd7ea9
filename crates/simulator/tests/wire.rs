//! The bytes of an answer, read without any client in between.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use banister_simulator::{ModelResponse, Options, Simulator};

async fn exchange(address: SocketAddr, path: &'static str, extra: &'static str, body: &'static str) -> Vec<u8> {
    ask(address, "POST", path, extra, body).await
}

async fn ask(
    address: SocketAddr,
    method: &'static str,
    path: &'static str,
    extra: &'static str,
    body: &'static str,
) -> Vec<u8> {
    let talk = move || {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: simulator\r\nconnection: close\r\n{extra}content-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    tokio::task::spawn_blocking(talk).await.expect("a thread").expect("an answer")
}

fn split(answer: &[u8]) -> (String, &[u8]) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    (String::from_utf8_lossy(&answer[..end]).into_owned(), &answer[end + 4..])
}

/// The data of each chunk of the HTTP encoding.
fn http_chunks(mut body: &[u8]) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    loop {
        let line = body.windows(2).position(|window| window == b"\r\n").expect("a size line");
        let size = std::str::from_utf8(&body[..line]).expect("ASCII");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            return chunks;
        }
        chunks.push(body[line + 2..line + 2 + size].to_vec());
        body = &body[line + 2 + size + 2..];
    }
}

#[tokio::test]
async fn a_plain_answer_has_bedrocks_headers() {
    let simulator = Simulator::start(Options::default()).await.expect("loopback binds");
    let answer = exchange(
        simulator.address(),
        "/model/meta.llama3-8b-instruct-v1%3A0/invoke",
        "X-Amzn-Bedrock-Service-Tier: flex\r\n",
        r#"{"prompt":"hi"}"#,
    )
    .await;
    let (head, body) = split(&answer);
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    for line in [
        "content-type: application/json",
        "x-amzn-requestid: 00000000-0000-4000-8000-000000000001",
        "x-amzn-bedrock-input-token-count: ",
        "x-amzn-bedrock-output-token-count: ",
        "x-amzn-bedrock-invocation-latency: ",
        "x-amzn-bedrock-service-tier: flex",
        &format!("content-length: {}", body.len()),
    ] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    let request = &simulator.requests()[0];
    assert_eq!(request.path, "/model/meta.llama3-8b-instruct-v1:0/invoke");
    assert_eq!(request.text(), r#"{"prompt":"hi"}"#);
}

#[tokio::test]
async fn pieces_are_as_long_as_asked() {
    let simulator =
        Simulator::start(Options { response: ModelResponse::RawBytes(b"0123456789".to_vec()), ..Options::default() })
            .await
            .expect("loopback binds");
    let answer = exchange(simulator.address(), "/model/x.y/invoke", "x-simulator-write-size: 4\r\n", "{}").await;
    let (_, body) = split(&answer);
    assert_eq!(http_chunks(body), [&b"0123"[..], b"4567", b"89"]);
}

#[tokio::test]
async fn a_stream_is_one_http_chunk_to_a_frame() {
    let simulator = Simulator::start(Options::default()).await.expect("loopback binds");
    let body = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;
    let answer = exchange(simulator.address(), "/model/x.y/converse-stream", "", body).await;
    let (head, body) = split(&answer);
    assert!(head.contains("content-type: application/vnd.amazon.eventstream"), "{head}");
    for frame in http_chunks(body) {
        let length = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]);
        assert_eq!(length as usize, frame.len());
        let text = String::from_utf8_lossy(&frame);
        assert!(text.contains(":event-type") && text.contains(r#""p":""#), "{text}");
    }
}

#[tokio::test]
async fn an_unknown_path_and_a_cut_are_what_they_are() {
    let simulator = Simulator::start(Options::default()).await.expect("loopback binds");
    let answer = exchange(simulator.address(), "/model/x.y/dance", "", "{}").await;
    let (head, _) = split(&answer);
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    assert!(head.contains("x-amzn-errortype: UnknownOperationException:"), "{head}");
    assert_eq!(simulator.requests()[0].operation, None);

    let body = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;
    let path = "/model/x.y/converse-stream";
    let cut = exchange(simulator.address(), path, "x-simulator-fault: cut:150\r\n", body).await;
    let (_, body) = split(&cut);
    // Two HTTP chunks, 150 bytes in them, and no end.
    let whole =
        exchange(simulator.address(), path, "", r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#).await;
    let (_, whole) = split(&whole);
    let bytes: Vec<u8> = http_chunks(whole).concat();
    assert!(!body.ends_with(b"0\r\n\r\n"));
    let received: Vec<u8> = http_chunks(&[body, b"0\r\n\r\n"].concat()).concat();
    assert_eq!(received, bytes[..150]);
}

#[tokio::test]
async fn the_record_can_be_read_over_http() {
    let simulator = Simulator::start(Options::default()).await.expect("loopback binds");
    exchange(simulator.address(), "/model/a%3A0/invoke", "X-Mark: one\r\n", r#"{"prompt":"hi"}"#).await;
    let record = "/simulator/requests";
    let answer = ask(simulator.address(), "GET", record, "", "").await;
    let requests: serde_json::Value = serde_json::from_slice(split(&answer).1).expect("JSON");
    assert_eq!(requests.as_array().map(Vec::len), Some(1), "the reading is not recorded");
    assert_eq!(requests[0]["operation"], "InvokeModel");
    assert_eq!(requests[0]["modelId"], "a:0");
    assert_eq!(requests[0]["path"], "/model/a:0/invoke");
    assert_eq!(requests[0]["body"], r#"{"prompt":"hi"}"#);
    assert!(requests[0]["headers"].as_array().expect("a list").contains(&serde_json::json!(["x-mark", "one"])));
    ask(simulator.address(), "DELETE", record, "", "").await;
    assert!(simulator.requests().is_empty());
    let answer = exchange(simulator.address(), record, "", "").await;
    assert!(split(&answer).0.starts_with("HTTP/1.1 404"));
}
