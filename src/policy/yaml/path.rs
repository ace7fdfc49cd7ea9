//! The path to a value in its document, such as `pii[0].types[1]`.

use std::fmt;

/// A path, kept as links on the stack so that following it costs nothing until something is reported.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) enum Path<'p> {
    Root,
    Key(&'p Self, &'p str),
    Index(&'p Self, usize),
}

impl Path<'_> {
    /// Returns the last key, which for an element is that of its list.
    pub(in crate::policy) fn last_key(&self) -> &str {
        match self {
            Path::Root => "",
            Path::Key(_, key) => key,
            Path::Index(list, _) => list.last_key(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, key) => f.write_str(key),
            Path::Key(parent, key) => write!(f, "{parent}.{key}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
