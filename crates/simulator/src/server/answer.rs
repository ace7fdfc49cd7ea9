//! What an operation answers, before it becomes HTTP.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Operation;
use super::error::ErrorAnswer;
use crate::Shape;
use crate::families::{chunks, converse, converse_events, detect, whole};
use crate::model::{Said, Turn, converse_text, count_tokens, invoke_text};
use crate::options::{Options, Reply};
use crate::wire::Event;

/// An answer and the token counts the response headers carry.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) content: Content,
    pub(super) input_tokens: usize,
    pub(super) output_tokens: usize,
}

/// The content of an answer.
#[derive(Debug)]
pub(super) enum Content {
    /// A body in one piece.
    Whole(Bytes),
    /// The events of a stream.
    Events(Vec<Event>),
}

/// The request, read.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) operation: Operation,
    pub(super) model_id: &'a str,
    pub(super) body: &'a [u8],
    pub(super) id: &'a str,
}

/// What `call` is answered with under `options`.
pub(super) fn answer(call: &Call<'_>, options: &Options) -> Result<Answer, ErrorAnswer> {
    let body: Value = serde_json::from_slice(call.body).map_err(|_| ErrorAnswer::malformed())?;
    let fixed = |value: Value| Answer {
        content: Content::Whole(value.to_string().into()),
        input_tokens: count_tokens(&body.to_string()),
        output_tokens: 1,
    };
    match call.operation {
        Operation::CountTokens => Ok(fixed(json!({"inputTokens": count_tokens(&body["input"].to_string())}))),
        Operation::StartAsyncInvoke => Ok(fixed(json!({
            "invocationArn": "arn:aws:bedrock:us-east-1:123456789012:async-invoke/simulator001",
        }))),
        Operation::ApplyGuardrail => Ok(fixed(json!({
            "action": "NONE",
            "outputs": [],
            "assessments": [],
            "usage": {
                "topicPolicyUnits": 0,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": 0,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 0,
            },
        }))),
        _ => model_answer(call, options, &body),
    }
}

fn model_answer(call: &Call<'_>, options: &Options, body: &Value) -> Result<Answer, ErrorAnswer> {
    let is_converse = matches!(call.operation, Operation::Converse | Operation::ConverseStream);
    let shape = match options.shape {
        _ if is_converse => None,
        Some(shape) => Some(shape),
        // A raw reply needs no shape, so any body will do.
        None => detect(call.model_id, body),
    };
    let prompt = shape.map_or_else(|| converse_text(body), |shape| invoke_text(shape, body));
    let Some(said) = Said::new(&options.reply, &prompt) else {
        let content = raw(call.operation, &options.reply)?;
        return Ok(Answer { content, input_tokens: count_tokens(&body.to_string()), output_tokens: 1 });
    };
    let turn = Turn { body, model_id: call.model_id, said: &said, chunk: &options.chunk, id: call.id };
    Ok(Answer {
        content: content(call.operation, shape, &turn)?,
        input_tokens: turn.input_tokens(),
        output_tokens: turn.output_tokens(),
    })
}

fn content(operation: Operation, shape: Option<Shape>, turn: &Turn<'_>) -> Result<Content, ErrorAnswer> {
    match (operation, shape) {
        (Operation::Converse, _) => {
            require_messages(turn.body)?;
            Ok(Content::Whole(converse(turn).to_string().into()))
        }
        (Operation::ConverseStream, _) => {
            require_messages(turn.body)?;
            let events = converse_events(turn);
            Ok(Content::Events(events.into_iter().map(|(name, payload)| Event::Plain(name, payload)).collect()))
        }
        (Operation::InvokeModelWithResponseStream, Some(shape)) => chunks(shape, turn)
            .map(|chunks| Content::Events(chunks.into_iter().map(chunk).collect()))
            .ok_or_else(|| ErrorAnswer::validation("The model is unsupported for streaming.")),
        (_, Some(shape)) => Ok(Content::Whole(whole(shape, turn).to_string().into())),
        (_, None) => Err(ErrorAnswer::malformed()),
    }
}

// A prompt ARN may stand in for the messages, but it comes with variables.
fn require_messages(body: &Value) -> Result<(), ErrorAnswer> {
    if body.get("messages").is_some() || body.get("promptVariables").is_some() {
        Ok(())
    } else {
        Err(ErrorAnswer::validation("1 validation error detected: messages must not be null"))
    }
}

fn chunk(json: Value) -> Event {
    Event::Chunk(json.to_string().into_bytes())
}

fn raw(operation: Operation, reply: &Reply) -> Result<Content, ErrorAnswer> {
    let bytes = match reply {
        Reply::RawEvents(events) if operation.streams() => {
            return Ok(Content::Events(events.iter().cloned().map(raw_event).collect()));
        }
        Reply::RawJson(value) => value.to_string().into_bytes(),
        Reply::RawBytes(bytes) => bytes.clone(),
        _ => return Err(misfit(operation)),
    };
    match operation {
        Operation::InvokeModelWithResponseStream => Ok(Content::Events(vec![Event::Chunk(bytes)])),
        Operation::ConverseStream => Err(misfit(operation)),
        _ => Ok(Content::Whole(bytes.into())),
    }
}

// Loud, so that a test which mixes them up does not pass by accident.
fn misfit(operation: Operation) -> ErrorAnswer {
    let message = format!("simulator: the raw reply does not fit {}", operation.name());
    ErrorAnswer::new(500, "InternalServerException", message)
}

fn raw_event((name, payload): (String, Value)) -> Event {
    if name.ends_with("Exception") {
        Event::Exception(name, payload)
    } else if name == "chunk" && payload.get("bytes").is_none() {
        chunk(payload)
    } else {
        Event::Raw(name, payload)
    }
}
