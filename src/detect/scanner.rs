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
///
/// A match that is open holds back all text from its start on, whatever the other detectors find there. So while the detector that holds back
/// the most still does, the others wait, and read the text later, in one piece: most chunks of a stream reach few detectors.
#[derive(Debug)]
pub(crate) struct Scanner {
    views: Views,
    scans: Vec<Box<dyn Scan>>,
    /// The earliest offset at which a match may have begun that is not reported yet; `usize::MAX` if there is none.
    open: usize,
    /// The detector that is read first: it held back the most.
    first: usize,
}

/// The views that detectors read. Views that no detector reads are empty.
#[derive(Debug)]
pub(crate) struct Views {
    all: [ViewText; View::ALL.len()],
}

impl Reset for Scanner {
    fn reset(&mut self) {
        let Self { views, scans, open, first } = self;
        views.all.iter_mut().for_each(ViewText::reset);
        scans.iter_mut().for_each(|scan| scan.reset());
        (*open, *first) = (usize::MAX, 0);
    }
}

impl Views {
    fn new() -> Self {
        Self { all: View::ALL.map(ViewText::new) }
    }

    /// Returns the view that the recognizers read.
    pub(crate) fn entity(&self) -> &ViewText {
        self.of_kind(View::Entity)
    }

    #[expect(clippy::indexing_slicing, reason = "there is a view of each kind")]
    fn of_kind(&self, view: View) -> &ViewText {
        &self.all[view as usize]
    }

    /// Returns a view of all of `text`.
    #[expect(clippy::indexing_slicing, reason = "there is a view of each kind")]
    fn at_end(&mut self, view: View, text: &TextBuffer) -> &ViewText {
        let view = &mut self.all[view as usize];
        let read = view.text_read();
        if read < text.end() {
            view.push(text.slice(read, text.end()), read);
        }
        if text.is_finished() {
            view.finish();
        }
        view
    }
}

impl Scanner {
    /// Starts to read some text, and to compare it with these topics.
    pub(crate) fn new(detectors: &Detectors, topics: Option<Arc<Similarity>>) -> Self {
        let topics = topics.map(AnyDetector::start);
        let scans: Vec<_> = detectors.all().map(AnyDetector::start).chain(topics).collect();
        Self { views: Views::new(), scans, open: usize::MAX, first: 0 }
    }

    /// Returns the views.
    pub(crate) fn views(&self) -> &Views {
        &self.views
    }

    /// Reads what is new in `text`, of which all must be kept. Returns `false` if nothing that begins before [`Self::frontier`], which is the same
    /// as before, can have been found, and if so `may_wait`, detectors were left out.
    pub(crate) fn read(&mut self, text: &TextBuffer, may_wait: bool, out: &mut ScanOutput) -> bool {
        let held = may_wait.then_some(self.open);
        let (mut open, mut number) = (usize::MAX, self.first);
        for _ in 0..self.scans.len() {
            let Some(scan) = self.scans.get_mut(number) else { break };
            let begun = scan.read(self.views.at_end(scan.view(), text), text, open, out);
            if begun.is_some() && begun == held {
                self.first = number;
                return false;
            }
            if let Some(begun) = begun.filter(|&begun| begun < open) {
                (open, self.first) = (begun, number);
            }
            number = if number + 1 < self.scans.len() { number + 1 } else { 0 };
        }
        self.open = self.views.all.iter().filter_map(ViewText::unread).fold(open, usize::min);
        true
    }

    /// Returns the earliest offset at which a match may have begun that is not reported yet, or the end of the text.
    pub(crate) fn frontier(&self, text: &TextBuffer) -> usize {
        self.open.min(text.end())
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
        self.views.all.iter_mut().for_each(|view| view.forget_before(offset));
    }
}
