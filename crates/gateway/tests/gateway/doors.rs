//! Ways around the guardrail, by paths and headers.

use serde_json::json;

use crate::support::{builder, fine, hello, invoke_path, run, send, simulator};

/// A client that sends its key in several headers would tell it to the upstream.
#[tokio::test]
async fn a_key_in_another_header_is_not_forwarded() {
    let simulator = simulator(fine()).await;
    let gateway =
        run(builder(&simulator).client_key("the-key-of-a-client").client_key("another-key-of-a-client")).await;
    let headers = [
        ("x-banister-key", "the-key-of-a-client"),
        ("authorization", "Bearer the-key-of-a-client"),
        ("x-api-key", "another-key-of-a-client"),
        ("cookie", "a=b; key=the-key-of-a-client"),
        ("x-other", "kept"),
    ];
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &headers, hello()).await.0, 200);
    let requests = simulator.requests();
    let sent = &requests[0];
    assert!(!sent.headers.iter().any(|(_, value)| value.contains("key-of-a-client")), "{:?}", sent.headers);
    assert_eq!(sent.header("x-other"), Some("kept"));
}

#[tokio::test]
async fn paths_that_servers_read_in_two_ways_are_rejected() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    for path in [
        "/model/../../../admin",
        "/model/../../../admin/invoke",
        "/model/..%2f..%2fadmin/invoke",
        "/model/%252e%252e%252fadmin/converse",
        "/model/..;/admin/invoke",
        "/model/x%5C..%5Cadmin/converse-stream",
        "/guardrail/..%2Fx/version/1/apply",
    ] {
        let (status, headers, _) = send(gateway.address, "POST", path, &[], hello()).await;
        assert_eq!(status, 403, "{path}");
        assert_eq!(headers["x-amzn-errortype"], "AccessDeniedException", "{path}");
    }
    assert!(simulator.requests().is_empty());
    let arn = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aimported-model%2Fmeta.llama3/invoke";
    assert_eq!(send(gateway.address, "POST", arn, &[], hello()).await.0, 200);
}

/// Some servers serve another request than the one that was inspected.
#[tokio::test]
async fn headers_that_replace_the_request_are_not_forwarded() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    let headers = [
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("x-rewrite-url", "/admin"),
        ("x_rewrite_url", "/admin"),
        ("x-forwarded-for", "192.0.2.1"),
    ];
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &headers, hello()).await.0, 200);
    let requests = simulator.requests();
    let sent: Vec<&str> =
        requests[0].headers.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with('x')).collect();
    assert_eq!(sent, ["x-forwarded-for"]);
}

/// `connection` names headers that are for the gateway alone: it removed the tag of a request, which is evidence in Bedrock's own log.
#[tokio::test]
async fn a_client_cannot_remove_what_the_guardrail_adds() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator).configure_layer(banister::GuardrailLayer::tag_requests)).await;
    let headers = [
        ("connection", "close, X-Amzn-Bedrock-Request-Metadata, x-mine, content-encoding"),
        ("x-amzn-bedrock-request-metadata", "{}"),
        ("x-mine", "1"),
        ("x-other", "1"),
        ("content-encoding", "identity"),
    ];
    assert_eq!(send(gateway.address, "POST", &invoke_path(), &headers, hello()).await.0, 200);
    let requests = simulator.requests();
    let tag = requests[0].header("x-amzn-bedrock-request-metadata");
    assert!(tag.is_some_and(|tag| tag.contains("banister-policy")), "{tag:?}");
    let sent = |name: &str| requests[0].header(name);
    assert_eq!(["x-mine", "x-other", "content-encoding", "connection"].map(sent), [None, Some("1"), None, None]);
}

/// A proxy in front may add its own name to that of a client: each reader of two could take another policy.
#[tokio::test]
async fn a_policy_that_is_named_twice_is_none() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    for (first, second) in [("tickets", "main"), ("main", "tickets"), ("main", "main")] {
        let headers = [("x-banister-policy", first), ("x-banister-policy", second)];
        let (status, _, text) = send(gateway.address, "POST", &invoke_path(), &headers, hello()).await;
        assert!(status == 400 && text.contains("once"), "{first} {second}: {status} {text}");
    }
    assert!(simulator.requests().is_empty());
}

/// A panic of code that only observes does not reach the call, which may be paid for already.
#[tokio::test]
async fn an_observer_that_panics_does_not_reach_the_call() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator).on_assessment(|_, _| panic!("the observer's fault"))).await;
    for (path, body) in [
        (invoke_path(), hello()),
        (invoke_path().replace("/invoke", "/invoke-with-response-stream"), hello()),
        ("/guardrail/main/version/1/apply".to_owned(), json!({"source": "INPUT", "content": []}).to_string()),
    ] {
        let (status, _, text) = send(gateway.address, "POST", &path, &[], body).await;
        assert_eq!(status, 200, "{path}: {text}");
    }
    let (_, _, metrics) = send(gateway.address, "GET", "/metrics", &[], "").await;
    // Requests and responses of two calls, and one of ApplyGuardrail.
    assert!(metrics.contains("banister_panics_total{in=\"observer\"} 5\n"), "{metrics}");
    assert!(metrics.contains("banister_assessments_total{"), "{metrics}");
}

/// A Converse body names its policy, whatever its headers say of its encoding.
#[tokio::test]
async fn a_body_is_read_whatever_its_headers_say() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    let body = json!({
        "messages": [{"role": "user", "content": [{"text": "T-42 and a.b@example.com"}]}],
        "guardrailConfig": {"guardrailIdentifier": "tickets", "guardrailVersion": "1"},
    });
    let path = invoke_path().replace("/invoke", "/converse");
    for encoding in ["identity", "identity, Identity", ""] {
        simulator.clear_requests();
        let headers = [("content-encoding", encoding)];
        assert_eq!(send(gateway.address, "POST", &path, &headers, body.to_string()).await.0, 200, "{encoding}");
        let text = simulator.requests()[0].text().to_owned();
        assert!(text.contains("a.b@example.com") && !text.contains("T-42"), "{encoding}: {text}");
    }
    let (status, _, text) =
        send(gateway.address, "POST", &path, &[("content-encoding", "gzip")], body.to_string()).await;
    assert!(status == 400 && text.contains("compressed"), "{text}");
}
