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
use super::{Call, failed};
use crate::failure::Failure;

/// The answer, whole.
pub(super) async fn whole(call: &Call<'_>) -> Result<String, Failure> {
    let input = ConverseInput::builder()
        .model_id(call.model)
        .messages(message(call.prompt)?)
        .inference_config(limits())
        .build()
        .map_err(|error| failed(&error))?;
    let (got, said) = (Arc::clone(&call.record), Arc::clone(&call.record));
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        // Inside the guardrail: what is seen here is what the model sees.
        .map_request(move |input: ConverseInput| {
            got.model_got(prompt(input.messages()));
            input
        })
        .map_response(move |output: ConverseOutput| {
            said.model_said(answer(&output));
            output
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    Ok(answer(&output))
}

/// The answer, shown as it comes.
pub(super) async fn stream(call: &Call<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let input = ConverseStreamInput::builder()
        .model_id(call.model)
        .messages(message(call.prompt)?)
        .inference_config(limits())
        .build()
        .map_err(|error| failed(&error))?;
    let got = Arc::clone(&call.record);
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        .map_request(move |input: ConverseStreamInput| {
            got.model_got(prompt(input.messages()));
            input
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let mut output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    while let Some(event) = output.stream().recv().await.map_err(|error| failed(&error))? {
        if let Event::ContentBlockDelta(delta) = event
            && let Some(ContentBlockDelta::Text(text)) = delta.delta
        {
            show.piece(&text)?;
        }
    }
    replay(call).await
}

/// What the model said in a stream is gone by the time it is guarded. The simulator answers the same to the same request.
async fn replay(call: &Call<'_>) -> Result<(), Failure> {
    let got = call.record.seen().model_got.clone();
    let (Some(got), true) = (got, call.endpoint.is_simulator()) else { return Ok(()) };
    let request = call.endpoint.client.converse().model_id(call.model).messages(message(&got)?);
    let output = request.send().await.map_err(|error| failed(&error))?;
    call.record.model_said(answer(&output));
    Ok(())
}

fn message(text: &str) -> Result<Message, Failure> {
    let content = ContentBlock::Text(text.to_owned());
    Message::builder().role(ConversationRole::User).content(content).build().map_err(|error| failed(&error))
}

fn limits() -> InferenceConfiguration {
    InferenceConfiguration::builder().max_tokens(MAX_TOKENS).build()
}

/// The text of the prompt.
fn prompt(messages: &[Message]) -> String {
    messages.iter().map(text).collect()
}

/// The text of the answer.
fn answer(output: &ConverseOutput) -> String {
    match output.output() {
        Some(Said::Message(message)) => text(message),
        _ => String::new(),
    }
}

fn text(message: &Message) -> String {
    message.content().iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
}
