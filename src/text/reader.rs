//! Reads text into a view: normalizes characters, and finds the boundaries that characters do not show.

use super::escape::{Escape, escape};
use super::normalize::{MAX_INVISIBLE_BYTES, Mapping, View, normalize};
use super::normalize_tables::ascii_quote;
use super::plain::plain_run;
use super::signs::{MAX_SIGNS, is_mapped_to_sign, is_sign};
use super::space_run::{MAX_SPACE_BYTES, SpaceRun};
use super::unicode::{is_sentence_dash, is_soft_mark};
use super::view::ViewText;

/// The maximum number of bytes of parameters in a terminal's color sequence.
const MAX_COLOR_BYTES: usize = 16;

/// The escape at a position.
enum Read {
    /// A number of bytes was read.
    Bytes(usize),
    /// The meaning depends on what follows.
    Open,
}

impl View {
    /// Returns `true` if the view shows a white-space run as one character.
    fn joins_spaces(self) -> bool {
        self != Self::Pattern
    }
}

impl ViewText {
    /// Adds the view of `text`, which begins at `offset` of the whole text, as far as its meaning is known; to its end when `is_last`.
    /// Returns how many bytes were read.
    pub(super) fn read(&mut self, text: &str, offset: usize, is_last: bool) -> usize {
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = plain_run(rest.as_bytes(), self.view.joins_spaces(), self.space.is_open);
            if plain > 0 {
                // What follows it shows whether a hyphen begins a dash, `--` or `->`.
                let is_open = !is_last && self.view == View::Entity && plain == rest.len() && rest.ends_with('-');
                let known = plain - usize::from(is_open);
                if known > 0 {
                    self.keep(rest.get(..known).unwrap_or_default(), offset + at);
                }
                at += known;
                if is_open {
                    break;
                }
                continue;
            }
            match self.read_special(rest, offset + at, is_last) {
                Read::Bytes(bytes) => at += bytes.max(1),
                Read::Open => break,
            }
        }
        at
    }

    /// Adds text that is its own view.
    fn keep(&mut self, text: &str, offset: usize) {
        self.invisible_run = 0;
        self.space.is_open = false;
        self.map.push_same(self.end(), offset);
        self.kept.push_str(text);
    }

    /// Adds the character that the bytes `start..end` of the text represent.
    fn put(&mut self, form: &str, start: usize, end: usize) {
        self.invisible_run = 0;
        self.space.is_open = false;
        // In the other views no match ends inside what a character is normalized to.
        self.has_long_units |= form.len() > 1 && self.view == View::Word;
        self.surplus += (end - start).saturating_sub(form.len());
        self.map.push_unit(self.end(), start, end);
        self.kept.push_str(form);
    }

    fn read_special(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let bytes = rest.as_bytes();
        let Some(&first) = bytes.first() else { return Read::Open };
        match first {
            b'\\' => self.read_escape(rest, offset, is_last),
            b'%' => self.read_percent(rest, offset, is_last),
            0x1B => self.read_color(rest, offset, is_last),
            b'_' | b'*' | b'~' => self.read_signs(rest, offset, is_last),
            b'\t'..=b'\r' | b' ' if self.view.joins_spaces() => {
                self.take_space(char::from(first), offset, offset + 1, rest.get(..1).unwrap_or_default());
                Read::Bytes(1)
            }
            _ if self.view.joins_spaces() && starts_space(rest) => self.read_space(rest, offset),
            _ => self.read_char(rest, offset, is_last),
        }
    }

    fn read_space(&mut self, rest: &str, offset: usize) -> Read {
        let Some(c) = rest.chars().next() else { return Read::Open };
        let (itself, rest) = rest.split_at(c.len_utf8());
        self.take_space(c, offset, offset + itself.len(), itself);
        let blanks = self.space.take_blanks(rest);
        self.surplus += blanks;
        Read::Bytes(itself.len() + blanks)
    }

    /// Normalizes one character.
    fn read_char(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let Some(c) = rest.chars().next() else { return Read::Open };
        let bytes = c.len_utf8();
        let after = rest.get(bytes..).unwrap_or_default();
        if is_mapped_to_sign(c, self.view) && self.is_open_sign(after, offset + bytes, is_last) {
            return Read::Open;
        }
        self.normalize_char(c, offset, offset + bytes);
        Read::Bytes(bytes)
    }

    /// Adds the mapping of a character that the bytes `start..end` of the text represent.
    fn normalize_char(&mut self, c: char, start: usize, end: usize) {
        let mut buffer = [0; 4];
        let itself: &str = c.encode_utf8(&mut buffer);
        let is_itself = itself.len() == end - start;
        let form = match if c.is_ascii() { &Mapping::Same } else { normalize(c, self.view) } {
            Mapping::Dropped => {
                let bytes = u32::try_from(end - start).unwrap_or(u32::MAX);
                self.invisible_run = self.invisible_run.saturating_add(bytes);
                if self.invisible_run as usize <= MAX_INVISIBLE_BYTES {
                    self.surplus += end - start;
                    return;
                }
                let run = self.invisible_run;
                self.add(itself, is_itself, start, end);
                self.invisible_run = run;
                return;
            }
            Mapping::Same => None,
            Mapping::To(form) => Some(form),
        };
        let (is_mark, from) = (!c.is_ascii() && is_soft_mark(c), self.end());
        if self.view == View::Entity && is_sentence_dash(c) {
            self.sentence_dashes.push(self.end());
        }
        let quote = if self.view == View::Entity { ascii_quote(c) } else { None };
        if let Some(quote) = quote {
            return self.put(quote.encode_utf8(&mut [0; 4]), start, end);
        }
        match form {
            None => self.add(itself, is_itself, start, end),
            Some(form) => self.put(form, start, end),
        }
        if is_mark {
            self.add_mark(from);
        }
    }

    /// Returns `true` if the text from `at` on, which is `rest`, is known to hold something that ends a run of signs before it.
    fn shows_next(&mut self, rest: &str, at: usize) -> bool {
        self.signs.get_or_insert_default().shows_next(self.view, rest, at)
    }

    /// Returns `true` if the meaning of a sign depends on what follows `rest`, the text after it, which begins at `next`.
    fn is_open_sign(&mut self, rest: &str, next: usize, is_last: bool) -> bool {
        let is_open = !self.shows_next(rest, next) && !is_last;
        if !is_open {
            self.note_sign(next);
        }
        is_open
    }

    /// Notes that the sign which is added next, before `next` in the text, closes nothing, if its run is too long.
    fn note_sign(&mut self, next: usize) {
        if self.signs.as_ref().is_some_and(|run| run.is_long_after(next)) {
            self.long_signs.push(self.end());
        }
    }

    fn add(&mut self, form: &str, is_itself: bool, start: usize, end: usize) {
        if is_itself { self.keep(form, start) } else { self.put(form, start, end) }
    }

    /// Adds a white-space character. A run of them is one character in the view: a space, or `\n` if the run begins with the end of a line.
    /// A second line end in it ends a paragraph, and `\n\n` shows that. For words the end of one line is a space.
    ///
    /// The first character of a run decides what the run shows, so nothing waits for its end.
    fn take_space(&mut self, c: char, start: usize, end: usize, itself: &str) {
        let bytes = end - start;
        if !self.space.is_open || self.space.bytes + bytes > MAX_SPACE_BYTES {
            self.space = SpaceRun::default();
        }
        let is_first = self.space.bytes == 0;
        let ends_line = self.space.take(c, bytes);
        let form = match (is_first, self.space.lines) {
            (true, 1) if self.view == View::Entity => "\n",
            (true, _) => " ",
            (false, 2) if ends_line && self.space.shows_line => "\n",
            (false, 2) if ends_line => "\n\n",
            _ => "",
        };
        let run = SpaceRun { is_open: true, shows_line: self.space.shows_line || form == "\n", ..self.space };
        if form.is_empty() {
            self.surplus += bytes;
        } else if form == itself {
            self.keep(itself, start);
        } else {
            self.put(form, start, end);
        }
        self.space = run;
    }

    fn read_escape(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let (c, bytes) = match escape(rest, is_last) {
            Escape::Open => return Read::Open,
            Escape::None => {
                self.keep("\\", offset);
                return Read::Bytes(1);
            }
            Escape::Char(c, bytes) => (Some(c), bytes),
            Escape::Other(bytes) => (None, bytes),
        };
        let rest_after = rest.get(bytes..).unwrap_or_default();
        let is_sign = self.view.decodes_escapes() && c.is_some_and(|c| is_sign(c, self.view));
        if is_sign && self.is_open_sign(rest_after, offset + bytes, is_last) {
            return Read::Open;
        }
        match c.filter(|_| self.view.decodes_escapes()) {
            Some(c) if is_space_char(c) => self.take_space(c, offset, offset + bytes, ""),
            Some(c) => self.normalize_char(c, offset, offset + bytes),
            None => {
                self.keep(rest.get(..bytes).unwrap_or_default(), offset);
                self.mark_soft();
            }
        }
        Read::Bytes(bytes)
    }

    /// Reads the `%20` of a URL: its digits are not part of the word after it.
    fn read_percent(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let digits = rest.bytes().skip(1).take(2).take_while(u8::is_ascii_hexdigit).count();
        if digits < 2 {
            if rest.len() == 1 + digits && !is_last {
                return Read::Open;
            }
            self.keep("%", offset);
            return Read::Bytes(1);
        }
        self.keep(rest.get(..3).unwrap_or_default(), offset);
        self.mark_soft();
        Read::Bytes(3)
    }

    /// Reads a terminal's color sequence, `ESC [ 31 m`: its last letter is not part of the word after it.
    fn read_color(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let bytes = rest.as_bytes();
        let parameters = bytes.iter().skip(2).take_while(|byte| matches!(byte, b'0'..=b'?')).count();
        let letter = bytes.get(2 + parameters);
        let is_open = bytes.get(1).is_none_or(|&byte| byte == b'[') && parameters <= MAX_COLOR_BYTES;
        match letter {
            Some(letter) if is_open && letter.is_ascii_alphabetic() => {
                self.keep(rest.get(..parameters + 3).unwrap_or_default(), offset);
                self.mark_soft();
                Read::Bytes(parameters + 3)
            }
            None if is_open && !is_last => Read::Open,
            _ => {
                self.keep("\u{1b}", offset);
                Read::Bytes(1)
            }
        }
    }

    /// Reads a run of one sign of Markdown, which may open or close something around a value.
    fn read_signs(&mut self, rest: &str, offset: usize, is_last: bool) -> Read {
        let Some(&sign) = rest.as_bytes().first() else { return Read::Open };
        let run = rest.bytes().take(MAX_SIGNS).take_while(|&byte| byte == sign).count();
        if run < MAX_SIGNS && !self.shows_next(rest.get(run..).unwrap_or_default(), offset + run) && !is_last {
            return Read::Open;
        }
        for at in 0..run {
            self.note_sign(offset + at + 1);
            self.keep(rest.get(at..=at).unwrap_or_default(), offset + at);
            if sign == b'_' && self.opens_markup(self.end(), b'_') {
                self.mark_soft();
            }
        }
        Read::Bytes(run)
    }
}

fn is_space_char(c: char) -> bool {
    c.is_whitespace()
}

fn starts_space(rest: &str) -> bool {
    rest.chars().next().is_some_and(is_space_char)
}
