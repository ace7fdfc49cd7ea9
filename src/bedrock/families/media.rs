//! Images and video: Titan Image, Nova Canvas, Nova Reel, Stability and Luma.

use crate::bedrock::table::FieldRule::{Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, ImagePrompt};
use crate::bedrock::text_field::SkipReason::Image;

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::Fields;
use super::prompt;

table! {
    /// Each task has its own field: `textToImageParams`, `inPaintingParams` and so on.
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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
    /// Images, or the text of Pegasus about a video.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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

/// Titan Image, Nova Canvas and Nova Reel.
pub(super) fn amazon_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("taskType").then_some(&REQUEST)
}

/// Stability SDXL.
pub(super) fn sdxl_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("text_prompts").then_some(&REQUEST)
}

/// A prompt with settings that only images and video have.
pub(super) fn prompt_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let settings =
        ["negative_prompt", "aspect_ratio", "output_format", "image", "init_image", "mode", "keyframes", "resolution"];
    prompt::request(body).filter(|_| body.has_any(&settings))
}

/// Upscaling and background removal: an image and no text.
pub(super) fn image_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.has("image") && !body.has("text")).then_some(&prompt::REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    has_images(body).then_some(&RESPONSE)
}

/// Returns `true` if a response contains images.
pub(super) fn has_images(body: Fields<'_, '_>) -> bool {
    body.has_any(&["images", "artifacts"])
}
