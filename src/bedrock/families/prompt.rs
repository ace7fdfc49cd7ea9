//! Requests with a `prompt`, a format that many families share.

use crate::bedrock::table::FieldRule::{Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{ImagePrompt, StopSequence, UserText};
use crate::bedrock::text_field::SkipReason::{Image, Video};

use super::common::REQUEST_COMMON;
use super::family::Fields;

table! {
    /// Claude text, Llama, Mistral, DeepSeek R1, Cohere Command, J2, Stability and Luma: their text fields are the same, so they need not
    /// be distinguished.
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let edits_image = || body.has("image") && body.has_any(&["search_prompt", "select_prompt"]);
    (body.has("prompt") || edits_image()).then_some(&REQUEST)
}
