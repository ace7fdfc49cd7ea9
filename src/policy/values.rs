//! The words a policy document is written in: actions, replacements, entity types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::detect::EntityType;
use crate::text::rewrite::Encoding;

use super::rule::Action;

/// The only version of the format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self),
            _ => Err(de::Error::custom("the version is 1")),
        }
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// `block`, `mask`, `detect` or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionWord {
    /// Refuse the text.
    Block,
    /// Put a mask in place of the finding.
    Mask,
    /// Report the finding and leave the text as it is.
    Detect,
    /// Do not look.
    Off,
}

impl ActionWord {
    pub(crate) const NAMES: &'static [&'static str] = &["block", "mask", "detect", "off"];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "block" => Some(Self::Block),
            "mask" => Some(Self::Mask),
            "detect" => Some(Self::Detect),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

impl From<ActionWord> for Action {
    fn from(word: ActionWord) -> Self {
        match word {
            ActionWord::Block => Self::Block,
            ActionWord::Mask => Self::Mask,
            ActionWord::Detect => Self::Detect,
            ActionWord::Off => Self::Off,
        }
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

impl Mode {
    /// Whether it is the default.
    pub(crate) fn is_sync(&self) -> bool {
        *self == Self::Sync
    }
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

impl History {
    pub(crate) const NAMES: &'static [&'static str] = &["replace", "block"];

    /// Returns true if a policy that says so means the same as one that says nothing.
    pub(crate) fn is_default(stated: &Option<Self>) -> bool {
        stated.unwrap_or_default() == Self::default()
    }
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

impl OperatorText {
    pub(crate) const NAMES: &'static [&'static str] = &["off", "detect", "block"];

    /// Returns true if a policy that says so means the same as one that says nothing.
    pub(crate) fn is_default(stated: &Option<Self>) -> bool {
        stated.unwrap_or_default() == Self::default()
    }
}

/// A word list that ships with Banister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Managed {
    /// Swear words and slurs, English.
    Profanity,
}

impl Managed {
    pub(crate) const NAMES: &'static [&'static str] = &["profanity"];

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

impl Evasion {
    pub(crate) const NAMES: &'static [&'static str] = &["off", "standard", "strict"];
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

impl RuleEvasion {
    pub(crate) const NAMES: &'static [&'static str] = &["standard", "strict"];

    pub(crate) fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
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

impl EncodingWord {
    pub(crate) const NAMES: &'static [&'static str] = &["base64", "hex"];
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Replacement {
    /// One of the ways with a name.
    Keyword(ReplacementWord),
    /// This text, even if it is the name of a way.
    Fixed(FixedText),
    /// This text.
    Text(#[schemars(length(min = 1, max = 256))] String),
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
    pub(crate) const NAMES: &'static [&'static str] = &["label", "numbered", "keep_last_4", "hash"];
}

/// An entity type, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeName {
    All,
    One(EntityType),
}

impl TypeName {
    /// The name that stands for every type.
    pub(crate) const ALL: &'static str = "ALL";

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            Self::ALL => Some(Self::All),
            _ => EntityType::from_name(name).map(Self::One),
        }
    }

    /// Every name a policy may give.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        EntityType::ALL.iter().map(|entity| entity.name()).chain([Self::ALL])
    }
}

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| de::Error::custom("unknown entity type"))
    }
}

impl JsonSchema for TypeName {
    fn schema_name() -> Cow<'static, str> {
        "EntityType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::names().collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
