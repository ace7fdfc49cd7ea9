//! Scores of content filters.

use super::category::FilterStrength;
use crate::detect::best_scores::BestScores;

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
pub(crate) type ContentScores = BestScores<ContentScore>;
