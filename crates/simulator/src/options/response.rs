//! The output of the simulated model.

use std::str::FromStr;

use serde_json::Value;

use super::parse::ParseError;

/// The output of the simulated model.
///
/// If a family has no field for a part of it, such as a tool call in a text completion, that part is in the text. The raw responses are
/// for the operations that call a model; if one does not fit the operation, such as `RawEvents` for a response that is not a stream, the
/// simulator returns an `InternalServerException`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ModelResponse {
    /// `You said: <last user text>`.
    #[default]
    Echo,
    /// This text.
    Text(String),
    /// A fixed completion, selected by a keyword in the prompt; see the table in the [crate documentation](crate).
    Scripted,
    /// A tool call, after optional text.
    ToolUse {
        /// The tool's name.
        name: String,
        /// The arguments.
        input: Value,
        /// Text before the call.
        text: Option<String>,
    },
    /// Reasoning (`thinking`, `reasoningContent`, `reasoning_content`), then text.
    Reasoning {
        /// The reasoning.
        reasoning: String,
        /// The text.
        text: String,
    },
    /// Text that cites a document (Claude, Command R and Converse).
    Citations {
        /// The text.
        text: String,
        /// The document's title.
        title: String,
        /// The text cited from it.
        cited_text: String,
    },
    /// This JSON as the response body, or as the only chunk of `InvokeModelWithResponseStream`.
    RawJson(Value),
    /// These bytes, JSON or not, as the response body, or as the only chunk of `InvokeModelWithResponseStream`.
    RawBytes(Vec<u8>),
    /// These events, by `:event-type` and payload, as the response stream.
    ///
    /// The payload of an event named `chunk` that has no `bytes` is the model's JSON, and is wrapped in base64. A name that ends in
    /// `Exception` makes an exception frame. All other events are sent as they are.
    RawEvents(Vec<(String, Value)>),
}

impl FromStr for ModelResponse {
    type Err = ParseError;

    /// Parses a value of the `x-simulator-reply` header.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        let (kind, rest) = directive.split_once(':').unwrap_or((directive, ""));
        match kind {
            "echo" => Ok(Self::Echo),
            "scripted" => Ok(Self::Scripted),
            "text" => Ok(Self::Text(rest.to_owned())),
            "text-json" => match json(rest)? {
                Value::String(text) => Ok(Self::Text(text)),
                _ => Err(ParseError::new("text-json: expected a JSON string")),
            },
            "tool" => {
                let value = json(rest)?;
                Ok(Self::ToolUse {
                    name: field(&value, "name")?,
                    input: value["input"].clone(),
                    text: value["text"].as_str().map(str::to_owned),
                })
            }
            "reasoning" => {
                let value = json(rest)?;
                Ok(Self::Reasoning { reasoning: field(&value, "reasoning")?, text: field(&value, "text")? })
            }
            "citations" => {
                let value = json(rest)?;
                Ok(Self::Citations {
                    text: field(&value, "text")?,
                    title: field(&value, "title")?,
                    cited_text: field(&value, "citedText")?,
                })
            }
            "json" => Ok(Self::RawJson(json(rest)?)),
            "events" => {
                let Value::Array(list) = json(rest)? else {
                    return Err(ParseError::new("events: expected a list of pairs"));
                };
                list.into_iter().map(event).collect::<Result<_, _>>().map(Self::RawEvents)
            }
            other => Err(ParseError::new(format!("`{other}` is not a reply"))),
        }
    }
}

fn json(text: &str) -> Result<Value, ParseError> {
    serde_json::from_str(text).map_err(|error| ParseError::new(format!("the reply is not JSON: {error}")))
}

fn field(value: &Value, key: &str) -> Result<String, ParseError> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| ParseError::new(format!("the reply has no string `{key}`")))
}

fn event(pair: Value) -> Result<(String, Value), ParseError> {
    match pair {
        Value::Array(mut parts) if parts.len() == 2 => {
            let payload = parts.pop().unwrap_or_default();
            match parts.pop() {
                Some(Value::String(name)) => Ok((name, payload)),
                _ => Err(ParseError::new("an event's type must be a string")),
            }
        }
        _ => Err(ParseError::new("an event is a pair of type and payload")),
    }
}
