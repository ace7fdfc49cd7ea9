//! What the model says in one turn.

use serde_json::{Value, json};

use super::script;
use crate::options::Reply;

/// The parts of one answer, before a family's shape is put around them.
#[derive(Debug)]
pub(crate) struct Said {
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

/// A call of a tool.
#[derive(Debug)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) input: Value,
}

impl ToolCall {
    /// The id every simulated call has.
    pub(crate) const ID: &'static str = "tooluse_simulator_0001";

    /// The arguments as the JSON text that families stream or embed.
    pub(crate) fn arguments(&self) -> String {
        self.input.to_string()
    }
}

impl Said {
    /// The signature under every reasoning.
    pub(crate) const SIGNATURE: &'static str = "c2ltdWxhdG9yLXNpZ25hdHVyZQ==";

    /// What `reply` says to `prompt`; `None` for the raw replies, which are
    /// bodies rather than words.
    pub(crate) fn new(reply: &Reply, prompt: &str) -> Option<Self> {
        let mut said = Self { reasoning: None, text: None, citation: None, tool: None };
        match reply {
            Reply::Echo => said.text = Some(script::echo(prompt)),
            Reply::Scripted => said.text = Some(script::completion(prompt)),
            Reply::Text(text) => said.text = Some(text.clone()),
            Reply::ToolUse { name, input, text } => {
                said.text.clone_from(text);
                said.tool = Some(ToolCall { name: name.clone(), input: input.clone() });
            }
            Reply::Reasoning { reasoning, text } => {
                said.reasoning = Some(reasoning.clone());
                said.text = Some(text.clone());
            }
            Reply::Citations { text, title, cited_text } => {
                said.text = Some(text.clone());
                said.citation = Some(Citation { title: title.clone(), cited_text: cited_text.clone() });
            }
            Reply::RawJson(_) | Reply::RawBytes(_) | Reply::RawEvents(_) => return None,
        }
        Some(said)
    }

    /// All parts as one text, for the families that have text only: reasoning
    /// closed by `</think>` as DeepSeek R1 writes it, a tool call as JSON.
    pub(crate) fn flat(&self) -> String {
        let mut flat = self.with_inline_reasoning();
        if let Some(tool) = &self.tool {
            flat.push_str(&json!({"name": tool.name, "parameters": tool.input}).to_string());
        }
        flat
    }

    /// The text with the reasoning inside it, without the tool call.
    pub(crate) fn with_inline_reasoning(&self) -> String {
        let text = self.text.as_deref().unwrap_or_default();
        match &self.reasoning {
            Some(reasoning) => format!("{reasoning}</think>{text}"),
            None => text.to_owned(),
        }
    }

    /// Every word of the answer, for counting.
    pub(crate) fn everything(&self) -> String {
        let mut all = self.flat();
        if let Some(citation) = &self.citation {
            all.push_str(&citation.cited_text);
        }
        all
    }
}
