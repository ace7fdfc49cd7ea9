//! Signs of Markdown: `_`, `*` and `~`, which may open or close something around a value.

use super::escape::{Escape, escape};
use super::normalize::{MAX_INVISIBLE_BYTES, Mapping, View, normalize};
use super::work;

/// The maximum number of equal signs of Markdown that are read together.
pub(super) const MAX_SIGNS: usize = 4;

/// Of a run of signs, this many bytes are looked at once for all signs in them.
const SIGN_BYTES: usize = 4 * MAX_INVISIBLE_BYTES;

/// What is known of a run of signs: offsets in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SignRun {
    /// A sign before this one is followed by a character that the view shows, or by one that is no letter.
    shown_before: usize,
    /// The last character that is known to continue the run, and its end.
    last: usize,
    next: usize,
}

/// The start of some text after signs.
enum InRun {
    /// A character of this length continues the run.
    Continues(usize),
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
        if at < self.shown_before {
            return true;
        }
        let (mut last, mut next) = if self.next < at { (at, at) } else { (self.last, self.next) };
        while next - at <= SIGN_BYTES {
            match read_of_run(view, rest.get(next - at..).unwrap_or_default()) {
                InRun::Continues(bytes) => (last, next) = (next, next + bytes),
                InRun::Ends => {
                    *self = Self { shown_before: next + 1, last, next };
                    return true;
                }
                InRun::Open => break,
            }
        }
        *self = Self { shown_before: last.saturating_sub(MAX_INVISIBLE_BYTES), last, next };
        at < self.shown_before
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
    if continues { InRun::Continues(bytes) } else { InRun::Ends }
}

/// Returns `true` if `c` is a sign of Markdown in another form, such as full width.
pub(super) fn is_mapped_to_sign(c: char, view: View) -> bool {
    !c.is_ascii() && matches!(normalize(c, view), Mapping::To(form) if matches!(&**form, "_" | "*" | "~"))
}

/// Returns `true` if `c` is a sign of Markdown in any form.
pub(super) fn is_sign(c: char, view: View) -> bool {
    matches!(c, '_' | '*' | '~') || is_mapped_to_sign(c, view)
}
