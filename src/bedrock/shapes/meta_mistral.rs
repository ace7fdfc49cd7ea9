//! One prompt in, one text out: Llama, Mistral, and the request of every other prompt family.

use crate::bedrock::table::FieldRule::{Delta, Plain, PlainTree, Skipped, Text, Token};
use crate::bedrock::table::{DeltaKind, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, ImagePrompt, StopSequence, UserText};
use crate::bedrock::text_field::SkipReason::{Image, Video};

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    /// Claude text, Llama, Mistral, DeepSeek R1, Cohere Command, J2, Stability, Luma: the families cannot
    /// always be told apart, and need not be: the text paths are the same.
    PROMPT_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("prompt", Text(UserText)),
        ("suffix", Text(UserText)),
        ("negative_prompt", Text(ImagePrompt)),
        ("search_prompt", Text(ImagePrompt)),
        ("select_prompt", Text(ImagePrompt)),
        ("stop", Text(StopSequence)),
        ("stop_sequences", Text(StopSequence)),
        ("stopSequences", Text(StopSequence)),
        ("images[]", Skipped(Image)),
        ("image", Skipped(Image)),
        ("init_image", Skipped(Image)),
        ("mask", Skipped(Image)),
        ("mask_image", Skipped(Image)),
        ("style_image", Skipped(Image)),
        ("keyframes", Skipped(Video)),
        ("anthropic_version", Plain),
        ("model", Plain),
        ("aspect_ratio", Plain),
        ("mode", Plain),
        ("output_format", Plain),
        ("style_preset", Plain),
        ("resolution", Plain),
        ("duration", Plain),
        ("return_likelihoods", Plain),
        ("truncate", Plain),
        ("logit_bias", PlainTree),
        ("countPenalty", PlainTree),
        ("presencePenalty", PlainTree),
        ("frequencyPenalty", PlainTree),
    ]
}

table! {
    LLAMA_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("generation", Text(AssistantText)),
        ("stop_reason", Plain),
        ("logprobs[].*", Token),
    ]
}

table! {
    LLAMA_CHUNK: Tag::None, Some(&LLAMA_RESPONSE), [
        ("generation", Delta(DeltaKind::Text)),
    ]
}

table! {
    MISTRAL_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("outputs[].text", Text(AssistantText)),
        ("outputs[].stop_reason", Plain),
    ]
}

table! {
    MISTRAL_CHUNK: Tag::None, Some(&MISTRAL_RESPONSE), [
        ("outputs[].text", Delta(DeltaKind::Text)),
    ]
}
