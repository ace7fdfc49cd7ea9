//! Embeddings: Titan, Nova, Cohere and Marengo.

use crate::bedrock::table::FieldRule::{In, Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Echo, EmbeddingInput};
use crate::bedrock::text_field::SkipReason::{Audio, Image, S3Location, Video};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields};
use super::titan::REQUEST as TITAN_REQUEST;

table! {
    /// `singleEmbeddingParams`, `segmentedEmbeddingParams`.
    NOVA_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("schemaVersion", Plain),
        ("taskType", Plain),
        ("*.embeddingPurpose", Plain),
        ("*.text.value", Text(EmbeddingInput)),
        ("*.text.truncationMode", Plain),
        ("*.text.source", Skipped(S3Location)),
        ("*.text.segmentationConfig", PlainTree),
        ("*.image", Skipped(Image)),
        ("*.audio", Skipped(Audio)),
        ("*.video", Skipped(Video)),
    ]
}

table! {
    COHERE_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("texts[]", Text(EmbeddingInput)),
        ("images[]", Skipped(Image)),
        ("inputs[].content[]", In(&COHERE_PART)),
        ("input_type", Plain),
        ("truncate", Plain),
        ("embedding_types[]", Plain),
    ]
}

table! {
    COHERE_PART: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("text: text", Text(EmbeddingInput)),
        ("image_url: image_url", Skipped(Image)),
    ]
}

table! {
    /// Embeddings of any family. Cohere repeats the text.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("response_type", Plain),
        ("embedding", PlainTree),
        ("embeddings", PlainTree),
        ("embeddingsByType", PlainTree),
        ("data[].embedding", PlainTree),
        ("data[].embeddingOption", Plain),
        ("texts[]", Text(Echo)),
        ("inputs[].content[].type", Plain),
        ("inputs[].content[].text", Text(Echo)),
        ("inputs[].content[].image_url", Skipped(Image)),
        ("images", PlainTree),
        ("message", Text(AssistantText)),
    ]
}

pub(super) fn nova_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.text("schemaVersion")? == "nova-multimodal-embed-v1").then_some(&NOVA_REQUEST)
}

/// Titan Embed and Marengo.
pub(super) fn titan_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let embeds = body.has_any(&["inputImage", "inputType"])
        || body.has("inputText") && body.has_any(&["embeddingConfig", "embeddingTypes", "dimensions"]);
    embeds.then_some(&TITAN_REQUEST)
}

pub(super) fn cohere_request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_any(&["input_type", "texts"]).then_some(&COHERE_REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    has_vectors(body).then_some(&RESPONSE)
}

/// Returns `true` if a response contains embeddings.
pub(super) fn has_vectors(body: Fields<'_, '_>) -> bool {
    body.has_any(&["embedding", "embeddings", "embeddingsByType"])
}

pub(super) static FAMILY: Family = Family {
    // Titan's requests without settings are those of Titan Text.
    model_ids: &["embed", "marengo"],
    ..Family::NO_TEXT
};
