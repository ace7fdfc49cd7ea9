//! HTTP/2 with prior knowledge and by ALPN, and TLS with a certificate that is reloaded.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use banister_simulator::{ModelResponse, Options};
use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{LLAMA, builder, http2, run, send, simulator};

fn saying(text: &str) -> Options {
    Options { response: ModelResponse::Text(text.to_owned()), write_size: Some(7), ..Options::default() }
}

fn converse(stream: bool, text: &str) -> Request<Full<Bytes>> {
    let operation = if stream { "converse-stream" } else { "converse" };
    let body = json!({"messages": [{"role": "user", "content": [{"text": text}]}]}).to_string();
    Request::post(format!("http://gateway/model/{}/{operation}", LLAMA.replace(':', "%3A")))
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

async fn call(sender: &mut http2::SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> (StatusCode, Bytes) {
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let (head, body) = response.into_parts();
    (head.status, body.collect().await.unwrap().to_bytes())
}

/// Returns the joined text of the deltas of a ConverseStream.
fn streamed(body: &[u8]) -> String {
    let (mut decoder, mut bytes, mut joined) = (MessageFrameDecoder::new(), BytesMut::from(body), String::new());
    while let Ok(DecodedFrame::Complete(message)) = decoder.decode_frame(&mut bytes) {
        let event: serde_json::Value = serde_json::from_slice(message.payload()).unwrap();
        joined.push_str(event["delta"]["text"].as_str().unwrap_or_default());
    }
    joined
}

/// As the AWS SDK for JavaScript does if only its endpoint is changed. Calls and streams share one connection.
#[tokio::test]
async fn http2_with_prior_knowledge() {
    let simulator = simulator(saying("Mail jane.roe@example.com at Acme")).await;
    let gateway = run(builder(&simulator).max_body_bytes(10_000).client_key("a-client-key")).await;
    let mut sender = http2(TcpStream::connect(gateway.address).await.unwrap()).await;
    let with_key = |mut request: Request<Full<Bytes>>| {
        request.headers_mut().insert("authorization", "Bearer a-client-key".parse().unwrap());
        request
    };
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (mut sender, request) = (sender.clone(), with_key(converse(true, "Hello")));
        streams.spawn(async move { call(&mut sender, request).await });
    }
    while let Some(stream) = streams.join_next().await {
        let (status, body) = stream.unwrap();
        assert_eq!((status, streamed(&body).as_str()), (StatusCode::OK, "Mail {EMAIL} at {competitors}"));
    }
    let (status, body) = call(&mut sender, with_key(converse(false, "Mail a.b@example.com"))).await;
    assert_eq!(status, 200);
    assert!(String::from_utf8_lossy(&body).contains("Mail {EMAIL} at {competitors}"));
    let sent = simulator.requests();
    assert!(sent.iter().any(|request| request.text().contains("Mail {EMAIL}")));
    assert!(sent.iter().all(|request| request.header("authorization").is_none()));

    // Keys and limits apply, and the connection survives an error.
    assert_eq!(call(&mut sender, converse(false, "Hello")).await.0, 403);
    assert_eq!(call(&mut sender, with_key(converse(false, &"x".repeat(20_000)))).await.0, 400);
    let (_, body) = call(&mut sender, with_key(converse(false, "stock tip"))).await;
    assert!(String::from_utf8_lossy(&body).contains("I can't help with that."));
    let get = |path: &str| Request::get(format!("http://gateway{path}")).body(Full::default()).unwrap();
    assert_eq!(call(&mut sender, get("/healthz")).await.0, 200);
}

/// The calls of one connection count like connections.
#[tokio::test]
async fn http2_calls_are_limited() {
    let fault = Some(banister_simulator::Fault::Hang);
    let simulator = simulator(Options { fault, ..Options::default() }).await;
    let gateway = run(builder(&simulator).max_connections(2)).await;
    let mut sender = http2(TcpStream::connect(gateway.address).await.unwrap()).await;
    let mut hanging = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (mut sender, request) = (sender.clone(), converse(false, "Hello"));
        hanging.spawn(async move { sender.send_request(request).await.map(drop) });
    }
    while simulator.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let response = sender.send_request(converse(false, "Hello")).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    let health = Request::get("http://gateway/healthz").body(Full::default()).unwrap();
    assert_eq!(call(&mut sender, health).await.0, 200);
    // A client that cancels its calls makes room.
    hanging.abort_all();
    simulator.set_options(saying("Fine."));
    let freed = async { while call(&mut sender, converse(false, "Hello")).await.0 == 503 {} };
    tokio::time::timeout(Duration::from_secs(60), freed).await.expect("there is room");
}

/// A client that opens an HTTP/2 connection and sends nothing loses it, as one of HTTP/1.1 does.
#[tokio::test]
async fn silent_http2_connections_are_closed() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).header_timeout(Duration::from_millis(200))).await;
    for sent in [
        &b""[..],
        b"PRI * HT",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ] {
        let mut stream = TcpStream::connect(gateway.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "{sent:?}");
    }
}

/// Writes a certificate for `gateway` that signs itself, and its key.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["gateway".to_owned()]).unwrap();
    // The key first: whoever reads both in between has a pair that does not fit, and keeps the old one.
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

async fn tls(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let tcp = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("gateway").unwrap(), tcp).await
}

#[tokio::test]
async fn tls_offers_both_versions_and_reloads_its_certificate() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let old = certify(&folder);
    let simulator = simulator(saying("Mail jane.roe@example.com")).await;
    let free: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let gateway = builder(&simulator).tls(folder.join("cert.pem"), folder.join("key.pem")).admin_address(free);
    let gateway = gateway.bind(free).await.unwrap();
    let (address, admin, reloader) = (gateway.address(), gateway.admin_address().unwrap(), gateway.reloader());
    let task = tokio::spawn(gateway.serve(std::future::pending()));

    let stream = tls(address, &old, b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut open = http2(stream).await;
    let (status, body) = call(&mut open, converse(true, "Hello")).await;
    assert_eq!((status, streamed(&body).as_str()), (StatusCode::OK, "Mail {EMAIL}"));

    let stream = tls(address, &old, b"http/1.1").await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(converse(true, "Hello")).await.unwrap();
    assert_eq!((response.status(), response.version()), (StatusCode::OK, Version::HTTP_11));
    assert_eq!(streamed(&response.into_body().collect().await.unwrap().to_bytes()), "Mail {EMAIL}");

    // Half of a renewal is an error, and the old certificate remains.
    let cert = fs::read(folder.join("cert.pem")).unwrap();
    let new = certify(&folder);
    fs::write(folder.join("cert.pem"), cert).unwrap();
    reloader.reload().unwrap();
    assert!(tls(address, &old, b"h2").await.is_ok());
    let (_, _, metrics) = send(admin, "GET", "/metrics", &[], "").await;
    assert!(metrics.contains("banister_tls_reloads_total{result=\"refused\"}"), "{metrics}");

    drop(new);
    let new = certify(&folder);
    let renewed = async {
        while tls(address, &new, b"h2").await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.expect("the files are watched");
    assert!(tls(address, &old, b"h2").await.is_err());
    assert_eq!(call(&mut open, converse(false, "Hello")).await.0, 200, "open connections continue");
    task.abort();
    fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn an_invalid_certificate_is_an_error_at_startup() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("no-tls-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let simulator = simulator(Options::default()).await;
    let error = |expected: &'static str| {
        let builder = builder(&simulator).tls(&cert, &key);
        async move {
            let error = builder.bind("127.0.0.1:0".parse().unwrap()).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    };
    error("cert.pem: ").await;
    certify(&folder);
    fs::write(&cert, "no PEM").unwrap();
    error("cert.pem: not a PEM file").await;
    certify(&folder);
    fs::write(&key, "no PEM").unwrap();
    error("key.pem: not a PEM file").await;
    let other = folder.join("other");
    fs::create_dir_all(&other).unwrap();
    certify(&other);
    fs::copy(other.join("key.pem"), &key).unwrap();
    error("cannot be used together").await;
    fs::remove_dir_all(&folder).unwrap();
}
