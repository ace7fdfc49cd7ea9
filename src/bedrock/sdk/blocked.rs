//! Responses and events that the guardrail makes, as SDK values.

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailOutput;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent, ContentBlockStopEvent, ConversationRole, ConverseMetrics,
    ConverseOutput as Answer, ConverseStreamMetadataEvent, ConverseStreamMetrics, ConverseStreamOutput,
    GuardrailAction, GuardrailOutputContent, GuardrailUsage, Message, MessageStartEvent, MessageStopEvent,
    ReasoningContentBlockDelta, StopReason, TokenUsage, ToolResultBlockDelta, ToolUseBlockDelta,
};
use serde_json::Value;

use crate::bedrock::families::converse;
use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
use crate::bedrock::table::DeltaKind;

/// Makes a Converse response with `message` in place of the model's text. Counters are zero: no model was called, or its response is not
/// returned.
///
/// # Errors
///
/// Returns an error if the SDK requires a field that this version does not set.
pub(crate) fn blocked_converse(message: &str) -> Result<ConverseOutput, BuildError> {
    let message =
        Message::builder().role(ConversationRole::Assistant).content(ContentBlock::Text(message.to_owned())).build()?;
    ConverseOutput::builder()
        .output(Answer::Message(message))
        .stop_reason(StopReason::GuardrailIntervened)
        .usage(no_usage()?)
        .metrics(ConverseMetrics::builder().latency_ms(0).build()?)
        .build()
}

/// Makes an ApplyGuardrail response with `message` in place of the text, as if the guardrail had intervened.
///
/// # Errors
///
/// Returns an error if the SDK requires a field that this version does not set.
pub(crate) fn blocked_apply_guardrail(message: &str) -> Result<ApplyGuardrailOutput, BuildError> {
    let usage = GuardrailUsage::builder()
        .topic_policy_units(0)
        .content_policy_units(0)
        .word_policy_units(0)
        .sensitive_information_policy_units(0)
        .sensitive_information_policy_free_units(0)
        .contextual_grounding_policy_units(0);
    ApplyGuardrailOutput::builder()
        .usage(usage.build()?)
        .action(GuardrailAction::GuardrailIntervened)
        .outputs(GuardrailOutputContent::builder().text(message).build())
        .set_assessments(Some(Vec::new()))
        .build()
}

/// Makes the events that end a ConverseStream with `message`, as its own streams end.
///
/// # Errors
///
/// Returns an error if the SDK requires a field that this version does not set.
pub(crate) fn blocked_converse_events(
    message: &str,
    progress: &Progress,
) -> Result<Vec<ConverseStreamOutput>, BuildError> {
    if progress.has_ended() {
        return Ok(Vec::new());
    }
    // In the order of the JSON events, which depends on the open content block.
    let events = converse::blocked_events(message, progress);
    let mut out = Vec::with_capacity(events.len());
    for (event_type, json) in events {
        let block = json.get("contentBlockIndex").and_then(Value::as_u64).unwrap_or(0);
        out.push(match event_type {
            "messageStart" => message_start()?,
            "contentBlockDelta" => text_delta(SubstreamId { choice: 0, block, kind: DeltaKind::Text }, message)?,
            "contentBlockStop" => block_stop(block)?,
            "messageStop" => message_stop()?,
            _ => metadata()?,
        });
    }
    Ok(out)
}

/// Makes the event that begins a stream.
fn message_start() -> Result<ConverseStreamOutput, BuildError> {
    let event = MessageStartEvent::builder().role(ConversationRole::Assistant).build()?;
    Ok(ConverseStreamOutput::MessageStart(event))
}

/// Makes an event that continues a substream: with a blocked message, or with text that was buffered when its content block ended.
pub(crate) fn text_delta(substream: SubstreamId, text: &str) -> Result<ConverseStreamOutput, BuildError> {
    let text = text.to_owned();
    let delta = match substream.kind {
        DeltaKind::Text | DeltaKind::Refusal | DeltaKind::Transcript => ContentBlockDelta::Text(text),
        DeltaKind::Reasoning | DeltaKind::ReasoningSummary => {
            ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text))
        }
        DeltaKind::ToolArguments | DeltaKind::FunctionArguments => {
            ContentBlockDelta::ToolUse(ToolUseBlockDelta::builder().input(text).build()?)
        }
        DeltaKind::ToolResult => ContentBlockDelta::ToolResult(vec![ToolResultBlockDelta::Text(text)]),
    };
    let event = ContentBlockDeltaEvent::builder().delta(delta).content_block_index(index(substream.block)).build()?;
    Ok(ConverseStreamOutput::ContentBlockDelta(event))
}

/// Makes the event that ends a content block.
fn block_stop(block: u64) -> Result<ConverseStreamOutput, BuildError> {
    let event = ContentBlockStopEvent::builder().content_block_index(index(block)).build()?;
    Ok(ConverseStreamOutput::ContentBlockStop(event))
}

/// Makes the event that ends a blocked message.
fn message_stop() -> Result<ConverseStreamOutput, BuildError> {
    let event = MessageStopEvent::builder().stop_reason(StopReason::GuardrailIntervened).build()?;
    Ok(ConverseStreamOutput::MessageStop(event))
}

/// Makes the event with the counters, all zero.
fn metadata() -> Result<ConverseStreamOutput, BuildError> {
    let event = ConverseStreamMetadataEvent::builder()
        .usage(no_usage()?)
        .metrics(ConverseStreamMetrics::builder().latency_ms(0).build()?)
        .build();
    Ok(ConverseStreamOutput::Metadata(event))
}

fn no_usage() -> Result<TokenUsage, BuildError> {
    TokenUsage::builder().input_tokens(0).output_tokens(0).total_tokens(0).build()
}

/// The SDK counts content blocks in 32 bits, as do all indices that come from it.
fn index(block: u64) -> i32 {
    i32::try_from(block).unwrap_or(i32::MAX)
}
