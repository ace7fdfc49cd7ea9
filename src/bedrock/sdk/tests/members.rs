//! A member that a new SDK brings may hold text: it has to be looked at before these lists grow.

use std::fmt::Debug;

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::*;
use aws_smithy_types::Document;

/// The members of a structure, as its debug form names them.
fn members(value: &impl Debug) -> String {
    let printed = format!("{value:?}");
    let names = printed.split(['{', ',']).filter_map(|part| part.split_once(": "));
    names.map(|(name, _)| name.trim()).collect::<Vec<_>>().join(" ")
}

#[test]
fn of_operations() {
    let converse = "model_id messages system inference_config tool_config guardrail_config \
        additional_model_request_fields prompt_variables additional_model_response_field_paths request_metadata \
        performance_config service_tier output_config";
    assert_eq!(members(&ConverseInput::builder().build().expect("built")), converse);
    assert_eq!(members(&ConverseStreamInput::builder().build().expect("built")), converse);
    assert_eq!(members(&CountTokensInput::builder().build().expect("built")), "model_id input");
    assert_eq!(
        members(&ConverseTokensRequest::builder().build()),
        "messages system tool_config additional_model_request_fields"
    );
    assert_eq!(
        members(&StartAsyncInvokeInput::builder().build().expect("built")),
        "client_request_token model_id model_input output_data_config tags"
    );
    assert_eq!(
        members(&ApplyGuardrailInput::builder().build().expect("built")),
        "guardrail_identifier guardrail_version source content output_scope"
    );
    let output = ConverseOutput::builder().stop_reason(StopReason::EndTurn).build().expect("built");
    assert_eq!(
        members(&output),
        "output stop_reason usage metrics additional_model_response_fields trace performance_config service_tier \
        _request_id"
    );
}

#[test]
fn of_content() {
    let user = ConversationRole::User;
    let message = Message::builder().role(user).set_content(Some(Vec::new())).build().expect("built");
    assert_eq!(members(&message), "role content");
    let call = ToolUseBlock::builder().tool_use_id("t").name("f").input(Document::Null).build().expect("built");
    assert_eq!(members(&call), "tool_use_id name input type");
    let result = ToolResultBlock::builder().tool_use_id("t").set_content(Some(Vec::new())).build().expect("built");
    assert_eq!(members(&result), "tool_use_id content status type");
    let document = DocumentBlock::builder().name("d").build().expect("built");
    assert_eq!(members(&document), "format name source context citations");
    let found = SearchResultBlock::builder().source("s").title("t").set_content(Some(Vec::new())).build();
    assert_eq!(members(&found.expect("built")), "source title content citations");
    assert_eq!(members(&CitationsContentBlock::builder().build()), "content citations");
    assert_eq!(members(&Citation::builder().build()), "title source source_content location");
    assert_eq!(members(&CitationsDelta::builder().build()), "title source source_content location");
    assert_eq!(members(&WebLocation::builder().build()), "url domain");
    assert_eq!(members(&ToolReference::builder().build()), "type name server_name");
    assert_eq!(members(&ErrorBlock::builder().build()), "message");
    let picture = ImageBlock::builder().format(ImageFormat::Png).build().expect("built");
    assert_eq!(members(&picture), "format source error");
    let film = VideoBlock::builder().format(VideoFormat::Mp4).build().expect("built");
    assert_eq!(members(&film), "format source");
    let sound = AudioBlock::builder().format(AudioFormat::Mp3).build().expect("built");
    assert_eq!(members(&sound), "format source error");
}

#[test]
fn of_settings_and_traces() {
    let tool = ToolSpecification::builder().name("f").build().expect("built");
    assert_eq!(members(&tool), "name description input_schema strict");
    let tools = ToolConfiguration::builder().set_tools(Some(Vec::new())).build().expect("built");
    assert_eq!(members(&tools), "tools tool_choice");
    assert_eq!(members(&InferenceConfiguration::builder().build()), "max_tokens temperature top_p stop_sequences");
    assert_eq!(members(&OutputConfig::builder().build()), "text_format effort");
    let schema = JsonSchemaDefinition::builder().schema("{}").build().expect("built");
    // The schema prints braces of its own.
    assert_eq!(members(&schema), "schema name description");
    assert_eq!(members(&ConverseTrace::builder().build()), "guardrail prompt_router");
    assert_eq!(members(&ConverseStreamTrace::builder().build()), "guardrail prompt_router");
    assert_eq!(
        members(&GuardrailTraceAssessment::builder().build()),
        "model_output input_assessment output_assessments action_reason"
    );
    assert_eq!(
        members(&GuardrailAssessment::builder().build()),
        "topic_policy content_policy word_policy sensitive_information_policy contextual_grounding_policy \
        automated_reasoning_policy invocation_metrics applied_guardrail_details"
    );
    assert_eq!(
        members(&ConverseStreamMetadataEvent::builder().build()),
        "usage metrics trace performance_config service_tier"
    );
    let stop = MessageStopEvent::builder().stop_reason(StopReason::EndTurn).build().expect("built");
    assert_eq!(members(&stop), "stop_reason additional_model_response_fields");
}
