//! A value together with where a problem with it is reported.

use super::node::{MappingEntry, NodeValue, YamlNode};
use super::path::Path;
use super::source::SourceLocation;

/// A value together with where a problem with it is reported.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Located<'n> {
    pub(in crate::policy) node: &'n YamlNode,
    /// Location of the value; of its key if the value is nothing.
    pub(in crate::policy) location: SourceLocation,
    /// Location of its key; in a list, of the list's key.
    key: SourceLocation,
    pub(in crate::policy) path: Path<'n>,
}

impl<'n> Located<'n> {
    /// The document itself.
    pub(in crate::policy) fn root(node: &'n YamlNode) -> Self {
        Self { node, location: node.location, key: node.location, path: Path::Root }
    }

    /// Returns the value of this key. The first one counts, if the key is given twice.
    pub(in crate::policy) fn get<'s>(&'s self, key: &'s str) -> Option<Located<'s>> {
        let entry = self.entries()?.iter().find(|entry| entry.key.as_text() == Some(key))?;
        Some(self.member(entry, key))
    }

    /// Returns true if the mapping has this key.
    pub(in crate::policy) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns the entries, if the value is a mapping.
    pub(in crate::policy) fn entries(&self) -> Option<&'n [MappingEntry]> {
        if let NodeValue::Mapping(entries) = &self.node.value { Some(entries) } else { None }
    }

    /// Returns the value of an entry.
    pub(in crate::policy) fn member<'s>(&'s self, entry: &'s MappingEntry, key: &'s str) -> Located<'s> {
        let (node, key_location) = (&entry.value, entry.key.location);
        let location = if node.location.width == 0 { key_location } else { node.location };
        Located { node, location, key: key_location, path: Path::Key(&self.path, key) }
    }

    /// Returns the elements; none if the value is not a list.
    pub(in crate::policy) fn items(&self) -> impl Iterator<Item = Located<'_>> {
        let items = if let NodeValue::Sequence(items) = &self.node.value { items.as_slice() } else { &[] };
        items.iter().enumerate().map(|(index, node)| self.item(index, node))
    }

    /// Returns an element.
    pub(in crate::policy) fn item<'s>(&'s self, index: usize, node: &'s YamlNode) -> Located<'s> {
        // An element that is nothing (`- `) has no width to point at.
        let is_nothing =
            node.location.width == 0 && !matches!(node.value, NodeValue::Sequence(_) | NodeValue::Mapping(_));
        let location = if is_nothing { self.key } else { node.location };
        Located { node, location, key: self.key, path: Path::Index(&self.path, index) }
    }

    /// Returns where to report a problem with the key rather than with its value.
    pub(in crate::policy) fn at_key(self) -> Self {
        Self { location: self.key, ..self }
    }

    /// Returns where to report a problem at this location within the value.
    pub(in crate::policy) fn at(self, location: SourceLocation) -> Self {
        Self { location, ..self }
    }
}
