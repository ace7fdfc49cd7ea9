use crate::bedrock::blocked::{blocked_events, blocked_response, text_event};
use crate::bedrock::event_stream::deltas;
use crate::bedrock::families::BodyFormat;
use crate::bedrock::model_event::{StreamKind, SubstreamId};
use crate::bedrock::operation::Operation;
use crate::bedrock::progress::Progress;
use crate::bedrock::sdk;
use crate::bedrock::table::DeltaKind;

use super::client::{converse_output, events};
use super::events::bodies;

#[tokio::test]
async fn the_answer_is_the_one_on_the_wire() {
    let wire = blocked_response(Operation::Converse, BodyFormat::Converse, "m", "No \"names\".").expect("an answer");
    let typed = sdk::blocked_converse("No \"names\".").expect("built");
    assert_eq!(typed, converse_output(&wire).await);
    assert_eq!(typed.stop_reason().as_str(), "guardrail_intervened");
}

#[tokio::test]
async fn streams_end_as_on_the_wire() {
    let bodies = bodies();
    for length in 0..=bodies.len() {
        let mut progress = Progress::new();
        for (name, body) in &bodies[..length] {
            progress.observe(&deltas(StreamKind::Converse, name, body.to_string().as_bytes()).expect("known"));
        }
        let typed = sdk::blocked_converse_events("No.", &progress).expect("built");
        let wire: Vec<_> = blocked_events(StreamKind::Converse, BodyFormat::Converse, "m", "No.", &progress)
            .unwrap_or_default()
            .iter()
            .map(|event| (event.event_type(), String::from_utf8(event.json().to_vec()).expect("UTF-8")))
            .collect();
        let stopped = bodies[..length].iter().any(|(name, _)| *name == "messageStop");
        assert_eq!(wire.is_empty(), stopped, "after {length} events");
        assert_eq!(typed, events(&wire).await, "after {length} events");
    }
}

#[tokio::test]
async fn held_text_leaves_as_on_the_wire() {
    for part in
        [DeltaKind::Text, DeltaKind::Reasoning, DeltaKind::ToolArguments, DeltaKind::ToolResult, DeltaKind::Refusal]
    {
        let substream = SubstreamId { choice: 0, block: 7, kind: part };
        let wire = text_event(StreamKind::Converse, BodyFormat::Converse, substream, 7, "held").expect("it has text");
        let json = String::from_utf8(wire.json().to_vec()).expect("UTF-8");
        let typed = sdk::text_delta(substream, "held").expect("built");
        assert_eq!(vec![typed], events(&[(wire.event_type(), json)]).await);
    }
}
