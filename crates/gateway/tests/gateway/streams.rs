//! Streams by the SDK, split at any position, by events and by writes to the socket.

use std::collections::BTreeMap;

use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta as Delta, ConverseStreamOutput as Event, ReasoningContentBlockDelta as Reasoning, ResponseStream,
    StopReason,
};
use aws_sdk_bedrockruntime::{Client, Error};
use banister_simulator::{ChunkSize, ModelResponse, Options};
use serde_json::{Value, json};

use crate::cases::{CUTS, FAMILIES, Family, TEXTS, all_at, assert_nothing_hidden};
use crate::support::{builder, client, run, simulator, user};

const NOVA: &str = "us.amazon.nova-pro-v1:0";

fn cut(response: ModelResponse, size: usize) -> Options {
    Options { response, chunk_size: ChunkSize::Bytes(size), write_size: Some(size), ..Options::default() }
}

fn streaming() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().filter(|family| family.chunk.is_some())
}

async fn chunks(client: &Client, family: &Family, text: &str) -> Result<Vec<Value>, Error> {
    let body = Blob::new(family.request(&[text]).to_string());
    let mut output = client.invoke_model_with_response_stream().model_id(&family.model).body(body).send().await?;
    let mut chunks = Vec::new();
    while let Some(event) = output.body.recv().await? {
        if let ResponseStream::Chunk(part) = event {
            chunks.push(serde_json::from_slice(part.bytes().expect("bytes").as_ref()).expect("JSON"));
        }
    }
    Ok(chunks)
}

/// Returns the text of each substream, joined.
fn substreams(family: &Family, chunks: &[Value], pointer: &str) -> BTreeMap<u64, String> {
    let mut joined = BTreeMap::<u64, String>::new();
    for chunk in chunks {
        let numbers = family.substream.as_ref().map(|substream| all_at(chunk, substream));
        for (at, text) in all_at(chunk, pointer).into_iter().enumerate() {
            let number = numbers.as_ref().map_or(Some(0), |numbers| numbers.get(at)?.as_u64());
            let substream = joined.entry(number.expect("a substream")).or_default();
            substream.push_str(text.as_str().unwrap_or_default());
        }
    }
    joined
}

/// Asserts that the released text is the masked text before the phrase, followed by the message.
fn assert_message_at_the_end(text: &str, case: &str) {
    let before = text.strip_suffix(TEXTS.blocked_output.as_str());
    assert!(before.is_some_and(|before| TEXTS.given_before.starts_with(before)), "{case}: {text}");
}

/// Asserts that the stream ends as the family's streams do.
fn assert_end(family: &Family, found: &[Value], case: &str) {
    assert_nothing_hidden(&json!(found), case);
    for (pointer, value) in &family.chunk_stop {
        assert!(found.iter().any(|chunk| chunk.pointer(pointer) == Some(value)), "{case}: {pointer}");
    }
    let last = found.last().expect("chunks");
    assert_eq!(last["amazon-bedrock-guardrailAction"], "INTERVENED", "{case}");
    assert!(last.get("amazon-bedrock-invocationMetrics").is_some(), "{case}");
}

#[tokio::test]
async fn each_family_streams_the_text_of_the_whole_response() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for size in CUTS {
        simulator.set_options(cut(ModelResponse::Text(TEXTS.said.clone()), size));
        for family in streaming() {
            let case = &format!("{}, cut at {size}", family.name);
            simulator.clear_requests();
            let found = chunks(&client, family, &TEXTS.asked).await.expect(case);
            let expected = (0..family.substreams).map(|substream| (substream, TEXTS.given.clone())).collect();
            assert_eq!(substreams(family, &found, family.chunk.as_deref().expect("it streams")), expected, "{case}");
            assert!(found.iter().all(|chunk| chunk.get("amazon-bedrock-guardrailAction").is_none()), "{case}");
            assert!(found.last().expect(case).get("amazon-bedrock-invocationMetrics").is_some(), "{case}");
            assert_nothing_hidden(&json!(found), case);
            assert_eq!(simulator.requests()[0].json(), Some(family.sent(&[&TEXTS.received], None)), "{case}");
        }
    }
}

#[tokio::test]
async fn each_family_ends_with_the_message_if_a_phrase_is_blocked() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for size in CUTS {
        simulator.set_options(cut(ModelResponse::Text(TEXTS.said_denied.clone()), size));
        for family in streaming() {
            let case = &format!("{}, cut at {size}", family.name);
            let found = chunks(&client, family, "Hello").await.expect(case);
            let joined = substreams(family, &found, family.blocked_chunk());
            // A choice that has not started has no end either.
            assert!(joined.contains_key(&0) && joined.keys().all(|&substream| substream < family.substreams), "{case}");
            joined.values().for_each(|text| assert_message_at_the_end(text, case));
            assert_end(family, &found, case);
        }
    }
}

#[tokio::test]
async fn each_family_has_only_the_message_if_the_request_is_blocked() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for family in streaming() {
        let answered = chunks(&client, family, &TEXTS.denied).await;
        if family.blocked().is_empty() {
            assert!(matches!(answered, Err(Error::ValidationException(_))), "{}", family.name);
            continue;
        }
        let found = answered.expect(&family.name);
        let expected = BTreeMap::from([(0, TEXTS.blocked_input.clone())]);
        assert_eq!(substreams(family, &found, family.blocked_chunk()), expected, "{}", family.name);
        assert_end(family, &found, &family.name);
    }
    assert!(simulator.requests().is_empty());
}

/// The content of a ConverseStream response, joined, and its end.
#[derive(Debug, Default, PartialEq)]
struct Conversed {
    text: String,
    reasoning: String,
    arguments: String,
    stop: Option<StopReason>,
    is_whole: bool,
}

async fn converse(client: &Client, text: &str) -> Conversed {
    let mut output = client.converse_stream().model_id(NOVA).messages(user(text)).send().await.expect("a stream");
    let mut conversed = Conversed::default();
    while let Some(event) = output.stream.recv().await.expect("an event") {
        match event {
            Event::ContentBlockDelta(event) => match event.delta().expect("a delta") {
                Delta::Text(text) => conversed.text.push_str(text),
                Delta::ReasoningContent(Reasoning::Text(text)) => conversed.reasoning.push_str(text),
                Delta::ToolUse(tool) => conversed.arguments.push_str(tool.input()),
                _ => {}
            },
            Event::MessageStop(event) => conversed.stop = Some(event.stop_reason().clone()),
            Event::Metadata(_) => conversed.is_whole = true,
            _ => {}
        }
    }
    conversed
}

#[tokio::test]
async fn converse_streams_the_text_of_the_whole_response() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let (said, given) = (&TEXTS.said, TEXTS.given.clone());
    let tool = |input| ModelResponse::ToolUse { name: "mail".to_owned(), input, text: Some(said.clone()) };
    for size in CUTS {
        simulator.set_options(cut(ModelResponse::Text(said.clone()), size));
        let expected =
            Conversed { text: given.clone(), stop: Some(StopReason::EndTurn), is_whole: true, ..Conversed::default() };
        assert_eq!(converse(&client, &TEXTS.asked).await, expected, "cut at {size}");

        simulator.set_options(cut(ModelResponse::Reasoning { reasoning: said.clone(), text: said.clone() }, size));
        let expected = Conversed { reasoning: given.clone(), ..expected };
        assert_eq!(converse(&client, &TEXTS.asked).await, expected, "cut at {size}");

        let input = |text: &str| json!({"to": text, "list": [text, {"n": 1.5}], "quoted": format!("\"{text}\"\n")});
        simulator.set_options(cut(tool(input(said)), size));
        let conversed = converse(&client, &TEXTS.asked).await;
        assert_eq!(serde_json::from_str::<Value>(&conversed.arguments).ok(), Some(input(&given)), "cut at {size}");
        assert_eq!((conversed.text, conversed.stop), (given.clone(), Some(StopReason::ToolUse)), "cut at {size}");
    }
    for request in simulator.requests() {
        assert_eq!(request.json().unwrap()["messages"][0]["content"][0]["text"], TEXTS.received.as_str());
    }
}

#[tokio::test]
async fn converse_ends_with_the_message() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let denied = &TEXTS.said_denied;
    let replies = [
        ModelResponse::Text(denied.clone()),
        ModelResponse::Reasoning { reasoning: denied.clone(), text: "Fine.".to_owned() },
        ModelResponse::ToolUse { name: "mail".to_owned(), input: json!({"to": denied}), text: None },
    ];
    for (size, reply) in CUTS.iter().flat_map(|size| replies.iter().map(move |reply| (*size, reply))) {
        simulator.set_options(cut(reply.clone(), size));
        let conversed = converse(&client, "Hello").await;
        assert_message_at_the_end(&conversed.text, &format!("{reply:?}, cut at {size}"));
        assert!(TEXTS.given_before.starts_with(&conversed.reasoning), "{}", conversed.reasoning);
        assert!(!conversed.arguments.contains("guaranteed"), "{}", conversed.arguments);
        assert_eq!((conversed.stop, conversed.is_whole), (Some(StopReason::GuardrailIntervened), true));
    }
    simulator.clear_requests();
    assert_eq!(converse(&client, &TEXTS.denied).await.text, TEXTS.blocked_input);
    assert!(simulator.requests().is_empty());
}
