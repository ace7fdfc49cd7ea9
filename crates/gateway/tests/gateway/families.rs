//! Every model family, by the SDK: masked in both directions, and blocked in its own format.

use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{AsyncInvokeOutputDataConfig, AsyncInvokeS3OutputDataConfig};
use aws_sdk_bedrockruntime::{Client, Error};
use banister_simulator::{ModelResponse, Options};
use serde_json::{Value, json};

use crate::cases::{FAMILIES, Family, TEXTS, TurnKind, all_at, assert_nothing_hidden, document};
use crate::support::{builder, client, run, simulator, strict};

fn saying(text: &str) -> Options {
    Options { response: ModelResponse::Text(text.to_owned()), ..Options::default() }
}

/// Returns the response of a family, which is empty for a call without one.
async fn call(client: &Client, family: &Family, model: &str, body: &Value) -> Result<Value, Error> {
    if family.is_async() {
        let destination =
            AsyncInvokeS3OutputDataConfig::builder().s3_uri("s3://bucket/answers").build().expect("a destination");
        let destination = AsyncInvokeOutputDataConfig::S3OutputDataConfig(destination);
        let call =
            client.start_async_invoke().model_id(model).model_input(document(body)).output_data_config(destination);
        return Ok(call.send().await.map(|output| json!({"arn": output.invocation_arn()}))?);
    }
    let call = client.invoke_model().model_id(model).content_type("application/json").body(Blob::new(body.to_string()));
    let output = call.send().await?;
    Ok(serde_json::from_slice(output.body().as_ref()).expect("JSON"))
}

fn assert_all(answer: &Value, pointers: &[String], expected: &str, case: &str) {
    for pointer in pointers {
        assert_eq!(all_at(answer, pointer), [expected], "{case}: {pointer} in {answer}");
    }
}

#[tokio::test]
async fn text_is_masked_in_both_directions() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for family in &*FAMILIES {
        let body_format = family.body_format.as_deref().map(|name| name.parse().expect("a format"));
        simulator.set_options(Options { body_format, ..saying(&TEXTS.said) });
        for model in std::iter::once(&family.model).chain(&family.also) {
            let case = &format!("{} as {model}", family.name);
            simulator.clear_requests();
            let answer = call(&client, family, model, &family.request(&[&TEXTS.asked])).await.expect(case);
            assert_all(&answer, &family.answer, &TEXTS.given, case);
            assert_all(&answer, &family.echo, &TEXTS.echoed, case);
            for (pointer, value) in &family.stop {
                assert_eq!(answer.pointer(pointer), Some(value), "{case}: {pointer}");
            }
            assert_nothing_hidden(&answer, case);
            let sent = &simulator.requests()[0];
            assert_eq!(sent.model_id.as_deref(), Some(model.as_str()));
            let sent = sent.json().expect("JSON");
            let sent = if family.is_async() { &sent["modelInput"] } else { &sent };
            assert_eq!(*sent, family.sent(&[&TEXTS.received], None), "{case}");
        }
    }
}

/// Asserts that the response is a blocked response of the family, or an error if the family has none.
fn assert_blocked(family: &Family, pointers: &[String], answered: Result<Value, Error>, message: &str, case: &str) {
    if pointers.is_empty() {
        match answered {
            Err(Error::ValidationException(error)) => {
                assert!(error.message().is_some_and(|text| text.ends_with(message)), "{case}: {error}");
            }
            other => panic!("{case}: {other:?}"),
        }
        return;
    }
    let answer = answered.expect(case);
    assert_all(&answer, pointers, message, case);
    assert_eq!(answer["amazon-bedrock-guardrailAction"], "INTERVENED", "{case}");
    for (pointer, value) in family.refused() {
        assert_eq!(answer.pointer(pointer), Some(value), "{case}: {pointer}");
    }
    assert_nothing_hidden(&answer, case);
}

/// Returns a request for each text field of a family in which that field is denied: its pointer, the text, and the name of the case.
fn denied(family: &Family) -> impl Iterator<Item = (String, Vec<&'static str>, String)> {
    family.text_pointers().into_iter().enumerate().map(|(at, pointer)| {
        let mut texts = vec!["Hello"; at];
        texts.extend([TEXTS.denied.as_str(), "Hello"]);
        let case = format!("{}, {pointer}", family.name);
        (pointer, texts, case)
    })
}

#[tokio::test]
async fn a_denied_topic_is_blocked_in_every_field() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(strict(&simulator)).await;
    let client = client(gateway.address);
    for family in &*FAMILIES {
        for (_, texts, case) in denied(family) {
            let answered = call(&client, family, &family.model, &family.request(&texts)).await;
            assert_blocked(family, family.blocked(), answered, &TEXTS.blocked_input, &case);
        }
    }
    assert!(simulator.requests().is_empty(), "nothing was sent on");
}

#[tokio::test]
async fn a_denied_topic_blocks_in_the_last_turn_only() {
    let simulator = simulator(saying("Hello")).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let mut turns = Vec::new();
    for family in &*FAMILIES {
        let body_format = family.body_format.as_deref().map(|name| name.parse().expect("a format"));
        simulator.set_options(Options { body_format, ..saying("Hello") });
        for (pointer, mut texts, case) in denied(family) {
            let turn_kind = family.turn_kind(&pointer);
            turns.push(turn_kind);
            let answered = call(&client, family, &family.model, &family.request(&texts)).await;
            if turn_kind == TurnKind::LastTurn {
                assert_blocked(family, family.blocked(), answered, &TEXTS.blocked_input, &case);
                assert!(simulator.requests().is_empty(), "{case}");
                continue;
            }
            let answer = answered.expect(&case);
            assert!(answer.get("amazon-bedrock-guardrailAction").is_none(), "{case}: {answer}");
            if turn_kind == TurnKind::History {
                let at = texts.len() - 2;
                texts[at] = "{investment}";
            }
            let changed = if turn_kind == TurnKind::History { pointer.as_str() } else { "none" };
            assert_eq!(simulator.requests()[0].json(), Some(family.sent(&texts, Some(changed))), "{case}");
            simulator.clear_requests();
        }
    }
    let count = |turn_kind| turns.iter().filter(|other| **other == turn_kind).count();
    assert!(count(TurnKind::History) > 20 && count(TurnKind::Operator) > 15, "{turns:?}");
}

#[tokio::test]
async fn a_denied_completion_is_blocked() {
    let simulator = simulator(saying(&TEXTS.said_denied)).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for family in FAMILIES.iter().filter(|family| !family.answer.is_empty()) {
        let answered = call(&client, family, &family.model, &family.request(&["Hello"])).await;
        // The response shows the family if the request did not.
        let pointers = if family.blocked().is_empty() { &family.answer } else { family.blocked() };
        assert_blocked(family, pointers, answered, &TEXTS.blocked_output, &family.name);
    }
}
