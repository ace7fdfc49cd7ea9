//! The bodies that InvokeModel takes, for the families that most people call.

use serde_json::{Value, json};

/// Tokens asked for at most.
pub(super) const MAX_TOKENS: i32 = 1024;

/// A family of models, told by the id.
pub(super) struct Family {
    /// A part of the id.
    sign: &'static str,
    request: fn(&str) -> Value,
    /// Where the prompt stands in a request.
    prompt: &'static str,
    /// Where the text stands in a response.
    answer: &'static str,
    /// Where the text stands in a chunk of a stream.
    chunk: &'static str,
}

const FAMILIES: [Family; 4] = [
    Family {
        sign: "anthropic.",
        request: |prompt| {
            json!({
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": MAX_TOKENS,
                "messages": [{"role": "user", "content": [{"type": "text", "text": prompt}]}],
            })
        },
        prompt: "/messages/0/content/0/text",
        answer: "/content/0/text",
        chunk: "/delta/text",
    },
    Family {
        sign: "amazon.nova",
        request: |prompt| {
            json!({
                "messages": [{"role": "user", "content": [{"text": prompt}]}],
                "inferenceConfig": {"maxTokens": MAX_TOKENS},
            })
        },
        prompt: "/messages/0/content/0/text",
        answer: "/output/message/content/0/text",
        chunk: "/contentBlockDelta/delta/text",
    },
    Family {
        sign: "meta.llama",
        request: |prompt| json!({"prompt": prompt, "max_gen_len": MAX_TOKENS}),
        prompt: "/prompt",
        answer: "/generation",
        chunk: "/generation",
    },
    Family {
        sign: "mistral.",
        request: |prompt| json!({"prompt": prompt, "max_tokens": MAX_TOKENS}),
        prompt: "/prompt",
        answer: "/outputs/0/text",
        chunk: "/outputs/0/text",
    },
];

impl Family {
    /// The family of a model.
    pub(super) fn of(model: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| model.contains(family.sign))
    }

    /// The parts of ids that are known.
    pub(super) fn signs() -> String {
        FAMILIES.map(|family| family.sign).join(", ")
    }

    /// A request.
    pub(super) fn request(&self, prompt: &str) -> Value {
        (self.request)(prompt)
    }

    /// The prompt in a request; all of it where it stands elsewhere.
    pub(super) fn prompt(&self, request: &[u8]) -> String {
        text(request, self.prompt).unwrap_or_else(|| lossy(request))
    }

    /// The text of a response; all of it where the text stands elsewhere.
    pub(super) fn answer(&self, response: &[u8]) -> String {
        text(response, self.answer).unwrap_or_else(|| lossy(response))
    }

    /// The text of a chunk, if it has any.
    pub(super) fn chunk(&self, chunk: &[u8]) -> Option<String> {
        text(chunk, self.chunk)
    }
}

fn text(json: &[u8], pointer: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(json).ok()?;
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

fn lossy(json: &[u8]) -> String {
    String::from_utf8_lossy(json).into_owned()
}
