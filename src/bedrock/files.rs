//! Documents and files in a body: which are text, and how their text is stored.
//!
//! A file whose type is text, or that has no type, is text. A format or media type that is not known to be text is binary and is listed as
//! skipped.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::body_editor::BodyEditor;
use super::error::{BodyError, BodyErrorKind};
use super::operation::percent_decode;
use super::table::FileRule;
use super::text_field::{FieldKind, SkipReason, Visitor};
use super::text_nodes::{self, TextNode};
use crate::json::{FieldEdit, JsonDocument};

/// How the bytes of a file are stored in its string.
#[derive(Clone, Copy)]
enum Encoding {
    Base64,
    Percent,
}

/// The files of a document.
#[derive(Default)]
pub(super) struct Files {
    /// The object that describes the last file, and whether that file is text. It keeps a document with a million files in one object
    /// linear.
    last: Option<(usize, bool)>,
}

impl Files {
    /// Offers the text of a file, and encodes it again if it is changed. A file that is not text is skipped.
    pub(super) fn visit(
        &mut self,
        editor: &mut BodyEditor<'_, '_>,
        field: &TextNode,
        rule: FileRule,
        stored: &str,
        f: &mut Visitor<'_>,
    ) -> Result<Option<FieldEdit>, BodyError> {
        let doc = editor.doc;
        let object = doc.parent(field.node());
        let text = match rule {
            FileRule::Format => {
                let document = doc.parent(object);
                self.is_text(doc, document, "format", is_text).then_some((0, Encoding::Base64))
            }
            FileRule::MediaType => self.is_text(doc, object, "media_type", is_text).then_some((0, Encoding::Base64)),
            FileRule::Url => match data_url(stored) {
                Some((kind, at, encoding)) => is_text(kind).then_some((at, encoding)),
                None if stored.contains("://") => {
                    // The URL itself is text as well.
                    editor.skip(field.node(), SkipReason::BinaryDocument);
                    return Ok(editor.offer(field, Cow::Borrowed(stored), f));
                }
                None => self.is_text(doc, object, "filename", is_text_name).then_some((0, Encoding::Base64)),
            },
        };
        let Some((at, encoding)) = text else {
            editor.skip(field.node(), SkipReason::BinaryDocument);
            return Ok(None);
        };
        let not_text = || BodyError::new(BodyErrorKind::NotText { pointer: doc.pointer(field.node()) });
        let (head, encoded) = stored.split_at_checked(at).ok_or_else(not_text)?;
        let content = match encoding {
            Encoding::Base64 => {
                let bytes = STANDARD.decode(encoded);
                let bytes = bytes.map_err(|_| BodyError::base64(doc.pointer(field.node())))?;
                plain_text(&bytes).ok_or_else(not_text)?.to_owned()
            }
            Encoding::Percent => {
                percent_decode(encoded).filter(|text| plain_text(text.as_bytes()).is_some()).ok_or_else(not_text)?
            }
        };
        if rule == FileRule::Url && !is_unicode(head) {
            return Err(not_text());
        }
        let field = field.read_as(FieldKind::Document, text_nodes::Encoding::Text);
        let Some(edit) = editor.offer(&field, Cow::Borrowed(&content), f) else { return Ok(None) };
        let changed = edit.apply(&content)?;
        let changed = match encoding {
            Encoding::Base64 => STANDARD.encode(changed),
            Encoding::Percent => percent_encode(&changed),
        };
        Ok(Some(FieldEdit::new(vec![(at..stored.len(), changed)])))
    }

    /// Returns `true` if the file that `object` describes is text: the field of this name has a text type, or there is none. If the field
    /// is repeated, readers may take either, so one text type is enough.
    fn is_text(
        &mut self,
        doc: &JsonDocument<'_>,
        object: usize,
        name: &'static str,
        names_text: fn(&str) -> bool,
    ) -> bool {
        if let Some((known, is_text)) = self.last
            && known == object
        {
            return is_text;
        }
        let types = || doc.values_of(object, name).filter_map(|value| doc.as_str(value));
        let is_text = types().next().is_none() || types().any(|value| names_text(&value));
        self.last = Some((object, is_text));
        is_text
    }
}

/// Returns the text of a document in plain text. Text with a NUL has another encoding: UTF-16 can be valid UTF-8 with a NUL per letter.
pub(super) fn plain_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Returns `true` if a format of Bedrock (`txt`), the ending of a file name, or a media type (`text/plain; charset=utf-8`) is text.
pub(super) fn is_text(name: &str) -> bool {
    let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (class, format) = name.split_once('/').unwrap_or(("application", &name));
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

/// Returns `true` if a file of this name is text, by its ending.
fn is_text_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| !ending.is_empty() && is_text(ending))
}

/// Returns the media type, the start of the data, and its encoding; `None` if the string is not a `data:` URL.
fn data_url(url: &str) -> Option<(&str, usize, Encoding)> {
    let (scheme, rest) = url.split_once(':')?;
    if !scheme.trim_start().eq_ignore_ascii_case("data") {
        return None;
    }
    let (kind, data) = rest.split_once(',')?;
    let is_base64 = kind.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
    let encoding = if is_base64 { Encoding::Base64 } else { Encoding::Percent };
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

/// Returns `true` if the head of a data URL names no character set that cannot be read as UTF-8.
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
    fn text_types_are_known() {
        for name in [
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
            assert!(is_text(name), "{name}");
        }
        for name in [
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
            assert!(!is_text(name), "{name}");
        }
        for (name, expected) in
            [("a.txt", true), ("a.b.CSV", true), ("a.pdf", false), ("txt", false), ("a.", false), ("", false)]
        {
            assert_eq!(is_text_name(name), expected, "{name}");
        }
    }

    #[test]
    fn data_urls_are_parsed() {
        let read = |url| data_url(url).map(|(kind, at, encoding)| (kind, at, matches!(encoding, Encoding::Base64)));
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
