//! Converse and ConverseStream.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConversationRole, ConverseOutput as Said, ConverseStreamOutput as Event,
    InferenceConfiguration, Message,
};
use banister::BedrockService;
use tower::{ServiceBuilder, ServiceExt as _};

use super::family::MAX_TOKENS;
use super::show::Show;
use super::{GuardedCall, failed};
use crate::failure::Failure;

/// Makes a call with Converse.
pub(super) async fn whole(call: &GuardedCall<'_>) -> Result<String, Failure> {
    let input = ConverseInput::builder()
        .model_id(call.model)
        .messages(message(call.prompt)?)
        .inference_config(limits())
        .build()
        .map_err(|error| failed(&error))?;
    let (input_recorder, output_recorder) = (Arc::clone(&call.recorder), Arc::clone(&call.recorder));
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        // Inside the guardrail: this is the input of the model.
        .map_request(move |input: ConverseInput| {
            input_recorder.record_input(prompt(input.messages()));
            input
        })
        .map_response(move |output: ConverseOutput| {
            output_recorder.record_output(output_text(&output));
            output
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    Ok(output_text(&output))
}

/// Makes a call with ConverseStream.
pub(super) async fn stream(call: &GuardedCall<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let input = ConverseStreamInput::builder()
        .model_id(call.model)
        .messages(message(call.prompt)?)
        .inference_config(limits())
        .build()
        .map_err(|error| failed(&error))?;
    let recorder = Arc::clone(&call.recorder);
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        .map_request(move |input: ConverseStreamInput| {
            recorder.record_input(prompt(input.messages()));
            input
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let mut output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    while let Some(event) = output.stream().recv().await.map_err(|error| failed(&error))? {
        if let Event::ContentBlockDelta(delta) = event
            && let Some(ContentBlockDelta::Text(text)) = delta.delta
        {
            show.chunk(&text)?;
        }
    }
    replay(call).await
}

/// Repeats the request to the simulator, which returns the same response, because the unguarded stream is not available.
async fn replay(call: &GuardedCall<'_>) -> Result<(), Failure> {
    let input = call.recorder.lock().model_got.clone();
    let (Some(input), true) = (input, call.endpoint.is_simulator()) else { return Ok(()) };
    let request = call.endpoint.client.converse().model_id(call.model).messages(message(&input)?);
    let output = request.send().await.map_err(|error| failed(&error))?;
    call.recorder.record_output(output_text(&output));
    Ok(())
}

fn message(text: &str) -> Result<Message, Failure> {
    let content = ContentBlock::Text(text.to_owned());
    Message::builder().role(ConversationRole::User).content(content).build().map_err(|error| failed(&error))
}

fn limits() -> InferenceConfiguration {
    InferenceConfiguration::builder().max_tokens(MAX_TOKENS).build()
}

/// Returns the text of the prompt.
fn prompt(messages: &[Message]) -> String {
    messages.iter().map(text).collect()
}

/// Returns the text of the response.
fn output_text(output: &ConverseOutput) -> String {
    match output.output() {
        Some(Said::Message(message)) => text(message),
        _ => String::new(),
    }
}

fn text(message: &Message) -> String {
    message.content().iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
}
