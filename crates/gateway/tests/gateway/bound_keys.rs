//! Client keys that are limited to some policies.

use std::net::SocketAddr;

use banister_simulator::Options;
use serde_json::json;

use crate::support::{Running, builder, fine, invoke_path, run, send, simulator};

const ANY: (&str, &str) = ("x-banister-key", "any");
const TICKETS: (&str, &str) = ("x-banister-key", "tickets-key");
const BOTH: (&str, &str) = ("x-banister-key", "both-key");

async fn status(gateway: &Running, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let (status, answer, _) = send(gateway.address, "POST", path, headers, body.to_owned()).await;
    let name = answer.get("x-amzn-errortype").map_or("", |name| name.to_str().unwrap());
    (status.as_u16(), name.to_owned())
}

#[tokio::test]
async fn a_limited_key_allows_its_policies_only() {
    let simulator = simulator(fine()).await;
    let gateway = builder(&simulator).client_key("any").client_key_with_policies("tickets-key", ["tickets"]);
    let gateway = run(gateway.client_key_with_policies("both-key", ["tickets", "main"])).await;
    let body = json!({"prompt": "T-12 of a.b@example.com"}).to_string();
    let (by_main, by_tickets) = ("T-12 of {EMAIL}", "{ticket} of a.b@example.com");
    let main = ("x-banister-policy", "main");
    for (headers, expected) in [
        (&[ANY][..], by_main),
        (&[ANY, ("x-banister-policy", "tickets")], by_tickets),
        (&[TICKETS], by_tickets),
        (&[("authorization", "Bearer tickets-key")], by_tickets),
        // The identifier of a guardrail of Bedrock is not a policy name.
        (&[TICKETS, ("x-amzn-bedrock-guardrailidentifier", "gr-1")], by_tickets),
        (&[BOTH], by_tickets),
        (&[BOTH, main], by_main),
    ] {
        simulator.clear_requests();
        assert_eq!(status(&gateway, &invoke_path(), headers, &body).await.0, 200);
        assert_eq!(simulator.requests()[0].json().unwrap()["prompt"], expected, "{headers:?}");
    }
    simulator.clear_requests();
    let denied = (403, "AccessDeniedException".to_owned());
    // Nor does it learn which policies exist.
    let unknown = ("x-banister-policy", "none");
    for headers in
        [&[TICKETS, main][..], &[TICKETS, unknown], &[TICKETS, ("x-amzn-bedrock-guardrailidentifier", "main")]]
    {
        assert_eq!(status(&gateway, &invoke_path(), headers, &body).await, denied);
    }
    // The other fields that can name a policy.
    let converse = invoke_path().replace("/invoke", "/converse");
    let named = json!({
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "guardrailConfig": {"guardrailIdentifier": "main", "guardrailVersion": "1"},
    });
    assert_eq!(status(&gateway, &converse, &[TICKETS], &named.to_string()).await, denied);
    let apply = json!({"source": "INPUT", "content": [{"text": {"text": "T-12"}}]}).to_string();
    assert_eq!(status(&gateway, "/guardrail/main/version/1/apply", &[TICKETS], &apply).await, denied);
    assert_eq!(status(&gateway, "/guardrail/tickets/version/1/apply", &[TICKETS], &apply).await.0, 200);
    assert!(simulator.requests().is_empty());

    // The metrics cover all policies.
    assert_eq!(send(gateway.address, "GET", "/metrics", &[TICKETS], "").await.0, 403);
    assert_eq!(send(gateway.address, "GET", "/metrics", &[ANY], "").await.0, 200);
}

#[tokio::test]
async fn key_policies_are_checked_at_startup() {
    let simulator = simulator(Options::default()).await;
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let error = builder(&simulator).client_key_with_policies("k", ["main", "nope"]).bind(loopback).await.unwrap_err();
    assert_eq!(error.to_string(), "a client key is limited to `nope`, which is not a policy of this gateway");
    let error = builder(&simulator).client_key_with_policies("k", [""; 0]).bind(loopback).await.unwrap_err();
    assert!(error.to_string().contains("empty policy list"), "{error}");
}
