//! Converse and ConverseStream.

use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConversationRole, ConverseOutput as Said, ConverseStreamOutput as Event,
    InferenceConfiguration, Message,
};

use super::family::MAX_TOKENS;
use super::show::Show;
use super::{GuardedCall, failed};
use crate::failure::Failure;

/// Makes a call with Converse.
pub(super) async fn whole(call: &GuardedCall<'_>) -> Result<String, Failure> {
    let input = ConverseInput::builder().model_id(call.model).messages(message(call.prompt)?);
    let input = input.inference_config(limits()).build();
    let output = call.send(input, |input| prompt(input.messages()), |output| Some(output_text(output))).await?;
    Ok(output_text(&output))
}

/// Makes a call with ConverseStream.
pub(super) async fn stream(call: &GuardedCall<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let input = ConverseStreamInput::builder().model_id(call.model).messages(message(call.prompt)?);
    let input = input.inference_config(limits()).build();
    let mut output = call.send(input, |input| prompt(input.messages()), |_| None).await?;
    while let Some(event) = output.stream().recv().await.map_err(|error| failed(&error))? {
        if let Event::ContentBlockDelta(delta) = event
            && let Some(ContentBlockDelta::Text(text)) = delta.delta
        {
            show.chunk(&text)?;
        }
    }
    let Some(prompt) = call.repeated_prompt() else { return Ok(()) };
    let request = call.endpoint.client.converse().model_id(call.model).messages(message(&prompt)?);
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
