//! The path to an SDK value.

use std::fmt;

use smallvec::SmallVec;

use crate::bedrock::context_names::ContextNames;
use crate::bedrock::text_field::ToPointer;

/// One segment of a path.
pub(super) enum PathSegment {
    /// A field of a modeled structure, by its name on the wire.
    Member(&'static str),
    /// An item of a list.
    Item(usize),
    /// An entry of a map, or a field of free-form JSON.
    Key(String),
}

/// The path from the operation's input or output to a text field.
#[derive(Default)]
pub(super) struct SdkPath {
    pub(super) segments: SmallVec<[PathSegment; 4]>,
}

impl ToPointer for SdkPath {
    /// Returns the pointer into the body that the SDK writes or has read.
    fn pointer(&self) -> String {
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
    /// Returns the names of the innermost free-form fields.
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
