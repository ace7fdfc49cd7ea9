//! The text fields of inputs.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::{
    CountTokensInput as Counted, GuardrailContentBlock, InferenceConfiguration, Message, OutputConfig,
    OutputFormatStructure, PromptVariableValues, SystemContentBlock, Tool, ToolChoice, ToolConfiguration,
    ToolInputSchema,
};
use aws_smithy_types::Document;

use crate::bedrock::error::BodyError;
use crate::bedrock::history::{Speaker, last_turn};
use crate::bedrock::reasoning::THINKING;
use crate::bedrock::text_field::Visitor;
use crate::bedrock::text_field::{FieldKind, InspectionSummary, SkipReason};
use crate::bedrock::walk::UnknownContent;

use super::content::{message, size, skipped, speaker, system};
use super::free_form::{free, free_if};
use super::model_input::model_input;
use super::walk::{SdkWalk, WalkResult};

/// Visits ConverseInput or ConverseStreamInput, which have the same fields.
macro_rules! visit_converse {
    ($input:expr, $visitor:expr) => {{
        let (input, mut walk) = ($input, SdkWalk::new($visitor));
        let options = ConverseOptions {
            inference: &mut input.inference_config,
            variables: &mut input.prompt_variables,
            metadata: &mut input.request_metadata,
            output: &mut input.output_config,
        };
        options.visit(&mut walk)?;
        let messages = ConverseMessages {
            messages: &mut input.messages,
            system: &mut input.system,
            tools: &mut input.tool_config,
            fields: &mut input.additional_model_request_fields,
        };
        messages.visit(&mut walk)?;
        Ok(walk.finish())
    }};
}

/// Visits a Converse request, and rewrites it in place.
///
/// The text fields are those of the body that the SDK makes of the input. Unknown content is rejected. After an error the input is partly
/// rewritten and must be dropped.
pub(crate) fn visit_converse_request(
    input: &mut ConverseInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    visit_converse!(input, f)
}

/// Visits a ConverseStream request, like [`visit_converse_request`].
pub(crate) fn visit_converse_stream_request(
    input: &mut ConverseStreamInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    visit_converse!(input, f)
}

/// Visits a CountTokens request, which contains a complete prompt, like [`visit_converse_request`].
pub(crate) fn visit_count_tokens_request(
    input: &mut CountTokensInput,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::with(unknown, f);
    walk.member_if("input", &mut input.input, |walk, counted| match counted {
        Counted::Converse(converse) => walk.member("converse", |walk| {
            let messages = ConverseMessages {
                messages: &mut converse.messages,
                system: &mut converse.system,
                tools: &mut converse.tool_config,
                fields: &mut converse.additional_model_request_fields,
            };
            messages.visit(walk)
        }),
        Counted::InvokeModel(invoke) => {
            walk.member("invokeModel", |walk| walk.member("body", |walk| walk.invoke_body(&mut invoke.body)))
        }
        _ => Err(walk.unknown()),
    })?;
    Ok(walk.finish())
}

/// Visits a StartAsyncInvoke request, like [`visit_converse_request`].
pub(crate) fn visit_async_request(
    input: &mut StartAsyncInvokeInput,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::with(unknown, f);
    if let Some(value) = &mut input.model_input {
        model_input(&mut walk, value)?;
    }
    walk.list_if("tags", &mut input.tags, |walk, tag| {
        walk.text_in("key", FieldKind::RequestMetadata, &mut tag.key)?;
        walk.text_in("value", FieldKind::RequestMetadata, &mut tag.value)
    })?;
    Ok(walk.finish())
}

/// Visits an ApplyGuardrail request, like [`visit_converse_request`].
pub(crate) fn visit_apply_guardrail_request(
    input: &mut ApplyGuardrailInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    walk.list_if("content", &mut input.content, |walk, block| match block {
        GuardrailContentBlock::Image(image) => {
            let size = image.source.as_ref().map_or(Some(0), |source| source.as_bytes().ok().map(size));
            skipped(walk, "image", SkipReason::Image, size)
        }
        GuardrailContentBlock::Text(text) => {
            walk.member("text", |walk| walk.text_in("text", FieldKind::UserText, &mut text.text))
        }
        _ => Err(walk.unknown()),
    })?;
    Ok(walk.finish())
}

/// The fields that requests with a conversation share.
struct ConverseMessages<'a> {
    messages: &'a mut Option<Vec<Message>>,
    system: &'a mut Option<Vec<SystemContentBlock>>,
    tools: &'a mut Option<ToolConfiguration>,
    fields: &'a mut Option<Document>,
}

impl ConverseMessages<'_> {
    fn visit(self, walk: &mut SdkWalk<'_, '_>) -> WalkResult {
        walk.list_if("system", self.system, system)?;
        let mut loses_reasoning = false;
        walk.member_if("messages", self.messages, |walk, messages| {
            let speakers: Vec<_> = messages.iter().map(speaker).collect();
            walk.messages(messages, last_turn(&speakers), |walk, item| {
                let loses = message(walk, item)?;
                if speaker(item) == Speaker::Assistant {
                    loses_reasoning = loses;
                }
                Ok(())
            })
        })?;
        walk.member_if("toolConfig", self.tools, tool_config)?;
        free_if(walk, "additionalModelRequestFields", FieldKind::Free, self.fields)?;
        if loses_reasoning && let Some(Document::Object(fields)) = self.fields {
            stop_thinking(fields);
        }
        Ok(())
    }
}

/// Turns Claude's thinking off if it has a fixed budget, because Claude would reject a tool call without reasoning before it.
fn stop_thinking(fields: &mut HashMap<String, Document>) {
    for name in THINKING {
        let Some(Document::Object(thinking)) = fields.get_mut(name) else { continue };
        if matches!(thinking.get("type"), Some(Document::String(kind)) if kind == "enabled") {
            *thinking = HashMap::from([("type".to_owned(), Document::String("disabled".to_owned()))]);
        }
    }
}

/// The other fields of Converse and ConverseStream.
struct ConverseOptions<'a> {
    inference: &'a mut Option<InferenceConfiguration>,
    variables: &'a mut Option<HashMap<String, PromptVariableValues>>,
    metadata: &'a mut Option<HashMap<String, String>>,
    output: &'a mut Option<OutputConfig>,
}

impl ConverseOptions<'_> {
    fn visit(self, walk: &mut SdkWalk<'_, '_>) -> WalkResult {
        walk.member_if("inferenceConfig", self.inference, |walk, config| {
            walk.list_if("stopSequences", &mut config.stop_sequences, |walk, text| {
                walk.text(FieldKind::StopSequence, text)
            })
        })?;
        walk.member_if("promptVariables", self.variables, |walk, variables| {
            let kind = FieldKind::PromptVariable;
            walk.keys_and_values(kind, variables, |walk, value| match value {
                PromptVariableValues::Text(text) => walk.text_in("text", kind, text),
                _ => Err(walk.unknown()),
            })
        })?;
        walk.member_if("requestMetadata", self.metadata, |walk, metadata| {
            let kind = FieldKind::RequestMetadata;
            walk.keys_and_values(kind, metadata, |walk, value| walk.text(kind, value))
        })?;
        walk.member_if("outputConfig", self.output, output_config)
    }
}

fn tool_config(walk: &mut SdkWalk<'_, '_>, config: &mut ToolConfiguration) -> WalkResult {
    walk.list("tools", &mut config.tools, tool)?;
    walk.member_if("toolChoice", &mut config.tool_choice, |walk, choice| match choice {
        ToolChoice::Any(_) | ToolChoice::Auto(_) => Ok(()),
        ToolChoice::Tool(tool) => {
            walk.member("tool", |walk| walk.text_in("name", FieldKind::ToolDefinition, &mut tool.name))
        }
        _ => Err(walk.unknown()),
    })
}

fn tool(walk: &mut SdkWalk<'_, '_>, tool: &mut Tool) -> WalkResult {
    let kind = FieldKind::ToolDefinition;
    match tool {
        Tool::CachePoint(_) => Ok(()),
        Tool::SystemTool(tool) => walk.member("systemTool", |walk| walk.text_in("name", kind, &mut tool.name)),
        Tool::ToolSpec(spec) => walk.member("toolSpec", |walk| {
            walk.text_in("name", kind, &mut spec.name)?;
            walk.text_if("description", kind, &mut spec.description)?;
            walk.member_if("inputSchema", &mut spec.input_schema, |walk, schema| match schema {
                ToolInputSchema::Json(value) => walk.member("json", |walk| free(walk, kind, value)),
                _ => Err(walk.unknown()),
            })
        }),
        _ => Err(walk.unknown()),
    }
}

fn output_config(walk: &mut SdkWalk<'_, '_>, config: &mut OutputConfig) -> WalkResult {
    let kind = FieldKind::ToolDefinition;
    walk.member_if("textFormat", &mut config.text_format, |walk, format| {
        walk.member_if("structure", &mut format.structure, |walk, structure| match structure {
            OutputFormatStructure::JsonSchema(output) => walk.member("jsonSchema", |walk| {
                walk.text_if("name", kind, &mut output.name)?;
                walk.text_if("description", kind, &mut output.description)?;
                walk.member("schema", |walk| walk.json(kind, &mut output.schema))
            }),
            _ => Err(walk.unknown()),
        })
    })
}
