//! The interface of all kinds of detectors.

use std::fmt;
use std::sync::Arc;

use super::output::ScanOutput;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// Bytes of text after a span that may be needed to confirm it: white space or Markdown's signs, invisible characters, and one visible
/// character.
pub(crate) const LOOKAHEAD_BYTES: usize = 128;

/// A compiled detector, which reads one view of some text.
///
/// The same text yields the same output however it is split. `text` is the text as given, of which the view shows the part that is
/// final; [`TextBuffer::is_finished`] marks the end of both.
pub(super) trait Detector: fmt::Debug + Send + Sync + 'static {
    /// The detector's state in some text.
    type State: fmt::Debug + Default + Reset + Send + Sync;

    /// Returns the view that the detector reads.
    fn view(&self) -> View;

    /// Reads the new part of the view, and reports what is complete.
    fn read(&self, state: &mut Self::State, view: &ViewText, text: &TextBuffer, out: &mut ScanOutput);

    /// Reads the new part of the view as [`Self::read`] does, if it is short and nothing is complete in it. An open start at or after `least` may
    /// be left out. Returns `false` if it did not.
    fn read_few(&self, _: &mut Self::State, _: &ViewText, _: &TextBuffer, _least: usize) -> bool {
        false
    }

    /// Returns the earliest offset of the text at which a match may have begun that is not reported yet.
    fn open_start(&self, state: &Self::State, view: &ViewText, text: &TextBuffer) -> Option<usize>;

    /// Returns the earliest offset of the text at which an exception may have begun that is not reported yet.
    fn open_exception(&self, _: &Self::State, _: &ViewText, _: &TextBuffer) -> Option<usize> {
        None
    }

    /// Returns the offset of the text from which the detector still needs the exceptions of topics.
    fn needs_exceptions_from(&self, _: &Self::State) -> Option<usize> {
        None
    }
}

/// A detector of any kind.
pub(super) trait AnyDetector: fmt::Debug + Send + Sync {
    /// Starts to read some text.
    fn start(self: Arc<Self>) -> Box<dyn Scan>;
}

/// A detector of any kind, and what it remembers of some text. The methods are those of [`Detector`].
pub(super) trait Scan: fmt::Debug + Send + Sync {
    fn view(&self) -> View;
    /// Reads the new part of the view, and returns [`Detector::open_start`], which may be left out if it is not before `least`.
    fn read(&mut self, view: &ViewText, text: &TextBuffer, least: usize, out: &mut ScanOutput) -> Option<usize>;
    fn open_exception(&self, view: &ViewText, text: &TextBuffer) -> Option<usize>;
    fn needs_exceptions_from(&self) -> Option<usize>;
    /// Forgets the text.
    fn reset(&mut self);
}

#[derive(Debug)]
struct Running<D: Detector> {
    detector: Arc<D>,
    state: D::State,
}

impl<D: Detector> AnyDetector for D {
    fn start(self: Arc<Self>) -> Box<dyn Scan> {
        Box::new(Running { detector: self, state: D::State::default() })
    }
}

impl<D: Detector> Scan for Running<D> {
    fn view(&self) -> View {
        self.detector.view()
    }

    fn read(&mut self, view: &ViewText, text: &TextBuffer, least: usize, out: &mut ScanOutput) -> Option<usize> {
        if !self.detector.read_few(&mut self.state, view, text, least) {
            self.detector.read(&mut self.state, view, text, out);
        }
        self.detector.open_start(&self.state, view, text)
    }

    fn open_exception(&self, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        self.detector.open_exception(&self.state, view, text)
    }

    fn needs_exceptions_from(&self) -> Option<usize> {
        self.detector.needs_exceptions_from(&self.state)
    }

    fn reset(&mut self) {
        self.state.reset();
    }
}
