//! Explanations of findings that no span of text shows, and best scores.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::detect::content::{ContentMatch, ContentScore};
use crate::detect::topic::{Score, SimilarityMatch};
use crate::detect::{ContentCategory, FilterStrength};

/// The reason why text matches a topic: what it has in common with the examples.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicExplanation(Arc<SimilarityMatch>);

impl TopicExplanation {
    pub(super) fn new(similarity: SimilarityMatch) -> Self {
        Self(Arc::new(similarity))
    }

    /// Returns the score, from 0 to 1.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.0.score.number()
    }

    /// Returns the threshold that the score reached: that of the policy, or the one computed for the topic.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.0.threshold.number()
    }

    /// Returns the index of the closest example of the topic.
    #[must_use]
    pub fn example_index(&self) -> usize {
        self.0.example
    }

    /// Returns the stems, and pairs of stems, of the examples that contributed to the score, the heaviest first.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.0.terms
    }
}

/// The best score of a topic in some text.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicScore {
    pub(super) rule: Arc<str>,
    pub(super) score: Score,
    pub(super) threshold: Score,
}

impl TopicScore {
    /// Returns the name of the topic.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the best score of a sentence, from 0 to 1. It is 0 if no sentence has a distinctive word of the topic.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.score.number()
    }

    /// Returns the lowest score at which a sentence matches.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold.number()
    }
}

impl Serialize for TopicScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("rule", self.rule())?;
        map.serialize_entry("score", &self.score())?;
        map.serialize_entry("threshold", &self.threshold())?;
        map.end()
    }
}

/// The reason for a finding of a content filter: the terms that reached the threshold of its strength.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentExplanation(Arc<ContentMatch>);

impl ContentExplanation {
    pub(super) fn new(found: ContentMatch) -> Self {
        Self(Arc::new(found))
    }

    /// Returns the category of the filter.
    #[must_use]
    pub fn category(&self) -> ContentCategory {
        self.0.category
    }

    /// Returns the score, from 0 to 1.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.0.score.number()
    }

    /// Returns the confidence that the score stands for.
    #[must_use]
    pub fn confidence(&self) -> FilterStrength {
        self.0.score.confidence()
    }

    /// Returns the strength of the filter in the direction of the text.
    #[must_use]
    pub fn strength(&self) -> FilterStrength {
        self.0.strength
    }

    /// Returns the terms that carried the score, as the list of the category has them, the heaviest first.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.terms.iter().map(|term| &**term)
    }
}

/// The best score of a content filter in some text.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterScore {
    category: ContentCategory,
    strength: FilterStrength,
    score: ContentScore,
}

impl FilterScore {
    pub(super) fn new(category: ContentCategory, strength: FilterStrength, score: ContentScore) -> Self {
        Self { category, strength, score }
    }

    /// Returns the category of the filter.
    #[must_use]
    pub fn category(&self) -> ContentCategory {
        self.category
    }

    /// Returns the strength of the filter in the direction of the text.
    #[must_use]
    pub fn strength(&self) -> FilterStrength {
        self.strength
    }

    /// Returns the best score of a window, from 0 to 1. It is 0 if there is no term of the category.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.score.number()
    }

    /// Returns the confidence that the score stands for.
    #[must_use]
    pub fn confidence(&self) -> FilterStrength {
        self.score.confidence()
    }
}

impl Serialize for FilterScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("category", &self.category)?;
        map.serialize_entry("score", &self.score())?;
        map.serialize_entry("confidence", &self.confidence())?;
        map.serialize_entry("strength", &self.strength)?;
        map.end()
    }
}
