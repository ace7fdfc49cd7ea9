//! The names of fields while JSON arrives in pieces.

use std::fmt;

use crate::bedrock::FieldKind;
use crate::bedrock::context_names::{self, ContextNames};

/// Follows the signs and names of some JSON, and knows which names lead to the value under way.
#[derive(Default)]
pub(super) struct FieldNames {
    /// The names of the values that are open: arrays and objects, and the next value of each.
    open: Vec<ContextNames>,
    /// The names of the next value.
    next: ContextNames,
    /// The name that is being read.
    name: String,
}

impl fmt::Debug for FieldNames {
    // Without the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldNames").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl FieldNames {
    /// Takes a sign from outside of strings.
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

    /// Takes a part of a name.
    pub(super) fn part(&mut self, text: &str) {
        self.name.push_str(text);
        // In halves, so that the bytes moved stay linear in the bytes read.
        let kept = context_names::end(&self.name);
        if self.name.len() > 2 * kept.len() {
            self.name = kept.to_owned();
        }
    }

    /// Ends a name.
    pub(super) fn end(&mut self) {
        let holder = self.open.last().cloned().unwrap_or_default();
        self.next = holder.of_field(&std::mem::take(&mut self.name));
    }

    /// What is read before the value that comes next.
    pub(super) fn context(&self) -> String {
        self.next.context(FieldKind::ToolInput)
    }
}
