//! Signs of Markdown: `_`, `*` and `~`, which may open or close something around a value.

use super::escape::{Escape, escape};
use super::normalize::{MAX_INVISIBLE_BYTES, Mapping, View, normalize};
use super::work;

/// The maximum number of equal signs of Markdown that are read together.
pub(super) const MAX_SIGNS: usize = 4;

/// Of a run of signs, this many bytes are looked at once for all signs in them.
const SIGN_BYTES: usize = 4 * MAX_INVISIBLE_BYTES;

/// What is known of a run of signs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SignRun {
    /// The offset in the text of the last character that is known to continue the run.
    last: usize,
    /// The length of that character.
    bytes: u8,
    /// Another one follows that does not continue the run.
    ends: bool,
}

/// The start of some text after signs.
enum InRun {
    /// A character of this length continues the run.
    Continues(u8),
    Ends,
    /// That depends on what follows.
    Open,
}

impl SignRun {
    /// Returns `true` if the text from `at` on, which is `rest`, holds a character that the view shows, or one that is known not to be a
    /// letter.
    ///
    /// One sign after another, with nothing seen between them, is one run. Its characters are looked at once for all signs in it: one of them
    /// is followed by such a character if the run ends, or goes on for more than invisible characters may.
    pub(super) fn shows_next(&mut self, view: View, rest: &str, at: usize) -> bool {
        if at < self.shown_before() {
            return true;
        }
        if self.next() < at {
            *self = Self { last: at, bytes: 0, ends: false };
        }
        while !self.ends && self.next() - at <= SIGN_BYTES {
            match read_of_run(view, rest.get(self.next() - at..).unwrap_or_default()) {
                InRun::Continues(bytes) => (self.last, self.bytes) = (self.next(), bytes),
                InRun::Ends => self.ends = true,
                InRun::Open => break,
            }
        }
        at < self.shown_before()
    }

    /// Returns `true` if the run is known to continue after `at`, an offset after a sign of it, for more bytes than invisible characters may take.
    pub(super) fn is_long_after(self, at: usize) -> bool {
        at < self.last.saturating_sub(MAX_INVISIBLE_BYTES)
    }

    /// Returns the offset of what follows the last character.
    fn next(self) -> usize {
        self.last + usize::from(self.bytes)
    }

    /// Returns the offset before which such a character is known to follow a sign of the run.
    fn shown_before(self) -> usize {
        if self.ends { self.next() + 1 } else { self.last.saturating_sub(MAX_INVISIBLE_BYTES) }
    }
}

/// Reads the start of `rest`, which may continue a run of signs.
fn read_of_run(view: View, rest: &str) -> InRun {
    work::count(1);
    let Some(first) = rest.chars().next() else { return InRun::Open };
    let (c, bytes) = match first {
        '\\' if view.decodes_escapes() => match escape(rest, false) {
            Escape::Open => return InRun::Open,
            Escape::Char(c, bytes) => (c, bytes),
            Escape::Other(_) | Escape::None => return InRun::Ends,
        },
        _ => (first, first.len_utf8()),
    };
    let continues = is_sign(c, view) || (!c.is_ascii() && *normalize(c, view) == Mapping::Dropped);
    if continues { u8::try_from(bytes).map_or(InRun::Ends, InRun::Continues) } else { InRun::Ends }
}

/// Returns `true` if `c` is a sign of Markdown in another form, such as full width.
pub(super) fn is_mapped_to_sign(c: char, view: View) -> bool {
    !c.is_ascii() && matches!(normalize(c, view), Mapping::To(form) if matches!(&**form, "_" | "*" | "~"))
}

/// Returns `true` if `c` is a sign of Markdown in any form.
pub(super) fn is_sign(c: char, view: View) -> bool {
    matches!(c, '_' | '*' | '~') || is_mapped_to_sign(c, view)
}
