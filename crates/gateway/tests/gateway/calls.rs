//! Calls by the SDK.

use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ConverseStreamOutput, ConverseTokensRequest, CountTokensInput, GuardrailAction,
    GuardrailConfiguration, GuardrailContentBlock, GuardrailContentSource, GuardrailPiiEntityType,
    GuardrailSensitiveInformationPolicyAction, GuardrailTextBlock, ResponseStream, StopReason,
};
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use serde_json::{Value, json};

use crate::support::{LLAMA, builder, client, fine, invoke_path, run, send, simulator, user};

fn saying(text: &str) -> Options {
    Options {
        response: ModelResponse::Text(text.to_owned()),
        chunk_size: ChunkSize::Chars(3),
        write_size: Some(7),
        ..Options::default()
    }
}

#[tokio::test]
async fn every_operation_is_masked() {
    let simulator = simulator(saying("Mail jane.roe@example.com at Acme")).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let body = Blob::new(json!({"prompt": "Hello a.b@example.com", "max_gen_len": 64}).to_string());

    let output = client.invoke_model().model_id(LLAMA).body(body.clone()).send().await.unwrap();
    let answer: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
    assert_eq!(answer["generation"], "Mail {EMAIL} at {competitors}");

    let mut output = client.invoke_model_with_response_stream().model_id(LLAMA).body(body).send().await.unwrap();
    let mut joined = String::new();
    while let Some(ResponseStream::Chunk(part)) = output.body.recv().await.unwrap() {
        let chunk: Value = serde_json::from_slice(part.bytes().unwrap().as_ref()).unwrap();
        joined.push_str(chunk["generation"].as_str().unwrap());
    }
    assert_eq!(joined, "Mail {EMAIL} at {competitors}");

    let output = client.converse().model_id(LLAMA).messages(user("Hello a.b@example.com")).send().await.unwrap();
    let message = output.output().unwrap().as_message().unwrap();
    assert_eq!(message.content()[0].as_text().unwrap(), "Mail {EMAIL} at {competitors}");

    assert_eq!(converse_stream(&client, "Hello a.b@example.com").await, "Mail {EMAIL} at {competitors}");

    let input = ConverseTokensRequest::builder().messages(user("Hello a.b@example.com")).build();
    let count = client.count_tokens().model_id(LLAMA).input(CountTokensInput::Converse(input)).send().await.unwrap();
    assert!(count.input_tokens() > 0);

    let requests = simulator.requests();
    assert_eq!(requests.len(), 5);
    for request in requests {
        assert!(request.text().contains("Hello {EMAIL}"), "{}", request.text());
        assert_eq!(request.model_id.as_deref(), Some(LLAMA));
    }
}

async fn converse_stream(client: &aws_sdk_bedrockruntime::Client, text: &str) -> String {
    let mut output = client.converse_stream().model_id(LLAMA).messages(user(text)).send().await.unwrap();
    let mut joined = String::new();
    while let Some(event) = output.stream.recv().await.unwrap() {
        if let ConverseStreamOutput::ContentBlockDelta(event) = event
            && let Some(ContentBlockDelta::Text(text)) = event.delta()
        {
            joined.push_str(text);
        }
    }
    joined
}

/// Each of many concurrent streams has its own text.
#[tokio::test]
async fn concurrent_streams_do_not_mix() {
    let options = Options {
        chunk_size: ChunkSize::Chars(3),
        delay: Some(std::time::Duration::from_millis(5)),
        ..Options::default()
    };
    let simulator = simulator(options).await;
    let gateway = run(builder(&simulator)).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        let client = client(gateway.address);
        calls.spawn(async move {
            let prompt = format!("Order {number} of user{number}@example.com");
            (number, converse_stream(&client, &prompt).await)
        });
    }
    while let Some(call) = calls.join_next().await {
        let (number, text) = call.unwrap();
        assert_eq!(text, format!("You said: Order {number} of {{EMAIL}}"));
    }
}

#[tokio::test]
async fn blocked_requests_never_reach_the_upstream() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let output = client.converse().model_id(LLAMA).messages(user("Give me a stock tip")).send().await.unwrap();
    assert_eq!(output.stop_reason(), &StopReason::GuardrailIntervened);
    assert_eq!(converse_stream(&client, "Give me a stock tip").await, "I can't help with that.");
    assert!(simulator.requests().is_empty());

    let strict = run(builder(&simulator).configure_layer(banister::GuardrailLayer::error_on_block)).await;
    let error = crate::support::client(strict.address)
        .converse()
        .model_id(LLAMA)
        .messages(user("Give me a stock tip"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn errors_are_forwarded_with_their_type() {
    let simulator = simulator(Options { fault: Some(Fault::Throttle), ..Options::default() }).await;
    let gateway = run(builder(&simulator)).await;
    let sent = client(gateway.address).converse().model_id(LLAMA).messages(user("Hello")).send().await;
    assert!(sent.unwrap_err().into_service_error().is_throttling_exception());
}

#[tokio::test]
async fn an_unreachable_upstream_is_unavailable() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    simulator.shutdown().await;
    let sent = client(gateway.address).converse().model_id(LLAMA).messages(user("Hello")).send().await;
    assert!(sent.unwrap_err().into_service_error().is_service_unavailable_exception());
    let (_, _, metrics) = send(gateway.address, "GET", "/metrics", &[], "").await;
    assert!(metrics.contains("banister_upstream_failures_total 1"), "{metrics}");
}

#[tokio::test]
async fn clients_choose_policies_by_name() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    let body = json!({"prompt": "T-12 of a.b@example.com"}).to_string();
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[], "T-12 of {EMAIL}"),
        (&[("x-banister-policy", "tickets")], "{ticket} of a.b@example.com"),
        (&[("x-banister-policy", "main")], "T-12 of {EMAIL}"),
        (
            &[("x-amzn-bedrock-guardrailidentifier", "tickets"), ("x-amzn-bedrock-guardrailversion", "DRAFT")],
            "{ticket} of a.b@example.com",
        ),
        (
            &[("x-amzn-bedrock-guardrailidentifier", "gr-1"), ("x-amzn-bedrock-guardrailversion", "2")],
            "T-12 of {EMAIL}",
        ),
    ];
    for (headers, expected) in cases {
        simulator.clear_requests();
        let (status, _, answer) = send(gateway.address, "POST", &invoke_path(), headers, body.clone()).await;
        assert_eq!(status, 200, "{answer}");
        let sent = &simulator.requests()[0];
        assert_eq!(sent.json().unwrap()["prompt"], expected);
        assert_eq!(sent.header("x-banister-policy"), None);
        let is_ours = headers.iter().any(|(_, value)| *value == "tickets");
        let passed = headers.iter().any(|(name, _)| name.starts_with("x-amzn")) && !is_ours;
        assert_eq!(
            sent.header("x-amzn-bedrock-guardrailversion").is_some(),
            passed,
            "Bedrock's own guardrails pass on"
        );
    }
    simulator.clear_requests();
    let headers = [("x-banister-policy", "none")];
    let (status, _, answer) = send(gateway.address, "POST", &invoke_path(), &headers, body).await;
    assert_eq!(status, 400, "{answer}");
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn converse_selects_a_policy_in_its_body() {
    let simulator = simulator(fine()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for (id, expected) in [("tickets", "{ticket} of a.b@example.com"), ("gr-1", "T-12 of {EMAIL}")] {
        simulator.clear_requests();
        let config = GuardrailConfiguration::builder().guardrail_identifier(id).guardrail_version("1").build();
        let call = client.converse().model_id(LLAMA).messages(user("T-12 of a.b@example.com")).guardrail_config(config);
        call.send().await.unwrap();
        let sent = simulator.requests()[0].json().unwrap();
        assert_eq!(sent["messages"][0]["content"][0]["text"], expected);
        assert_eq!(sent.get("guardrailConfig").is_some(), id == "gr-1");
    }
}

#[tokio::test]
async fn apply_guardrail_is_evaluated_by_the_gateway() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let apply = |id: &str, source: GuardrailContentSource, texts: &[&str]| {
        let blocks = texts.iter().map(|text| {
            GuardrailContentBlock::Text(GuardrailTextBlock::builder().text(*text).build().expect("a text"))
        });
        let blocks = blocks.collect();
        client
            .apply_guardrail()
            .guardrail_identifier(id)
            .guardrail_version("1")
            .source(source)
            .set_content(Some(blocks))
            .send()
    };
    let output = apply("main", GuardrailContentSource::Output, &["Mail a.b@example.com", "Fine."]).await.unwrap();
    assert_eq!(output.action(), &GuardrailAction::GuardrailIntervened);
    let texts: Vec<_> = output.outputs().iter().filter_map(|output| output.text()).collect();
    assert_eq!(texts, ["Mail {EMAIL}", "Fine."]);
    let entities = output.assessments()[0].sensitive_information_policy().unwrap().pii_entities();
    assert_eq!(entities[0].r#type(), &GuardrailPiiEntityType::Email);
    assert_eq!(entities[0].action(), &GuardrailSensitiveInformationPolicyAction::Anonymized);
    assert_eq!(entities[0].r#match(), "", "matched text is not told");

    let output = apply("main", GuardrailContentSource::Input, &["A stock tip"]).await.unwrap();
    assert_eq!(output.outputs()[0].text(), Some("I can't help with that."));
    assert_eq!(output.assessments()[0].topic_policy().unwrap().topics()[0].name(), "investment");

    let output = apply("tickets", GuardrailContentSource::Input, &["A stock tip"]).await.unwrap();
    assert_eq!((output.action(), output.outputs().len(), output.assessments().len()), (&GuardrailAction::None, 0, 1));

    let error = apply("gr-1", GuardrailContentSource::Input, &["Hello"]).await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    let picture =
        json!({"source": "INPUT", "content": [{"image": {"format": "png", "source": {"bytes": "c2VjcmV0"}}}]});
    let (status, _, answer) =
        send(gateway.address, "POST", "/guardrail/main/version/1/apply", &[], picture.to_string()).await;
    assert_eq!(status, 400);
    assert!(!answer.contains("c2VjcmV0"));
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn metrics_count_by_rule_and_action() {
    let simulator = simulator(saying("Ask Acme")).await;
    let gateway = run(builder(&simulator)).await;
    let body = json!({"prompt": "Mail a.b@example.com", "max_gen_len": 9}).to_string();
    send(gateway.address, "POST", &invoke_path(), &[], body).await;
    send(gateway.address, "POST", "/nowhere", &[], "").await;
    let (status, headers, text) = send(gateway.address, "GET", "/metrics", &[], "").await;
    assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (200, "text/plain; version=0.0.4"));
    for line in [
        "banister_findings_total{policy=\"main\",rule=\"EMAIL\",action=\"ANONYMIZED\",source=\"INPUT\"} 1",
        "banister_findings_total{policy=\"main\",rule=\"competitors\",action=\"ANONYMIZED\",source=\"OUTPUT\"} 1",
        "banister_assessments_total{policy=\"main\",operation=\"InvokeModel\",source=\"INPUT\",outcome=\"masked\"} 1",
        "banister_requests_total{operation=\"InvokeModel\",policy=\"main\",status=\"200\"} 1",
        "banister_requests_total{operation=\"unknown\",policy=\"main\",status=\"403\"} 1",
        "banister_request_duration_seconds_count{operation=\"InvokeModel\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(!text.contains("example.com"));
}

/// Metrics distinguish blocked text, masked history, and detected text of the operator.
#[tokio::test]
async fn metrics_distinguish_masked_from_blocked() {
    let simulator = simulator(saying("Hello")).await;
    let gateway = run(builder(&simulator)).await;
    let turn = |role: &str, text: &str| json!({"role": role, "content": [{"text": text}]});
    for last in ["Hi", "A guaranteed return"] {
        let body = json!({"messages": [turn("user", "a stock tip"), turn("assistant", "No"), turn("user", last)],
            "system": [{"text": "Never give a stock tip"}]});
        let path = invoke_path().replace("/invoke", "/converse");
        let (status, _, _) = send(gateway.address, "POST", &path, &[], body.to_string()).await;
        assert_eq!(status, 200);
    }
    let (_, _, text) = send(gateway.address, "GET", "/metrics", &[], "").await;
    for line in [
        "banister_findings_total{policy=\"main\",rule=\"investment\",action=\"REPLACED\",source=\"INPUT\"} 2",
        "banister_findings_total{policy=\"main\",rule=\"investment\",action=\"BLOCKED\",source=\"INPUT\"} 1",
        "banister_findings_total{policy=\"main\",rule=\"investment\",action=\"NONE\",source=\"INPUT\"} 2",
        "banister_assessments_total{policy=\"main\",operation=\"Converse\",source=\"INPUT\",outcome=\"masked\"} 1",
        "banister_assessments_total{policy=\"main\",operation=\"Converse\",source=\"INPUT\",outcome=\"blocked\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn matches_are_included_if_enabled() {
    let simulator = simulator(Options::default()).await;
    for is_set in [false, true] {
        let builder = builder(&simulator);
        let gateway = run(if is_set { builder.dangerous_include_matches() } else { builder }).await;
        let block = GuardrailTextBlock::builder().text("Mail a.b@example.com").build().unwrap();
        let call = client(gateway.address).apply_guardrail().guardrail_identifier("main").guardrail_version("1");
        let call = call.source(GuardrailContentSource::Output).content(GuardrailContentBlock::Text(block));
        let told = call.send().await.unwrap();
        let entities = told.assessments()[0].sensitive_information_policy().unwrap().pii_entities();
        assert_eq!(entities[0].r#match(), if is_set { "a.b@example.com" } else { "" });
    }
}
