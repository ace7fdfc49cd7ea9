//! The words a policy document is written in: actions, replacements, entity types.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use crate::detect::EntityType;
use crate::text::rewrite::Encoding;

use super::suggest::nearest;

/// The only version of the format.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Version;

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// When text of a stream is released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Once it has been evaluated.
    #[default]
    Sync,
    /// At once; it is evaluated behind, and the stream stops at the first block.
    Async,
}

/// What happens to text before the last turn of a conversation that a rule blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum History {
    /// It is replaced, and the call is forwarded.
    #[default]
    Replace,
    /// It blocks the call, as in the last turn.
    Block,
}

/// What topics and word filters that block do in system prompts and tool definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OperatorText {
    /// They are not evaluated.
    Off,
    /// They report findings, and block nothing.
    #[default]
    Detect,
    /// They block, as in any other text.
    Block,
}

/// A word list that ships with Banister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Managed {
    /// Swear words and slurs, English.
    Profanity,
}

impl Managed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Profanity => "profanity",
        }
    }
}

/// How far words may be disguised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Evasion {
    /// Nothing but case.
    Off,
    /// Look-alike letters, accents, invisible characters.
    Standard,
    /// Also encodings, and letters that are replaced, separated or repeated.
    Strict,
}

/// How far topics and values may be disguised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleEvasion {
    /// Look-alike letters, accents, invisible characters.
    #[default]
    Standard,
    /// Also encodings, and letters and digits that are replaced or separated.
    Strict,
}

/// An encoding of which runs are decoded and evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EncodingWord {
    /// Base64, of both alphabets.
    Base64,
    /// Hexadecimal digits.
    Hex,
}

impl From<EncodingWord> for Encoding {
    fn from(word: EncodingWord) -> Self {
        match word {
            EncodingWord::Base64 => Self::Base64,
            EncodingWord::Hex => Self::Hex,
        }
    }
}

/// How a masked span is written.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Replacement {
    /// One of the ways with a name.
    Keyword(ReplacementWord),
    /// This text, even if it is the name of a way.
    Fixed(FixedText),
    /// This text.
    Text(#[schemars(length(min = 1, max = 256))] String),
}

impl<'de> Deserialize<'de> for Replacement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Replacement", &["fixed"], ReplacementVisitor)
    }
}

/// Reads a replacement from text or from a mapping.
struct ReplacementVisitor;

impl<'de> Visitor<'de> for ReplacementVisitor {
    type Value = Replacement;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a replacement")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Replacement, E> {
        let word: Result<_, de::value::Error> = ReplacementWord::deserialize(text.into_deserializer());
        Ok(word.map_or_else(|_| Replacement::Text(text.to_owned()), Replacement::Keyword))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Replacement, A::Error> {
        FixedText::deserialize(MapAccessDeserializer::new(members)).map(Replacement::Fixed)
    }
}

/// A fixed text in long form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedText {
    /// The text.
    #[schemars(length(min = 1, max = 256))]
    pub(crate) fixed: String,
}

/// The ways to write a masked span that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplacementWord {
    /// The type or rule name in braces: `{EMAIL}`.
    Label,
    /// Likewise with a number, the same for the same value: `{EMAIL_1}`.
    Numbered,
    /// All letters and digits but the last four become `*`.
    #[serde(rename = "keep_last_4")]
    KeepLast4,
    /// The type and a short keyed digest, the same for the same value: `{EMAIL:3f9a0c1b}`.
    Hash,
}

impl ReplacementWord {
    pub(crate) const NAMES: [&str; 4] = ["label", "numbered", "keep_last_4", "hash"];
}

/// The name of an entity type, or `ALL`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct TypeName(pub(crate) String);

impl TypeName {
    /// The name that stands for every type.
    pub(crate) const ALL: &'static str = "ALL";

    /// Returns the types that the name stands for; none if it is not known.
    pub(crate) fn types(&self) -> Vec<EntityType> {
        match &*self.0 {
            Self::ALL => EntityType::ALL.to_vec(),
            name => EntityType::from_name(name).into_iter().collect(),
        }
    }

impl JsonSchema for TypeName {
    fn schema_name() -> Cow<'static, str> {
        "EntityType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::known().collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
