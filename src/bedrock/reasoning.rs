//! Reasoning that its model has signed.
//!
//! A signature certifies reasoning as the model wrote it. If a rule masks the reasoning of a response, the signature is emptied, so that no
//! client sends it back with text that it does not match. In a request, models reject changed reasoning and reasoning without a signature
//! alike, so there the content block is withheld, also if an earlier response was masked.
//!
//! With a fixed budget for thinking, Claude also rejects a tool call without reasoning before it. If that reasoning is withheld, thinking
//! is turned off for this request, and the agent continues without it.

use std::collections::{BTreeMap, BTreeSet};

use super::body_editor::BodyEditor;
use super::error::BodyError;
use super::history::{Speaker, speaker};
use super::table::Unsigned;
use super::text_nodes::TextNodes;
use crate::json::{JsonDocument, NodeKind, RawEdit, removals};

/// Replaces withheld reasoning in a message without other content, because models reject an empty message.
pub(super) const WITHHELD: &str = "(reasoning withheld)";

/// The fields that turn Claude's thinking on: its own, and the name for it in Converse.
pub(super) const THINKING: [&str; 2] = ["thinking", "reasoning_config"];

const THINKING_OFF: &str = r#"{"type":"disabled"}"#;

/// Empties signatures of reasoning in the objects `changed`; in a request also withholds reasoning without a valid signature.
pub(super) fn withhold_unsigned(
    editor: &mut BodyEditor<'_, '_>,
    nodes: &TextNodes,
    changed: &BTreeSet<usize>,
    is_request: bool,
) -> Result<(), BodyError> {
    let doc = editor.doc;
    let reasoning = Reasoning { doc };
    // By object, so that an object with a field repeated a million times stays linear.
    let mut blocks: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    for &(node, unsigned) in &nodes.signatures {
        let is_empty = doc.inside(node).is_empty();
        let object = doc.parent(node);
        let is_changed = changed.contains(&object);
        let block = match unsigned {
            Unsigned::Withhold if is_request && (is_changed || is_empty) => {
                *blocks.entry(object).or_insert_with(|| reasoning.content_block(object))
            }
            Unsigned::Withhold | Unsigned::Empty => None,
        };
        if block.is_none() && is_changed && !is_empty {
            editor.clear(node)?;
        }
    }
    if is_request {
        let objects: BTreeSet<usize> = nodes.signed.iter().map(|&node| doc.parent(node)).collect();
        for object in objects.into_iter().filter(|&object| reasoning.is_unsigned(object)) {
            blocks.entry(object).or_insert_with(|| reasoning.content_block(object));
        }
    }
    let withheld: BTreeSet<usize> = blocks.into_values().flatten().collect();
    if !withheld.is_empty() {
        editor.override_edits(reasoning.stop_thinking(&withheld));
        editor.override_edits(reasoning.withhold(&withheld));
    }
    editor.sort();
    Ok(())
}

/// The reasoning in a document.
struct Reasoning<'d, 'a> {
    doc: &'d JsonDocument<'a>,
}

impl Reasoning<'_, '_> {
    fn parent(&self, node: usize) -> usize {
        self.doc.parent(node)
    }

    fn is_unsigned(&self, object: usize) -> bool {
        let signature = self.doc.get(object, "signature");
        signature.is_none_or(|signature| self.doc.kind(signature) == NodeKind::Null)
    }

    /// Returns the content block with the text and the signature: the object itself, or, if content blocks are named by their only field,
    /// the object around it. It is the item of an array.
    fn content_block(&self, object: usize) -> Option<usize> {
        let block = if self.is_tagged(object) { object } else { self.parent(self.parent(object)) };
        (self.doc.kind(self.parent(block)) == NodeKind::Array).then_some(block)
    }

    fn is_tagged(&self, object: usize) -> bool {
        self.doc.get(object, "type").is_some()
    }

    /// Returns the edits that remove content blocks from their messages.
    fn withhold(&self, blocks: &BTreeSet<usize>) -> Vec<RawEdit> {
        let contents: BTreeSet<usize> = blocks.iter().map(|&block| self.parent(block)).collect();
        contents.iter().flat_map(|&content| self.without(content, blocks)).collect()
    }

    /// Returns the edits that turn thinking off in requests whose last tool call loses the reasoning before it.
    fn stop_thinking(&self, withheld: &BTreeSet<usize>) -> Vec<RawEdit> {
        let conversations: BTreeSet<usize> =
            withheld.iter().map(|&block| self.parent(self.parent(self.parent(block)))).collect();
        let losing = conversations.into_iter().filter(|&messages| self.loses_reasoning(messages, withheld));
        let requests: BTreeSet<usize> = losing.map(|messages| self.parent(messages)).collect();
        let settings: BTreeSet<usize> =
            requests.into_iter().flat_map(|request| self.thinking_settings(request)).collect();
        let off = |node| {
            let at = self.doc.range(node);
            RawEdit { range: at, bytes: THINKING_OFF.to_owned() }
        };
        settings.into_iter().map(off).collect()
    }

    /// Returns `true` if the last message of the model calls a tool and no longer begins with reasoning.
    fn loses_reasoning(&self, messages: usize, withheld: &BTreeSet<usize>) -> bool {
        let by_model = self.doc.items(messages).filter(|&message| speaker(self.doc, message) == Speaker::Assistant);
        let Some(content) = by_model.last().and_then(|message| self.doc.get(message, "content")) else { return false };
        let has_type = |block, name: &str| self.doc.get_str(block, "type").is_some_and(|tag| tag == name);
        let is_call = |block| has_type(block, "tool_use") || self.doc.get(block, "toolUse").is_some();
        let is_reasoning = |block| {
            has_type(block, "thinking")
                || has_type(block, "redacted_thinking")
                || self.doc.get(block, "reasoningContent").is_some()
        };
        let blocks: Vec<usize> = self.doc.items(content).collect();
        let first = blocks.iter().find(|block| !withheld.contains(block));
        blocks.first().is_some_and(|first| withheld.contains(first))
            && first.is_some_and(|&first| !is_reasoning(first))
            && blocks.iter().any(|&block| is_call(block))
    }

    /// Returns the settings of a request that give thinking a fixed budget.
    fn thinking_settings(&self, request: usize) -> Vec<usize> {
        let get = |object: Option<usize>, name| object.and_then(|object| self.doc.get(object, name));
        let more = get(Some(request), "additionalModelRequestFields");
        let settings = [(Some(request), THINKING[0]), (more, THINKING[0]), (more, THINKING[1])];
        let settings = settings.into_iter().filter_map(|(object, name)| get(object, name));
        settings.filter(|&node| self.doc.get_str(node, "type").is_some_and(|kind| kind == "enabled")).collect()
    }

    /// Returns the edits that remove `blocks` from a list of content blocks.
    fn without(&self, content: usize, blocks: &BTreeSet<usize>) -> Vec<RawEdit> {
        let items: Vec<usize> = self.doc.items(content).collect();
        let range = |item| self.doc.range(item);
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return Vec::new() };
        if items.iter().any(|item| !blocks.contains(item)) {
            return removals(items.iter().map(|item| (range(*item), blocks.contains(item))));
        }
        let tag = if self.is_tagged(first) { r#""type":"text","# } else { "" };
        let bytes = format!(r#"{{{tag}"text":"{WITHHELD}"}}"#);
        vec![RawEdit { range: range(first).start..range(last).end, bytes }]
    }
}
