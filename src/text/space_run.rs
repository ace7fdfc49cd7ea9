//! Runs of white space.

/// A white-space run is one space in a view up to this many bytes; what is longer is read as another run.
pub(super) const MAX_SPACE_BYTES: usize = 64;

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

    /// Adds the spaces and tabs at the start of `rest` that continue the run: the view shows none of them. Returns how many these are.
    pub(super) fn take_blanks(&mut self, rest: &str) -> usize {
        let room = MAX_SPACE_BYTES.saturating_sub(self.bytes);
        let blanks = rest.bytes().take(room).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.bytes += blanks;
        self.after_return &= blanks == 0;
        blanks
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    /// The view of text that arrives one character after another, so that no blanks are taken together.
    fn by_characters(text: &str, view: View) -> ViewText {
        let mut whole = ViewText::new(view);
        for (at, c) in text.char_indices() {
            whole.push(c.encode_utf8(&mut [0; 4]), at);
        }
        whole.finish();
        whole
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn blanks_are_taken_together_as_one_by_one(
            text in "([a1.]|[ \t]{1,70}|[\n\r\u{85}]| \u{a0}|\u{200b}|\\\\n| {60,70}){0,12}",
        ) {
            for view in View::ALL {
                let (one, other) = (ViewText::of(&text, view), by_characters(&text, view));
                prop_assert_eq!(one.kept(), other.kept(), "{:?}", text);
                prop_assert_eq!(one.surplus(), other.surplus(), "{:?}", text);
                for at in 0..=one.end() {
                    let of = |view: &ViewText| (view.text_start(at), view.text_end(at));
                    prop_assert_eq!(of(&one), of(&other), "{:?} at {}", text, at);
                }
            }
        }
    }
}
