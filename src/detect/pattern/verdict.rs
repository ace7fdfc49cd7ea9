//! The result of validating a match.

/// The result of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not a match.
    Reject,
    /// Not a match, and neither is any candidate with the same end that begins before this byte of it. The length of the candidate
    /// rejects the end. A validator may see any number of starts, so frequent rejections must use this, cheaply.
    RejectBefore(usize),
    /// A match only if a context word is near.
    NeedsContext,
    /// A match, whatever its context.
    Accept,
}
