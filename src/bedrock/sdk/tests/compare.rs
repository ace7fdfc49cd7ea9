//! What the two visitors have to agree on.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::bedrock::error::BodyError;
use crate::bedrock::text_field::Visitor;
use crate::bedrock::text_field::{FieldKind, InspectionSummary, TextField};
use crate::json::FieldEdit;

/// A field, as far as both have it.
pub(super) type Offered = (String, Option<String>, bool, String, FieldKind, (String, bool));

pub(super) fn offered(field: &TextField<'_>) -> Offered {
    let (context, context_alone) = field.context();
    let context = (context.to_owned(), context_alone);
    (field.pointer(), field.inner_pointer(), field.is_key(), field.text().to_owned(), field.kind(), context)
}

/// All fields of a visit, in an order of their own.
pub(super) fn fields(
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
) -> (Vec<Offered>, Vec<(String, &'static str)>) {
    let mut found = Vec::new();
    let summary = visit(&mut |field| {
        found.push(offered(&field));
        // An edit without replacements changes nothing.
        Some(FieldEdit::default())
    })
    .expect("known content");
    found.sort_by(|one, other| (&one.0, &one.1, one.2, &one.3).cmp(&(&other.0, &other.1, other.2, &other.3)));
    let mut skipped: Vec<_> = summary.skipped.iter().map(|s| (s.pointer.clone(), s.reason.as_str())).collect();
    skipped.sort();
    (found, skipped)
}

/// Masks some of the text fields, by their pointers and not by their order.
pub(super) fn mask(field: &TextField<'_>, salt: u64) -> Option<FieldEdit> {
    let mut hasher = DefaultHasher::new();
    (salt, field.pointer(), field.inner_pointer(), field.is_key()).hash(&mut hasher);
    let hash = hasher.finish();
    let first = field.text().chars().next()?;
    match hash % 3 {
        0 => None,
        // Keys fall together, as masked ones do, and are to be kept apart.
        _ if field.is_key() => Some(FieldEdit::whole(field.text().len(), "{K\"\\}")),
        1 => Some(FieldEdit::whole(field.text().len(), "{MASK \u{e9}\"\n}")),
        _ => Some(FieldEdit::new(vec![(0..first.len_utf8(), "\\X".into())])),
    }
}

/// How often masking is tried.
pub(super) const SALTS: std::ops::Range<u64> = 0..12;
