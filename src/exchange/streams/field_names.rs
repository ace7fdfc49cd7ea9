//! Field names while JSON arrives in fragments.

use std::fmt;

use crate::bedrock::FieldKind;
use crate::bedrock::context_names::{self, ContextNames};

/// Tracks the names that lead to the current value of partial JSON.
#[derive(Default)]
pub(super) struct FieldNames {
    /// The names of the open arrays and objects.
    open: Vec<ContextNames>,
    /// The names of the next value.
    next: ContextNames,
    /// The name being read.
    name: String,
}

impl fmt::Debug for FieldNames {
    // Without the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldNames").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl FieldNames {
    /// Records a character outside of strings.
    pub(super) fn sign(&mut self, sign: char) {
        match sign {
            '{' | '[' => self.open.push(self.next.clone()),
            '}' | ']' => {
                self.open.pop();
            }
            ',' => self.next = self.open.last().cloned().unwrap_or_default(),
            _ => {}
        }
    }

    /// Records a part of a name.
    pub(super) fn part(&mut self, text: &str) {
        self.name.push_str(text);
        // In halves, so that the bytes moved stay linear in the bytes read.
        let kept = context_names::end(&self.name);
        if self.name.len() > 2 * kept.len() {
            self.name = kept.to_owned();
        }
    }

    /// Signals the end of a name.
    pub(super) fn end(&mut self) {
        let holder = self.open.last().cloned().unwrap_or_default();
        self.next = holder.of_field(&std::mem::take(&mut self.name));
    }

    /// Returns the context of the next value.
    pub(super) fn context(&self) -> String {
        self.next.context(FieldKind::ToolInput)
    }
}
