//! The InvokeModel bodies of the most common model families.

use serde_json::{Value, json};

/// The limit on generated tokens.
pub(super) const MAX_TOKENS: i32 = 1024;

/// A model family, by its model ids.
pub(super) struct Family {
    /// A part of the model ids.
    id_part: &'static str,
    request: fn(&str) -> Value,
    /// The pointer of the prompt in a request.
    prompt: &'static str,
    /// The pointer of the text in a response.
    response: &'static str,
    /// The pointer of the text in a chunk of a stream.
    chunk: &'static str,
}

const FAMILIES: [Family; 4] = [
    Family {
        id_part: "anthropic.",
        request: |prompt| {
            json!({
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": MAX_TOKENS,
                "messages": [{"role": "user", "content": [{"type": "text", "text": prompt}]}],
            })
        },
        prompt: "/messages/0/content/0/text",
        response: "/content/0/text",
        chunk: "/delta/text",
    },
    Family {
        id_part: "amazon.nova",
        request: |prompt| {
            json!({
                "messages": [{"role": "user", "content": [{"text": prompt}]}],
                "inferenceConfig": {"maxTokens": MAX_TOKENS},
            })
        },
        prompt: "/messages/0/content/0/text",
        response: "/output/message/content/0/text",
        chunk: "/contentBlockDelta/delta/text",
    },
    Family {
        id_part: "meta.llama",
        request: |prompt| json!({"prompt": prompt, "max_gen_len": MAX_TOKENS}),
        prompt: "/prompt",
        response: "/generation",
        chunk: "/generation",
    },
    Family {
        id_part: "mistral.",
        request: |prompt| json!({"prompt": prompt, "max_tokens": MAX_TOKENS}),
        prompt: "/prompt",
        response: "/outputs/0/text",
        chunk: "/outputs/0/text",
    },
];

impl Family {
    pub(super) fn of(model: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| model.contains(family.id_part))
    }

    /// Returns the parts of ids that are supported.
    pub(super) fn id_parts() -> String {
        FAMILIES.map(|family| family.id_part).join(", ")
    }

    pub(super) fn request(&self, prompt: &str) -> Value {
        (self.request)(prompt)
    }

    /// Returns the prompt in a request, or the whole request if the prompt is elsewhere.
    pub(super) fn prompt(&self, request: &[u8]) -> String {
        text(request, self.prompt).unwrap_or_else(|| lossy(request))
    }

    /// Returns the text of a response, or the whole response if the text is elsewhere.
    pub(super) fn response_text(&self, response: &[u8]) -> String {
        text(response, self.response).unwrap_or_else(|| lossy(response))
    }

    /// Returns the text of a chunk, if it has any.
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
