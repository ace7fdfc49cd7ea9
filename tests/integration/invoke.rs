//! InvokeModel through the layer.

use std::time::Duration;

use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use banister::{GuardrailError, GuardrailLayer};
use banister_simulator::{Fault, ModelResponse, Options};
use serde_json::{Value, json};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt};

use crate::support::{LLAMA, guardrail, layer, service, simulator};

fn input(model: &str, body: &Value) -> InvokeModelInput {
    InvokeModelInput::builder().model_id(model).body(Blob::new(body.to_string())).build().expect("complete")
}

#[tokio::test]
async fn prompts_and_completions_are_masked() {
    let simulator = simulator(Options { response: ModelResponse::Echo, ..Options::default() }).await;
    let (layer, seen) = layer();
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let body = json!({"prompt": "Write to jane.roe@example.com about EMP-123456 at Acme", "max_gen_len": 64});
    let output = bedrock.clone().oneshot(input(LLAMA, &body)).await.unwrap();
    let sent = simulator.requests()[0].json().unwrap();
    assert_eq!(sent["prompt"], "Write to {EMAIL} about {employee-id} at Acme");
    let answer: Value = serde_json::from_slice(output.body.as_ref()).unwrap();
    assert_eq!(answer["generation"], "You said: Write to {EMAIL} about {employee-id} at {competitors}");
    assert_eq!(
        *seen.lock().unwrap(),
        ["INPUT Masked EMAIL@/prompt employee-id@/prompt competitors@/prompt", "OUTPUT Masked competitors@/generation"]
    );
}

#[tokio::test]
async fn a_block_can_be_an_error() {
    let simulator = simulator(Options::default()).await;
    let layer = GuardrailLayer::new(guardrail()).error_on_block();
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let body = json!({"prompt": "Give me a stock tip"});
    let error = bedrock.clone().oneshot(input(LLAMA, &body)).await.unwrap_err();
    let error = error.downcast_ref::<GuardrailError>().expect("a guardrail error");
    assert_eq!(error.assessment().unwrap().findings()[0].finding().rule(), "investment");
    assert_eq!(error.to_string(), "the InvokeModel request was blocked by the guardrail: I can't help with that.");
}

#[tokio::test]
async fn uninspectable_bodies_are_rejected() {
    use banister::GuardrailErrorKind::{TooLarge, Uninspectable};
    let simulator = simulator(Options::default()).await;
    let layer = GuardrailLayer::new(guardrail()).max_body_bytes(1000);
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let bodies = [
        (String::new(), Uninspectable),
        ("not json".to_owned(), Uninspectable),
        ("{\"shape\": \"unknown\"}".to_owned(), Uninspectable),
        (format!("{{\"prompt\": {}1{}}}", "[".repeat(300), "]".repeat(300)), Uninspectable),
        (format!("{{\"prompt\": \"{}\"}}", "x".repeat(2000)), TooLarge),
    ];
    for (body, kind) in bodies {
        let call = InvokeModelInput::builder().model_id(LLAMA).body(Blob::new(body)).build().unwrap();
        let error = bedrock.clone().oneshot(call).await.unwrap_err();
        assert_eq!(error.downcast_ref::<GuardrailError>().map(GuardrailError::kind), Some(kind), "{error}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn the_layer_stands_in_a_stack() {
    let fault = Some(Fault::Throttle);
    let simulator = simulator(Options { fault, fault_calls: Some(2), ..Options::default() }).await;
    let retry = tower::retry::RetryLayer::new(Again(3));
    let bedrock = ServiceBuilder::new()
        .load_shed()
        .concurrency_limit(4)
        .timeout(Duration::from_secs(20))
        .layer(GuardrailLayer::new(guardrail()))
        .layer(retry)
        .service(service(&simulator));
    let body = json!({"prompt": "Write to jane.roe@example.com"});
    let output = bedrock.clone().oneshot(input(LLAMA, &body)).await.unwrap();
    let answer: Value = serde_json::from_slice(output.body.as_ref()).unwrap();
    assert_eq!(answer["generation"], "You said: Write to {EMAIL}");
    let requests = simulator.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.text().contains("{EMAIL}")), "retries go out masked, too");
}

#[tokio::test]
async fn the_layer_times_out_with_the_stack() {
    let simulator = simulator(Options { fault: Some(Fault::Hang), ..Options::default() }).await;
    let bedrock = ServiceBuilder::new()
        .timeout(Duration::from_millis(200))
        .layer(GuardrailLayer::new(guardrail()))
        .service(service(&simulator));
    let error = bedrock.clone().oneshot(input(LLAMA, &json!({"prompt": "Hello"}))).await.unwrap_err();
    assert!(error.is::<tower::timeout::error::Elapsed>());
}

#[derive(Clone)]
struct Again(usize);

impl<T> tower::retry::Policy<InvokeModelInput, T, aws_sdk_bedrockruntime::error::SdkError<InvokeError>> for Again {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut InvokeModelInput,
        result: &mut Result<T, aws_sdk_bedrockruntime::error::SdkError<InvokeError>>,
    ) -> Option<Self::Future> {
        (result.is_err() && self.0 > 0).then(|| {
            self.0 -= 1;
            std::future::ready(())
        })
    }

    fn clone_request(&mut self, request: &InvokeModelInput) -> Option<InvokeModelInput> {
        Some(request.clone())
    }
}

type InvokeError = aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelError;

/// The stack's error is boxed, so that layers above need not know ours.
#[test]
fn errors_are_boxed() {
    fn takes<S: Service<InvokeModelInput, Error = BoxError>>(_: S) {}
    fn made(service: banister::BedrockService) {
        takes(ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service));
    }
    let _ = made;
}
