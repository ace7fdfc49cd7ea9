use std::ops::Range;

/// A half-open range of bytes in some text, on character boundaries of that text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Returns the bytes from `start` up to, not including, `end`.
    ///
    /// # Panics
    ///
    /// Panics if `start` is greater than `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span must not end before it starts");
        Self { start, end }
    }

    /// Returns the offset of the first byte.
    #[must_use]
    pub fn start(self) -> usize {
        self.start
    }

    /// Returns the offset just after the last byte.
    #[must_use]
    pub fn end(self) -> usize {
        self.end
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Returns `true` if the span is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns `true` if the two spans share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Returns `true` if every byte of `other` is in this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Returns the range, to slice the text with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}
