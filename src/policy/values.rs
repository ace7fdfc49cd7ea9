//! The values that keys of a policy file take: settings, replacements, entity types.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use crate::detect::EntityType;
use crate::detect::spec::Strictness;
use crate::text::rewrite::Encoding;

use super::suggest::nearest;

/// The word that switches something off. YAML 1.1 reads it as `false` unless it is in quotes.
pub(crate) const OFF: &str = "off";

/// The same word for every version of YAML. Messages and the schema use it.
pub(crate) const DISABLED: &str = "disabled";

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

/// When text of a streamed response is released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// After it has been evaluated.
    #[default]
    Sync,
    /// At once. It is evaluated afterwards, and the stream stops at the first block.
    Async,
}

/// What happens when a rule blocks text in an earlier turn of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum History {
    /// Replaces the text and forwards the call.
    #[default]
    Replace,
    /// Blocks the call, as in the last turn.
    Block,
}

/// What blocking topics and word filters do in system prompts and tool definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OperatorText {
    /// Are not evaluated.
    Off,
    /// Report findings, and block nothing.
    #[default]
    Detect,
    /// Block, as in any other text.
    Block,
}

/// A word list that ships with Banister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Managed {
    /// Swear words and slurs, English.
    Profanity,
    /// Mild swear words, English. `profanity` has the others.
    ProfanityMild,
    /// Swear words and slurs, German.
    ProfanityDe,
    /// Mild swear words, German.
    ProfanityDeMild,
    /// Swear words and slurs, Spanish.
    ProfanityEs,
    /// Mild swear words, Spanish.
    ProfanityEsMild,
    /// Swear words and slurs, French.
    ProfanityFr,
    /// Mild swear words, French.
    ProfanityFrMild,
    /// Swear words and slurs, Italian.
    ProfanityIt,
    /// Mild swear words, Italian.
    ProfanityItMild,
    /// Swear words and slurs, Portuguese.
    ProfanityPt,
    /// Mild swear words, Portuguese.
    ProfanityPtMild,
}

impl Managed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Profanity => "profanity",
            Self::ProfanityMild => "profanity_mild",
            Self::ProfanityDe => "profanity_de",
            Self::ProfanityDeMild => "profanity_de_mild",
            Self::ProfanityEs => "profanity_es",
            Self::ProfanityEsMild => "profanity_es_mild",
            Self::ProfanityFr => "profanity_fr",
            Self::ProfanityFrMild => "profanity_fr_mild",
            Self::ProfanityIt => "profanity_it",
            Self::ProfanityItMild => "profanity_it_mild",
            Self::ProfanityPt => "profanity_pt",
            Self::ProfanityPtMild => "profanity_pt_mild",
        }
    }
}

/// How disguised a word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Evasion {
    /// Matches the word as written, apart from case.
    Off,
    /// Also matches look-alike letters, accents and invisible characters.
    Standard,
    /// Also matches encoded words, and letters that are replaced, separated or repeated.
    Strict,
}

/// How disguised a topic or a value may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleEvasion {
    /// Also matches look-alike letters, accents and invisible characters.
    #[default]
    Standard,
    /// Also matches encoded text, and letters and digits that are replaced or separated.
    Strict,
}

/// How readily trained models find names and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StrictnessWord {
    /// Finds fewer of them, and fewer that are none.
    Low,
    /// The balance that the models were trained for.
    Normal,
    /// Finds more of them, and more that are none.
    High,
}

impl From<StrictnessWord> for Strictness {
    fn from(word: StrictnessWord) -> Self {
        match word {
            StrictnessWord::Low => Self::Low,
            StrictnessWord::Normal => Self::Normal,
            StrictnessWord::High => Self::High,
        }
    }
}

/// An encoding to decode and evaluate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EncodingWord {
    /// Base64, in the standard and the URL-safe alphabet.
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

/// The replacement of a masked span.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Replacement {
    /// A named style.
    Keyword(ReplacementWord),
    /// This text, even if it is the name of a style.
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

/// A fixed replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedText {
    /// The text.
    #[schemars(length(min = 1, max = 256))]
    pub(crate) fixed: String,
}

/// A named style of replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplacementWord {
    /// The entity type or rule name in braces: `{EMAIL}`.
    Label,
    /// The same with a number, which is equal for equal values: `{EMAIL_1}`.
    Numbered,
    /// The value, with `*` for all letters and digits except the last four.
    #[serde(rename = "keep_last_4")]
    KeepLast4,
    /// The entity type or rule name with a keyed digest, which is equal for equal values: `{EMAIL:3f9a0c1b2d4e}`.
    Hash,
}

impl ReplacementWord {
    pub(crate) const NAMES: [&str; 4] = ["label", "numbered", "keep_last_4", "hash"];

    /// What other tools call each style, or what comes to mind, in lower case and without separators.
    const ALIASES: [(&str, &[&str]); 5] = [
        ("label", &["anonymize", "entity", "entitytype", "mask", "placeholder", "redact", "tag", "type"]),
        ("numbered", &["counter", "enumerate", "index", "indexed", "number", "pseudonym", "pseudonymize"]),
        (
            "keep_last_4",
            &[
                "last4",
                "last4digits",
                "lastfour",
                "keep4",
                "keeplast",
                "keeplastfour",
                "masklast4",
                "onlylast4",
                "partial",
                "partialmask",
                "showlast4",
                "showlastfour",
                "tail4",
            ],
        ),
        ("hash", &["digest", "hashed", "hmac", "hmacsha256", "md5", "sha", "sha1", "sha256", "tokenize"]),
        ("reversible", &["decryptable", "encrypt", "encrypted", "restore", "vault"]),
    ];

    /// First words of what looks like the name of a style, such as `keep_first_6`.
    const FIRST_WORDS: [&str; 12] =
        ["first", "hash", "hide", "keep", "label", "last", "leave", "mask", "numbered", "only", "redact", "show"];

    /// Returns the style that fixed text probably means, if it is another name for one.
    pub(crate) fn meant_by(text: &str) -> Option<&'static str> {
        let is_keyword = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
        let compact: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let found = Self::ALIASES.iter().find(|(_, aliases)| aliases.contains(&compact.as_str()));
        found.filter(|_| is_keyword).map(|(name, _)| *name)
    }

    /// Words for what a replacement does not do: an action, removal, or one sign for each character.
    const NO_STYLES: [&str; 14] = [
        "asterisk",
        "asterisks",
        "blank",
        "block",
        "delete",
        "detect",
        "disabled",
        "drop",
        "empty",
        "none",
        "off",
        "remove",
        "star",
        "stars",
    ];

    /// Returns `true` if fixed text looks like a setting: one of [`Self::NO_STYLES`], or the name of a style, two words or more in lower case,
    /// joined by `_` or `-`.
    pub(crate) fn is_like(text: &str) -> bool {
        if Self::NO_STYLES.contains(&text) {
            return true;
        }
        let mut words = text.split(['_', '-']);
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let first = words.next().is_some_and(|first| Self::FIRST_WORDS.contains(&first));
        let mut rest = words.peekable();
        first && rest.peek().is_some() && rest.all(is_word)
    }
}

/// The name of an entity type, or of a group of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct TypeName(pub(crate) String);

impl TypeName {
    /// The name of every type but those of [`Self::WORLD_IDS`].
    const ALL: &'static str = "ALL";
    /// The name of the types that [`EntityType::is_world_id`] accepts.
    const WORLD_IDS: &'static str = "WORLD_IDS";
    /// The names of more than one type.
    pub(crate) const GROUPS: [&'static str; 2] = [Self::ALL, Self::WORLD_IDS];

    /// Returns the types that the name stands for; none if it is not known.
    pub(crate) fn types(&self) -> Vec<EntityType> {
        let types = EntityType::ALL.iter().copied();
        match &*self.0 {
            Self::ALL => types.filter(|entity| !entity.is_world_id()).collect(),
            Self::WORLD_IDS => types.filter(|entity| entity.is_world_id()).collect(),
            name => EntityType::from_name(name).into_iter().collect(),
        }
    }

    /// Returns `true` if it is the name of a group of types.
    pub(crate) fn is_group(&self) -> bool {
        Self::GROUPS.contains(&&*self.0)
    }

    /// Returns the known name that is probably meant: what another tool's name stands for, or a name that is spelled much the same.
    pub(crate) fn nearest(&self) -> Option<&'static str> {
        EntityType::from_alias(&self.0).map(EntityType::name).or_else(|| nearest(&self.0, Self::known()))
    }

    /// Returns every name a policy may give.
    fn known() -> impl Iterator<Item = &'static str> {
        EntityType::ALL.iter().map(|entity| entity.name()).chain(Self::GROUPS)
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
