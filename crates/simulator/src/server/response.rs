//! The response of an operation, before it becomes HTTP.

use bytes::Bytes;
use serde_json::{Value, json};

use super::error::ErrorResponse;
use super::operation::SimulatedOperation;
use crate::BodyFormat;
use crate::families::{
    CLAUDE_MESSAGES, Family, OPENAI_CHAT, OPENAI_RESPONSES, converse, converse_events, converse_text,
};
use crate::model::{ModelOutput, Turn, count_tokens};
use crate::options::{ModelResponse, Options};
use crate::wire::Event;

/// A response, and the token counts of its headers.
#[derive(Debug)]
pub(super) struct SimulatedResponse {
    pub(super) content: Content,
    pub(super) input_tokens: usize,
    pub(super) output_tokens: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    /// A body in one piece.
    Whole(Bytes),
    /// The events of a stream.
    Events(Vec<Event>),
}

/// A parsed request.
#[derive(Debug)]
pub(super) struct SimulatedCall<'a> {
    pub(super) operation: SimulatedOperation,
    pub(super) model_id: &'a str,
    pub(super) body: &'a [u8],
    pub(super) id: &'a str,
}

/// Returns the response to `call` under `options`.
pub(super) fn respond(call: &SimulatedCall<'_>, options: &Options) -> Result<SimulatedResponse, ErrorResponse> {
    let body: Value = serde_json::from_slice(call.body).map_err(|_| ErrorResponse::malformed())?;
    let fixed = |value: Value| SimulatedResponse {
        content: Content::Whole(value.to_string().into()),
        input_tokens: count_tokens(&body.to_string()),
        output_tokens: 1,
    };
    match call.operation {
        SimulatedOperation::CountTokens => Ok(fixed(json!({"inputTokens": count_tokens(&body["input"].to_string())}))),
        SimulatedOperation::StartAsyncInvoke => Ok(fixed(json!({
            "invocationArn": "arn:aws:bedrock:us-east-1:123456789012:async-invoke/simulator001",
        }))),
        SimulatedOperation::ApplyGuardrail => Ok(fixed(json!({
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
        operation if operation.is_compatible() => compatible_response(call, options, &body),
        _ => model_response(call, options, &body),
    }
}

fn model_response(
    call: &SimulatedCall<'_>,
    options: &Options,
    body: &Value,
) -> Result<SimulatedResponse, ErrorResponse> {
    let is_converse = matches!(call.operation, SimulatedOperation::Converse | SimulatedOperation::ConverseStream);
    let format = match options.body_format {
        _ if is_converse => None,
        Some(format) => Some(format),
        // A raw response needs no format, so any body is accepted.
        None => BodyFormat::of_request(call.model_id, body),
    };
    let family = format.map(BodyFormat::family);
    let prompt = family.map_or_else(|| converse_text(body), |family| family.user_text(body));
    let Some(output) = ModelOutput::new(&options.response, &prompt) else {
        let content = raw(call.operation, &options.response)?;
        return Ok(SimulatedResponse { content, input_tokens: count_tokens(&body.to_string()), output_tokens: 1 });
    };
    let turn = Turn { body, model_id: call.model_id, output: &output, chunk_size: &options.chunk_size, id: call.id };
    Ok(SimulatedResponse {
        content: content(call.operation, family, &turn)?,
        input_tokens: turn.input_tokens(),
        output_tokens: turn.output_tokens(),
    })
}

/// Responds on a path that is compatible with another service.
fn compatible_response(
    call: &SimulatedCall<'_>,
    options: &Options,
    body: &Value,
) -> Result<SimulatedResponse, ErrorResponse> {
    let family = match call.operation {
        SimulatedOperation::Messages => &CLAUDE_MESSAGES,
        SimulatedOperation::Responses => &OPENAI_RESPONSES,
        _ => &OPENAI_CHAT,
    };
    let model_id = body["model"].as_str().unwrap_or_default();
    let is_streamed = body["stream"] == true;
    let event = |json: &Value| {
        let name = json["type"].as_str().map(|name| format!("event: {name}\n")).unwrap_or_default();
        Event::ServerSent(format!("{name}data: {json}\n\n").into_bytes())
    };
    let end = (call.operation == SimulatedOperation::ChatCompletions)
        .then(|| Event::ServerSent(b"data: [DONE]\n\n".to_vec()));
    let Some(output) = ModelOutput::new(&options.response, &family.user_text(body)) else {
        let content = match &options.response {
            ModelResponse::RawEvents(events) if is_streamed => {
                Content::Events(events.iter().map(|(_, json)| event(json)).chain(end).collect())
            }
            ModelResponse::RawBytes(bytes) if is_streamed => Content::Events(vec![Event::ServerSent(bytes.clone())]),
            response => raw(call.operation, response)?,
        };
        return Ok(SimulatedResponse { content, input_tokens: 1, output_tokens: 1 });
    };
    let turn = Turn { body, model_id, output: &output, chunk_size: &options.chunk_size, id: call.id };
    let content = match family.chunks(&turn) {
        Some(chunks) if is_streamed => Content::Events(chunks.iter().map(event).chain(end).collect()),
        _ => Content::Whole(family.response(&turn).to_string().into()),
    };
    Ok(SimulatedResponse { content, input_tokens: turn.input_tokens(), output_tokens: turn.output_tokens() })
}

fn content(operation: SimulatedOperation, family: Option<&Family>, turn: &Turn<'_>) -> Result<Content, ErrorResponse> {
    match (operation, family) {
        (SimulatedOperation::Converse, _) => {
            require_messages(turn.body)?;
            Ok(Content::Whole(converse(turn).to_string().into()))
        }
        (SimulatedOperation::ConverseStream, _) => {
            require_messages(turn.body)?;
            let events = converse_events(turn);
            Ok(Content::Events(events.into_iter().map(|(name, payload)| Event::Plain(name, payload)).collect()))
        }
        (SimulatedOperation::InvokeModelWithResponseStream, Some(family)) => family
            .chunks(turn)
            .map(|chunks| Content::Events(chunks.into_iter().map(chunk).collect()))
            .ok_or_else(|| ErrorResponse::validation("The model is unsupported for streaming.")),
        (_, Some(family)) => Ok(Content::Whole(family.response(turn).to_string().into())),
        (_, None) => Err(ErrorResponse::malformed()),
    }
}

// A prompt ARN may replace the messages, but it comes with variables.
fn require_messages(body: &Value) -> Result<(), ErrorResponse> {
    if body.get("messages").is_some() || body.get("promptVariables").is_some() {
        Ok(())
    } else {
        Err(ErrorResponse::validation("1 validation error detected: messages must not be null"))
    }
}

fn chunk(json: Value) -> Event {
    Event::Chunk(json.to_string().into_bytes())
}

fn raw(operation: SimulatedOperation, response: &ModelResponse) -> Result<Content, ErrorResponse> {
    let bytes = match response {
        ModelResponse::RawEvents(events) if operation.streams() => {
            return Ok(Content::Events(events.iter().cloned().map(raw_event).collect()));
        }
        ModelResponse::RawJson(value) => value.to_string().into_bytes(),
        ModelResponse::RawBytes(bytes) => bytes.clone(),
        _ => return Err(misfit(operation)),
    };
    match operation {
        SimulatedOperation::InvokeModelWithResponseStream => Ok(Content::Events(vec![Event::Chunk(bytes)])),
        SimulatedOperation::ConverseStream => Err(misfit(operation)),
        _ => Ok(Content::Whole(bytes.into())),
    }
}

// An error, so that a test that mixes them up does not pass by accident.
fn misfit(operation: SimulatedOperation) -> ErrorResponse {
    let message = format!("simulator: the raw response does not fit {}", operation.name());
    ErrorResponse::new(500, "InternalServerException", message)
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
