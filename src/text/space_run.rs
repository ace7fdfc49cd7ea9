//! Runs of white space.

/// The run of white space that a view ends in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SpaceRun {
    /// More of it may follow.
    pub(super) is_open: bool,
    /// Its first character is shown as the end of a line.
    pub(super) shows_line: bool,
    pub(super) bytes: usize,
    pub(super) lines: usize,
    pub(super) after_return: bool,
}

impl SpaceRun {
    /// Adds a character of so many bytes. Returns `true` if it ends a line.
    pub(super) fn take(&mut self, c: char, bytes: usize) -> bool {
        // A carriage return and a line feed end one line.
        let ends_line =
            matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') && !(c == '\n' && self.after_return);
        self.lines += usize::from(ends_line);
        self.after_return = c == '\r';
        self.bytes += bytes;
        ends_line
    }
}
