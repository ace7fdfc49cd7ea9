//! The texts of citations, whole and in streams.

use aws_sdk_bedrockruntime::types::{Citation, CitationLocation, CitationSourceContent, CitationsDelta};

use crate::bedrock::text_field::FieldKind;

use super::walk::{Done, SdkWalk};

/// A citation.
pub(super) fn citation(walk: &mut SdkWalk<'_, '_>, citation: &mut Citation) -> Done {
    walk.text_if("title", FieldKind::Citation, &mut citation.title)?;
    walk.text_if("source", FieldKind::Citation, &mut citation.source)?;
    if let Some(content) = &mut citation.source_content {
        walk.list("sourceContent", content, |walk, item| match item {
            CitationSourceContent::Text(text) => walk.text_in("text", FieldKind::Citation, text),
            _ => Err(walk.unknown()),
        })?;
    }
    location(walk, &mut citation.location)
}

/// A citation as a stream carries it: whole, in one event.
pub(super) fn citation_delta(walk: &mut SdkWalk<'_, '_>, citation: &mut CitationsDelta) -> Done {
    walk.text_if("title", FieldKind::Citation, &mut citation.title)?;
    walk.text_if("source", FieldKind::Citation, &mut citation.source)?;
    if let Some(content) = &mut citation.source_content {
        walk.list("sourceContent", content, |walk, item| walk.text_if("text", FieldKind::Citation, &mut item.text))?;
    }
    location(walk, &mut citation.location)
}

fn location(walk: &mut SdkWalk<'_, '_>, location: &mut Option<CitationLocation>) -> Done {
    let Some(location) = location else {
        return Ok(());
    };
    walk.member("location", |walk| match location {
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
