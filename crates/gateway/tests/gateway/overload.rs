//! More than the gateway has room for: slow clients, many connections, large bodies.

use std::time::Duration;

use banister_simulator::{Fault, Options};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Running, builder, fine, hello, invoke_path, metric, run, send, simulator, until};

/// Opens a connection that sends the head of a call and the first byte of its body.
async fn slow_client(gateway: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{", invoke_path());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Clients that send a byte from time to time lose their connection long before the body timeout, which is an hour here.
#[tokio::test]
async fn a_body_must_arrive_at_a_least_rate() {
    let simulator = simulator(fine()).await;
    let hour = Duration::from_secs(3600);
    let gateway = run(builder(&simulator).body_timeout(hour).header_timeout(Duration::from_millis(300))).await;
    let mut stream = slow_client(&gateway).await;
    let (mut reader, mut writer) = stream.split();
    let mut response = String::new();
    let trickle = async {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        read = tokio::time::timeout(Duration::from_secs(60), reader.read_to_string(&mut response)) => {
            read.expect("the gateway closes it").ok();
        }
        () = trickle => {}
    }
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(simulator.requests().is_empty());
}

/// A slow body that is fast enough is whole, however long it takes.
#[tokio::test]
async fn a_body_at_the_least_rate_is_read() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator).header_timeout(Duration::from_millis(500)).min_body_rate(1)).await;
    let body = hello();
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        invoke_path(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for byte in body.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

/// Slow clients use all connections for calls. Health checks still work, and a call learns that there is no room.
#[tokio::test]
async fn health_checks_work_when_all_connections_are_in_use() {
    let simulator = simulator(fine()).await;
    let free = "127.0.0.1:0".parse().unwrap();
    let bound = builder(&simulator).max_connections(3).admin_address(free).bind(free).await.unwrap();
    let (address, admin) = (bound.address(), bound.admin_address().unwrap());
    let task = tokio::spawn(bound.serve(std::future::pending()));
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(TcpStream::connect(address).await.unwrap());
    }
    until(admin, "banister_connections", 4).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(send(address, "GET", path, &[], "").await.0, 200, "{path}");
    }
    let (status, headers, _) = send(address, "POST", &invoke_path(), &[], hello()).await;
    assert_eq!((status.as_u16(), headers["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(headers["x-amzn-errortype"], "ServiceUnavailableException");
    assert_eq!(metric(admin, "banister_requests_rejected_total{reason=\"connections\"}").await, Some(1));

    for path in ["/healthz", "/readyz"] {
        assert_eq!(send(admin, "GET", path, &[], "").await.0, 200, "{path}");
    }
    assert_eq!(send(admin, "POST", &invoke_path(), &[], hello()).await.0, 404, "no calls at the admin address");
    slow.clear();
    until(admin, "banister_connections", 1).await;
    assert_eq!(send(address, "POST", &invoke_path(), &[], hello()).await.0, 200);
    task.abort();
}

#[tokio::test]
async fn a_client_has_its_own_limits() {
    let simulator = simulator(Options { fault: Some(Fault::Hang), ..fine() }).await;
    let gateway = builder(&simulator).client_key("one").client_key("two").max_calls_per_client(1);
    let gateway = run(gateway.max_connections_per_address(3)).await;
    let address = gateway.address;
    let hanging = tokio::spawn(async move {
        send(address, "POST", &invoke_path(), &[("x-banister-key", "one")], hello()).await;
    });
    while simulator.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    simulator.set_options(fine());
    let (status, headers, _) = send(address, "POST", &invoke_path(), &[("x-banister-key", "one")], hello()).await;
    assert_eq!((status.as_u16(), &headers["x-amzn-errortype"]), (429, &"ThrottlingException".parse().unwrap()));
    assert!(headers.contains_key("retry-after"));
    assert_eq!(send(address, "POST", &invoke_path(), &[("x-banister-key", "two")], hello()).await.0, 200);
    hanging.abort();
    // The call ends with its connection.
    let freed =
        async { while send(address, "POST", &invoke_path(), &[("x-banister-key", "one")], hello()).await.0 == 429 {} };
    tokio::time::timeout(Duration::from_secs(60), freed).await.expect("it is free");

    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(TcpStream::connect(address).await.unwrap());
    }
    // The last one is closed without a response.
    let mut end = Vec::new();
    open[3].read_to_end(&mut end).await.ok();
    assert!(end.is_empty());
}

/// Bodies on an upstream that does not respond count until their calls end, and more are rejected meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_share_a_budget_of_memory() {
    let simulator = simulator(Options { fault: Some(Fault::Hang), ..fine() }).await;
    // Several bodies, but not the evaluation of one more than that.
    let gateway =
        run(builder(&simulator).max_body_bytes(40_000).max_memory(100_000).client_key("key-of-a-client")).await;
    let (address, key) = (gateway.address, [("x-banister-key", "key-of-a-client")]);
    let used = || async {
        let (_, _, text) = send(address, "GET", "/metrics", &key, "").await;
        text.lines()
            .find_map(|line| line.strip_prefix("banister_memory_bytes ")?.parse::<u64>().ok())
            .expect("the gauge")
    };
    let body = json!({"prompt": "x".repeat(30_000)}).to_string();
    let mut calls = tokio::task::JoinSet::new();
    let mut rejected = false;
    for _ in 0..10 {
        let body = body.clone();
        let mut sent = Box::pin(async move { send(address, "POST", &invoke_path(), &key, body).await });
        if let Ok((status, headers, _)) = tokio::time::timeout(Duration::from_secs(2), &mut sent).await {
            assert_eq!((status.as_u16(), &headers["retry-after"]), (503, &"1".parse().unwrap()));
            rejected = true;
            break;
        }
        calls.spawn(sent);
    }
    // An upstream that reads and does not respond holds the calls, not the memory of their bodies.
    calls.abort_all();
    while calls.join_next().await.is_some() {}
    while used().await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!rejected || !simulator.requests().is_empty());
}

/// While bodies arrive, they count; what is over is rejected at once, and there is room again when they have ended.
#[tokio::test]
async fn bodies_that_arrive_count() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator).max_body_bytes(40_000).max_memory(40_000)).await;
    let address = gateway.address;
    let mut arriving = TcpStream::connect(address).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 40000\r\n\r\n", invoke_path());
    arriving.write_all(head.as_bytes()).await.unwrap();
    arriving.write_all(&[b' '; 30_000]).await.unwrap();
    until(address, "banister_memory_bytes", 30_000).await;
    let body = json!({"prompt": "x".repeat(20_000)}).to_string();
    let (status, headers, text) = send(address, "POST", &invoke_path(), &[], body.clone()).await;
    assert_eq!((status.as_u16(), headers["retry-after"].to_str().unwrap()), (503, "1"), "{text}");
    assert_eq!(metric(address, "banister_requests_rejected_total{reason=\"memory\"}").await, Some(1));
    assert_eq!(send(address, "POST", &invoke_path(), &[], hello()).await.0, 200, "there is room for a small one");
    drop(arriving);
    until(address, "banister_memory_bytes", 0).await;
    assert_eq!(send(address, "POST", &invoke_path(), &[], body).await.0, 200);
}
