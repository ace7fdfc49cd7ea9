//! The text of citations, in responses and in streams.

use aws_sdk_bedrockruntime::types::{Citation, CitationLocation, CitationSourceContent, CitationsDelta};

use crate::bedrock::text_field::FieldKind;

use super::walk::{SdkWalk, WalkResult};

/// Visits a citation.
pub(super) fn citation(walk: &mut SdkWalk<'_, '_>, citation: &mut Citation) -> WalkResult {
    walk.text_if("title", FieldKind::Citation, &mut citation.title)?;
    walk.text_if("source", FieldKind::Citation, &mut citation.source)?;
    walk.list_if("sourceContent", &mut citation.source_content, |walk, item| match item {
        CitationSourceContent::Text(text) => walk.text_in("text", FieldKind::Citation, text),
        _ => Err(walk.unknown()),
    })?;
    location(walk, &mut citation.location)
}

/// Visits a citation in a stream, which is complete in its event.
pub(super) fn citation_delta(walk: &mut SdkWalk<'_, '_>, citation: &mut CitationsDelta) -> WalkResult {
    walk.text_if("title", FieldKind::Citation, &mut citation.title)?;
    walk.text_if("source", FieldKind::Citation, &mut citation.source)?;
    walk.list_if("sourceContent", &mut citation.source_content, |walk, item| {
        walk.text_if("text", FieldKind::Citation, &mut item.text)
    })?;
    location(walk, &mut citation.location)
}

fn location(walk: &mut SdkWalk<'_, '_>, location: &mut Option<CitationLocation>) -> WalkResult {
    walk.member_if("location", location, |walk, location| match location {
        // Offsets only.
        CitationLocation::DocumentChar(_)
        | CitationLocation::DocumentChunk(_)
        | CitationLocation::DocumentPage(_)
        | CitationLocation::SearchResultLocation(_) => Ok(()),
        CitationLocation::Web(web) => walk.member("web", |walk| {
            walk.text_if("url", FieldKind::Citation, &mut web.url)?;
            walk.text_if("domain", FieldKind::Citation, &mut web.domain)
        }),
        _ => Err(walk.unknown()),
    })
}
