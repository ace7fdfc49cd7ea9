//! Documents and files in a body: which are text, and how their text is stored.
//!
//! What says that it is text is text, and so is what says nothing. A format or media type that is not known to be text counts as binary,
//! and is listed as skipped.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::{BodyError, BodyErrorKind};
use super::operation::percent_decode;
use super::text_field::{FieldKind, SkipReason};
use super::visit::{Visit, Visitor};
use super::walk::{Encoding, TextNode};
use crate::json::FieldEdit;

/// Where a file in a string says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRule {
    /// Base64. The document around its source has a `format`; without one it is plain text, as the service has it.
    Format,
    /// Base64. The field `media_type` next to it says.
    MediaType,
    /// A `data:` URL, which says so itself. Base64 alone is what the `filename` next to it says. Any other URL is one that the service
    /// fetches.
    Url,
}

/// How the bytes of a file are written into its string.
#[derive(Clone, Copy)]
enum ByteEncoding {
    Base64,
    Percent,
}

impl Visit<'_, '_> {
    /// Offers the text of a file, and encodes it again where it is changed. A file that is no text is skipped.
    pub(super) fn file(
        &mut self,
        found: &TextNode,
        rule: FileRule,
        stored: &str,
        f: &mut Visitor<'_>,
    ) -> Result<Option<FieldEdit>, BodyError> {
        let object = self.doc.node(found.node).parent();
        let text = match rule {
            FileRule::Format => {
                let document = self.doc.node(object).parent();
                self.is_text(document, "format", is_text).then_some((0, ByteEncoding::Base64))
            }
            FileRule::MediaType => self.is_text(object, "media_type", is_text).then_some((0, ByteEncoding::Base64)),
            FileRule::Url => match data_url(stored) {
                Some((kind, at, encoding)) => is_text(kind).then_some((at, encoding)),
                None if stored.contains("://") => {
                    // The URL itself is text as well.
                    self.skip(found.node, SkipReason::BinaryDocument);
                    return Ok(self.offer(found, Cow::Borrowed(stored), f));
                }
                None => self.is_text(object, "filename", is_text_name).then_some((0, ByteEncoding::Base64)),
            },
        };
        let Some((at, encoding)) = text else {
            self.skip(found.node, SkipReason::BinaryDocument);
            return Ok(None);
        };
        let pointer = || self.doc.pointer(found.node);
        let not_text = || BodyError::new(BodyErrorKind::NotText { pointer: pointer() });
        let (head, encoded) = stored.split_at_checked(at).ok_or_else(not_text)?;
        let content = match encoding {
            ByteEncoding::Base64 => {
                let bytes = STANDARD.decode(encoded);
                let bytes = bytes.map_err(|_| BodyError::new(BodyErrorKind::Base64 { pointer: pointer() }))?;
                plain_text(&bytes).ok_or_else(not_text)?.to_owned()
            }
            ByteEncoding::Percent => {
                percent_decode(encoded).filter(|text| plain_text(text.as_bytes()).is_some()).ok_or_else(not_text)?
            }
        };
        if rule == FileRule::Url && !is_unicode(head) {
            return Err(not_text());
        }
        let found = TextNode { kind: FieldKind::Document, encoding: Encoding::Text, ..*found };
        let Some(edit) = self.offer(&found, Cow::Borrowed(&content), f) else { return Ok(None) };
        let changed = edit.apply(&content)?;
        let changed = match encoding {
            ByteEncoding::Base64 => STANDARD.encode(changed),
            ByteEncoding::Percent => percent_encode(&changed),
        };
        Ok(Some(FieldEdit::new(vec![(at..stored.len(), changed)])))
    }

    /// Returns whether the file that `object` describes is text: the field of this name says so, or there is none. One that names two
    /// types could be read either way: any text counts.
    fn is_text(&mut self, object: usize, name: &'static str, says_text: fn(&str) -> bool) -> bool {
        // Remembered, so that a document with its bytes written a million times stays linear.
        if let Some((known, is_text)) = self.last_file
            && known == object
        {
            return is_text;
        }
        let doc = self.doc;
        let types = || {
            let fields = doc.members(object).filter(|&(key, _)| doc.string(key) == name);
            fields.filter_map(|(_, value)| doc.as_str(value))
        };
        let is_text = types().next().is_none() || types().any(|said| says_text(&said));
        self.last_file = Some((object, is_text));
        is_text
    }
}

/// The text of a document that is plain text. With a NUL it is in another encoding: UTF-16 reads as UTF-8 then, letter by letter.
pub(super) fn plain_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Returns whether a format of Bedrock's (`txt`), a file name's ending, or a media type (`text/plain; charset=utf-8`) is text.
pub(super) fn is_text(said: &str) -> bool {
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (class, format) = said.split_once('/').unwrap_or(("application", &said));
    let suffix = format.rsplit_once('+').map(|(_, suffix)| suffix);
    let format = suffix.unwrap_or(format).trim_start_matches("x-");
    let is_known = matches!(
        format,
        "" | "txt"
            | "text"
            | "plain"
            | "md"
            | "markdown"
            | "csv"
            | "tsv"
            | "html"
            | "htm"
            | "xhtml"
            | "xml"
            | "json"
            | "jsonl"
            | "ndjson"
            | "yaml"
            | "yml"
            | "toml"
            | "ini"
            | "log"
            | "sql"
            | "graphql"
            | "js"
            | "javascript"
            | "css"
    );
    match class {
        "text" => true,
        "application" => is_known,
        // `image/svg+xml`, `message/global+json`.
        _ => suffix.is_some() && is_known,
    }
}

/// Returns whether a file of this name is text, by its ending.
fn is_text_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| !ending.is_empty() && is_text(ending))
}

/// Media type, where the data begins, and how it is written. `None` for what is no `data:` URL.
fn data_url(url: &str) -> Option<(&str, usize, ByteEncoding)> {
    let (scheme, rest) = url.split_once(':')?;
    if !scheme.trim_start().eq_ignore_ascii_case("data") {
        return None;
    }
    let (kind, data) = rest.split_once(',')?;
    let is_base64 = kind.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
    let encoding = if is_base64 { ByteEncoding::Base64 } else { ByteEncoding::Percent };
    // `data:;base64,…` and `data:,…` are text/plain.
    let kind = if kind.trim().eq_ignore_ascii_case("base64") { "" } else { kind };
    Some((kind, url.len() - data.len(), encoding))
}

fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns whether the head of a data URL names no character set but those that read as UTF-8.
fn is_unicode(head: &str) -> bool {
    let named = head.split([';', ',']).filter_map(|part| part.split_once('='));
    let mut sets = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    sets.all(|(_, set)| {
        let set = set.trim().trim_matches('"').to_ascii_lowercase();
        matches!(set.as_str(), "utf-8" | "utf8" | "us-ascii" | "ascii")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text() {
        for said in [
            "",
            "txt",
            "md",
            "csv",
            "html",
            "TXT",
            "text/plain",
            "text/plain; charset=utf-8",
            "Text/X-Anything",
            "application/json",
            "application/x-ndjson",
            "application/ld+json",
            "application/xml",
            "image/svg+xml",
            "application/yaml",
        ] {
            assert!(is_text(said), "{said}");
        }
        for said in [
            "pdf",
            "doc",
            "docx",
            "xls",
            "xlsx",
            "application/pdf",
            "application/octet-stream",
            "image/png",
            "image/json",
            "audio/wav",
            "application/zip",
            "application/epub+zip",
        ] {
            assert!(!is_text(said), "{said}");
        }
        for (name, expected) in
            [("a.txt", true), ("a.b.CSV", true), ("a.pdf", false), ("txt", false), ("a.", false), ("", false)]
        {
            assert_eq!(is_text_name(name), expected, "{name}");
        }
    }

    #[test]
    fn data_urls_are_taken_apart() {
        let read = |url| data_url(url).map(|(kind, at, encoding)| (kind, at, matches!(encoding, ByteEncoding::Base64)));
        for (url, expected) in [
            ("data:text/plain;base64,YQ==", Some(("text/plain;base64", 23, true))),
            ("DATA:text/plain;charset=utf-8;BASE64,YQ==", Some(("text/plain;charset=utf-8;BASE64", 37, true))),
            ("data:,a%20b", Some(("", 6, false))),
            ("data:;base64,YQ==", Some((";base64", 13, true))),
            ("data:application/pdf;base64,YQ==", Some(("application/pdf;base64", 28, true))),
            ("https://e.com/a.pdf", None),
            ("YQ==", None),
            ("data:text/plain", None),
        ] {
            assert_eq!(read(url), expected, "{url}");
        }
    }
}
