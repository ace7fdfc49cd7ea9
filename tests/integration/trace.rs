//! Traces in Bedrock's own shape, in every face.

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ConverseStreamOutput, GuardrailConfiguration, GuardrailStreamConfiguration, GuardrailTrace,
    GuardrailTraceAssessment, Trace,
};
use banister::GuardrailLayer;
use banister_simulator::{ChunkSize, ModelResponse, Options, RecordedRequest};
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{post, send, value};
use crate::http_stream::{events, stream};
use crate::interceptor::client;
use crate::support::{LLAMA, guardrail, layer, service, simulator, user};

pub(crate) const ASKED: &str = "I am jane.roe@example.com, an Acme customer with EMP-123456";
pub(crate) const STOPPED: &str = "Give me a stock tip";

fn echo() -> Options {
    Options { response: ModelResponse::Echo, chunk_size: ChunkSize::Chars(5), ..Options::default() }
}

fn converse(text: &str, guardrail: &str, trace: &str) -> ConverseInput {
    let config = GuardrailConfiguration::builder().guardrail_identifier(guardrail).guardrail_version("1");
    let config = config.trace(GuardrailTrace::from(trace)).build();
    ConverseInput::builder().model_id(LLAMA).messages(user(text)).guardrail_config(config).build().unwrap()
}

/// The body of a Converse request.
fn body(text: &str, guardrail: &str, trace: &str) -> Value {
    json!({
        "guardrailConfig": {"guardrailIdentifier": guardrail, "guardrailVersion": "1", "trace": trace},
        "messages": [{"role": "user", "content": [{"text": text}]}],
    })
}

fn path(operation: &str) -> String {
    format!("/model/{}/{operation}", LLAMA.replace(':', "%3A"))
}

/// What is told of [`ASKED`]: `of` the input or of the output.
fn assessment(employee: bool, chars: usize) -> Value {
    let email = json!({"match": "", "type": "EMAIL", "action": "ANONYMIZED", "detected": true});
    let regex = json!({
        "match": "", "name": "employee-id", "regex": r"\bEMP-\d{6}\b", "action": "ANONYMIZED", "detected": true,
    });
    let action = if employee { "NONE" } else { "ANONYMIZED" };
    let mut told = json!({
        "wordPolicy": {
            "customWords": [{"match": "", "action": action, "detected": true}],
            "managedWordLists": [],
        },
        "invocationMetrics": {
            "guardrailCoverage": {"textCharacters": {"guarded": chars, "total": chars}},
            "usage": {
                "topicPolicyUnits": 1,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": 1,
                "sensitiveInformationPolicyUnits": 1,
                "sensitiveInformationPolicyFreeUnits": 1,
                "contextualGroundingPolicyUnits": 0,
                "contentPolicyImageUnits": 0,
                "automatedReasoningPolicyUnits": 0,
                "automatedReasoningPolicies": 0,
            },
        },
    });
    if employee {
        told["sensitiveInformationPolicy"] = json!({"piiEntities": [email], "regexes": [regex]});
    }
    told
}

fn input_told() -> Value {
    assessment(true, ASKED.chars().count())
}

fn output_told() -> Value {
    assessment(false, "You said: I am {EMAIL}, an Acme customer with {employee-id}".chars().count())
}

/// Nothing of a guardrail went on to Bedrock.
fn assert_unnamed(sent: &RecordedRequest) {
    let body = String::from_utf8_lossy(&sent.body);
    assert!(!body.contains("guardrailConfig"), "{body}");
    for name in ["guardrailidentifier", "guardrailversion", "trace"] {
        assert_eq!(sent.header(&format!("x-amzn-bedrock-{name}")), None, "{name}");
    }
}

#[tokio::test]
async fn converse_tells_in_every_face() {
    let simulator = simulator(echo()).await;
    let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let answer = layered.oneshot(converse(ASKED, "integration", "enabled")).await.unwrap();
    let of_layer = answer.trace().unwrap().guardrail().unwrap().clone();

    let client = client(&simulator, guardrail());
    let call = client.converse().model_id(LLAMA).messages(user(ASKED));
    let config = converse(ASKED, "integration", "enabled").guardrail_config;
    let answer = call.set_guardrail_config(config).send().await.unwrap();
    assert_eq!(answer.trace().unwrap().guardrail(), Some(&of_layer));

    let request = post(&simulator, &path("converse"), body(ASKED, "integration", "enabled").to_string());
    let (_, headers, answer) = send(layer().0, request).await;
    assert_eq!(headers["content-length"], answer.len().to_string().as_str());
    let expected = json!({
        "inputAssessment": {"integration": input_told()},
        "outputAssessments": {"integration": [output_told()]},
        "actionReason": "Guardrail masked.",
    });
    assert_eq!(value(&answer)["trace"]["guardrail"], expected);
    simulator.requests().iter().for_each(assert_unnamed);
}

/// The trace of the last event.
fn last(event: ConverseStreamOutput) -> Option<GuardrailTraceAssessment> {
    let ConverseStreamOutput::Metadata(event) = event else { panic!("{event:?}") };
    event.trace?.guardrail
}

#[tokio::test]
async fn streams_tell_in_their_last_event() {
    for (text, output) in [(ASKED, true), (STOPPED, false)] {
        let simulator = simulator(echo()).await;
        let config = GuardrailStreamConfiguration::builder()
            .guardrail_identifier("integration")
            .guardrail_version("1")
            .trace(GuardrailTrace::Enabled)
            .build();
        let input = ConverseStreamInput::builder().model_id(LLAMA).messages(user(text));
        let input = input.guardrail_config(config.clone()).build().unwrap();
        let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
        let mut events_of_layer = layered.oneshot(input).await.unwrap().into_stream();
        let mut of_layer = None;
        while let Some(event) = events_of_layer.recv().await.unwrap() {
            of_layer = Some(event);
        }
        let of_layer = last(of_layer.unwrap()).unwrap();
        assert_eq!(of_layer.output_assessments.is_some(), output);

        let client = client(&simulator, guardrail());
        let call = client.converse_stream().model_id(LLAMA).messages(user(text)).guardrail_config(config);
        let mut answer = call.send().await.unwrap().stream;
        let mut of_client = None;
        while let Some(event) = answer.recv().await.unwrap() {
            of_client = Some(event);
        }
        assert_eq!(last(of_client.unwrap()), Some(of_layer));
        simulator.requests().iter().for_each(assert_unnamed);

        let streamed = stream(layer().0, echo(), &path("converse-stream"), &body(text, "integration", "enabled")).await;
        let told = events(&streamed.bytes);
        assert!(told.iter().rev().skip(1).all(|event| event.json.get("trace").is_none()));
        let mut expected = json!({
            "inputAssessment": {"integration": input_told()},
            "outputAssessments": {"integration": [output_told()]},
            "actionReason": "Guardrail masked.",
        });
        if !output {
            let chars = STOPPED.len();
            let mut blocked = assessment(false, chars);
            blocked.as_object_mut().unwrap().remove("wordPolicy");
            let topic = json!({"name": "investment", "type": "DENY", "action": "BLOCKED", "detected": true});
            blocked["topicPolicy"] = json!({"topics": [topic]});
            expected = json!({"inputAssessment": {"integration": blocked}, "actionReason": "Guardrail blocked."});
        }
        assert_eq!(told.last().unwrap().json["trace"]["guardrail"], expected);
    }
}

#[tokio::test]
async fn invoke_tells_in_the_body() {
    let simulator = simulator(echo()).await;
    let prompt = json!({"prompt": ASKED, "amazon-bedrock-guardrailConfig": {"tagSuffix": "x"}}).to_string();
    let input = InvokeModelInput::builder()
        .model_id(LLAMA)
        .body(Blob::new(prompt.clone()))
        .guardrail_identifier("integration")
        .guardrail_version("DRAFT")
        .trace(Trace::Enabled)
        .build()
        .unwrap();
    let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let answer = layered.oneshot(input).await.unwrap();
    let answer = value(answer.body().as_ref());
    let expected = json!({
        "input": {"integration": input_told()},
        "outputs": [{"integration": output_told()}],
        "actionReason": "Guardrail masked.",
    });
    assert_eq!(answer["amazon-bedrock-trace"]["guardrail"], expected);
    assert_eq!(answer["amazon-bedrock-guardrailAction"], "INTERVENED");
    assert_eq!(answer["generation"], "You said: I am {EMAIL}, an {competitors} customer with {employee-id}");

    let client = client(&simulator, guardrail());
    let call = client.invoke_model().model_id(LLAMA).body(Blob::new(prompt));
    let call = call.guardrail_identifier("integration").guardrail_version("DRAFT").trace(Trace::Enabled);
    assert_eq!(value(call.send().await.unwrap().body().as_ref()), answer);
    simulator.requests().iter().for_each(assert_unnamed);
}

#[tokio::test]
async fn invoke_streams_tell_in_their_last_chunk() {
    for (model, body, _) in crate::invoke_stream::families() {
        let simulator = simulator(Options { response: ModelResponse::Text("Ask Acme".to_owned()), ..echo() }).await;
        let input = InvokeModelWithResponseStreamInput::builder().model_id(model).body(Blob::new(body.to_string()));
        let input = input.guardrail_identifier("gr-1").guardrail_version("1").trace(Trace::Enabled).build().unwrap();
        let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
        let mut answer = layered.oneshot(input).await.unwrap().into_body();
        let mut chunks: Vec<Value> = Vec::new();
        while let Some(chunk) = answer.recv().await.unwrap() {
            chunks.push(value(chunk.as_chunk().unwrap().bytes().unwrap().as_ref()));
        }
        let last = chunks.pop().unwrap();
        assert!(chunks.iter().all(|chunk| chunk.get("amazon-bedrock-trace").is_none()), "{model}");
        let guardrail = &last["amazon-bedrock-trace"]["guardrail"];
        let words = &guardrail["outputs"][0]["integration"]["wordPolicy"]["customWords"];
        assert_eq!(words[0]["action"], "ANONYMIZED", "{model}: {last}");
        assert_eq!(last["amazon-bedrock-guardrailAction"], "INTERVENED", "{model}");
        // A guardrail of Bedrock's stays named.
        assert_eq!(simulator.requests()[0].header("x-amzn-bedrock-guardrailidentifier"), Some("gr-1"), "{model}");
    }
}

#[tokio::test]
async fn a_trace_of_bedrock_stays_beside_ours_and_is_guarded() {
    let reply = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "Fine."}]}},
        "stopReason": "guardrail_intervened",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1.50e1},
        "trace": {"guardrail": {
            "modelOutput": ["Ask a.b@example.com"],
            "outputAssessments": {"gr-1": [{"sensitiveInformationPolicy": {"regexes": [], "piiEntities": [
                {"match": "a.b@example.com", "type": "EMAIL", "action": "ANONYMIZED", "detected": true}
            ]}}]},
            "actionReason": "Guardrail masked.",
        }},
    });
    let simulator = simulator(Options { response: ModelResponse::RawJson(reply), ..Options::default() }).await;
    let request = post(&simulator, &path("converse"), body("Hello", "gr-1", "enabled_full").to_string());
    let (_, _, answer) = send(layer().0, request).await;
    let text = String::from_utf8_lossy(&answer);
    assert!(!text.contains("a.b@"), "{text}");
    let told = &value(&answer)["trace"]["guardrail"];
    assert_eq!(told["modelOutput"][0], "Ask {EMAIL}");
    let theirs = &told["outputAssessments"]["gr-1"][0]["sensitiveInformationPolicy"]["piiEntities"][0];
    assert_eq!(theirs["match"], "{EMAIL}");
    // In full, what was not found is told too.
    let ours = &told["inputAssessment"]["integration"];
    let topic = json!({"name": "investment", "type": "DENY", "action": "NONE", "detected": false});
    assert_eq!(ours["topicPolicy"]["topics"], json!([topic]));
    let entities = ours["sensitiveInformationPolicy"]["piiEntities"].as_array().unwrap();
    assert!(entities.iter().all(|entity| entity["detected"] == json!(false)) && entities.len() == 3, "{entities:?}");
    assert_eq!(simulator.requests()[0].json().unwrap()["guardrailConfig"]["guardrailIdentifier"], "gr-1");

    let client = client(&simulator, guardrail());
    let config = converse("", "gr-1", "enabled_full").guardrail_config;
    let call = client.converse().model_id(LLAMA).messages(user("Hello")).set_guardrail_config(config);
    let of_client = call.send().await.unwrap().trace.unwrap().guardrail;
    let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service(&simulator));
    let of_layer = layered.oneshot(converse("Hello", "gr-1", "enabled_full")).await.unwrap().trace.unwrap().guardrail;
    assert_eq!(of_layer, of_client);
}

#[tokio::test]
async fn nothing_is_told_unasked() {
    let simulator = simulator(echo()).await;
    for (guardrail, trace) in [("integration", "disabled"), ("other", "disabled"), ("integration", "x")] {
        let request = post(&simulator, &path("converse"), body(ASKED, guardrail, trace).to_string());
        let (_, _, answer) = send(layer().0, request).await;
        assert_eq!(value(&answer).get("trace"), None);
    }
    for guardrail in ["integration", "other"] {
        let request = post(&simulator, &path("converse"), body(ASKED, guardrail, "enabled_full").to_string());
        let (_, _, answer) = send(layer().0.without_traces(), request).await;
        assert_eq!(value(&answer).get("trace"), None);
    }
}

#[tokio::test]
async fn matches_are_told_only_where_the_server_says_so() {
    let simulator = simulator(echo()).await;
    let layer = GuardrailLayer::new(guardrail().dangerous_include_matches()).guardrail_identifier("ours");
    let layer = layer.on_assessment(|call| {
        let shown = format!("{call:?}");
        assert!(!shown.contains("jane") && !shown.contains("Acme"), "{shown}");
    });
    let streamed = stream(layer.clone(), echo(), &path("converse-stream"), &body(ASKED, "ours", "enabled")).await;
    let told = events(&streamed.bytes).pop().unwrap().json;
    let told = &told["trace"]["guardrail"];
    let input = &told["inputAssessment"]["ours"];
    assert_eq!(input["sensitiveInformationPolicy"]["piiEntities"][0]["match"], "jane.roe@example.com");
    assert_eq!(input["sensitiveInformationPolicy"]["regexes"][0]["match"], "EMP-123456");
    assert_eq!(told["outputAssessments"]["ours"][0]["wordPolicy"]["customWords"][0]["match"], "Acme");

    let layered = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let answer = layered.oneshot(converse(ASKED, "ours", "enabled")).await.unwrap();
    let told = answer.trace().unwrap().guardrail().unwrap();
    let words = told.input_assessment().unwrap()["ours"].word_policy().unwrap();
    assert_eq!(words.custom_words()[0].r#match(), "Acme");
}

/// Content filters, as Bedrock reports them: in traces of the SDK and of HTTP, and in the response of ApplyGuardrail.
#[tokio::test]
async fn content_filters_are_in_every_trace() {
    let policy = "{version: 1, name: integration, content_filters: [{category: insults, input_strength: high, output_strength: low, action: detect}, \
        {category: prompt_attack, strength: medium, action: detect}]}";
    let guardrail = || banister::Guardrail::new(banister::Policy::from_yaml(policy).unwrap());
    let simulator = simulator(echo()).await;
    let text = "Don't be an idiot";
    let filter = |confidence: &str, strength: &str, detected: bool| json!({"type": "INSULTS", "confidence": confidence, "filterStrength": strength, "action": "NONE", "detected": detected});
    let layered = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail()));
    let of_sdk = layered.service(service(&simulator)).oneshot(converse(text, "integration", "enabled")).await.unwrap();
    let of_sdk = of_sdk.trace().unwrap().guardrail().unwrap().clone();
    let filters = of_sdk.input_assessment().unwrap()["integration"].content_policy().unwrap().filters();
    assert_eq!(filters.len(), 1);
    let [found] = filters else { panic!("{filters:?}") };
    assert_eq!((found.r#type().as_str(), found.confidence().as_str()), ("INSULTS", "MEDIUM"));
    assert_eq!((found.filter_strength().unwrap().as_str(), found.action().as_str()), ("HIGH", "NONE"));

    let layer = GuardrailLayer::new(guardrail());
    let request = post(&simulator, &path("converse"), body(text, "integration", "enabled_full").to_string());
    let (_, _, answer) = send(layer.clone(), request).await;
    let trace = &value(&answer)["trace"]["guardrail"];
    let input = &trace["inputAssessment"]["integration"];
    let attack = json!({
        "type": "PROMPT_ATTACK", "confidence": "NONE", "filterStrength": "MEDIUM", "action": "NONE", "detected": false,
    });
    assert_eq!(input["contentPolicy"]["filters"], json!([filter("MEDIUM", "HIGH", true), attack]));
    assert_eq!(input["invocationMetrics"]["usage"]["contentPolicyUnits"], 1);
    let output = &trace["outputAssessments"]["integration"][0];
    assert_eq!(output["contentPolicy"]["filters"], json!([filter("NONE", "LOW", false)]), "prompts only");

    let body = json!({"source": "INPUT", "content": [{"text": {"text": text}}]}).to_string();
    let request = post(&simulator, "/guardrail/integration/version/1/apply", body);
    let (_, _, answer) = send(layer, request).await;
    assert_eq!(value(&answer)["assessments"][0]["contentPolicy"]["filters"], json!([filter("MEDIUM", "HIGH", true)]));
}
