//! The best score of each rule.

use super::spec::RuleId;

/// The best score of each rule that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BestScores<S>(Vec<(RuleId, S)>);

impl<S: Copy + Default + Ord> BestScores<S> {
    /// Adds the score of a window.
    pub(crate) fn note(&mut self, rule: RuleId, score: S) {
        match self.0.iter_mut().find(|(of, _)| *of == rule) {
            Some((_, best)) => *best = score.max(*best),
            None => self.0.push((rule, score)),
        }
    }

    /// Returns the best score of a rule; zero if no window has a word of it.
    pub(crate) fn of(&self, rule: RuleId) -> S {
        self.0.iter().find(|(of, _)| *of == rule).map_or_else(S::default, |(_, best)| *best)
    }
}
