//! Reasoning that its model has signed.
//!
//! A signature vouches for reasoning as the model wrote it. Where a rule masks the reasoning of a response, the signature is emptied, so that
//! nobody sends it back with text that it does not fit. In a request a model refuses both, reasoning that was changed and reasoning without a
//! signature; so there the content block is withheld, as it is where an earlier response was masked.

use std::collections::BTreeSet;

use super::error::BodyError;
use super::json::{NodeKind, RawEdit, SlotEdit, removals};
use super::table::Unsigned;
use super::visit::Visit;
use super::walk::Walked;

/// In place of withheld reasoning where a message holds nothing else: models take no message without content.
pub(super) const WITHHELD: &str = "(reasoning withheld)";

impl Visit<'_, '_> {
    /// Takes away signatures that do not hold any more, and in a request what they signed.
    pub(super) fn unsign(&mut self, walked: &Walked) -> Result<(), BodyError> {
        let mut withheld = BTreeSet::new();
        for &(node, unsigned) in &walked.signatures {
            let length = self.doc.string(node).len();
            let object = self.doc.node(node).parent();
            let is_changed = self.changed_reasoning.contains(&object);
            let block = match unsigned {
                Unsigned::Withhold if self.is_request && (is_changed || length == 0) => self.block_of(object),
                Unsigned::Withhold | Unsigned::Empty => None,
            };
            if let Some(block) = block {
                withheld.insert(block);
            } else if is_changed && length > 0 {
                self.write(node, &SlotEdit::whole(length, ""))?;
            }
        }
        if self.is_request {
            let objects = walked.signed.iter().map(|&node| self.doc.node(node).parent());
            let unsigned = objects.filter(|&object| self.doc.get(object, "signature").is_none());
            withheld.extend(unsigned.filter_map(|object| self.block_of(object)));
        }
        self.withhold(&withheld);
        self.edits.sort_by_key(|edit| edit.range.start);
        Ok(())
    }

    /// The content block that holds the text and the signature: the object itself, or, where the name of its one member says what a block
    /// is, the object around that. It is the item of an array.
    fn block_of(&self, object: usize) -> Option<usize> {
        let parent = |node| self.doc.node(node).parent();
        let block = if self.is_tagged(object) { object } else { parent(parent(object)) };
        (self.doc.kind(parent(block)) == NodeKind::Array).then_some(block)
    }

    fn is_tagged(&self, object: usize) -> bool {
        self.doc.get(object, "type").is_some()
    }

    /// Takes content blocks out of their messages.
    fn withhold(&mut self, blocks: &BTreeSet<usize>) {
        let contents: BTreeSet<usize> = blocks.iter().map(|&block| self.doc.node(block).parent()).collect();
        let removed: Vec<RawEdit> = contents.iter().flat_map(|&content| self.without(content, blocks)).collect();
        // What was masked in a block goes with it.
        self.edits.retain(|edit| {
            let next = removed.partition_point(|gone| gone.range.end <= edit.range.start);
            removed.get(next).is_none_or(|gone| edit.range.end <= gone.range.start)
        });
        self.edits.extend(removed);
    }

    /// The edits that take `blocks` out of a list of content blocks.
    fn without(&self, content: usize, blocks: &BTreeSet<usize>) -> Vec<RawEdit> {
        let items: Vec<usize> = self.doc.items(content).collect();
        let range = |item| self.doc.node(item).start()..self.doc.node(item).end();
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return Vec::new() };
        if items.iter().any(|item| !blocks.contains(item)) {
            return removals(items.iter().map(|item| (range(*item), blocks.contains(item))));
        }
        let tag = if self.is_tagged(first) { r#""type":"text","# } else { "" };
        let bytes = format!(r#"{{{tag}"text":"{WITHHELD}"}}"#);
        vec![RawEdit { range: range(first).start..range(last).end, bytes }]
    }
}
