//! The layer in a server: retries around it, guardrails that change, one per tenant, and conversations.

use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ConverseOutput, ConverseStreamOutput};
use banister::{
    Conversation, Guardrail, GuardrailError, GuardrailErrorKind, GuardrailHandle, GuardrailLayer, Outcome, Policy,
    Source,
};
use banister_simulator::{Fault, ModelResponse, Options};
use http_body_util::BodyExt as _;
use tower::retry::{Policy as RetryPolicy, RetryLayer};
use tower::{BoxError, ServiceBuilder, ServiceExt as _};

use crate::http::{http_client, post};
use crate::support::{LLAMA, service, simulator, user};

fn guardrail(rules: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(&format!("version: 1\nname: stacks\n{rules}\n")).expect("a policy"))
}

fn input(text: &str) -> ConverseInput {
    ConverseInput::builder().model_id(LLAMA).messages(user(text)).build().expect("an input")
}

fn text(output: &aws_sdk_bedrockruntime::operation::converse::ConverseOutput) -> String {
    let Some(ConverseOutput::Message(message)) = output.output() else { panic!("a message") };
    let texts = message.content().iter().filter_map(|block| block.as_text().ok());
    texts.cloned().collect()
}

/// Repeats a call twice: whatever the error, or only if that can help.
#[derive(Clone)]
struct Twice {
    left: usize,
    is_careful: bool,
}

impl<T> RetryPolicy<ConverseInput, T, BoxError> for Twice {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut ConverseInput, result: &mut Result<T, BoxError>) -> Option<Ready<()>> {
        let error = result.as_ref().err()?;
        if self.left == 0 || (self.is_careful && GuardrailError::is_final(&**error)) {
            return None;
        }
        self.left -= 1;
        Some(ready(()))
    }

    fn clone_request(&mut self, input: &ConverseInput) -> Option<ConverseInput> {
        Some(input.clone())
    }
}

/// A blocked response costs one call of the model, unless a retry layer outside does not ask.
#[tokio::test]
async fn retries_outside_of_the_layer_do_not_repeat_blocks() {
    for (is_careful, calls) in [(true, 1), (false, 3)] {
        let simulator =
            simulator(Options { response: ModelResponse::Text("a stock tip".to_owned()), ..Options::default() }).await;
        let rules = "denied_topics: [{name: t, phrases: [stock tip]}]";
        let bedrock = ServiceBuilder::new()
            .layer(RetryLayer::new(Twice { left: 2, is_careful }))
            .layer(GuardrailLayer::new(guardrail(rules)).error_on_block())
            .service(service(&simulator));
        let error = bedrock.oneshot(input("Hello")).await.expect_err("blocked");
        let found = GuardrailError::find_in(&*error).expect("the guardrail's");
        assert_eq!((found.kind(), found.direction()), (GuardrailErrorKind::Blocked, Source::Output));
        assert!(!found.is_retryable() && GuardrailError::is_final(&*error));
        assert_eq!(simulator.requests().len(), calls);
    }
}

#[tokio::test]
async fn errors_of_the_model_are_not_final() {
    let fault = Some(Fault::Throttle);
    let simulator = simulator(Options { fault, fault_calls: Some(2), ..Options::default() }).await;
    let bedrock = ServiceBuilder::new()
        .layer(RetryLayer::new(Twice { left: 2, is_careful: true }))
        .layer(GuardrailLayer::new(guardrail("pii: [{types: [EMAIL]}]")))
        .service(service(&simulator));
    let output = bedrock.oneshot(input("Hello")).await.expect("the third attempt");
    assert_eq!((text(&output).as_str(), simulator.requests().len()), ("You said: Hello", 3));
}

/// A response that was cut off may be whole the next time; a request that cannot be read will not.
#[tokio::test]
async fn only_responses_that_cannot_be_read_are_retryable() {
    for (request, response, is_retryable) in
        [(r#"{"prompt": "Hello"}"#, "{\"generation\": \"Hel", true), ("{", "{}", false)]
    {
        let model = tower::service_fn(move |_: InvokeModelInput| {
            let output =
                InvokeModelOutput::builder().body(Blob::new(response)).content_type("application/json").build();
            ready(output.map_err(BoxError::from))
        });
        let bedrock =
            ServiceBuilder::new().layer(GuardrailLayer::new(guardrail("pii: [{types: [EMAIL]}]"))).service(model);
        let input = InvokeModelInput::builder().model_id(LLAMA).body(Blob::new(request)).build().expect("an input");
        let error = bedrock.oneshot(input).await.expect_err("rejected");
        let found = GuardrailError::find_in(&*error).expect("the guardrail's");
        assert_eq!((found.kind(), found.is_retryable()), (GuardrailErrorKind::Uninspectable, is_retryable));
        assert_eq!(GuardrailError::is_final(&*error), !is_retryable);
    }
}

#[tokio::test]
async fn a_guardrail_is_replaced_while_calls_are_running() {
    let simulator = simulator(Options { delay: Some(Duration::from_millis(1)), ..Options::default() }).await;
    let handle = GuardrailHandle::new(guardrail("word_filters: [{name: old, words: [Globex], action: mask}]"));
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(handle.clone())).service(service(&simulator));
    let stream = ConverseStreamInput::builder().model_id(LLAMA).messages(user("Hi. Globex")).build().expect("an input");
    let mut stream = bedrock.clone().oneshot(stream).await.expect("a stream");
    let first = stream.stream().recv().await.expect("an event");
    let old = handle.replace(guardrail("word_filters: [{name: new, words: [Globex], action: mask}]"));
    assert_eq!(old.policy().rules().next().map(|rule| rule.name()), Some("old"));

    let mut streamed = String::new();
    let mut next = first;
    while let Some(event) = next {
        if let ConverseStreamOutput::ContentBlockDelta(delta) = event
            && let Some(ContentBlockDelta::Text(text)) = delta.delta
        {
            streamed.push_str(&text);
        }
        next = stream.stream().recv().await.expect("an event");
    }
    assert_eq!(streamed, "You said: Hi. {old}", "a call ends under the guardrail under which it began");
    let output = bedrock.oneshot(input("Globex")).await.expect("a response");
    assert_eq!(text(&output), "You said: {new}");
}

#[tokio::test]
async fn each_call_can_have_its_guardrail() {
    let simulator = simulator(Options::default()).await;
    let default = guardrail("word_filters: [{name: default, words: [Globex], action: mask}]");
    let tenant = || guardrail("word_filters: [{name: tenant, words: [Globex], action: mask}]");
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(default.clone())).service(service(&simulator));
    let output = bedrock.clone().with_guardrail(tenant()).oneshot(input("Globex")).await.expect("a response");
    assert_eq!(text(&output), "You said: {tenant}");
    let output = bedrock.oneshot(input("Globex")).await.expect("a response");
    assert_eq!(text(&output), "You said: {default}", "other calls keep theirs");

    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(default)).service(http_client());
    for (guardrail, masked) in [(Some(tenant()), "{tenant}"), (None, "{default}")] {
        let body = r#"{"messages": [{"role": "user", "content": [{"text": "Globex"}]}]}"#;
        let mut request = post(&simulator, "/model/meta.llama3-8b-instruct-v1%3A0/converse", body);
        if let Some(guardrail) = guardrail {
            request.extensions_mut().insert(guardrail);
        }
        let response = bedrock.clone().oneshot(request).await.expect("a response");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(String::from_utf8_lossy(&body).contains(masked), "{masked}");
    }
}

#[tokio::test]
async fn each_call_can_have_its_conversation() {
    let simulator = simulator(Options::default()).await;
    let rules = "pii: [{types: [EMAIL], replacement: numbered}]";
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail(rules))).service(service(&simulator));
    let (one, other) = (Conversation::new(), Conversation::new());
    for (conversation, address, label) in [
        (Some(&one), "a@example.com", "{EMAIL_1}"),
        (Some(&one), "b@example.com", "{EMAIL_2}"),
        (Some(&other), "b@example.com", "{EMAIL_1}"),
        (Some(&one), "b@example.com", "{EMAIL_2}"),
        (None, "c@example.com", "{EMAIL_1}"),
    ] {
        let service = match conversation {
            Some(conversation) => bedrock.clone().with_conversation(conversation),
            None => bedrock.clone(),
        };
        let output = service.oneshot(input(address)).await.expect("a response");
        assert_eq!(text(&output), format!("You said: {label}"));
    }

    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail(rules))).service(http_client());
    for (address, label) in [("c@example.com", "{EMAIL_3}"), ("a@example.com", "{EMAIL_1}")] {
        let body = format!(r#"{{"messages": [{{"role": "user", "content": [{{"text": "{address}"}}]}}]}}"#);
        let mut request = post(&simulator, "/model/meta.llama3-8b-instruct-v1%3A0/converse", body);
        request.extensions_mut().insert(one.clone());
        let response = bedrock.clone().oneshot(request).await.expect("a response");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(String::from_utf8_lossy(&body).contains(label), "{label}");
    }
}

/// An observer sees each assessment, whatever came of the call.
#[tokio::test]
async fn an_observer_sees_every_assessment() {
    let simulator = simulator(Options::default()).await;
    let seen: Arc<Mutex<Vec<(Source, Outcome)>>> = Arc::default();
    let notes = Arc::clone(&seen);
    let rules = "denied_topics: [{name: t, phrases: [stock tip]}]\nword_filters: [{name: w, words: [You said], input: disabled}]";
    let layer = GuardrailLayer::new(guardrail(rules)).on_assessment(move |call| {
        assert_eq!(call.model_id(), Some(LLAMA));
        assert!(call.elapsed() < Duration::from_secs(600));
        notes.lock().expect("a lock").push((call.assessment().source(), call.assessment().outcome()));
    });
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let stream =
        |text: &str| ConverseStreamInput::builder().model_id(LLAMA).messages(user(text)).build().expect("an input");
    bedrock.clone().oneshot(input("a stock tip")).await.expect("a blocked response");
    bedrock.clone().oneshot(input("Hello")).await.expect("a blocked response");
    drop(bedrock.clone().oneshot(stream("a stock tip")).await.expect("a blocked stream"));
    let mut output = bedrock.clone().oneshot(stream("Hello")).await.expect("a stream");
    while output.stream().recv().await.expect("an event").is_some() {}
    drop(bedrock.oneshot(stream("Hello")).await.expect("a stream that nobody reads"));
    let (input, output) = (Source::Input, Source::Output);
    let expected = [
        (input, Outcome::Blocked),
        (input, Outcome::Passed),
        (output, Outcome::Blocked),
        (input, Outcome::Blocked),
        (input, Outcome::Passed),
        (output, Outcome::Blocked),
        (input, Outcome::Passed),
        (output, Outcome::Passed),
    ];
    assert_eq!(*seen.lock().expect("a lock"), expected);
}

/// Keeps the fields of all spans and events.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("banister::")
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut fields = Fields(format!("span {}", span.metadata().name()));
        span.record(&mut fields);
        self.0.lock().expect("a lock").push(fields.0);
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields("event".to_owned());
        event.record(&mut fields);
        self.0.lock().expect("a lock").push(fields.0);
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

struct Fields(String);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() != "elapsed_us" {
            self.0.push_str(&format!(" {}={value:?}", field.name()));
        }
    }
}

#[tokio::test]
async fn events_and_spans_have_rules_and_no_text() {
    let simulator = simulator(Options::default()).await;
    let layer = GuardrailLayer::new(guardrail("pii: [{types: [EMAIL]}]"));
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let log = Log::default();
    let subscriber = tracing::subscriber::set_default(log.clone());
    bedrock.oneshot(input("Write to jane.roe@example.com")).await.expect("a response");
    drop(subscriber);
    let lines = log.0.lock().expect("a lock").clone();
    let about = |direction: &str| format!("operation=\"Converse\" model=\"{LLAMA}\" direction=\"{direction}\"");
    let (request, response) = (about("INPUT"), about("OUTPUT"));
    let expected = [
        format!("span inspect {request}"),
        format!("event message=finding {request} rule=\"EMAIL\" kind=\"pii\" action=\"ANONYMIZED\""),
        format!("event message=assessed {request} outcome=\"masked\" findings=1"),
        format!("span inspect {response}"),
        format!("event message=assessed {response} outcome=\"passed\" findings=0"),
    ];
    assert_eq!(lines, expected);
}
