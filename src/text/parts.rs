//! The parts of a view: byte for byte the text, or units that represent some of it.

use super::view::ViewText;

/// A part of a view.
pub(crate) struct ViewPart<'a> {
    /// The view from the part on, and the number of bytes in the part.
    pub(crate) rest: &'a str,
    pub(crate) length: usize,
    /// Where the part begins in the text.
    pub(crate) start: usize,
    /// `None` if the part is byte for byte the text. Otherwise all of it represents the text up to here.
    pub(crate) unit_end: Option<usize>,
}

impl ViewText {
    /// Returns the parts from `at` on that are the text itself, or represent it as a whole, in order.
    pub(crate) fn parts_from(&self, at: usize) -> impl Iterator<Item = ViewPart<'_>> {
        self.map.parts_from(at, self.end()).map(|part| ViewPart {
            rest: self.kept.get(part.view.start - self.base.min(part.view.start)..).unwrap_or_default(),
            length: part.view.len(),
            start: part.text,
            unit_end: part.unit_end,
        })
    }
}
