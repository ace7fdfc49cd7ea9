//! Free-form JSON in SDK values: every string and every key is text, and a number may be.

use aws_smithy_types::{Document, Number};

use crate::bedrock::text_field::FieldKind;

use super::walk::{SdkWalk, WalkResult};

/// Offers every string and key of a value, which may be written into a string.
pub(super) fn free(walk: &mut SdkWalk<'_, '_>, kind: FieldKind, value: &mut Document) -> WalkResult {
    match value {
        Document::String(text) => walk.json(kind, text),
        _ => inner(walk, kind, value),
    }
}

fn inner(walk: &mut SdkWalk<'_, '_>, kind: FieldKind, value: &mut Document) -> WalkResult {
    match value {
        Document::Object(members) => {
            walk.check_depth()?;
            walk.keys_and_values(kind, members, |walk, value| inner(walk, kind, value))
        }
        Document::Array(items) => {
            walk.check_depth()?;
            walk.items(items, |walk, item| inner(walk, kind, item))
        }
        Document::String(text) => walk.free_text(kind, text),
        Document::Number(number) => {
            let written = match number {
                Number::PosInt(number) => number.to_string(),
                Number::NegInt(number) => number.to_string(),
                Number::Float(number) => number.to_string(),
            };
            if let Some(text) = walk.number(kind, &written)? {
                *value = Document::String(text);
            }
            Ok(())
        }
        Document::Bool(_) | Document::Null => Ok(()),
    }
}

/// Offers every string and key of the value of a field that may be missing.
pub(super) fn free_if(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    kind: FieldKind,
    value: &mut Option<Document>,
) -> WalkResult {
    walk.member_if(name, value, |walk, value| free(walk, kind, value))
}
