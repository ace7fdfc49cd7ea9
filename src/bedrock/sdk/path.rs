//! Where a walk through typed values stands.

use std::fmt;

use crate::bedrock::context_names::ContextNames;

/// One segment from a value to what it holds.
pub(super) enum PathSegment {
    /// A member of a modelled structure, by its name on the wire.
    Member(&'static str),
    /// An item of a list.
    Item(usize),
    /// A member of a map, or of free-form JSON.
    Key(String),
}

/// The segments from the operation's input or output to a text. Turned into a pointer on demand: most
/// texts have no finding.
#[derive(Default)]
pub(in crate::bedrock) struct SdkPath {
    pub(super) segments: Vec<PathSegment>,
}

impl SdkPath {
    /// RFC 6901 pointer into the body that the SDK writes or has read.
    pub(in crate::bedrock) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.segments {
            pointer.push('/');
            match segment {
                PathSegment::Member(name) => pointer.push_str(name),
                PathSegment::Item(position) => pointer.push_str(&position.to_string()),
                PathSegment::Key(key) => {
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

impl SdkPath {
    /// The names of free-form fields on the way.
    pub(super) fn names(&self) -> ContextNames {
        let mut keys = self
            .segments
            .iter()
            .rev()
            .filter_map(|segment| if let PathSegment::Key(key) = segment { Some(key) } else { None });
        let (own, outer) = (keys.next(), keys.next());
        outer.into_iter().chain(own).fold(ContextNames::default(), |names, key| names.of_field(key))
    }
}

impl fmt::Debug for SdkPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SdkPath").field(&self.pointer()).finish()
    }
}
