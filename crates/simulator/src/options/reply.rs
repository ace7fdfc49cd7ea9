//! What the simulated model says.

use std::str::FromStr;

use serde_json::Value;

use super::ParseError;

/// What the simulated model says.
///
/// A family without a place for a part of the reply (a tool call in a plain
/// text completion, say) carries that part inside its text. The raw replies are
/// for the operations that call a model; an `InternalServerException` says that
/// one does not fit the operation, as `RawEvents` on a plain answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reply {
    /// `You said: <last user text>`.
    #[default]
    Echo,
    /// These words.
    Text(String),
    /// A fixed completion picked by a keyword of the prompt; see the table in
    /// the [crate documentation](crate).
    Scripted,
    /// A tool call, after some text if there is any.
    ToolUse {
        /// The tool's name.
        name: String,
        /// The arguments.
        input: Value,
        /// Text said before the call.
        text: Option<String>,
    },
    /// Reasoning (`thinking`, `reasoningContent`, `reasoning_content`), then
    /// the answer.
    Reasoning {
        /// The model's reasoning.
        reasoning: String,
        /// The answer.
        text: String,
    },
    /// An answer that cites a document (Claude, Command R and Converse).
    Citations {
        /// The answer.
        text: String,
        /// The document's title.
        title: String,
        /// The words cited from it.
        cited_text: String,
    },
    /// This JSON as the response body; on `InvokeModelWithResponseStream` as
    /// the one chunk.
    RawJson(Value),
    /// These bytes as the response body, JSON or not; on
    /// `InvokeModelWithResponseStream` as the one chunk.
    RawBytes(Vec<u8>),
    /// These events, by `:event-type` and payload, as the response stream.
    ///
    /// An event named `chunk` whose payload has no `bytes` is taken as the
    /// model's own JSON and wrapped in base64. A name that ends in `Exception`
    /// makes an exception frame. All else goes out as it stands.
    RawEvents(Vec<(String, Value)>),
}

impl FromStr for Reply {
    type Err = ParseError;

    /// Reads the forms of the `x-simulator-reply` header.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        let (kind, rest) = directive.split_once(':').unwrap_or((directive, ""));
        match kind {
            "echo" => Ok(Self::Echo),
            "scripted" => Ok(Self::Scripted),
            "text" => Ok(Self::Text(rest.to_owned())),
            "text-json" => match json(rest)? {
                Value::String(text) => Ok(Self::Text(text)),
                _ => Err(ParseError::new("text-json: wants a JSON string")),
            },
            "tool" => {
                let value = json(rest)?;
                Ok(Self::ToolUse {
                    name: member(&value, "name")?,
                    input: value["input"].clone(),
                    text: value["text"].as_str().map(str::to_owned),
                })
            }
            "reasoning" => {
                let value = json(rest)?;
                Ok(Self::Reasoning { reasoning: member(&value, "reasoning")?, text: member(&value, "text")? })
            }
            "citations" => {
                let value = json(rest)?;
                Ok(Self::Citations {
                    text: member(&value, "text")?,
                    title: member(&value, "title")?,
                    cited_text: member(&value, "citedText")?,
                })
            }
            "json" => Ok(Self::RawJson(json(rest)?)),
            "events" => {
                let Value::Array(list) = json(rest)? else {
                    return Err(ParseError::new("events: wants a list of pairs"));
                };
                list.into_iter().map(event).collect::<Result<_, _>>().map(Self::RawEvents)
            }
            other => Err(ParseError::new(format!("unknown reply {other:?}"))),
        }
    }
}

fn json(text: &str) -> Result<Value, ParseError> {
    serde_json::from_str(text).map_err(|error| ParseError::new(format!("reply is not JSON: {error}")))
}

fn member(value: &Value, key: &str) -> Result<String, ParseError> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| ParseError::new(format!("reply has no text under {key:?}")))
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
