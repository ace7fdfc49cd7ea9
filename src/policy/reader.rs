//! Reads the types of `document` from YAML nodes, and notes every problem.
//!
//! `serde` stops at the first error. This deserializer returns none: it notes the problem and passes a stand-in of the expected type to
//! `serde`, so that reading continues. A document with problems is discarded together with its stand-ins. `serde` passes in the keys of
//! each mapping and the words of each setting, so the types are the only place that lists them.

use std::slice;
use std::vec::IntoIter;

use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use super::document::PolicyDocument;
use super::excerpt::printable;
use super::limits::{
    MAX_EXAMPLE_BYTES, MAX_FIXED_BYTES, MAX_MATCH_BYTES, MAX_NAME_BYTES, MAX_PATTERN_BYTES, MAX_TEXT_BYTES,
    MAX_WORD_BYTES, MAX_WORDS,
};
use super::problem::Notes;
use super::suggest::{action_elsewhere, nearest, one_of};
use super::values::{DISABLED, OFF};
use super::yaml::located::Located;
use super::yaml::node::{MappingEntry, NodeValue, YamlNode};

/// Keys of features that other guardrails have, which are not typos.
const NOT_YET: &[(&str, &str)] =
    &[("contextual_grounding", "contextual grounding checks"), ("remote", "remote detectors")];

const NAME_OF_RULE: (&str, &str) = ("name", "every rule needs a name, for example `name: my-rule`");

/// Reads a document. Use it only if no problem was noted.
pub(super) fn read_document(root: Located<'_>, notes: Notes<'_>) -> Option<PolicyDocument> {
    let document = PolicyDocument::deserialize(ValueReader { at: root, notes, is_missing: false });
    document.map_err(|error| notes.problem(root, printable(&error.to_string()), "")).ok()
}

/// Returns the keys that a mapping must have, each with the help if it is missing.
fn required(type_name: &str) -> &'static [(&'static str, &'static str)] {
    match type_name {
        "PolicyDocument" => &[("version", "begin the file with `version: 1`"), ("name", "add `name: my-policy`")],
        "TopicEntry" | "WordEntry" => &[NAME_OF_RULE],
        "RegexEntry" => &[NAME_OF_RULE, ("pattern", "add `pattern: '…'`, in single quotes")],
        "FilterEntry" => &[("category", "add `category: insults`, or another category")],
        "OverrideEntry" => &[("rules", "add `rules: [NAME]`, the names of inherited rules")],
        "PiiEntry" => &[("types", "add `types: [EMAIL]`; run `banister schema` for all types")],
        "Replacement" => &[("fixed", "write `{fixed: \"***\"}`")],
        _ => &[],
    }
}

/// Returns what a message calls a value of an enum.
fn noun(type_name: &str) -> &'static str {
    match type_name {
        "Action" => "an action",
        "Mode" => "a mode",
        "History" => "a `history` setting",
        "OperatorText" => "an `operator_text` setting",
        "Managed" => "a managed list",
        "EncodingWord" => "an encoding",
        "ContentCategory" => "a category",
        "FilterStrength" => "a strength",
        _ => "an evasion level",
    }
}

/// Returns the most bytes that text under this key may have.
fn longest_text(key: &str) -> usize {
    match key {
        "name" | "rules" => MAX_NAME_BYTES,
        "words" | "phrases" | "exceptions" | "allow" => MAX_WORD_BYTES,
        "examples" | "counter_examples" => MAX_EXAMPLE_BYTES,
        "pattern" | "patterns" => MAX_PATTERN_BYTES,
        "replacement" | "fixed" => MAX_FIXED_BYTES,
        _ => MAX_TEXT_BYTES,
    }
}

/// Deserializes one value.
#[derive(Clone, Copy)]
struct ValueReader<'a> {
    at: Located<'a>,
    notes: Notes<'a>,
    /// The value is missing, which has been noted: pass stand-ins without further problems.
    is_missing: bool,
}

impl<'a> ValueReader<'a> {
    fn problem(&self, at: Located<'_>, message: impl Into<String>, help: impl Into<String>) {
        if !self.is_missing {
            self.notes.problem(at, message, help);
        }
    }

    fn expected(&self, what: &str, found: &str, help: impl Into<String>) {
        self.problem(self.at, format!("expected {what}, found {found}"), help);
    }

    /// Returns the text; empty if the value is not text, blank or too long.
    fn text(&self) -> &'a str {
        let node = self.at.node;
        let longest = longest_text(self.at.path.last_key());
        match node.value {
            NodeValue::Text if node.text.trim().is_empty() => {
                self.problem(self.at, "the text is empty", "remove the key, or write some text");
            }
            NodeValue::Text if node.text.len() > longest => {
                let message = format!("the text has {} bytes; the limit is {longest}", node.text.len());
                self.problem(self.at, message, "shorten the text");
            }
            NodeValue::Text => return &node.text,
            NodeValue::Bool(_) | NodeValue::Number(_) => {
                self.expected("text", node.describe(), format!("put it in quotes: '{}'", printable(&node.text)));
            }
            NodeValue::Sequence(_) => self.expected("text", node.describe(), "put text that begins with `[` in quotes"),
            _ => self.expected("text", node.describe(), ""),
        }
        ""
    }

    /// Returns the word of an enum that the value names.
    fn word(&self, type_name: &str, known: &'static [&'static str]) -> Option<&'static str> {
        let (node, noun) = (self.at.node, noun(type_name));
        let shown: Vec<&str> = known.iter().map(|word| if *word == OFF { DISABLED } else { word }).collect();
        let is_off = matches!(node.value, NodeValue::Bool(false)) && known.contains(&OFF);
        let Some(word) = node.as_text().or(is_off.then_some(&*node.text)) else {
            self.expected(noun, node.describe(), format!("write {}", one_of(&shown)));
            return None;
        };
        let stands_for = if word == DISABLED { OFF } else { word };
        if let Some(known) = known.iter().find(|known| **known == stands_for) {
            return Some(known);
        }
        let noun = noun.trim_start_matches("an ").trim_start_matches("a ");
        let elsewhere = if type_name == "Action" { action_elsewhere(word) } else { None };
        let near = elsewhere.or_else(|| nearest(word, known.iter().copied().chain([DISABLED])));
        let help = match near.map(|near| if near == OFF { DISABLED } else { near }) {
            _ if is_off => format!("write `{DISABLED}`; some tools read `off` without quotes as `false`"),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {}", one_of(&shown)),
        };
        self.problem(self.at, format!("`{}` is not a known {noun}", printable(word)), help);
        None
    }

    /// Returns the elements of a list that is not empty.
    fn list(&self) -> &'a [YamlNode] {
        let node = self.at.node;
        match &node.value {
            NodeValue::Sequence(items) if items.is_empty() => {
                self.problem(self.at, "the list is empty", "remove the key, or add an element");
                &[]
            }
            NodeValue::Sequence(items) => items,
            other => {
                let help = match other {
                    NodeValue::Text => "put it in brackets: `[…]`",
                    NodeValue::Null => "remove the key, or give it a list",
                    _ => "begin each element with `- `",
                };
                self.expected("a list", node.describe(), help);
                &[]
            }
        }
    }

    /// Returns the known keys of a mapping with their values, and those that are missing.
    fn members(&self, type_name: &str, known: &'static [&'static str]) -> Vec<Member<'a>> {
        let entries = self.at.entries().unwrap_or_else(|| {
            self.expected("a mapping", self.at.node.describe(), format!("its keys are {}", one_of(known)));
            &[]
        });
        let mut members: Vec<Member<'a>> = Vec::new();
        if self.at.entries().is_some_and(<[_]>::is_empty) && required(type_name).is_empty() {
            self.problem(self.at, "the mapping is empty", "remove the key, or add an element");
        }
        for entry in entries {
            let at_key = |key| self.at.member(entry, key).at_key();
            let Some(key) = entry.key.as_text() else {
                let message = format!("a key must be text, found {}", entry.key.describe());
                let help = format!("the keys here are {}", one_of(known));
                self.problem(self.at.at(entry.key.location), message, help);
                continue;
            };
            if let Some(first) = members.iter().find(|member| member.key == key) {
                let help = format!("first defined in line {}", first.line);
                self.problem(at_key(key), format!("the key `{}` is defined twice", printable(key)), help);
            } else if let Some(&key) = known.iter().find(|known| **known == key) {
                members.push(Member { key, value: Some(entry), line: entry.key.location.line });
            } else {
                self.unknown_key(at_key(key), key, known);
            }
        }
        for (key, help) in required(type_name) {
            if !members.iter().any(|member| member.key == *key) {
                let is_mapping = self.at.entries().is_some();
                if is_mapping {
                    self.problem(self.at, format!("`{key}` is missing"), *help);
                }
                members.push(Member { key, value: None, line: 0 });
            }
        }
        members
    }

    fn unknown_key(&self, at: Located<'_>, key: &str, known: &[&str]) {
        if self.notes.is_full() {
            return self.problem(at, "", "");
        }
        if let Some((_, what)) = NOT_YET.iter().find(|(name, _)| *name == key) {
            let help = format!("remove `{key}`: unsupported rules cannot be enforced");
            return self.problem(at, format!("{what} are not supported yet"), help);
        }
        if key == "<<" {
            return self.problem(at, "merge keys are not supported", "write the keys out, or use `extends`");
        }
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", one_of(known)),
        };
        self.problem(at, format!("`{}` is not a known key", printable(key)), help);
    }

    /// Checks the version, which is the number 1.
    fn version(&self) {
        let node = self.at.node;
        let message = match node.value {
            NodeValue::Number(_) if node.text == "1" => return,
            NodeValue::Number(_) => format!("version {} of the policy format is not supported", printable(&node.text)),
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
                format!("expected the version, found {}", node.describe())
            }
            _ => format!("expected the number 1, found {}", node.describe()),
        };
        self.problem(self.at, message, "write `version: 1`");
    }

    /// Returns a match length; the limit if the value is not a number or out of range.
    fn match_bytes(&self) -> u32 {
        let node = self.at.node;
        let highest = u32::try_from(MAX_MATCH_BYTES).unwrap_or(u32::MAX);
        let help = format!("write a number from 1 to {highest}");
        // `1.0` and `1e0` are not whole numbers.
        let is_whole = !node.text.contains(['.', 'e', 'E']) || node.text.starts_with("0x");
        match node.value {
            NodeValue::Number(number) if number.fract() == 0.0 && is_whole => {
                if (1.0..=f64::from(highest)).contains(&number) {
                    return number as u32;
                }
                self.problem(self.at, format!("`max_length: {number}` is out of range"), help);
            }
            NodeValue::Number(_) => self.expected("a whole number", &printable(&node.text), help),
            NodeValue::Text => self.expected("a whole number", &format!("the text `{}`", printable(&node.text)), help),
            _ => self.expected("a whole number", node.describe(), help),
        }
        highest
    }

    fn threshold(&self) -> f32 {
        let help = "write a number from 0 to 1";
        match self.at.node.value {
            NodeValue::Number(number) if (0.0..=1.0).contains(&number) => return number as f32,
            NodeValue::Number(number) => {
                self.problem(self.at, format!("the threshold {number} is out of range"), help);
            }
            _ => self.expected("a number", self.at.node.describe(), help),
        }
        0.0
    }
}

impl<'de> Deserializer<'de> for ValueReader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == "Replacement" && self.at.entries().is_none() {
            return visitor.visit_str(self.text());
        }
        let members = self.members(name, fields).into_iter();
        visitor.visit_map(MappingAccess { members, value: None, mapping: self })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(ListAccess { nodes: self.list().iter(), index: 0, list: self })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word = self.word(name, variants).or(variants.first().copied()).unwrap_or_default();
        visitor.visit_enum(word.into_deserializer())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let NodeValue::Bool(value) = self.at.node.value else {
            self.expected("true or false", self.at.node.describe(), "write `true` or `false`, without quotes");
            return visitor.visit_bool(false);
        };
        visitor.visit_bool(value)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u32(self.match_bytes())
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f32(self.threshold())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.version();
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f64 char str string bytes byte_buf unit newtype_struct tuple tuple_struct map
        identifier ignored_any
    }
}

/// A key of a mapping and its entry, if it is not missing.
struct Member<'a> {
    key: &'static str,
    value: Option<&'a MappingEntry>,
    line: usize,
}

/// Passes the members of a mapping to `serde`.
struct MappingAccess<'a> {
    members: IntoIter<Member<'a>>,
    value: Option<Member<'a>>,
    mapping: ValueReader<'a>,
}

impl<'de> MapAccess<'de> for MappingAccess<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.value = self.members.next();
        let key = self.value.as_ref().map(|member| StrDeserializer::new(member.key));
        key.map(|key| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let ValueReader { at, notes, is_missing } = self.mapping;
        match self.value.take() {
            Some(Member { key, value: Some(entry), .. }) => {
                seed.deserialize(ValueReader { at: at.member(entry, key), notes, is_missing })
            }
            _ => seed.deserialize(ValueReader { at, notes, is_missing: true }),
        }
    }
}

/// Passes the elements of a list to `serde`.
struct ListAccess<'a> {
    nodes: slice::Iter<'a, YamlNode>,
    index: usize,
    list: ValueReader<'a>,
}

impl<'de> SeqAccess<'de> for ListAccess<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(node) = self.nodes.next() else { return Ok(None) };
        let at = self.list.at.item(self.index, node);
        if self.index == MAX_WORDS {
            self.list.problem(
                at,
                format!("the list has more than {MAX_WORDS} elements"),
                "split the list into several rules",
            );
            return Ok(None);
        }
        self.index += 1;
        seed.deserialize(ValueReader { at, ..self.list }).map(Some)
    }
}
