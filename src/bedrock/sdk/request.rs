//! The texts of inputs.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::{
    CountTokensInput as Counted, GuardrailContentBlock, GuardrailImageSource, InferenceConfiguration, Message,
    OutputConfig, OutputFormatStructure, PromptVariableValues, SystemContentBlock, Tool, ToolChoice, ToolConfiguration,
    ToolInputSchema,
};
use aws_smithy_types::Document;

use crate::bedrock::error::BodyError;
use crate::bedrock::history::{Speaker, last_turn};
use crate::bedrock::reasoning::THINKING;
use crate::bedrock::text_field::{FieldKind, InspectionSummary, SkipReason};
use crate::bedrock::visit::Visitor;
use crate::bedrock::walk::UnknownContent;

use super::content::{message, opaque, speaker, system};
use super::free_form::{free, free_if};
use super::model_input::model_input;
use super::walk::{Done, SdkWalk};

/// Offers every text of a Converse call, and rewrites it in location.
///
/// Slots are those of the JSON visitor on the body that the SDK makes of the input. Content of an unknown
/// kind is refused. After an error the input is half rewritten, and must be dropped.
pub(crate) fn visit_converse_request(
    input: &mut ConverseInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    options(
        &mut walk,
        ConverseOptions {
            inference: &mut input.inference_config,
            variables: &mut input.prompt_variables,
            metadata: &mut input.request_metadata,
            output: &mut input.output_config,
        },
    )?;
    messages(
        &mut walk,
        ConverseMessages {
            messages: &mut input.messages,
            system: &mut input.system,
            tools: &mut input.tool_config,
            fields: &mut input.additional_model_request_fields,
        },
    )?;
    Ok(walk.finish())
}

/// [`visit_converse_request`] for ConverseStream.
pub(crate) fn visit_converse_stream_request(
    input: &mut ConverseStreamInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    options(
        &mut walk,
        ConverseOptions {
            inference: &mut input.inference_config,
            variables: &mut input.prompt_variables,
            metadata: &mut input.request_metadata,
            output: &mut input.output_config,
        },
    )?;
    messages(
        &mut walk,
        ConverseMessages {
            messages: &mut input.messages,
            system: &mut input.system,
            tools: &mut input.tool_config,
            fields: &mut input.additional_model_request_fields,
        },
    )?;
    Ok(walk.finish())
}

/// [`visit_converse_request`] for CountTokens, which sends a whole prompt as well.
pub(crate) fn visit_count_tokens_request(
    input: &mut CountTokensInput,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::with(unknown, f);
    let Some(counted) = &mut input.input else {
        return Ok(walk.finish());
    };
    walk.member("input", |walk| match counted {
        Counted::Converse(converse) => walk.member("converse", |walk| {
            messages(
                walk,
                ConverseMessages {
                    messages: &mut converse.messages,
                    system: &mut converse.system,
                    tools: &mut converse.tool_config,
                    fields: &mut converse.additional_model_request_fields,
                },
            )
        }),
        Counted::InvokeModel(invoke) => {
            walk.member("invokeModel", |walk| walk.member("body", |walk| walk.invoke_body(&mut invoke.body)))
        }
        _ => Err(walk.unknown()),
    })?;
    Ok(walk.finish())
}

/// [`visit_converse_request`] for StartAsyncInvoke.
pub(crate) fn visit_async_request(
    input: &mut StartAsyncInvokeInput,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::with(unknown, f);
    if let Some(value) = &mut input.model_input {
        model_input(&mut walk, value)?;
    }
    if let Some(tags) = &mut input.tags {
        walk.list("tags", tags, |walk, tag| {
            walk.text_in("key", FieldKind::RequestMetadata, &mut tag.key)?;
            walk.text_in("value", FieldKind::RequestMetadata, &mut tag.value)
        })?;
    }
    Ok(walk.finish())
}

/// [`visit_converse_request`] for ApplyGuardrail.
pub(crate) fn visit_apply_guardrail_request(
    input: &mut ApplyGuardrailInput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    if let Some(content) = &mut input.content {
        walk.list("content", content, |walk, block| match block {
            GuardrailContentBlock::Image(image) => {
                let size = match &image.source {
                    Some(GuardrailImageSource::Bytes(bytes)) => Some(bytes.as_ref().len()),
                    Some(_) => None,
                    None => Some(0),
                };
                opaque(walk, "image", SkipReason::Image, size)
            }
            GuardrailContentBlock::Text(text) => {
                walk.member("text", |walk| walk.text_in("text", FieldKind::UserText, &mut text.text))
            }
            _ => Err(walk.unknown()),
        })?;
    }
    Ok(walk.finish())
}

/// What the operations on conversations share.
struct ConverseMessages<'a> {
    messages: &'a mut Option<Vec<Message>>,
    system: &'a mut Option<Vec<SystemContentBlock>>,
    tools: &'a mut Option<ToolConfiguration>,
    fields: &'a mut Option<Document>,
}

fn messages(walk: &mut SdkWalk<'_, '_>, parts: ConverseMessages<'_>) -> Done {
    if let Some(blocks) = parts.system {
        walk.list("system", blocks, system)?;
    }
    let mut loses_reasoning = false;
    if let Some(messages) = parts.messages {
        let speakers: Vec<_> = messages.iter().map(speaker).collect();
        walk.member("messages", |walk| {
            walk.messages(messages, last_turn(&speakers), |walk, item| {
                let loses = message(walk, item)?;
                if speaker(item) == Speaker::Assistant {
                    loses_reasoning = loses;
                }
                Ok(())
            })
        })?;
    }
    if let Some(config) = parts.tools {
        walk.member("toolConfig", |walk| tool_config(walk, config))?;
    }
    free_if(walk, "additionalModelRequestFields", FieldKind::Free, parts.fields)?;
    if loses_reasoning && let Some(Document::Object(fields)) = parts.fields {
        stop_thinking(fields);
    }
    Ok(())
}

/// Turns Claude's thinking off where it has a fixed budget: a call of a tool without reasoning before it would be refused.
fn stop_thinking(fields: &mut HashMap<String, Document>) {
    for name in THINKING {
        let Some(Document::Object(thinking)) = fields.get_mut(name) else { continue };
        if matches!(thinking.get("type"), Some(Document::String(kind)) if kind == "enabled") {
            *thinking = HashMap::from([("type".to_owned(), Document::String("disabled".to_owned()))]);
        }
    }
}

/// What Converse and ConverseStream have beside the conversation.
struct ConverseOptions<'a> {
    inference: &'a mut Option<InferenceConfiguration>,
    variables: &'a mut Option<HashMap<String, PromptVariableValues>>,
    metadata: &'a mut Option<HashMap<String, String>>,
    output: &'a mut Option<OutputConfig>,
}

fn options(walk: &mut SdkWalk<'_, '_>, parts: ConverseOptions<'_>) -> Done {
    let sequences = parts.inference.as_mut().and_then(|config| config.stop_sequences.as_mut());
    if let Some(sequences) = sequences {
        walk.member("inferenceConfig", |walk| {
            walk.list("stopSequences", sequences, |walk, text| walk.text(FieldKind::StopSequence, text))
        })?;
    }
    if let Some(variables) = parts.variables {
        let kind = FieldKind::PromptVariable;
        walk.member("promptVariables", |walk| {
            walk.keys_and_values(kind, variables, |walk, value| match value {
                PromptVariableValues::Text(text) => walk.text_in("text", kind, text),
                _ => Err(walk.unknown()),
            })
        })?;
    }
    if let Some(metadata) = parts.metadata {
        let kind = FieldKind::RequestMetadata;
        walk.member("requestMetadata", |walk| {
            walk.keys_and_values(kind, metadata, |walk, value| walk.text(kind, value))
        })?;
    }
    match parts.output {
        Some(config) => walk.member("outputConfig", |walk| output_config(walk, config)),
        None => Ok(()),
    }
}

fn tool_config(walk: &mut SdkWalk<'_, '_>, config: &mut ToolConfiguration) -> Done {
    walk.list("tools", &mut config.tools, tool)?;
    let Some(choice) = &mut config.tool_choice else {
        return Ok(());
    };
    walk.member("toolChoice", |walk| match choice {
        ToolChoice::Any(_) | ToolChoice::Auto(_) => Ok(()),
        ToolChoice::Tool(tool) => {
            walk.member("tool", |walk| walk.text_in("name", FieldKind::ToolDefinition, &mut tool.name))
        }
        _ => Err(walk.unknown()),
    })
}

fn tool(walk: &mut SdkWalk<'_, '_>, tool: &mut Tool) -> Done {
    let kind = FieldKind::ToolDefinition;
    match tool {
        Tool::CachePoint(_) => Ok(()),
        Tool::SystemTool(tool) => walk.member("systemTool", |walk| walk.text_in("name", kind, &mut tool.name)),
        Tool::ToolSpec(spec) => walk.member("toolSpec", |walk| {
            walk.text_in("name", kind, &mut spec.name)?;
            walk.text_if("description", kind, &mut spec.description)?;
            let Some(schema) = &mut spec.input_schema else {
                return Ok(());
            };
            walk.member("inputSchema", |walk| match schema {
                ToolInputSchema::Json(value) => walk.member("json", |walk| free(walk, kind, value)),
                _ => Err(walk.unknown()),
            })
        }),
        _ => Err(walk.unknown()),
    }
}

fn output_config(walk: &mut SdkWalk<'_, '_>, config: &mut OutputConfig) -> Done {
    let structure = config.text_format.as_mut().and_then(|format| format.structure.as_mut());
    let Some(structure) = structure else {
        return Ok(());
    };
    let kind = FieldKind::ToolDefinition;
    walk.member("textFormat", |walk| {
        walk.member("structure", |walk| match structure {
            OutputFormatStructure::JsonSchema(wanted) => walk.member("jsonSchema", |walk| {
                walk.text_if("name", kind, &mut wanted.name)?;
                walk.text_if("description", kind, &mut wanted.description)?;
                walk.member("schema", |walk| walk.json(kind, &mut wanted.schema))
            }),
            _ => Err(walk.unknown()),
        })
    })
}
