//! The output of the model in one turn.

use serde_json::{Value, json};

use super::script;
use crate::options::ModelResponse;

/// The parts of one output, before a family formats them.
#[derive(Debug)]
pub(crate) struct ModelOutput {
    pub(crate) reasoning: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) citation: Option<Citation>,
    pub(crate) tool: Option<ToolCall>,
}

/// A citation of a document.
#[derive(Debug)]
pub(crate) struct Citation {
    pub(crate) title: String,
    pub(crate) cited_text: String,
}

#[derive(Debug)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) input: Value,
}

impl ToolCall {
    /// The id of every simulated call.
    pub(crate) const ID: &'static str = "tooluse_simulator_0001";

    /// Returns the arguments as the JSON that families stream or embed.
    pub(crate) fn arguments(&self) -> String {
        self.input.to_string()
    }
}

impl ModelOutput {
    /// The signature of all reasoning.
    pub(crate) const SIGNATURE: &'static str = "c2ltdWxhdG9yLXNpZ25hdHVyZQ==";

    /// Returns the output for `prompt`, or `None` for the raw responses, which are bodies already.
    pub(crate) fn new(response: &ModelResponse, prompt: &str) -> Option<Self> {
        let mut output = Self { reasoning: None, text: None, citation: None, tool: None };
        match response {
            ModelResponse::Echo => output.text = Some(script::echo(prompt)),
            ModelResponse::Scripted => output.text = Some(script::completion(prompt)),
            ModelResponse::Text(text) => output.text = Some(text.clone()),
            ModelResponse::ToolUse { name, input, text } => {
                output.text.clone_from(text);
                output.tool = Some(ToolCall { name: name.clone(), input: input.clone() });
            }
            ModelResponse::Reasoning { reasoning, text } => {
                output.reasoning = Some(reasoning.clone());
                output.text = Some(text.clone());
            }
            ModelResponse::Citations { text, title, cited_text } => {
                output.text = Some(text.clone());
                output.citation = Some(Citation { title: title.clone(), cited_text: cited_text.clone() });
            }
            ModelResponse::RawJson(_) | ModelResponse::RawBytes(_) | ModelResponse::RawEvents(_) => return None,
        }
        Some(output)
    }

    /// Returns all parts as plain text: reasoning closed by `</think>` as DeepSeek R1 writes it, a tool call as JSON.
    pub(crate) fn flat(&self) -> String {
        let mut flat = self.with_inline_reasoning();
        if let Some(tool) = &self.tool {
            flat.push_str(&json!({"name": tool.name, "parameters": tool.input}).to_string());
        }
        flat
    }

    /// Returns the text with the reasoning in it, without the tool call.
    pub(crate) fn with_inline_reasoning(&self) -> String {
        let text = self.text.as_deref().unwrap_or_default();
        match &self.reasoning {
            Some(reasoning) => format!("{reasoning}</think>{text}"),
            None => text.to_owned(),
        }
    }

    /// Returns all text of the output, for counting.
    pub(crate) fn everything(&self) -> String {
        let mut all = self.flat();
        if let Some(citation) = &self.citation {
            all.push_str(&citation.cited_text);
        }
        all
    }
}
