//! ApplyGuardrail of the layer's own guardrail.

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::types::{
    GuardrailContentBlock, GuardrailContentSource, GuardrailOutputScope, GuardrailTextBlock,
};
use banister_simulator::Options;
use serde_json::json;
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{post, send, value};
use crate::interceptor::client;
use crate::support::{layer, service, simulator};
use crate::trace::{ASKED, STOPPED};

#[tokio::test]
async fn apply_guardrail_of_this_guardrail_is_answered_here() {
    let simulator = simulator(Options::default()).await;
    let block = |text: &str| GuardrailContentBlock::Text(GuardrailTextBlock::builder().text(text).build().unwrap());
    let input = |id: &str, text: &str| {
        ApplyGuardrailInput::builder()
            .guardrail_identifier(id)
            .guardrail_version("1")
            .source(GuardrailContentSource::Output)
            .output_scope(GuardrailOutputScope::Full)
            .content(block(text))
            .content(block("Fine."))
            .build()
            .unwrap()
    };
    for (text, outputs) in [(ASKED, 2), (STOPPED, 1), ("Hello", 0)] {
        let (layer, seen) = layer();
        let layered = ServiceBuilder::new().layer(layer.clone()).service(service(&simulator));
        let of_layer = layered.oneshot(input("integration", text)).await.unwrap();
        assert_eq!(of_layer.outputs().len(), outputs);
        let entities = of_layer.assessments()[0].sensitive_information_policy().unwrap().pii_entities();
        assert_eq!(entities.len(), 3, "all types are told");

        let client = client(&simulator, layer.clone());
        let asked = input("integration", text);
        let call = client.apply_guardrail().guardrail_identifier("integration").guardrail_version("1");
        let call = call.set_source(asked.source).set_output_scope(asked.output_scope).set_content(asked.content);
        let of_client = call.send().await.unwrap();
        assert_eq!(format!("{of_client:?}"), format!("{of_layer:?}"));

        let body = json!({"source": "OUTPUT", "outputScope": "FULL", "content": [
            {"text": {"text": text}}, {"text": {"text": "Fine."}},
        ]});
        let request = post(&simulator, "/guardrail/integration/version/1/apply", body.to_string());
        let (status, _, answer) = send(layer, request).await;
        assert_eq!(status, 200);
        assert_eq!(value(&answer)["action"].as_str(), Some(of_layer.action().as_str()));
        assert_eq!(value(&answer)["outputs"].as_array().unwrap().len(), outputs);
        let seen = seen.lock().unwrap();
        assert!(seen.len() == 3 && seen.iter().all(|note| *note == seen[0]), "{seen:?}");
    }
    assert_eq!(simulator.requests().len(), 0, "nobody was called");
    let layered = ServiceBuilder::new().layer(layer().0.without_traces()).service(service(&simulator));
    let told = layered.oneshot(input("integration", ASKED)).await.unwrap();
    assert!(told.outputs().len() == 2 && told.assessments()[0].sensitive_information_policy().is_none());
    let layered = ServiceBuilder::new().layer(layer().0).service(service(&simulator));
    layered.oneshot(input("gr-1", ASKED)).await.unwrap();
    assert_eq!(simulator.requests().len(), 1, "another guardrail is Bedrock's");
}
