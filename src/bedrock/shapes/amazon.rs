//! Amazon: Titan and Nova.

use crate::bedrock::table::FieldRule::{Delta, In, Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{DeltaKind, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Echo, EmbeddingInput, StopSequence, UserText};
use crate::bedrock::text_field::SkipReason::{Audio, Image, S3Location, Video};

use super::converse::{
    BLOCK_DELTA, BLOCK_START, BLOCK_STOP, CONVERSE_REQUEST, CONVERSE_RESPONSE, MESSAGE_START, MESSAGE_STOP, METADATA,
};
use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    /// Titan Text, Titan Embed, Titan Multimodal Embed; Marengo has its text in the same location.
    TITAN_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("inputText", Text(UserText)),
        ("text.inputText", Text(EmbeddingInput)),
        ("inputImage", Skipped(Image)),
        ("inputType", Plain),
        ("mediaSource", Skipped(Video)),
        ("textTruncate", Plain),
        ("textGenerationConfig.stopSequences[]", Text(StopSequence)),
        ("embeddingConfig", PlainTree),
        ("embeddingTypes[]", Plain),
    ]
}

table! {
    TITAN_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("results[].outputText", Text(AssistantText)),
        ("results[].completionReason", Plain),
    ]
}

table! {
    TITAN_CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("outputText", Delta(DeltaKind::Text)),
        ("completionReason", Plain),
    ]
}

table! {
    /// Embeddings of any family. Cohere sends the texts back.
    EMBEDDING_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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

table! {
    /// Nova takes the members of Converse.
    NOVA_REQUEST: Tag::None, Some(&CONVERSE_REQUEST), [
        ("schemaVersion", Plain),
        ("amazon-bedrock-guardrailConfig", PlainTree),
    ]
}

table! {
    NOVA_RESPONSE: Tag::None, Some(&CONVERSE_RESPONSE), [
        ("amazon-bedrock-guardrailAction", Plain),
    ]
}

table! {
    NOVA_CHUNK: Tag::Union, Some(&RESPONSE_COMMON), [
        ("messageStart", In(&MESSAGE_START)),
        ("contentBlockStart", In(&BLOCK_START)),
        ("contentBlockDelta", In(&BLOCK_DELTA)),
        ("contentBlockStop", In(&BLOCK_STOP)),
        ("messageStop", In(&MESSAGE_STOP)),
        ("metadata", In(&METADATA)),
    ]
}

table! {
    /// `singleEmbeddingParams`, `segmentedEmbeddingParams`.
    NOVA_EMBED_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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
