//! What a detector is handed: the next bytes of a view.

/// A piece of a view, and where its bytes lie in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// The view is the text itself, from this offset on.
    Plain(&'a [u8], usize),
    /// Bytes of the view, and start and end of their characters in the text.
    Folded(&'a [u8], &'a [usize], &'a [usize]),
}

impl Piece<'_> {
    /// The bytes of the view.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain(bytes, _) | Self::Folded(bytes, ..) => bytes,
        }
    }

    /// Where the character of byte `at` of the view begins in the text.
    #[inline]
    pub(crate) fn start(&self, at: usize) -> usize {
        match self {
            Self::Plain(_, offset) => offset + at,
            Self::Folded(_, starts, _) => starts[at],
        }
    }

    /// Where the character of byte `at` of the view ends in the text.
    #[inline]
    pub(crate) fn end(&self, at: usize) -> usize {
        match self {
            Self::Plain(_, offset) => offset + at + 1,
            Self::Folded(_, _, ends) => ends[at],
        }
    }

    /// How many bytes of the view follow byte `at` and belong to the same character of the text.
    pub(crate) fn rest_of_character(&self, at: usize) -> usize {
        match self {
            Self::Plain(..) => 0,
            Self::Folded(_, _, ends) => ends[at + 1..].iter().take_while(|&&end| end == ends[at]).count(),
        }
    }
}
