//! Images and video: Titan Image, Nova Canvas, Nova Reel, Stability SDXL, TwelveLabs Pegasus.

use crate::bedrock::slot::FieldKind::{AssistantText, ImagePrompt, ToolDefinition, UserText};
use crate::bedrock::slot::SkipReason::{Image, Video};
use crate::bedrock::table::Rule::{Delta, Free, Opaque, Plain, PlainTree, Text};
use crate::bedrock::table::{Part, Tag, table};

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    /// Each task has a member of its own: `textToImageParams`, `inPaintingParams` and so on.
    IMAGE_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("taskType", Plain),
        ("*.text", Text(ImagePrompt)),
        ("*.negativeText", Text(ImagePrompt)),
        ("*.maskPrompt", Text(ImagePrompt)),
        ("*.shots[].text", Text(ImagePrompt)),
        ("*.shots[].image", Opaque(Image)),
        ("*.image", Opaque(Image)),
        ("*.images", Opaque(Image)),
        ("*.conditionImage", Opaque(Image)),
        ("*.maskImage", Opaque(Image)),
        ("*.referenceImage", Opaque(Image)),
        ("*.sourceImage", Opaque(Image)),
        ("*.controlMode", Plain),
        ("*.outPaintingMode", Plain),
        ("*.style", Plain),
        ("*.colors[]", Plain),
        ("imageGenerationConfig", PlainTree),
        ("videoGenerationConfig", PlainTree),
        ("text_prompts[].text", Text(ImagePrompt)),
        ("init_image", Opaque(Image)),
        ("mask_image", Opaque(Image)),
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
        ("mediaSource", Opaque(Video)),
        ("responseFormat", Free(ToolDefinition)),
    ]
}

table! {
    PEGASUS_CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("message", Delta(Part::Text)),
        ("finishReason", Plain),
    ]
}

table! {
    /// Pictures, or what Pegasus says about a video.
    MEDIA_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("images[]", Opaque(Image)),
        ("maskImage", Opaque(Image)),
        ("artifacts[].base64", Opaque(Image)),
        ("artifacts[].finishReason", Plain),
        ("finish_reasons[]", Plain),
        ("result", Plain),
        ("error", Text(AssistantText)),
        ("message", Text(AssistantText)),
        ("finishReason", Plain),
    ]
}
