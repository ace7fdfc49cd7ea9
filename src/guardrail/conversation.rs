use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::detect::EntityType;

/// The counters behind `replacement: numbered`, shared by the text of one conversation.
///
/// It holds no messages. Clones share the counters. Pass the same conversation for all text of a request and its response, so that equal
/// values get equal numbers.
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
    /// Creates a conversation without numbered values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of a value of a rule, counted from 1 in the order of first use.
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
    // The values must not be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}
