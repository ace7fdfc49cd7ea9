//! Ranking of documents: Cohere Rerank.

use crate::bedrock::table::FieldRule::{Json, Plain, PlainTree, Text};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{Document, Echo, EmbeddingInput};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::Fields;

table! {
    /// A document is a string, an object, or an object written into a string.
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("query", Text(EmbeddingInput)),
        ("documents[]", Json(Document)),
        ("rank_fields[]", Plain),
    ]
}

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("results[].document", Json(Echo)),
        ("meta", PlainTree),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.has("query") && body.has("documents")).then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.get("results")?.items().any(|result| result.has("relevance_score")).then_some(&RESPONSE)
}
