//! Problems of patterns.

/// The reason why a pattern cannot be enforced, and a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternProblem {
    pub(crate) message: String,
    /// Byte range within the pattern, where it is known.
    pub(crate) span: Option<(usize, usize)>,
    pub(crate) help: String,
}
