//! Reads a YAML document into nodes with locations.

use std::fmt;
use std::vec::IntoIter;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::node::{MappingEntry, NodeValue, YamlNode};
use super::scan::{MarkKind, SyntaxError, ValueMark, scan, syntax_help};
use super::source::{SourceFile, SourceLocation};
use crate::policy::excerpt::printable;

/// Reads one document; `None` if the text holds no value.
///
/// `serde_yaml` reads the values but knows no locations, so a scan finds those first. A text that the two take for different things
/// is rejected: other tools, and people, might review it as one policy while it is enforced as another.
pub(in crate::policy) fn read(source: &SourceFile) -> Result<Option<YamlNode>, SyntaxError> {
    let marks = scan(source)?;
    if marks.is_empty() {
        return Ok(None);
    }
    let mut reader = NodeReader { marks: marks.into_iter() };
    match reader.deserialize(serde_yaml::Deserializer::from_str(source.text())) {
        Ok(root) => Ok(Some(root)),
        Err(error) => Err(syntax_error(source, &error)),
    }
}

fn syntax_error(source: &SourceFile, error: &serde_yaml::Error) -> SyntaxError {
    let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    let location = SourceLocation { line, column, width: 1 };
    // The location is shown anyway.
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let help = syntax_help(source, location).unwrap_or("simplify the YAML: quote strings and indent with spaces");
    SyntaxError { location, message: format!("not valid YAML: {}", printable(message)), help: Some(help.to_owned()) }
}

/// Makes nodes of the values that `serde_yaml` reads and the marks that were found for them.
struct NodeReader {
    marks: IntoIter<ValueMark>,
}

impl NodeReader {
    fn scalar<E: Error>(&mut self, value: NodeValue) -> Result<YamlNode, E> {
        match self.marks.next() {
            Some(ValueMark { location, kind: MarkKind::Scalar(text) }) => Ok(YamlNode { location, text, value }),
            _ => Err(ambiguous()),
        }
    }

    fn container<E: Error>(&mut self, kind: &MarkKind) -> Result<SourceLocation, E> {
        match self.marks.next() {
            Some(mark) if mark.kind == *kind => Ok(mark.location),
            _ => Err(ambiguous()),
        }
    }
}

fn ambiguous<E: Error>() -> E {
    E::custom("the text is ambiguous")
}

impl<'de> DeserializeSeed<'de> for &mut NodeReader {
    type Value = YamlNode;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<YamlNode, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut NodeReader {
    type Value = YamlNode;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Number(value as f64))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Number(value as f64))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<YamlNode, E> {
        self.scalar(NodeValue::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<YamlNode, E> {
        let node = self.scalar(NodeValue::Text)?;
        if node.text == value { Ok(node) } else { Err(ambiguous()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<YamlNode, A::Error> {
        let location = self.container(&MarkKind::Sequence)?;
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element_seed(&mut *self)? {
            nodes.push(node);
        }
        Ok(YamlNode { location, text: String::new(), value: NodeValue::Sequence(nodes) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<YamlNode, A::Error> {
        let location = self.container(&MarkKind::Mapping)?;
        let mut entries = Vec::new();
        while let Some(key) = members.next_key_seed(&mut *self)? {
            let value = members.next_value_seed(&mut *self)?;
            entries.push(MappingEntry { key, value });
        }
        Ok(YamlNode { location, text: String::new(), value: NodeValue::Mapping(entries) })
    }
}
