//! Where a walk through typed values stands.

use std::fmt;

use crate::bedrock::leading::LeadingNames;

/// One step from a value to what it holds.
pub(super) enum Step {
    /// A member of a modelled structure, by its name on the wire.
    Member(&'static str),
    /// An item of a list.
    Item(usize),
    /// A member of a map, or of free-form JSON.
    Key(String),
}

/// The steps from the operation's input or output to a text. Turned into a pointer on demand: most
/// texts have no finding.
#[derive(Default)]
pub(in crate::bedrock) struct TypedPath {
    pub(super) steps: Vec<Step>,
}

impl TypedPath {
    /// RFC 6901 pointer into the body that the SDK writes or has read.
    pub(in crate::bedrock) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            pointer.push('/');
            match step {
                Step::Member(name) => pointer.push_str(name),
                Step::Item(position) => pointer.push_str(&position.to_string()),
                Step::Key(key) => {
                    for c in key.chars() {
                        match c {
                            '~' => pointer.push_str("~0"),
                            '/' => pointer.push_str("~1"),
                            c => pointer.push(c),
                        }
                    }
                }
            }
        }
        pointer
    }
}

impl TypedPath {
    /// The names of free-form fields on the way.
    pub(super) fn names(&self) -> LeadingNames {
        let mut keys =
            self.steps.iter().rev().filter_map(|step| if let Step::Key(key) = step { Some(key) } else { None });
        let (own, outer) = (keys.next(), keys.next());
        outer.into_iter().chain(own).fold(LeadingNames::default(), |names, key| names.of_field(key))
    }
}

impl fmt::Debug for TypedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedPath").field(&self.pointer()).finish()
    }
}
