//! Converts the body of a case to an SDK input, which the SDK itself cannot parse. Panics on unknown fields.

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailInput;
use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    AsyncInvokeOutputDataConfig, AsyncInvokeS3OutputDataConfig, ContentBlock, ConverseOutput as Output,
    ConverseTokensRequest, CountTokensInput as Counted, GuardrailConfiguration, GuardrailContentBlock,
    GuardrailStreamConfiguration, GuardrailTextBlock, InferenceConfiguration, InvokeModelTokensRequest,
    JsonSchemaDefinition, Message, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType,
    PromptVariableValues, SystemContentBlock, Tag, Tool, ToolConfiguration, ToolInputSchema, ToolSpecification,
};
use aws_smithy_types::{Document, Number};
use banister::BedrockService;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use crate::case::{Case, Op};
use crate::replay::{Raw, replayed};

/// An input of any operation.
pub(crate) enum Input {
    Apply(Box<ApplyGuardrailInput>),
    Converse(Box<ConverseInput>),
    ConverseStream(Box<ConverseStreamInput>),
    Count(Box<CountTokensInput>),
    Invoke(Box<InvokeModelInput>),
    InvokeStream(Box<InvokeModelWithResponseStreamInput>),
    Start(Box<StartAsyncInvokeInput>),
}

macro_rules! input {
    ($variant:ident, $builder:expr) => {
        Input::$variant(Box::new($builder.build().expect("an input")))
    };
}

impl Input {
    /// Returns the smallest valid input.
    pub(crate) fn bare(operation: Op) -> Self {
        match operation {
            Op::Invoke => input!(Invoke, InvokeModelInput::builder().model_id("m")),
            Op::InvokeStream => input!(InvokeStream, InvokeModelWithResponseStreamInput::builder().model_id("m")),
            Op::Converse => input!(Converse, ConverseInput::builder().model_id("m")),
            Op::ConverseStream => input!(ConverseStream, ConverseStreamInput::builder().model_id("m")),
            Op::CountTokens => input!(Count, CountTokensInput::builder().model_id("m")),
            Op::StartAsyncInvoke => input!(Start, StartAsyncInvokeInput::builder().model_id("m")),
            Op::ApplyGuardrail => {
                input!(Apply, ApplyGuardrailInput::builder().guardrail_identifier("g").guardrail_version("1"))
            }
        }
    }

    pub(crate) async fn of(case: &Case) -> Self {
        let body = Blob::new(case.body());
        let json = "application/json";
        let trace = case.trace.as_deref().map(Into::into);
        match case.operation {
            Op::Invoke => {
                let input = InvokeModelInput::builder().model_id(&case.model).body(body).content_type(json);
                input!(Invoke, input.set_request_metadata(case.metadata.clone()).set_trace(trace))
            }
            Op::InvokeStream => {
                let input =
                    InvokeModelWithResponseStreamInput::builder().model_id(&case.model).body(body).content_type(json);
                input!(InvokeStream, input.set_request_metadata(case.metadata.clone()).set_trace(trace))
            }
            Op::Converse => Self::Converse(Box::new(converse(case).await)),
            Op::ConverseStream => {
                let input = converse(case).await;
                let stream = ConverseStreamInput::builder().model_id(&case.model).set_messages(input.messages);
                let stream = stream.set_system(input.system).set_tool_config(input.tool_config);
                let stream = stream.set_inference_config(input.inference_config).set_output_config(input.output_config);
                let stream = stream.set_additional_model_request_fields(input.additional_model_request_fields);
                let stream = stream.set_prompt_variables(input.prompt_variables);
                let stream = stream.set_guardrail_config(stream_guardrail(case.request.get("guardrailConfig")));
                input!(ConverseStream, stream.set_request_metadata(input.request_metadata))
            }
            Op::CountTokens => {
                input!(Count, CountTokensInput::builder().model_id(&case.model).input(counted(case).await))
            }
            Op::StartAsyncInvoke => Self::Start(Box::new(start(&case.request))),
            Op::ApplyGuardrail => Self::Apply(Box::new(apply(case))),
        }
    }
}

/// Returns the fields of an object, each of which must be known.
fn members<'a>(value: &'a Value, known: &[&str]) -> &'a Map<String, Value> {
    let members = value.as_object().expect("an object");
    for name in members.keys() {
        assert!(known.contains(&name.as_str()), "{name} cannot be given to the SDK yet");
    }
    members
}

fn string(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// Parses messages with the SDK, as part of a response.
async fn messages(list: Option<&Value>) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    for message in list?.as_array().expect("messages") {
        let body = json!({"output": {"message": message}, "stopReason": "end_turn"}).to_string();
        let client = replayed(&Raw::json(body));
        let input = ConverseInput::builder().model_id("m").build().expect("an input");
        let answer = BedrockService::new(client).oneshot(input).await.expect("an answer");
        match answer.output {
            Some(Output::Message(message)) => messages.push(message),
            other => panic!("no message: {other:?}"),
        }
    }
    Some(messages)
}

async fn system(list: Option<&Value>) -> Option<Vec<SystemContentBlock>> {
    let as_user = json!([{"role": "user", "content": list?}]);
    let content = messages(Some(&as_user)).await?.remove(0).content;
    let block = |block| match block {
        ContentBlock::Text(text) => SystemContentBlock::Text(text),
        ContentBlock::GuardContent(content) => SystemContentBlock::GuardContent(content),
        ContentBlock::CachePoint(point) => SystemContentBlock::CachePoint(point),
        other => panic!("no system content: {other:?}"),
    };
    Some(content.into_iter().map(block).collect())
}

fn tools(config: Option<&Value>) -> Option<ToolConfiguration> {
    let mut built = ToolConfiguration::builder();
    for tool in members(config?, &["tools"])["tools"].as_array().expect("tools") {
        let spec = members(&members(tool, &["toolSpec"])["toolSpec"], &["name", "description", "inputSchema"]);
        let schema = ToolInputSchema::Json(document(&members(&spec["inputSchema"], &["json"])["json"]));
        let built_spec = ToolSpecification::builder().name(string(&spec["name"])).input_schema(schema);
        let built_spec = built_spec.set_description(spec.get("description").map(string));
        built = built.tools(Tool::ToolSpec(built_spec.build().expect("a tool")));
    }
    Some(built.build().expect("tools"))
}

fn inference(config: Option<&Value>) -> Option<InferenceConfiguration> {
    let config = members(config?, &["stopSequences", "maxTokens"]);
    let sequences =
        config.get("stopSequences").map(|list| list.as_array().expect("a list").iter().map(string).collect());
    let tokens = config.get("maxTokens").map(|tokens| i32::try_from(tokens.as_i64().expect("a number")).expect("i32"));
    Some(InferenceConfiguration::builder().set_stop_sequences(sequences).set_max_tokens(tokens).build())
}

fn output(config: Option<&Value>) -> Option<OutputConfig> {
    let format = members(&members(config?, &["textFormat"])["textFormat"], &["type", "structure"]);
    let wanted = members(&members(&format["structure"], &["jsonSchema"])["jsonSchema"], &["schema", "name"]);
    let wanted = JsonSchemaDefinition::builder().schema(string(&wanted["schema"])).name(string(&wanted["name"]));
    let structure = OutputFormatStructure::JsonSchema(wanted.build().expect("a schema"));
    let format = OutputFormat::builder().r#type(OutputFormatType::JsonSchema).structure(structure);
    Some(OutputConfig::builder().text_format(format.build().expect("a format")).build())
}

fn guardrail(config: Option<&Value>) -> Option<GuardrailConfiguration> {
    let config = members(config?, &["guardrailIdentifier", "guardrailVersion", "trace"]);
    let built = GuardrailConfiguration::builder().guardrail_identifier(string(&config["guardrailIdentifier"]));
    let built = built.guardrail_version(string(&config["guardrailVersion"]));
    Some(built.trace(string(&config["trace"]).as_str().into()).build())
}

fn stream_guardrail(config: Option<&Value>) -> Option<GuardrailStreamConfiguration> {
    let config = members(config?, &["guardrailIdentifier", "guardrailVersion", "trace", "streamProcessingMode"]);
    let built = GuardrailStreamConfiguration::builder().guardrail_identifier(string(&config["guardrailIdentifier"]));
    let built = built.guardrail_version(string(&config["guardrailVersion"]));
    let built = built.stream_processing_mode(string(&config["streamProcessingMode"]).as_str().into());
    Some(built.trace(string(&config["trace"]).as_str().into()).build())
}

async fn converse(case: &Case) -> ConverseInput {
    const KNOWN: [&str; 9] = [
        "messages",
        "system",
        "toolConfig",
        "inferenceConfig",
        "additionalModelRequestFields",
        "promptVariables",
        "requestMetadata",
        "outputConfig",
        "guardrailConfig",
    ];
    let body = members(&case.request, &KNOWN);
    let mut input = ConverseInput::builder().model_id(&case.model).build().expect("an input");
    input.messages = messages(body.get("messages")).await;
    input.system = system(body.get("system")).await;
    input.tool_config = tools(body.get("toolConfig"));
    input.inference_config = inference(body.get("inferenceConfig"));
    input.output_config = output(body.get("outputConfig"));
    input.additional_model_request_fields = body.get("additionalModelRequestFields").map(document);
    // That of a stream has one member more.
    if case.operation == Op::Converse {
        input.guardrail_config = guardrail(body.get("guardrailConfig"));
    }
    let map = |name: &str| body.get(name).map(|value| value.as_object().expect("an object").iter());
    input.prompt_variables = map("promptVariables").map(|variables| {
        let value = |value| PromptVariableValues::Text(string(&members(value, &["text"])["text"]));
        variables.map(|(name, text)| (name.clone(), value(text))).collect()
    });
    input.request_metadata =
        map("requestMetadata").map(|metadata| metadata.map(|(name, value)| (name.clone(), string(value))).collect());
    input
}

async fn counted(case: &Case) -> Counted {
    let input = members(&case.request["input"], &["converse", "invokeModel"]);
    if let Some(invoke) = input.get("invokeModel") {
        let body = Blob::new(members(invoke, &["body"])["body"].to_string());
        return Counted::InvokeModel(InvokeModelTokensRequest::builder().body(body).build().expect("an input"));
    }
    let converse = members(&input["converse"], &["messages", "system", "toolConfig"]);
    let counted = ConverseTokensRequest::builder().set_messages(messages(converse.get("messages")).await);
    let counted = counted.set_system(system(converse.get("system")).await);
    Counted::Converse(counted.set_tool_config(tools(converse.get("toolConfig"))).build())
}

fn start(body: &Value) -> StartAsyncInvokeInput {
    const KNOWN: [&str; 5] = ["modelId", "modelInput", "clientRequestToken", "outputDataConfig", "tags"];
    let body = members(body, &KNOWN);
    let target = body["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"].as_str().expect("an address");
    let target = AsyncInvokeS3OutputDataConfig::builder().s3_uri(target).build().expect("a target");
    let tag =
        |tag: &Value| Tag::builder().key(string(&tag["key"])).value(string(&tag["value"])).build().expect("a tag");
    StartAsyncInvokeInput::builder()
        .model_id(string(&body["modelId"]))
        .model_input(document(&body["modelInput"]))
        .client_request_token(string(&body["clientRequestToken"]))
        .output_data_config(AsyncInvokeOutputDataConfig::S3OutputDataConfig(target))
        .set_tags(body.get("tags").map(|tags| tags.as_array().expect("tags").iter().map(tag).collect()))
        .build()
        .expect("an input")
}

fn apply(case: &Case) -> ApplyGuardrailInput {
    let body = members(&case.request, &["source", "content", "outputScope"]);
    let block = |block: &Value| {
        let text = members(&members(block, &["text"])["text"], &["text"]);
        let text = GuardrailTextBlock::builder().text(string(&text["text"])).build().expect("a text");
        GuardrailContentBlock::Text(text)
    };
    ApplyGuardrailInput::builder()
        .guardrail_identifier(&case.model)
        .guardrail_version("1")
        .source(string(&body["source"]).as_str().into())
        .set_output_scope(body.get("outputScope").and_then(Value::as_str).map(Into::into))
        .set_content(Some(body["content"].as_array().expect("content").iter().map(block).collect()))
        .build()
        .expect("an input")
}

/// Returns a JSON value as an SDK document.
fn document(value: &Value) -> Document {
    match value {
        Value::Object(members) => {
            Document::Object(members.iter().map(|(name, value)| (name.clone(), document(value))).collect())
        }
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::String(text) => Document::String(text.clone()),
        Value::Bool(value) => Document::Bool(*value),
        Value::Null => Document::Null,
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().expect("a number")),
        }),
    }
}
