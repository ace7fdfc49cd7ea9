//! Reasoning that its model has signed.
//!
//! A signature vouches for reasoning as the model wrote it. Where a rule masks the reasoning of a response, the signature is emptied, so that
//! nobody sends it back with text that it does not fit. In a request a model refuses both, reasoning that was changed and reasoning without a
//! signature; so there the content block is withheld, as it is where an earlier response was masked.
//!
//! With a fixed budget for thinking, Claude also refuses a call of a tool that no reasoning comes before. Where that is what was withheld,
//! thinking is turned off for this request, and the loop goes on without.

use std::collections::{BTreeMap, BTreeSet};

use super::error::BodyError;
use super::history::{Speaker, speaker};
use super::table::Unsigned;
use super::visit::Visit;
use super::walk::TextNodes;
use crate::json::{FieldEdit, NodeKind, RawEdit, removals};

/// In place of withheld reasoning where a message holds nothing else: models take no message without content.
pub(super) const WITHHELD: &str = "(reasoning withheld)";

/// The fields that turn Claude's thinking on: its own, and the name that Converse has for it as well.
pub(super) const THINKING: [&str; 2] = ["thinking", "reasoning_config"];

const THINKING_OFF: &str = r#"{"type":"disabled"}"#;

impl Visit<'_, '_> {
    /// Takes away signatures that do not hold any more, and in a request what they signed.
    pub(super) fn unsign(&mut self, walked: &TextNodes) -> Result<(), BodyError> {
        // By object, so that one with a field written a million times stays linear.
        let mut blocks: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        for &(node, unsigned) in &walked.signatures {
            let length = self.doc.string(node).len();
            let object = self.doc.node(node).parent();
            let is_changed = self.changed_reasoning.contains(&object);
            let block = match unsigned {
                Unsigned::Withhold if self.is_request && (is_changed || length == 0) => {
                    *blocks.entry(object).or_insert_with(|| self.block_of(object))
                }
                Unsigned::Withhold | Unsigned::Empty => None,
            };
            if block.is_none() && is_changed && length > 0 {
                self.write(node, &FieldEdit::whole(length, ""))?;
            }
        }
        if self.is_request {
            let objects: BTreeSet<usize> = walked.signed.iter().map(|&node| self.doc.node(node).parent()).collect();
            for object in objects.into_iter().filter(|&object| self.is_unsigned(object)) {
                blocks.entry(object).or_insert_with(|| self.block_of(object));
            }
        }
        let withheld: BTreeSet<usize> = blocks.into_values().flatten().collect();
        if !withheld.is_empty() {
            self.stop_thinking(&withheld);
            self.withhold(&withheld);
        }
        self.edits.sort_by_key(|edit| edit.range.start);
        Ok(())
    }

    fn is_unsigned(&self, object: usize) -> bool {
        let signature = self.doc.get(object, "signature");
        signature.is_none_or(|signature| self.doc.kind(signature) == NodeKind::Null)
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
        let removed = contents.iter().flat_map(|&content| self.without(content, blocks)).collect();
        self.put(removed);
    }

    /// Adds edits, which are in order. What was masked in their ranges goes with these.
    fn put(&mut self, edits: Vec<RawEdit>) {
        self.edits.retain(|edit| {
            let next = edits.partition_point(|new| new.range.end <= edit.range.start);
            edits.get(next).is_none_or(|new| edit.range.end <= new.range.start)
        });
        self.edits.extend(edits);
    }

    /// Turns thinking off in requests whose last call of a tool loses the reasoning before it.
    fn stop_thinking(&mut self, withheld: &BTreeSet<usize>) {
        let parent = |node| self.doc.node(node).parent();
        let conversations: BTreeSet<usize> = withheld.iter().map(|&block| parent(parent(parent(block)))).collect();
        let losing = conversations.into_iter().filter(|&messages| self.loses_reasoning(messages, withheld));
        let requests: BTreeSet<usize> = losing.map(parent).collect();
        let settings = requests.into_iter().flat_map(|request| self.thinking_settings(request));
        let mut edits: Vec<RawEdit> = settings
            .map(|node| {
                let at = self.doc.node(node);
                RawEdit { range: at.start()..at.end(), bytes: THINKING_OFF.to_owned() }
            })
            .collect();
        edits.sort_by_key(|edit| edit.range.start);
        self.put(edits);
    }

    /// Returns true if the last message of the model calls a tool and does not begin with reasoning any more.
    fn loses_reasoning(&self, messages: usize, withheld: &BTreeSet<usize>) -> bool {
        let said = self.doc.items(messages).filter(|&message| speaker(self.doc, message) == Speaker::Assistant);
        let Some(content) = said.last().and_then(|message| self.doc.get(message, "content")) else { return false };
        let has_tag = |block, tag: &str| {
            self.doc.get(block, "type").and_then(|at| self.doc.as_str(at)).is_some_and(|it| it == tag)
        };
        let is_call = |block| has_tag(block, "tool_use") || self.doc.get(block, "toolUse").is_some();
        let is_reasoning = |block| {
            has_tag(block, "thinking")
                || has_tag(block, "redacted_thinking")
                || self.doc.get(block, "reasoningContent").is_some()
        };
        let blocks: Vec<usize> = self.doc.items(content).collect();
        let first = blocks.iter().find(|block| !withheld.contains(block));
        blocks.first().is_some_and(|first| withheld.contains(first))
            && first.is_some_and(|&first| !is_reasoning(first))
            && blocks.iter().any(|&block| is_call(block))
    }

    /// Where a request gives thinking a fixed budget.
    fn thinking_settings(&self, request: usize) -> Vec<usize> {
        let get = |object: Option<usize>, name| object.and_then(|object| self.doc.get(object, name));
        let more = get(Some(request), "additionalModelRequestFields");
        let settings = [(Some(request), THINKING[0]), (more, THINKING[0]), (more, THINKING[1])];
        let settings = settings.into_iter().filter_map(|(object, name)| get(object, name));
        settings
            .filter(|&node| {
                get(Some(node), "type").and_then(|at| self.doc.as_str(at)).is_some_and(|it| it == "enabled")
            })
            .collect()
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
