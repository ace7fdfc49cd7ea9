//! The layer of an HTTP request that the guardrail in its body selects.

use banister::{AuditLog, DecisionCaller, Guardrail, GuardrailLayer, LayerSelector, Policy, WriterSink};
use banister_simulator::{ModelResponse, Options};
use http::StatusCode;
use serde_json::json;
use tower::{ServiceBuilder, ServiceExt};

use crate::audit::Memory;
use crate::http::{http_client, post, send};
use crate::support::{guardrail, simulator};

const CONVERSE: &str = "/model/meta.llama3-8b-instruct-v1%3A0/converse";

const TICKETS: &str =
    "version: 1\nname: tickets\nregexes:\n  - {name: ticket, pattern: '\\bEMP-\\d{6}\\b', action: mask}\n";

fn body(guardrail: Option<&str>) -> String {
    let mut body = json!({"messages": [{"role": "user", "content": [{"text": "EMP-123456 of a.b@example.com"}]}]});
    if let Some(identifier) = guardrail {
        body["guardrailConfig"] = json!({"guardrailIdentifier": identifier, "guardrailVersion": "1"});
    }
    body.to_string()
}

#[tokio::test]
async fn the_guardrail_in_the_body_selects_the_layer() {
    let simulator =
        simulator(Options { response: ModelResponse::Text("Fine.".to_owned()), ..Options::default() }).await;
    let memory = Memory::default();
    let log = AuditLog::builder(WriterSink::new(memory.clone())).open().unwrap();
    let tickets =
        GuardrailLayer::new(Guardrail::new(Policy::from_yaml(TICKETS).unwrap())).guardrail_identifier("t").audit(log);
    let selector = LayerSelector::new(move |identifier| match identifier {
        "t" => Ok(Some(tickets.clone())),
        "forbidden" => Err("forbidden".into()),
        _ => Ok(None),
    });
    let received = GuardrailLayer::new(guardrail());
    let request = |named: Option<&str>| {
        let mut request = post(&simulator, CONVERSE, body(named));
        request.extensions_mut().insert(selector.clone());
        request.extensions_mut().insert(DecisionCaller::new("tenant 7"));
        request
    };
    let both = "{employee-id} of {EMAIL}";
    for (named, expected, is_forwarded) in
        [(None, both, false), (Some("gr-1"), both, true), (Some("t"), "{ticket} of a.b@example.com", false)]
    {
        simulator.clear_requests();
        let (status, ..) = send(received.clone(), request(named)).await;
        assert_eq!(status, StatusCode::OK);
        let sent = simulator.requests()[0].json().unwrap();
        assert_eq!(sent["messages"][0]["content"][0]["text"], expected, "{named:?}");
        assert_eq!(sent.get("guardrailConfig").is_some(), is_forwarded, "{named:?}");
    }
    // The selected layer records the call, with the caller of the request.
    let callers: Vec<_> = memory.decisions().into_iter().map(|decision| decision.caller).collect();
    assert_eq!(callers, [Some("tenant 7".to_owned()), Some("tenant 7".to_owned())], "a request and its response");

    simulator.clear_requests();
    let bedrock = ServiceBuilder::new().layer(received).service(http_client());
    let error = bedrock.oneshot(request(Some("forbidden"))).await.unwrap_err();
    assert_eq!(error.to_string(), "forbidden");
    assert!(simulator.requests().is_empty());
}
