//! An SDK client with the interceptor.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, SdkError};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ConverseStreamOutput, ConverseTokensRequest, CountTokensInput, ResponseStream, StopReason,
};
use banister::{GuardrailError, GuardrailInterceptor, GuardrailLayer};
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options, Simulator};
use serde_json::{Value, json};

use crate::invoke_stream::{MASKED, SECRET, families};
use crate::support::{LLAMA, config, echo, guardrail, layer, simulator, user};

/// A client that repeats failed calls, as clients do unless they are told not to.
pub(crate) fn client(simulator: &Simulator, layer: impl Into<GuardrailLayer>) -> Client {
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(5));
    let config = config(simulator).retry_config(retries).interceptor(GuardrailInterceptor::new(layer));
    Client::from_conf(config.build())
}

fn saying(text: &str) -> Options {
    Options { response: ModelResponse::Text(text.to_owned()), chunk_size: ChunkSize::Chars(4), ..Options::default() }
}

pub(crate) async fn invoke(client: &Client, body: &Value) -> Result<Value, GuardrailErrorSeen> {
    let call = client.invoke_model().model_id(LLAMA).body(Blob::new(body.to_string()));
    match call.send().await {
        Ok(output) => Ok(serde_json::from_slice(output.body().as_ref()).expect("JSON")),
        Err(error) => Err(seen(&error)),
    }
}

/// What a caller finds of the guardrail in an SDK error: whether it blocked, and what it says.
pub(crate) type GuardrailErrorSeen = (bool, String);

fn seen(error: &(dyn std::error::Error + 'static)) -> GuardrailErrorSeen {
    let found = GuardrailError::find_in(error).unwrap_or_else(|| panic!("{}", DisplayErrorContext(error)));
    (found.is_blocked(), found.to_string())
}

#[tokio::test]
async fn invoke_model_is_masked_both_ways() {
    let simulator = simulator(echo()).await;
    let (layer, seen) = layer();
    let client = client(&simulator, layer);
    let body = json!({"prompt": "Write to jane.roe@example.com about EMP-123456 at Acme"});
    let answer = invoke(&client, &body).await.unwrap();
    let sent = &simulator.requests()[0];
    assert_eq!(sent.json().unwrap()["prompt"], "Write to {EMAIL} about {employee-id} at Acme");
    assert_eq!(sent.header("content-length"), Some(sent.body.len().to_string().as_str()));
    assert!(sent.header("authorization").unwrap().contains("content-length"), "signed as it is sent");
    assert_eq!(answer["generation"], "You said: Write to {EMAIL} about {employee-id} at {competitors}");
    assert_eq!(
        *seen.lock().unwrap(),
        ["INPUT Masked EMAIL@/prompt employee-id@/prompt competitors@/prompt", "OUTPUT Masked competitors@/generation"]
    );
}

#[tokio::test]
async fn every_operation_answers_a_blocked_request_without_a_call() {
    let simulator = simulator(Options::default()).await;
    let client = client(&simulator, guardrail());
    let answer = invoke(&client, &json!({"prompt": "Give me a stock tip"})).await.unwrap();
    assert_eq!(answer["generation"], "I can't help with that.");
    assert_eq!(answer["amazon-bedrock-guardrailAction"], "INTERVENED");

    let output = client.converse().model_id(LLAMA).messages(user("Give me a stock tip")).send().await.unwrap();
    assert_eq!(output.stop_reason(), &StopReason::GuardrailIntervened);
    assert_eq!(converse_text(&output), "I can't help with that.");

    let call = client.converse_stream().model_id(LLAMA).messages(user("Give me a stock tip"));
    assert_eq!(converse_stream_text(call.send().await.unwrap()).await.unwrap(), "I can't help with that.");

    for (model, body, text) in families() {
        let body = body.to_string().replace("Hello", "Give me a stock tip");
        let call = client.invoke_model_with_response_stream().model_id(model).body(Blob::new(body));
        let mut output = call.send().await.unwrap();
        assert_eq!(output.content_type(), "application/json");
        let mut joined = String::new();
        while let Some(ResponseStream::Chunk(part)) = output.body.recv().await.unwrap() {
            joined.push_str(&text(&serde_json::from_slice(part.bytes().unwrap().as_ref()).unwrap()));
        }
        assert_eq!(joined, "I can't help with that.", "{model}");
    }

    // A count has no place for a message.
    let error = count(&client, "Give me a stock tip").await.unwrap_err();
    assert_eq!(
        error,
        (true, "the CountTokens request was blocked by the guardrail: I can't help with that.".to_owned())
    );
    assert!(simulator.requests().is_empty());
}

async fn count(client: &Client, text: &str) -> Result<i32, GuardrailErrorSeen> {
    let input = CountTokensInput::Converse(ConverseTokensRequest::builder().messages(user(text)).build());
    let sent = client.count_tokens().model_id(LLAMA).input(input).send().await;
    sent.map(|output| output.input_tokens()).map_err(|error| seen(&error))
}

fn converse_text(output: &aws_sdk_bedrockruntime::operation::converse::ConverseOutput) -> String {
    let message = output.output().unwrap().as_message().unwrap();
    message.content().iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
}

async fn converse_stream_text(
    mut output: aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput,
) -> Result<String, (String, Option<GuardrailErrorSeen>)> {
    let mut joined = String::new();
    loop {
        match output.stream.recv().await {
            Ok(Some(ConverseStreamOutput::ContentBlockDelta(event))) => {
                if let Some(ContentBlockDelta::Text(text)) = event.delta() {
                    joined.push_str(text);
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(joined),
            Err(error) => {
                let found = GuardrailError::find_in(&error).map(|found| (found.is_blocked(), found.to_string()));
                assert!(matches!(output.stream.recv().await, Ok(None)), "an error is the last");
                return Err((joined, found));
            }
        }
    }
}

#[tokio::test]
async fn streams_are_masked_at_every_cut_of_the_bytes() {
    for write_size in [1, 7, 4000] {
        let options = Options { write_size: Some(write_size), ..saying(SECRET) };
        let simulator = simulator(options).await;
        let client = client(&simulator, guardrail());
        let output = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
        assert_eq!(converse_stream_text(output).await.unwrap(), MASKED);
        for (model, body, text) in families() {
            let call = client.invoke_model_with_response_stream().model_id(model).body(Blob::new(body.to_string()));
            let mut output = call.send().await.unwrap();
            let mut joined = String::new();
            while let Some(ResponseStream::Chunk(part)) = output.body.recv().await.unwrap() {
                joined.push_str(&text(&serde_json::from_slice(part.bytes().unwrap().as_ref()).unwrap()));
            }
            assert_eq!(joined, MASKED, "{model} {write_size}");
        }
    }
}

#[tokio::test]
async fn blocked_answers_are_replaced_or_refused_and_never_repeated() {
    let simulator = simulator(saying("Trust me, it is a guaranteed return for all.")).await;
    let lenient = client(&simulator, guardrail());
    let hello = json!({"prompt": "Hello", "max_gen_len": 9});
    assert_eq!(invoke(&lenient, &hello).await.unwrap()["generation"], "I can't share that.");
    let output = lenient.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    assert_eq!(converse_stream_text(output).await.unwrap(), "Trust me, it is a I can't share that.");
    assert_eq!(simulator.requests().len(), 2);

    simulator.clear_requests();
    let strict = client(&simulator, GuardrailLayer::new(guardrail()).error_on_block());
    let message = "the InvokeModel response was blocked by the guardrail: I can't share that.";
    assert_eq!(invoke(&strict, &hello).await.unwrap_err(), (true, message.to_owned()));
    assert_eq!(simulator.requests().len(), 1, "a refusal is not retried");
    let sent = strict.invoke_model().model_id(LLAMA).body(Blob::new(hello.to_string())).send().await;
    assert!(!format!("{:?}", sent.unwrap_err()).contains("guaranteed"), "the SDK's error does not show the answer");
    let output = strict.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    let (joined, found) = converse_stream_text(output).await.unwrap_err();
    assert!("Trust me, it is a ".starts_with(&joined));
    let message = "the ConverseStream response was blocked by the guardrail: I can't share that.";
    assert_eq!(found, Some((true, message.to_owned())));

    simulator.clear_requests();
    let error =
        strict.converse_stream().model_id(LLAMA).messages(user("Give me a stock tip")).send().await.unwrap_err();
    assert!(seen(&error).0 && GuardrailError::find_in(&error).unwrap().assessment().is_some());
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn what_cannot_be_examined_is_refused_and_not_repeated() {
    let simulator =
        simulator(Options { response: ModelResponse::RawBytes(b"plain".to_vec()), ..Options::default() }).await;
    let client = client(&simulator, GuardrailLayer::new(guardrail()).max_body_bytes(1000));
    let error = invoke(&client, &json!({"prompt": "Hello"})).await.unwrap_err();
    assert_eq!(error, (false, "the InvokeModel response could not be inspected and was rejected".to_owned()));
    assert_eq!(simulator.requests().len(), 1);
    simulator.set_options(saying(&"x".repeat(3000)));
    let error = invoke(&client, &json!({"prompt": "Hello"})).await.unwrap_err();
    assert!(error.1.contains("more than the 1000"), "{}", error.1);
    assert_eq!(simulator.requests().len(), 2);
    simulator.clear_requests();
    for body in [json!({"new": "shape"}), json!({"prompt": "x".repeat(2000)})] {
        assert!(!invoke(&client, &body).await.unwrap_err().0);
    }
    // An operation that is not examined.
    let error = client.list_async_invokes().send().await.unwrap_err();
    assert!(DisplayErrorContext(&error).to_string().contains("is not supported by the guardrail"));
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn retries_go_out_masked_and_are_assessed_once() {
    let options = Options { fault: Some(Fault::Throttle), fault_calls: Some(2), ..echo() };
    let simulator = simulator(options).await;
    let (layer, seen) = layer();
    let answer = invoke(&client(&simulator, layer), &json!({"prompt": "Mail a.b@example.com"})).await.unwrap();
    assert_eq!(answer["generation"], "You said: Mail {EMAIL}");
    let requests = simulator.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.text().contains("{EMAIL}")));
    assert_eq!(*seen.lock().unwrap(), ["INPUT Masked EMAIL@/prompt", "OUTPUT Passed"]);
}

#[tokio::test]
async fn errors_of_the_service_keep_their_type_and_lose_what_they_quote() {
    let fault = Fault::Status {
        status: 400,
        exception: "ValidationException".to_owned(),
        message: "cannot say jane.roe@example.com".to_owned(),
    };
    let simulator = simulator(Options { fault: Some(fault), ..Options::default() }).await;
    let client = client(&simulator, guardrail());
    for error in [
        client
            .invoke_model()
            .model_id(LLAMA)
            .body(Blob::new("{\"prompt\": \"Hi\"}"))
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .to_string(),
        client
            .converse_stream()
            .model_id(LLAMA)
            .messages(user("Hi"))
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .to_string(),
    ] {
        assert_eq!(error, "ValidationException: cannot say {EMAIL}");
    }
    let sent = client.invoke_model().model_id(LLAMA).body(Blob::new("{\"prompt\": \"Hi\"}")).send().await;
    let shown = format!("{:?}", sent.unwrap_err());
    assert!(shown.contains("{EMAIL}") && !shown.contains("jane"), "{shown}");
}

#[tokio::test]
async fn exceptions_and_broken_streams_stay_so() {
    let exception = Fault::ExceptionFrame {
        after_events: 4,
        exception_type: "throttlingException".to_owned(),
        message: "slow down".to_owned(),
    };
    for fault in [exception, Fault::CutConnection { after_bytes: 900 }, Fault::CorruptFrame { after_events: 4 }] {
        let reply = "Hello, mail jane.roe@example.com for all you need to know";
        let simulator = simulator(Options { fault: Some(fault.clone()), ..saying(reply) }).await;
        let (layer, seen) = layer();
        let client = client(&simulator, layer);
        let output = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
        let (joined, _) = converse_stream_text(output).await.unwrap_err();
        assert!("Hello, mail {EMAIL} for all".starts_with(&joined), "{fault:?}: {joined}");
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
}

/// Two guardrails on one client, one of them for one call.
#[tokio::test]
async fn guardrails_stack() {
    let simulator = simulator(echo()).await;
    let client = client(&simulator, guardrail());
    let policy = "version: 1\nname: more\nregexes:\n  - {name: ticket, pattern: 'T-\\d{2}', action: mask}\n";
    let more = banister::Guardrail::new(banister::Policy::from_yaml(policy).unwrap());
    let body = Blob::new(json!({"prompt": "T-12 from a.b@example.com"}).to_string());
    let call = client.invoke_model().model_id(LLAMA).body(body).customize();
    let output = call.interceptor(GuardrailInterceptor::new(more)).send().await.unwrap();
    let answer: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
    assert_eq!(answer["generation"], "You said: {ticket} from {EMAIL}");
    assert_eq!(simulator.requests()[0].json().unwrap()["prompt"], "{ticket} from {EMAIL}");
}

/// The connection's own failures are the SDK's to tell.
#[tokio::test]
async fn failures_of_the_connection_stay_the_sdks() {
    let simulator = simulator(Options::default()).await;
    let client = client(&simulator, guardrail());
    simulator.shutdown().await;
    let sent = client.invoke_model().model_id(LLAMA).body(Blob::new("{\"prompt\": \"Hi\"}")).send().await;
    assert!(matches!(sent, Err(SdkError::DispatchFailure(_))));
}
