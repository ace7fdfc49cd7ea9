//! Scores of content filters.

use super::category::FilterStrength;
use crate::detect::spec::RuleId;

/// A sum of weights of terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ContentScore(pub(super) u32);

impl ContentScore {
    /// Returns it as a number from 0 to 1. The more terms there are, the less each adds: a sum of 100 is one half.
    #[expect(clippy::cast_precision_loss, reason = "ten-thousandths fit")]
    pub(crate) fn number(self) -> f32 {
        let weight = u64::from(self.0);
        (weight * 10_000 / (weight + 100)) as f32 / 10_000.0
    }

    /// Returns the confidence of a finding with this score.
    pub(crate) fn confidence(self) -> FilterStrength {
        FilterStrength::confidence(self.0)
    }
}

/// The best score of each content filter, by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContentScores(Vec<(RuleId, ContentScore)>);

impl ContentScores {
    pub(super) fn note(&mut self, rule: RuleId, score: ContentScore) {
        match self.0.iter_mut().find(|(of, _)| *of == rule) {
            Some((_, best)) => *best = score.max(*best),
            None => self.0.push((rule, score)),
        }
    }

    /// Returns the best score of a rule; zero if there is no term of it.
    pub(crate) fn of(&self, rule: RuleId) -> ContentScore {
        self.0.iter().find(|(of, _)| *of == rule).map_or(ContentScore::default(), |(_, best)| *best)
    }
}
