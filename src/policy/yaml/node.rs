//! A YAML value with the location it was read from.

use super::source::SourceLocation;

/// A YAML value with the location it was read from.
#[derive(Debug)]
pub(in crate::policy) struct YamlNode {
    pub(in crate::policy) location: SourceLocation,
    /// A scalar as written; empty for lists and mappings.
    pub(in crate::policy) text: String,
    pub(in crate::policy) value: NodeValue,
}

/// What a node holds. Numbers and words such as `true` count as such only without quotes.
#[derive(Debug)]
pub(in crate::policy) enum NodeValue {
    Null,
    Bool(bool),
    Number(f64),
    Text,
    Sequence(Vec<YamlNode>),
    Mapping(Vec<MappingEntry>),
}

/// A key and its value. A key may be given twice.
#[derive(Debug)]
pub(in crate::policy) struct MappingEntry {
    pub(in crate::policy) key: YamlNode,
    pub(in crate::policy) value: YamlNode,
}

impl YamlNode {
    /// Returns the text, unless the node holds something else.
    pub(in crate::policy) fn as_text(&self) -> Option<&str> {
        matches!(self.value, NodeValue::Text).then_some(self.text.as_str())
    }

    /// Returns what a message calls the value.
    pub(in crate::policy) fn describe(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Number(_) => "a number",
            NodeValue::Text => "text",
            NodeValue::Sequence(_) => "a list",
            NodeValue::Mapping(_) => "a mapping",
        }
    }
}
