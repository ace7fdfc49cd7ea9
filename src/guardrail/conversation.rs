use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::detect::EntityType;

/// What texts of one conversation share: the numbers that `replacement: numbered` gives to values.
///
/// Clones are the same conversation. Give the same one to every text of a request and its response, and equal values have equal
/// numbers in all of them.
#[derive(Clone, Default)]
pub struct Conversation {
    numbers: Arc<Mutex<Numbers>>,
}

#[derive(Default)]
struct Numbers {
    known: HashMap<(Option<EntityType>, Arc<str>, String), usize>,
    last: HashMap<(Option<EntityType>, Arc<str>), usize>,
}

impl Conversation {
    /// A conversation in which no value has a number yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a value of a rule, counted from 1 in the order of first use.
    pub(super) fn number(&self, entity: Option<EntityType>, rule: &Arc<str>, value: String) -> usize {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let Numbers { known, last } = &mut *numbers;
        *known.entry((entity, Arc::clone(rule), value)).or_insert_with(|| {
            let last = last.entry((entity, Arc::clone(rule))).or_default();
            *last += 1;
            *last
        })
    }
}

impl fmt::Debug for Conversation {
    // The values are what must not be seen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}
