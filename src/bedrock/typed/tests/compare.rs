//! What the two visitors have to agree on.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::bedrock::error::BodyError;
use crate::bedrock::json::SlotEdit;
use crate::bedrock::slot::{Coverage, Slot, SlotKind};
use crate::bedrock::visit::Visitor;

/// A slot, as far as both have it.
pub(super) type Offered = (String, Option<String>, bool, String, SlotKind);

pub(super) fn offered(slot: &Slot<'_>) -> Offered {
    (slot.pointer(), slot.inner_pointer(), slot.is_key(), slot.text().to_owned(), slot.kind())
}

/// Whether a slot is a member name or word that the SDK has modelled: the JSON visitor offers it where
/// its tables have free-form JSON, the typed one cannot.
pub(super) fn is_modelled(slot: &Slot<'_>) -> bool {
    let pointer = slot.pointer();
    let steps: Vec<_> = pointer.split('/').skip(1).collect();
    let last = steps.last().copied().unwrap_or_default();
    if pointer.contains("/automatedReasoningPolicy/") {
        return slot.is_key() || (last == "type" && pointer.contains("/logicWarning/"));
    }
    if !slot.is_key() || slot.inner_pointer().is_some() {
        return false;
    }
    match steps.first().copied().unwrap_or_default() {
        "promptVariables" => steps.len() == 3,
        "tags" => true,
        _ => steps
            .iter()
            .any(|step| matches!(*step, "documentChar" | "documentChunk" | "documentPage" | "searchResultLocation")),
    }
}

/// All slots of a visit, in an order of their own.
pub(super) fn slots(
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<Coverage, BodyError>,
) -> (Vec<Offered>, Vec<(String, &'static str)>) {
    let mut found = Vec::new();
    let coverage = visit(&mut |slot| {
        if !is_modelled(&slot) {
            found.push(offered(&slot));
        }
        // An edit without replacements changes nothing.
        Some(SlotEdit::default())
    })
    .expect("known content");
    found.sort_by(|one, other| (&one.0, &one.1, one.2, &one.3).cmp(&(&other.0, &other.1, other.2, &other.3)));
    let mut skipped: Vec<_> = coverage.skipped.iter().map(|s| (s.pointer.clone(), s.reason.as_str())).collect();
    skipped.sort();
    (found, skipped)
}

/// A mask for some of the texts, by where they stand and not by when they are offered.
pub(super) fn mask(slot: &Slot<'_>, salt: u64) -> Option<SlotEdit> {
    if is_modelled(slot) {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    (salt, slot.pointer(), slot.inner_pointer(), slot.is_key()).hash(&mut hasher);
    let hash = hasher.finish();
    let first = slot.text().chars().next()?;
    match hash % 3 {
        0 => None,
        // Keys stay apart from each other.
        _ if slot.is_key() => Some(SlotEdit::new(vec![(0..0, format!("{{K{}\"\\}}", hash % 1000))])),
        1 => Some(SlotEdit::whole(slot.text().len(), "{MASK \u{e9}\"\n}")),
        _ => Some(SlotEdit::new(vec![(0..first.len_utf8(), "\\X".into())])),
    }
}

/// How often masking is tried.
pub(super) const SALTS: std::ops::Range<u64> = 0..12;
