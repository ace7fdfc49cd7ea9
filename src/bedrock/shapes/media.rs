//! Images and video: Titan Image, Nova Canvas, Nova Reel, Stability SDXL, TwelveLabs Pegasus.

use crate::bedrock::table::FieldRule::{Delta, Free, Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{DeltaKind, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, ImagePrompt, ToolDefinition, UserText};
use crate::bedrock::text_field::SkipReason::{Image, Video};

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    /// Each task has a member of its own: `textToImageParams`, `inPaintingParams` and so on.
    IMAGE_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("taskType", Plain),
        ("*.text", Text(ImagePrompt)),
        ("*.negativeText", Text(ImagePrompt)),
        ("*.maskPrompt", Text(ImagePrompt)),
        ("*.shots[].text", Text(ImagePrompt)),
        ("*.shots[].image", Skipped(Image)),
        ("*.image", Skipped(Image)),
        ("*.images", Skipped(Image)),
        ("*.conditionImage", Skipped(Image)),
        ("*.maskImage", Skipped(Image)),
        ("*.referenceImage", Skipped(Image)),
        ("*.sourceImage", Skipped(Image)),
        ("*.controlMode", Plain),
        ("*.outPaintingMode", Plain),
        ("*.style", Plain),
        ("*.colors[]", Plain),
        ("imageGenerationConfig", PlainTree),
        ("videoGenerationConfig", PlainTree),
        ("text_prompts[].text", Text(ImagePrompt)),
        ("init_image", Skipped(Image)),
        ("mask_image", Skipped(Image)),
        ("init_image_mode", Plain),
        ("mask_source", Plain),
        ("clip_guidance_preset", Plain),
        ("sampler", Plain),
        ("style_preset", Plain),
    ]
}

table! {
    VIDEO_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("inputPrompt", Text(UserText)),
        ("mediaSource", Skipped(Video)),
        ("responseFormat", Free(ToolDefinition)),
    ]
}

table! {
    PEGASUS_CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("message", Delta(DeltaKind::Text)),
        ("finishReason", Plain),
    ]
}

table! {
    /// Pictures, or what Pegasus says about a video.
    MEDIA_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("images[]", Skipped(Image)),
        ("maskImage", Skipped(Image)),
        ("artifacts[].base64", Skipped(Image)),
        ("artifacts[].finishReason", Plain),
        ("finish_reasons[]", Plain),
        ("result", Plain),
        ("error", Text(AssistantText)),
        ("message", Text(AssistantText)),
        ("finishReason", Plain),
    ]
}
