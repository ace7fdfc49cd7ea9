//! AI21 Jurassic-2. Jamba uses OpenAI chat.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Plain, PlainTree, Text, Token};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Echo};

use super::common::RESPONSE_COMMON;
use super::family::{Family, Fields};
use super::prompt;

table! {
    /// Prompt and completion occur twice: complete, and token by token.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("prompt.text", Text(Echo)),
        ("prompt.tokens[].generatedToken.token", Token),
        ("prompt.tokens[].topTokens[].token", Token),
        ("completions[].data.text", Text(AssistantText)),
        ("completions[].data.tokens[].generatedToken.token", Token),
        ("completions[].data.tokens[].topTokens[].token", Token),
        ("completions[].finishReason", PlainTree),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let settings = ["maxTokens", "numResults", "countPenalty", "stopSequences"];
    prompt::request(body).filter(|_| body.has_any(&settings))
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_array("completions").then_some(&RESPONSE)
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["ai21.j2"],
    blocked_response: |_, message| {
        Some(json!({
            "id": 0,
            "prompt": {"text": "", "tokens": []},
            "completions": [{
                "data": {"text": message, "tokens": []},
                "finishReason": {"reason": "endoftext"},
            }],
        }))
    },
    ..Family::NO_TEXT
};
