//! AI21 Jurassic-2. Jamba speaks OpenAI chat.

use crate::bedrock::table::FieldRule::{Plain, PlainTree, Text, Token};
use crate::bedrock::table::{Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Echo};

use super::guardrail::RESPONSE_COMMON;

table! {
    /// Prompt and completion stand here twice: whole, and token by token.
    J2_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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
