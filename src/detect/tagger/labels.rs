//! The labels of tokens, and the steps between them.

/// The label of a token outside of names. The first token of a name has the label 1.
pub(crate) const OUTSIDE: u8 = 0;
/// The label of any other token of a name.
pub(crate) const INSIDE: u8 = 2;

/// Labels of a token.
pub(crate) const LABELS: usize = 3;

/// What a step from label to label adds, and how far behind the best a path may be.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    pub(crate) steps: [[i32; LABELS]; LABELS],
    pub(crate) width: i32,
}

impl Steps {
    /// Returns what a step from each label to [`OUTSIDE`] adds.
    pub(crate) fn to_outside(&self) -> [i32; LABELS] {
        self.steps.map(|[outside, ..]| outside)
    }
}
