//! Runs all detectors over text that arrives in chunks.

use std::sync::Arc;

use super::detector::{AnyDetector, Scan};
use super::detectors::Detectors;
use super::output::ScanOutput;
use super::topic::Similarity;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// The detectors part of the way through some text.
#[derive(Debug)]
pub(crate) struct Scanner {
    views: Views,
    scans: Vec<Box<dyn Scan>>,
}

/// The views that detectors read. Views that no detector reads are empty.
#[derive(Debug)]
pub(crate) struct Views {
    all: [ViewText; View::ALL.len()],
    is_read: [bool; View::ALL.len()],
}

impl Reset for Scanner {
    fn reset(&mut self) {
        let Self { views, scans } = self;
        views.read().for_each(ViewText::reset);
        scans.iter_mut().for_each(|scan| scan.reset());
    }
}

impl Views {
    fn of(scans: &[Box<dyn Scan>]) -> Self {
        Self {
            all: View::ALL.map(ViewText::new),
            is_read: View::ALL.map(|view| scans.iter().any(|scan| scan.view() == view)),
        }
    }

    /// Returns the view that the recognizers read.
    pub(crate) fn entity(&self) -> &ViewText {
        self.of_kind(View::Entity)
    }

    #[expect(clippy::indexing_slicing, reason = "there is a view of each kind")]
    fn of_kind(&self, view: View) -> &ViewText {
        &self.all[view as usize]
    }

    fn read(&mut self) -> impl Iterator<Item = &mut ViewText> {
        self.all.iter_mut().zip(self.is_read).filter_map(|(view, is_read)| is_read.then_some(view))
    }
}

impl Scanner {
    /// Starts to read some text, and to compare it with these topics.
    pub(crate) fn new(detectors: &Detectors, topics: Option<Arc<Similarity>>) -> Self {
        let topics = topics.map(AnyDetector::start);
        let scans: Vec<_> = detectors.all().map(AnyDetector::start).chain(topics).collect();
        Self { views: Views::of(&scans), scans }
    }

    /// Returns the views.
    pub(crate) fn views(&self) -> &Views {
        &self.views
    }

    /// Reads `chunk`, the end of `text`, which begins at `offset`.
    pub(crate) fn push(&mut self, text: &TextBuffer, chunk: &str, offset: usize, out: &mut ScanOutput) {
        self.views.read().for_each(|view| view.push(chunk, offset));
        self.read(text, out);
    }

    /// Reads the end of `text`, which is finished.
    pub(crate) fn finish(&mut self, text: &TextBuffer, out: &mut ScanOutput) {
        self.views.read().for_each(ViewText::finish);
        self.read(text, out);
    }

    fn read(&mut self, text: &TextBuffer, out: &mut ScanOutput) {
        for scan in &mut self.scans {
            scan.read(self.views.of_kind(scan.view()), text, out);
        }
    }

    /// Returns the earliest offset at which a match may have begun that is not reported yet, or the end of the text.
    pub(crate) fn frontier(&self, text: &TextBuffer) -> usize {
        let open = self.scans.iter().filter_map(|scan| scan.open_start(self.views.of_kind(scan.view()), text));
        let unread = self.views.all.iter().filter_map(ViewText::unread);
        open.chain(unread).fold(text.end(), usize::min)
    }

    /// Returns the earliest offset at which an exception may have begun that is not reported yet.
    pub(crate) fn open_exception(&self, text: &TextBuffer) -> Option<usize> {
        self.scans.iter().filter_map(|scan| scan.open_exception(self.views.of_kind(scan.view()), text)).min()
    }

    /// Returns the offset from which the exceptions of topics are still needed.
    pub(crate) fn needs_exceptions_from(&self) -> Option<usize> {
        self.scans.iter().filter_map(|scan| scan.needs_exceptions_from()).min()
    }

    /// Forgets the text before `offset`.
    pub(crate) fn forget_before(&mut self, offset: usize) {
        self.views.read().for_each(|view| view.forget_before(offset));
    }
}
