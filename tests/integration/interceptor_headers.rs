//! The metadata of a request, with the interceptor.

use aws_sdk_bedrockruntime::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_bedrockruntime::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::Trace;
use banister::GuardrailInterceptor;
use serde_json::Value;
use tower::BoxError;

use crate::interceptor::client;
use crate::support::{self, LLAMA, echo, guardrail, simulator};

const METADATA: &str = "x-amzn-bedrock-request-metadata";

#[tokio::test]
async fn the_metadata_of_a_request_are_examined() {
    let simulator = simulator(echo()).await;
    let client = client(&simulator, guardrail());
    let call = |metadata: &str| {
        let body = Blob::new("{\"prompt\": \"Hi\"}");
        client.invoke_model().model_id(LLAMA).body(body).request_metadata(metadata).send()
    };
    call("{\"from\": \"a.b@example.com\"}").await.unwrap();
    let sent = &simulator.requests()[0];
    assert_eq!(sent.header("x-amzn-bedrock-request-metadata"), Some("{\"from\": \"{EMAIL}\"}"));
    let output = call("{\"a\": \"stock tip\"}").await.unwrap();
    let answer: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
    assert_eq!(answer["generation"], "I can't help with that.");
    assert_eq!(simulator.requests().len(), 1);
}

/// Adds metadata to a request, before or after the guardrail has seen it first.
#[derive(Debug)]
struct Adds {
    before_signing: bool,
    value: &'static str,
}

impl Adds {
    fn add(&self, context: &mut BeforeTransmitInterceptorContextMut<'_>, before_signing: bool) {
        if self.before_signing == before_signing {
            context.request_mut().headers_mut().append(METADATA, self.value);
        }
    }
}

impl Intercept for Adds {
    fn name(&self) -> &'static str {
        "Adds"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.add(context, false);
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.add(context, true);
        Ok(())
    }
}

/// Only the first value of the header was examined, and none that came behind the first look at the request.
#[tokio::test]
async fn metadata_that_others_add_are_examined() {
    for before_signing in [false, true] {
        let simulator = simulator(echo()).await;
        let client = support::client(&simulator);
        let call = |value| {
            let call = client.invoke_model().model_id(LLAMA).body(Blob::new("{\"prompt\": \"Hi\"}"));
            let call = call.request_metadata("{\"from\": \"a.b@example.com\"}").customize();
            call.interceptor(Adds { before_signing, value }).interceptor(GuardrailInterceptor::new(guardrail())).send()
        };
        call("{\"to\": \"c.d@example.com\"}").await.unwrap();
        let headers = simulator.requests()[0].headers.clone();
        let sent: Vec<_> = headers.iter().filter(|(name, _)| name == METADATA).map(|(_, value)| value).collect();
        assert_eq!(sent, ["{\"from\": \"{EMAIL}\"}", "{\"to\": \"{EMAIL}\"}"]);
        let output = call("{\"a\": \"stock tip\"}").await.unwrap();
        let answer: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
        assert_eq!(answer["generation"], "I can't help with that.");
        assert_eq!(simulator.requests().len(), 1);
    }
}

/// A second examination forgot that the caller wants a trace, for the first had taken out what says so.
#[tokio::test]
async fn the_trace_outlives_a_second_examination() {
    let simulator = simulator(echo()).await;
    let client = support::client(&simulator);
    for name in ["integration", "gr-1"] {
        simulator.clear_requests();
        let call = client.invoke_model().model_id(LLAMA).body(Blob::new("{\"prompt\": \"Mail a.b@example.com\"}"));
        let call = call.guardrail_identifier(name).guardrail_version("1").trace(Trace::Enabled).customize();
        let adds = Adds { before_signing: true, value: "{\"to\": \"c.d@example.com\"}" };
        // The guardrail looks, another adds something, and the guardrail looks once more.
        let call = call.interceptor(adds).interceptor(GuardrailInterceptor::new(guardrail()));
        let output = call.send().await.unwrap();
        let answer: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
        let input = &answer["amazon-bedrock-trace"]["guardrail"]["input"]["integration"];
        let entities = input["sensitiveInformationPolicy"]["piiEntities"].as_array().unwrap();
        assert_eq!(entities.len(), 2, "{name}: {input}");
        let sent = &simulator.requests()[0];
        assert_eq!(sent.header("x-amzn-bedrock-guardrailidentifier").is_some(), name == "gr-1");
    }
}
