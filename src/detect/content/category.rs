//! Categories of content, and strengths of filters.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::text::names::names;

/// A category of content, as Bedrock has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentCategory {
    /// Slurs and dehumanizing phrases about groups of people.
    Hate,
    /// Insults and bullying.
    Insults,
    /// Sexual content.
    Sexual,
    /// Violence, threats and gore.
    Violence,
    /// Crime: weapons, drugs, fraud, intrusion.
    Misconduct,
    /// Instructions to ignore rules, to reveal them, or to play a model without any.
    PromptAttack,
}

names!(ContentCategory, "category of content", {
    Hate => "hate",
    Insults => "insults",
    Sexual => "sexual",
    Violence => "violence",
    Misconduct => "misconduct",
    PromptAttack => "prompt_attack",
});

impl ContentCategory {
    /// All categories.
    pub const ALL: &'static [Self] =
        &[Self::Hate, Self::Insults, Self::Sexual, Self::Violence, Self::Misconduct, Self::PromptAttack];

    /// Returns the strongest filter that may block without consent: above it, words alone cannot tell what is meant.
    pub(crate) fn strongest_block(self) -> FilterStrength {
        match self {
            Self::Insults | Self::Sexual | Self::PromptAttack => FilterStrength::High,
            Self::Hate => FilterStrength::Low,
            Self::Violence | Self::Misconduct => FilterStrength::None,
        }
    }
}

/// The strength of a content filter, and the confidence of its findings. A filter of high strength acts on findings of low confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FilterStrength {
    /// The filter is off, or there is no finding.
    #[default]
    None,
    /// Acts on findings of high confidence.
    Low,
    /// Acts on findings of medium and high confidence.
    Medium,
    /// Acts on all findings.
    High,
}

names!(FilterStrength, "strength", {
    None => "none",
    Low => "low",
    Medium => "medium",
    High => "high",
});

impl FilterStrength {
    /// Returns the sum of weights from which a filter of this strength has findings.
    pub(crate) fn threshold(self) -> Option<u32> {
        match self {
            Self::None => None,
            Self::Low => Some(100),
            Self::Medium => Some(60),
            Self::High => Some(30),
        }
    }

    /// Returns the confidence of a finding with this sum of weights.
    pub(crate) fn confidence(weight: u32) -> Self {
        let reaches = |strength: Self| strength.threshold().is_some_and(|threshold| weight >= threshold);
        if reaches(Self::Low) {
            Self::High
        } else if reaches(Self::Medium) {
            Self::Medium
        } else if reaches(Self::High) {
            Self::Low
        } else {
            Self::None
        }
    }
}
