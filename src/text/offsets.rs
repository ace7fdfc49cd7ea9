//! From offsets in a view back to offsets in the text.

use std::collections::VecDeque;
use std::ops::Range;

use super::reset::Reset;

/// A part of a view.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// The start in the view.
    view: usize,
    /// The start in the text.
    text: usize,
    /// `None`: byte for byte the text. Otherwise all of it represents the text up to here, and cannot be taken apart.
    unit_end: Option<usize>,
}

/// A part of a view, and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) view: Range<usize>,
    /// Where it begins in the text.
    pub(super) text: usize,
    /// `None`: byte for byte the text. Otherwise all of it represents the text up to here.
    pub(super) unit_end: Option<usize>,
}

/// The origin of each byte of a view.
#[derive(Debug, Default)]
pub(super) struct OffsetMap {
    segments: VecDeque<Segment>,
}

impl Reset for OffsetMap {
    fn reset(&mut self) {
        let Self { segments } = self;
        segments.reset();
    }
}

impl OffsetMap {
    /// Adds text that is its own view, of which the first byte is at `view` and at `text`.
    pub(super) fn push_same(&mut self, view: usize, text: usize) {
        let continues =
            self.segments.back().is_some_and(|last| last.unit_end.is_none() && last.text + (view - last.view) == text);
        if !continues {
            self.segments.push_back(Segment { view, text, unit_end: None });
        }
    }

    /// Adds a unit: what follows at `view` represents the bytes `text..text_end`.
    pub(super) fn push_unit(&mut self, view: usize, text: usize, text_end: usize) {
        self.segments.push_back(Segment { view, text, unit_end: Some(text_end) });
    }

    /// Returns the sum of the bytes by which parts of the text are longer than the view of them.
    pub(super) fn surplus(&self, end: usize) -> usize {
        let starts = self.segments.iter().map(|segment| (segment.text, segment.view));
        let ends = starts.clone().skip(1).chain([(self.text_end(end), end)]);
        starts.zip(ends).map(|(this, next)| (next.0 - this.0).saturating_sub(next.1 - this.1)).sum()
    }

    /// Returns the index of the segment that holds byte `view`.
    fn holding(&self, view: usize) -> usize {
        self.index_of(|segment| segment.view <= view)
    }

    /// Returns the index of the last segment that begins before some place, or 0. At the end of a stream, most looks are for the very last.
    fn index_of(&self, is_before: impl Fn(&Segment) -> bool) -> usize {
        match self.segments.back() {
            Some(last) if is_before(last) => self.segments.len() - 1,
            _ => self.segments.partition_point(is_before).saturating_sub(1),
        }
    }

    /// Returns the offset in the text at which the character of byte `view` begins.
    pub(super) fn text_start(&self, view: usize) -> usize {
        let Some(segment) = self.segments.get(self.holding(view)) else { return view };
        match segment.unit_end {
            None => segment.text + (view - segment.view.min(view)),
            Some(_) => segment.text,
        }
    }

    /// Returns the offset in the text of byte `view`, and the number of bytes from there on that are byte for byte the text.
    pub(super) fn same_from(&self, view: usize, end: usize) -> Option<(usize, usize)> {
        let index = self.holding(view);
        let segment = self.segments.get(index).filter(|segment| segment.unit_end.is_none())?;
        let next = self.segments.get(index + 1).map_or(end, |next| next.view);
        Some((segment.text + view.checked_sub(segment.view)?, next.checked_sub(view)?))
    }

    /// Returns the parts of the view from `view` on, up to `end`, in order.
    pub(super) fn parts_from(&self, view: usize, end: usize) -> impl Iterator<Item = Part> {
        let first = self.holding(view);
        let nexts = self.segments.iter().skip(first + 1).map(|next| next.view).chain([end]);
        self.segments.iter().skip(first).zip(nexts).map(move |(segment, next)| {
            let from = segment.view.max(view);
            let into = if segment.unit_end.is_none() { from - segment.view } else { 0 };
            Part { view: from..next, text: segment.text + into, unit_end: segment.unit_end }
        })
    }

    /// Returns the positions from `view` on at which a part begins that does not continue what is before it byte for byte, last first.
    pub(super) fn seams_from(&self, view: usize) -> impl Iterator<Item = usize> {
        self.segments.iter().rev().map(|segment| segment.view).take_while(move |&start| start >= view)
    }

    /// Returns the offset in the text at which the character before `view` ends.
    pub(super) fn text_end(&self, view: usize) -> usize {
        let Some(last) = view.checked_sub(1) else { return self.segments.front().map_or(0, |first| first.text) };
        let Some(segment) = self.segments.get(self.holding(last)) else { return view };
        segment.unit_end.unwrap_or(segment.text + (view - segment.view.min(view)))
    }

    /// Returns the first byte of the view, of which `end` is the end, that came from the text at or after `text`.
    pub(super) fn view_at(&self, text: usize, end: usize) -> usize {
        let index = self.index_of(|segment| segment.text <= text);
        let Some(segment) = self.segments.get(index) else { return end };
        let next = self.segments.get(index + 1).map_or(end, |next| next.view);
        match segment.unit_end {
            _ if segment.text >= text => segment.view,
            None => next.min(segment.view + (text - segment.text)),
            Some(_) => next,
        }
    }

    /// Returns `true` if byte `view` is inside a unit, not at its start.
    pub(super) fn is_inside_unit(&self, view: usize) -> bool {
        let next = self.segments.get(self.holding(view));
        next.is_some_and(|segment| segment.unit_end.is_some() && segment.view < view)
    }

    /// Forgets the segments that end at or before byte `view`.
    pub(super) fn forget_before(&mut self, view: usize) {
        while self.segments.get(1).is_some_and(|second| second.view <= view) {
            self.segments.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OffsetMap;

    #[test]
    fn offsets_map_back() {
        // Text: "ab" 3-byte unit (2 view bytes) "cd", then 4 dropped bytes, then "e".
        let mut map = OffsetMap::default();
        map.push_same(0, 0);
        map.push_unit(2, 2, 5);
        map.push_same(4, 5);
        map.push_same(6, 11);
        let starts: Vec<usize> = (0..7).map(|view| map.text_start(view)).collect();
        assert_eq!(starts, [0, 1, 2, 2, 5, 6, 11]);
        let ends: Vec<usize> = (1..=7).map(|view| map.text_end(view)).collect();
        assert_eq!(ends, [1, 2, 5, 5, 6, 7, 12]);
        let views: Vec<usize> = [0, 1, 2, 3, 5, 6, 7, 9, 11, 12].iter().map(|&text| map.view_at(text, 7)).collect();
        assert_eq!(views, [0, 1, 2, 4, 4, 5, 6, 6, 6, 7]);
        let same: Vec<_> = (0..7).map(|view| map.same_from(view, 7)).collect();
        assert_eq!(same, [Some((0, 2)), Some((1, 1)), None, None, Some((5, 2)), Some((6, 1)), Some((11, 1))]);
        assert!(map.seams_from(2).eq([6, 4, 2]) && map.seams_from(7).next().is_none());
        assert!(map.is_inside_unit(3) && !map.is_inside_unit(2) && !map.is_inside_unit(5));
    }
}
