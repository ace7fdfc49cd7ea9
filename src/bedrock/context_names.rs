//! The names of JSON fields, as context of their values.

use std::fmt;

use super::text_field::FieldKind;

/// The number of bytes of the names that are read: the longest context distance.
const MAX_BYTES: usize = 128;

/// The name of a field of free-form JSON, and that of the field around it. Array items have the names of their array.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct ContextNames {
    outer: Box<str>,
    own: Box<str>,
}

impl ContextNames {
    /// Returns the names of a field in a value that has these names.
    pub(crate) fn of_field(&self, name: &str) -> Self {
        Self { outer: self.own.clone(), own: end(name).into() }
    }

    /// Returns the end of the field's own name.
    #[cfg(feature = "sdk")]
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// Returns `true` if there is no name.
    pub(crate) fn is_empty(&self) -> bool {
        self.outer.is_empty() && self.own.is_empty()
    }

    /// Returns the text to read before the value: `card cvv: `. It is empty if the names do not describe the value: in a tool definition
    /// they describe later values, and in a trace they come from the service.
    pub(crate) fn context(&self, kind: FieldKind) -> String {
        if self.is_empty() || matches!(kind, FieldKind::ToolDefinition | FieldKind::Trace | FieldKind::Token) {
            return String::new();
        }
        let space = if self.outer.is_empty() || self.own.is_empty() { "" } else { " " };
        let context = [&self.outer, space, &self.own, ": "].concat();
        end(&context).to_owned()
    }
}

impl fmt::Debug for ContextNames {
    // Without the names, which may be what the guardrail must hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextNames({} + {} bytes)", self.outer.len(), self.own.len())
    }
}

/// Returns the last bytes of a name, so that names cost no more than the values they lead to.
pub(crate) fn end(name: &str) -> &str {
    let from = name.ceil_char_boundary(name.len().saturating_sub(MAX_BYTES));
    name.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_two_names_count() {
        let names = ["a", "card", "cvv"].iter().fold(ContextNames::default(), |names, name| names.of_field(name));
        assert_eq!(names.context(FieldKind::ToolInput), "card cvv: ");
        assert_eq!(names.context(FieldKind::ToolDefinition), "");
        assert_eq!(names.of_field("").context(FieldKind::ToolInput), "cvv: ");
        assert_eq!(ContextNames::default().of_field("").context(FieldKind::ToolInput), "");
    }

    /// What is cut early, as a stream cuts names, leaves the same context.
    #[test]
    fn long_names_are_cut_on_characters() {
        for character in ["x", "é", "語", "😀"] {
            for length in 0..140 {
                let name = format!("{}{}", "p".repeat(length % 5), character.repeat(length));
                let context = ContextNames::default().of_field("parent").of_field(&name).context(FieldKind::Free);
                assert!(context.len() <= MAX_BYTES && context.ends_with(": "));
                assert!(format!("parent {name}: ").ends_with(&context) || name.is_empty());
                let early = ContextNames::default().of_field("parent").of_field(end(&name));
                assert_eq!(early.context(FieldKind::Free), context);
            }
        }
    }
}
