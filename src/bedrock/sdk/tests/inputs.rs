//! Inputs that have everything.

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::types::{
    AnyToolChoice, CachePointBlock, CachePointType, ConverseTokensRequest, CountTokensInput,
    GuardrailConverseContentBlock, GuardrailConverseTextBlock, InferenceConfiguration, InvokeModelTokensRequest,
    JsonSchemaDefinition, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType, PromptVariableValues,
    SpecificToolChoice, SystemContentBlock, SystemTool, Tool, ToolChoice, ToolConfiguration, ToolInputSchema,
    ToolSpecification,
};
use aws_smithy_types::{Blob, Document, Number};
use serde_json::{Value, json};

use super::client::message;

/// The SDK's form of a JSON value.
pub(super) fn document(value: &Value) -> Document {
    match value {
        Value::Object(members) => {
            Document::Object(members.iter().map(|(key, value)| (key.clone(), document(value))).collect())
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

/// Contents of messages, one case each.
pub(super) fn contents() -> Vec<(&'static str, Value)> {
    let file = |format: &str, bytes: &str| json!({"document": {"name": "my file", "format": format, "context": "about Jane", "source": {"bytes": bytes}, "citations": {"enabled": true}}});
    vec![
        (
            "user",
            json!([{"text": "My name is Jane \u{e9}\u{1f600}\n"}, {"text": ""}, {"cachePoint": {"type": "default"}}]),
        ),
        (
            "user",
            json!([
                file("txt", "ZmlsZSB0ZXh0IMOp"),
                file("csv", "YSxi"),
                file("html", "PGI+"),
                file("md", "IyBo"),
                file("pdf", "aGk="),
                file("docx", "/w=="),
                file("json", "e30="),
                {"document": {"name": "no format", "source": {"bytes": "ZmlsZSB0ZXh0"}}}
            ]),
        ),
        (
            "user",
            json!([
                {"document": {"name": "inline", "format": "txt", "source": {"text": "inline text"}}},
                {"document": {"name": "blocks", "format": "pdf", "source": {"content": [{"text": "block text"}, {"text": "more"}]}}},
                {"document": {"name": "far", "format": "md", "source": {"s3Location": {"uri": "s3://b/k"}}}},
            ]),
        ),
        (
            "user",
            json!([
                {"image": {"format": "png", "source": {"bytes": "aGk="}}},
                {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/i"}}, "error": {"message": "could not"}}},
                {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/v"}}}},
                {"audio": {"format": "mp3", "source": {"bytes": "aGk="}, "error": {"message": "no sound"}}},
            ]),
        ),
        (
            "user",
            json!([
                {"searchResult": {"source": "https://e.com/jane", "title": "Jane", "content": [{"text": "found"}], "citations": {"enabled": true}}},
                {"guardContent": {"text": {"text": "check me", "qualifiers": ["grounding_source"]}}},
                {"guardContent": {"image": {"format": "png", "source": {"bytes": "aGk="}}}},
            ]),
        ),
        (
            "assistant",
            json!([
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
                {"reasoningContent": {"redactedContent": "ZW5j"}},
                {"text": "answer"},
            ]),
        ),
        (
            "assistant",
            json!([
                {"toolUse": {"toolUseId": "t", "name": "f", "type": "server_tool_use", "input": {
                    "who": "Jane", "a/b~c": ["x", {"jane@example.com": "y"}, 1, -2, 1.5, true, null], "empty": {},
                }}},
                {"toolUse": {"toolUseId": "u", "name": "g", "input": "bare"}},
                {"toolUse": {"toolUseId": "v", "name": "g", "input": "{\"card\":{\"cvv\":123,\"mail\":\"jane\\u0040example.com\"}}"}},
            ]),
        ),
        (
            "assistant",
            json!([{"citationsContent": {
                "content": [{"text": "cited answer"}],
                "citations": [
                    {"title": "ct", "source": "cs", "sourceContent": [{"text": "sc"}], "location": {"web": {"url": "https://e.com", "domain": "e.com"}}},
                    {"title": "char", "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}},
                    {"title": "page", "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}}},
                    {"title": "chunk", "location": {"documentChunk": {"documentIndex": 0, "start": 1, "end": 2}}},
                    {"title": "search", "location": {"searchResultLocation": {"searchResultIndex": 0, "start": 1, "end": 2}}},
                ],
            }}]),
        ),
        (
            "user",
            json!([{"toolResult": {"toolUseId": "t", "status": "success", "type": "x", "content": [
                {"text": "tool text"},
                {"json": {"k": ["v", {"Jane": "w"}], "card": {"cvv": 123, "log": "[{\"mail\":\"jane\\u0040example.com\",\"n\":745102386}]"}}},
                {"document": {"name": "td", "format": "csv", "source": {"bytes": "YSxi"}}},
                {"image": {"format": "png", "source": {"bytes": "aGk="}}},
                {"video": {"format": "mp4", "source": {"bytes": "aGk="}}},
                {"searchResult": {"source": "s", "title": "t", "content": [{"text": "c"}]}},
            ]}}]),
        ),
        (
            "system",
            json!([
                {"text": "mid-conversation"},
                {"guardContent": {"text": {"text": "system guarded"}}},
                {"toolAddition": {"tool": {"type": "x", "name": "g", "serverName": "srv"}}},
                {"toolRemoval": {"tool": {"type": "x", "name": "h"}}},
            ]),
        ),
    ]
}

/// The cases of Converse: each content alone, and everything together.
pub(super) async fn converse_inputs() -> Vec<ConverseInput> {
    let mut cases = Vec::new();
    let mut all = Vec::new();
    for (role, content) in contents() {
        let message = message(&json!({"role": role, "content": content})).await;
        cases.push(ConverseInput::builder().model_id("m").messages(message.clone()).build().expect("built"));
        all.push(message);
    }
    cases.push(ConverseInput::builder().model_id("m").build().expect("built"));
    let mut full = ConverseInput::builder().model_id("m").set_messages(Some(all)).build().expect("built");
    full.system = Some(system());
    full.tool_config = Some(tools(ToolChoice::Tool(SpecificToolChoice::builder().name("f").build().expect("built"))));
    full.inference_config =
        Some(InferenceConfiguration::builder().stop_sequences("Jane:").stop_sequences("END").max_tokens(5).build());
    full.additional_model_request_fields =
        Some(document(&json!({"system": "smuggled", "thinking": {"type": "enabled", "budget": 1024, "top": 0.25}})));
    full.additional_model_response_field_paths = Some(vec!["/stop_sequence".into()]);
    full.request_metadata = Some([("team".into(), "blue".into()), ("user".into(), "jane".into())].into());
    full.output_config =
        Some(output_config(r#"{"type":"object","properties":{"na\u006de":{"description":"full \"name\""}}}"#));
    cases.push(full.clone());
    full.output_config = Some(output_config("not JSON, Jane"));
    full.tool_config = Some(tools(ToolChoice::Any(AnyToolChoice::builder().build())));
    full.prompt_variables = Some(
        [
            ("customer".into(), PromptVariableValues::Text("Jane".into())),
            ("na/me".into(), PromptVariableValues::Text("Joe".into())),
        ]
        .into(),
    );
    cases.push(full);
    cases
}

fn system() -> Vec<SystemContentBlock> {
    let guarded = GuardrailConverseTextBlock::builder().text("guarded").build().expect("built");
    vec![
        SystemContentBlock::Text("Be kind to Jane.".into()),
        SystemContentBlock::CachePoint(
            CachePointBlock::builder().r#type(CachePointType::Default).build().expect("built"),
        ),
        SystemContentBlock::GuardContent(GuardrailConverseContentBlock::Text(guarded)),
    ]
}

fn tools(choice: ToolChoice) -> ToolConfiguration {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string", "description": "The city"}}, "required": ["city"]});
    let spec = ToolSpecification::builder()
        .name("f")
        .description("Finds Jane")
        .input_schema(ToolInputSchema::Json(document(&schema)))
        .strict(true)
        .build()
        .expect("built");
    ToolConfiguration::builder()
        .tools(Tool::ToolSpec(spec))
        .tools(Tool::SystemTool(SystemTool::builder().name("nova_grounding").build().expect("built")))
        .tools(Tool::CachePoint(CachePointBlock::builder().r#type(CachePointType::Default).build().expect("built")))
        .tool_choice(choice)
        .build()
        .expect("built")
}

fn output_config(schema: &str) -> OutputConfig {
    let schema = JsonSchemaDefinition::builder().schema(schema).name("person").description("a person").build();
    let format = OutputFormat::builder()
        .r#type(OutputFormatType::JsonSchema)
        .structure(OutputFormatStructure::JsonSchema(schema.expect("built")))
        .build()
        .expect("built");
    OutputConfig::builder().text_format(format).effort("low").build()
}

/// The two variants of CountTokens.
pub(super) async fn counted_inputs() -> Vec<CountTokensInput> {
    let mut inputs = Vec::new();
    for input in converse_inputs().await {
        inputs.push(CountTokensInput::Converse(
            ConverseTokensRequest::builder()
                .set_messages(input.messages)
                .set_system(input.system)
                .set_tool_config(input.tool_config)
                .set_additional_model_request_fields(input.additional_model_request_fields)
                .build(),
        ));
    }
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}});
    let content = json!([{"type": "text", "text": "Hi Jane"}, image]);
    let body = json!({"anthropic_version": "v", "system": "s", "messages": [{"role": "user", "content": content}]});
    inputs.push(CountTokensInput::InvokeModel(
        InvokeModelTokensRequest::builder().body(Blob::new(body.to_string())).build().expect("built"),
    ));
    inputs
}
