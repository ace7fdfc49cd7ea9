//! The names of policies in a request.

use serde_json::json;

use crate::support::{LLAMA, builder, fine, run, send, simulator};

/// Every part of a request that can name a policy, with the operations that have it.
#[tokio::test]
async fn a_request_that_names_two_policies_is_rejected() {
    const OWN: &str = "x-banister-policy";
    const GUARDRAIL: &str = "x-amzn-bedrock-guardrailidentifier";
    let simulator = simulator(fine()).await;
    let gateway = builder(&simulator).client_key("any").client_key_with_policies("limited", ["tickets"]);
    let gateway = run(gateway).await;
    let model = LLAMA.replace(':', "%3A");
    let text = "T-12 of a.b@example.com";
    let messages = json!([{"role": "user", "content": [{"text": text}]}]);
    let converse = |config: &str| format!(r#"{{"messages": {messages}{config}}}"#);
    let config =
        |name: &str| format!(r#", "guardrailConfig": {{"guardrailIdentifier": "{name}", "guardrailVersion": "1"}}"#);
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": text}]}).to_string();
    let apply = json!({"source": "INPUT", "content": [{"text": {"text": text}}]}).to_string();
    let prompt = json!({"prompt": text}).to_string();
    let of = |operation: &str| format!("/model/{model}/{operation}");
    let completions = "/openai/v1/chat/completions".to_owned();
    let path = "/guardrail/tickets/version/1/apply".to_owned();
    let twice = config("tickets") + &config("main");
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: [(String, Headers<'_>, String, Option<&str>); 24] = [
        // One name, or the same twice.
        (of("converse"), &[], converse(&config("tickets")), Some("tickets")),
        (of("converse"), &[(OWN, "tickets")], converse(&config("tickets")), Some("tickets")),
        (of("converse"), &[(GUARDRAIL, "tickets")], converse(""), Some("tickets")),
        (of("converse"), &[(OWN, "tickets")], converse(&config("gr-1")), Some("tickets")),
        (of("converse"), &[], converse(&(config("tickets") + &config("tickets"))), Some("tickets")),
        (of("converse"), &[], converse(&(config("gr-1") + &config("gr-2"))), Some("main")),
        (of("invoke"), &[(OWN, "tickets"), (GUARDRAIL, "tickets")], prompt.clone(), Some("tickets")),
        (of("invoke"), &[(OWN, "tickets"), (GUARDRAIL, "gr-1")], prompt.clone(), Some("tickets")),
        (of("invoke"), &[(GUARDRAIL, "tickets"), (GUARDRAIL, "tickets")], prompt.clone(), Some("tickets")),
        (completions.clone(), &[(GUARDRAIL, "tickets")], chat.clone(), Some("tickets")),
        (completions.clone(), &[(OWN, "tickets"), (GUARDRAIL, "gr-1")], chat.clone(), Some("tickets")),
        // Two.
        (of("converse"), &[(OWN, "main")], converse(&config("tickets")), None),
        (of("converse"), &[(OWN, "tickets")], converse(&config("main")), None),
        (of("converse-stream"), &[(OWN, "main")], converse(&config("tickets")), None),
        (of("converse"), &[(GUARDRAIL, "main")], converse(&config("tickets")), None),
        (of("converse"), &[(OWN, "main"), (GUARDRAIL, "tickets")], converse(""), None),
        (of("converse"), &[], converse(&twice), None),
        (of("converse"), &[(OWN, "tickets")], converse(&twice), None),
        (of("converse"), &[], converse(&(config("tickets") + &config("gr-1"))), None),
        (of("invoke"), &[(OWN, "main"), (GUARDRAIL, "tickets")], prompt.clone(), None),
        (of("invoke"), &[(GUARDRAIL, "main"), (GUARDRAIL, "tickets")], prompt.clone(), None),
        (completions.clone(), &[(OWN, "main"), (GUARDRAIL, "tickets")], chat.clone(), None),
        (path.clone(), &[(OWN, "main")], apply.clone(), None),
        (path.clone(), &[(GUARDRAIL, "main")], apply.clone(), None),
    ];
    for (path, headers, body, policy) in cases {
        simulator.clear_requests();
        let case = format!("{path} {headers:?} {body}");
        let with_key = |key| [&[("x-banister-key", key)], headers].concat();
        let (status, _, answer) = send(gateway.address, "POST", &path, &with_key("any"), body.clone()).await;
        let Some(policy) = policy else {
            assert_eq!(status, 400, "{case}");
            let names_both = ["`main`", "`tickets`"].iter().all(|name| answer.contains(name));
            assert!(names_both || answer.contains("names two guardrails"), "{case}: {answer}");
            // A client that may not use one of them does not learn that it exists.
            if names_both {
                assert_eq!(send(gateway.address, "POST", &path, &with_key("limited"), body).await.0, 403, "{case}");
            }
            assert!(simulator.requests().is_empty(), "{case}");
            continue;
        };
        assert_eq!(status, 200, "{case}: {answer}");
        let sent = &simulator.requests()[0];
        let expected = if policy == "main" { "T-12 of {EMAIL}" } else { "{ticket} of a.b@example.com" };
        assert!(sent.text().contains(expected), "{case}: {}", sent.text());
        // Bedrock does not know the name.
        assert!(!sent.text().contains("tickets") && sent.header(GUARDRAIL) != Some("tickets"), "{case}");
        assert_eq!(sent.text().contains("gr-1"), body.contains("gr-1"), "{case}");
    }
    let headers = [("x-banister-key", "any"), (OWN, "none")];
    assert_eq!(send(gateway.address, "POST", &path, &headers, apply).await.0, 400, "an unknown policy");
}
