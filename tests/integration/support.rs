//! A guarded client over the simulator.

use std::sync::{Arc, Mutex};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use banister::{BedrockService, Guardrail, GuardrailLayer, Policy};
use banister_simulator::{ModelResponse, Options, Simulator};

pub(crate) const LLAMA: &str = "meta.llama3-8b-instruct-v1:0";

/// A policy with every kind of rule.
pub(crate) const POLICY: &str = r"
version: 1
name: integration
messages:
  blocked_input: I can't help with that.
  blocked_output: I can't share that.
denied_topics:
  - {name: investment, phrases: [guaranteed return, stock tip], action: block}
word_filters:
  - {name: competitors, words: [Acme, Globex Corp], input: detect, output: mask}
pii:
  - {types: [EMAIL, PHONE], action: mask}
  - {types: [CREDIT_DEBIT_CARD_NUMBER], input: block, output: mask, replacement: keep_last_4}
regexes:
  - {name: employee-id, pattern: '\bEMP-\d{6}\b', action: mask}
";

pub(crate) fn guardrail() -> Guardrail {
    Guardrail::new(Policy::from_yaml(POLICY).expect("the policy is valid"))
}

/// The configuration of an SDK client that talks to the simulator over plain HTTP.
pub(crate) fn config(simulator: &Simulator) -> Builder {
    aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDSIMULATOR", "secret", None, None, "simulator"))
        .endpoint_url(simulator.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

pub(crate) fn client(simulator: &Simulator) -> Client {
    Client::from_conf(config(simulator).retry_config(RetryConfig::disabled()).build())
}

pub(crate) fn user(text: &str) -> Message {
    let content = ContentBlock::Text(text.to_owned());
    Message::builder().role(ConversationRole::User).content(content).build().expect("a message")
}

/// A simulator that repeats the prompt.
pub(crate) fn echo() -> Options {
    Options { response: ModelResponse::Echo, ..Options::default() }
}

pub(crate) async fn simulator(options: Options) -> Simulator {
    Simulator::start(options).await.expect("a loopback port")
}

pub(crate) fn service(simulator: &Simulator) -> BedrockService {
    BedrockService::new(client(simulator))
}

/// What a layer's observer saw: direction, outcome, rules.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

/// A layer that notes what it assesses.
pub(crate) fn layer() -> (GuardrailLayer, Seen) {
    let seen = Seen::default();
    let notes = Arc::clone(&seen);
    let layer = GuardrailLayer::new(guardrail()).on_assessment(move |call| {
        let assessment = call.assessment();
        let rules: Vec<_> = assessment
            .findings()
            .iter()
            .map(|found| format!("{}@{}", found.finding().rule(), found.pointer()))
            .collect();
        let note = format!("{} {:?} {}", assessment.source(), assessment.outcome(), rules.join(" "));
        notes.lock().expect("not poisoned").push(note.trim_end().to_owned());
    });
    (layer, seen)
}
