//! Words that can carry a finding.

use super::meaning::Sentence;
use super::model::{Model, NEAR};
use super::reach::{Bounds, Reach};
use super::words::WindowWord;

/// A word with which a finding can begin.
pub(super) struct Carrier<'w> {
    pub(super) word: WindowWord<'w>,
    vector: Sentence,
    /// What its product with a center is at least, if it is near that.
    least: i64,
    bounds: Option<Bounds>,
}

impl<'w> Carrier<'w> {
    pub(super) fn new(reach: &Reach, word: WindowWord<'w>) -> Self {
        let vector = Sentence::of_pieces(word.pieces.iter().copied());
        Self { word, least: vector.least_product(NEAR), vector, bounds: reach.bounds(&[], word.pieces) }
    }

    /// Returns `true` if it is near a topic.
    pub(super) fn is_near(&self, number: usize, model: &Model) -> bool {
        let bound = self.bounds.as_ref().and_then(|bounds| bounds.of_topic(number));
        self.is_within(bound, model)
    }

    /// Returns `true` if it is near one of all topics.
    pub(super) fn is_near_any(&self, models: &[Model]) -> bool {
        let mut bounds = self.bounds.as_ref().map(Bounds::of_topics);
        models.iter().any(|model| self.is_within(bounds.as_mut().and_then(Iterator::next), model))
    }

    fn is_within(&self, bound: Option<i64>, model: &Model) -> bool {
        bound.is_none_or(|bound| bound >= self.least) && self.vector.like(model.center()) >= NEAR
    }
}
