//! AWS signatures.

use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use banister_gateway::{Gateway, Policies, Upstream};
use banister_simulator::Options;
use serde_json::json;

use crate::support::{POLICY, fine, invoke_path, policy, run, send, simulator};

#[tokio::test]
async fn requests_are_signed_as_forwarded() {
    let simulator = simulator(fine()).await;
    let credentials = Credentials::new("AKIDGATEWAY", "secret", Some("session".to_owned()), None, "test");
    let upstream = Upstream::new(&simulator.endpoint()).unwrap();
    let upstream = upstream.signed("eu-west-1", SharedCredentialsProvider::new(credentials));
    let gateway = run(Gateway::builder(Policies::new("main", policy(POLICY)), upstream)).await;
    let headers = [("authorization", "AWS4-HMAC-SHA256 Credential=AKIDCLIENT/x"), ("x-amz-security-token", "client")];
    let body = json!({"prompt": "Mail a.b@example.com"}).to_string();
    let (status, _, answer) = send(gateway.address, "POST", &invoke_path(), &headers, body).await;
    assert_eq!(status, 200, "{answer}");
    let sent = &simulator.requests()[0];
    let authorization = sent.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDGATEWAY/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/bedrock/aws4_request"), "{authorization}");
    assert_eq!(sent.header("x-amz-security-token"), Some("session"));
    assert_eq!(sent.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
    assert_eq!(sent.json().unwrap()["prompt"], "Mail {EMAIL}");
}

#[derive(Debug)]
struct Panicking;

impl ProvideCredentials for Panicking {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        panic!("no credentials")
    }
}

/// A panic in one call is an error of that call. Its connection, and all others, continue.
#[tokio::test]
async fn a_panic_is_an_error_of_its_call() {
    let simulator = simulator(Options::default()).await;
    let upstream = Upstream::new(&simulator.endpoint()).unwrap();
    let upstream = upstream.signed("eu-west-1", SharedCredentialsProvider::new(Panicking));
    let gateway = run(Gateway::builder(Policies::new("main", policy(POLICY)), upstream)).await;
    let body = json!({"prompt": "Hello"}).to_string();
    for _ in 0..2 {
        let (status, headers, text) = send(gateway.address, "POST", &invoke_path(), &[], body.clone()).await;
        assert_eq!((status.as_u16(), &headers["x-amzn-errortype"]), (500, &"InternalServerException".parse().unwrap()));
        assert!(text.contains("report it"), "{text}");
    }
    let (_, _, metrics) = send(gateway.address, "GET", "/metrics", &[], "").await;
    assert!(metrics.contains("banister_panics_total{in=\"call\"} 2\n"), "{metrics}");
}
