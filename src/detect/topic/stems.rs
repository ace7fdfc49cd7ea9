//! The stems that some topic of a policy knows.

use rustc_hash::FxHashMap;

use super::common;

/// Number of a stem that some topic of the policy knows.
pub(super) type StemId = u32;

/// The numbers of the stems that some topic knows, so that a word of some text is looked up once for all topics.
#[derive(Debug, Default)]
pub(super) struct Stems {
    ids: FxHashMap<Box<[u8]>, StemId>,
    /// The number of the stem of each common word, once all topics are learned.
    common: Vec<Option<StemId>>,
}

impl Stems {
    pub(super) fn id(&self, stem: &[u8]) -> Option<StemId> {
        self.ids.get(stem).copied()
    }

    /// Returns the number of the stem of a common word.
    pub(super) fn of_common(&self, number: usize, stem: &str) -> Option<StemId> {
        self.common.get(number).copied().unwrap_or_else(|| self.id(stem.as_bytes()))
    }

    pub(super) fn learn(&mut self, stem: &str) -> StemId {
        let next = StemId::try_from(self.ids.len()).unwrap_or(StemId::MAX);
        *self.ids.entry(stem.as_bytes().into()).or_insert(next)
    }

    /// Ends the learning.
    pub(super) fn close(&mut self) {
        self.common = common::all().iter().map(|word| self.id(word.stem.as_bytes())).collect();
    }
}
