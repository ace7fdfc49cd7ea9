//! The first stage: encodings of characters become the characters, and what shows nothing is left out.

use super::budget::{BREAK, SAVED};
use super::glyphs::{drawn_letter, is_drawn_over, is_filler};
use super::queue::Unit;
use super::references::{DecodeStep, reference};
use crate::text::normalize::{Mapping, View, normalize};
use crate::text::unicode::is_soft_mark;

/// Longest tag or comment of HTML that is left out.
const MAX_TAG: usize = 128;

/// Longest sequence that sets the color of a terminal.
const MAX_COLOR: usize = 16;

/// The maximum number of backslashes before an escape: strings within strings have several.
const MAX_BACKSLASHES: usize = 15;

/// The maximum number of layers of percent-encoding that are decoded.
const MAX_LAYERS: usize = 4;

/// Elements that begin a new line or cell: their tags separate words.
const SEPARATING: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements that set a part of a line: their tags may be inside a word. Other tags may name what is in them, as those of XML do.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "center", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
    "var", "wbr",
];

#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Text that is not read yet, and where it begins.
    carry: String,
    carry_start: usize,
    /// The last character written.
    last: Option<char>,
    /// Bytes left out since then.
    left_out: usize,
}

impl Decoder {
    /// Reads `chunk`, which begins at `offset` of the text.
    pub(super) fn push(&mut self, chunk: &str, offset: usize, out: &mut Vec<Unit>) {
        if self.carry.is_empty() {
            self.carry_start = offset;
            self.read_and_carry(chunk, out);
        } else {
            let mut text = std::mem::take(&mut self.carry);
            text.push_str(chunk);
            self.read_and_carry(&text, out);
        }
    }

    fn read_and_carry(&mut self, text: &str, out: &mut Vec<Unit>) {
        let read = self.read(text, false, out);
        self.carry_start += read;
        self.carry.push_str(text.get(read..).unwrap_or_default());
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, out: &mut Vec<Unit>) {
        let text = std::mem::take(&mut self.carry);
        self.read(&text, true, out);
    }

    /// Returns where the text begins that is not read yet.
    pub(super) fn unread(&self) -> Option<usize> {
        (!self.carry.is_empty()).then_some(self.carry_start)
    }

    /// Reads the part of `text` whose meaning does not depend on what follows. Returns its length.
    fn read(&mut self, text: &str, is_last: bool, out: &mut Vec<Unit>) -> usize {
        let mut at = 0;
        while let Some(rest) = text.get(at..)
            && let Some(first) = rest.chars().next()
        {
            let (c, bytes) = match read_one(rest, first, is_last) {
                DecodeStep::Open => break,
                DecodeStep::Plain => (Some(first), first.len_utf8()),
                DecodeStep::Char(c, bytes) => (Some(c), bytes),
                DecodeStep::Nothing(bytes) => (None, bytes),
            };
            let start = self.carry_start + at;
            at += bytes;
            if let Some(c) = c.filter(|&c| !self.is_left_out(c)).and_then(plain) {
                (self.last, self.left_out) = (Some(c), 0);
                out.push(Unit { c, start, end: start + bytes });
            } else {
                self.leave_out(bytes, start + bytes, out);
            }
        }
        at
    }

    /// Breaks the text where so much of it is left out that what is before cannot wait for what follows.
    fn leave_out(&mut self, bytes: usize, end: usize, out: &mut Vec<Unit>) {
        self.left_out += bytes;
        if self.left_out > SAVED {
            (self.last, self.left_out) = (None, 0);
            out.push(Unit { c: BREAK, start: end, end });
        }
    }

    fn is_left_out(&self, c: char) -> bool {
        is_filler(c) || is_drawn_over(c) && self.last.is_some_and(|last| last.is_ascii_alphanumeric())
    }
}

/// Returns the character that a stage reads for `c`, or `None` if it is invisible.
fn plain(c: char) -> Option<char> {
    if c.is_ascii() || is_soft_mark(c) {
        return Some(drawn_letter(c).unwrap_or(c));
    }
    match normalize(c, View::Pattern) {
        Mapping::Dropped => None,
        Mapping::Same => Some(drawn_letter(c).unwrap_or(c)),
        Mapping::To(form) => {
            let mut chars = form.chars();
            chars.next().filter(|_| chars.next().is_none()).or(Some(c))
        }
    }
}

fn read_one(rest: &str, first: char, is_last: bool) -> DecodeStep {
    match first {
        '&' => reference(rest, is_last),
        '%' => percent(rest, is_last),
        '\\' => backslash(rest, is_last),
        '<' => tag(rest, is_last),
        '\u{ad}' => soft_hyphen(rest, is_last),
        '\u{1B}' => color(rest, is_last),
        _ => DecodeStep::Plain,
    }
}

/// Reads a soft hyphen: at the end of a line it is a hyphen.
fn soft_hyphen(rest: &str, is_last: bool) -> DecodeStep {
    let mut chars = rest.chars();
    let bytes = chars.next().map_or(0, char::len_utf8);
    match chars.next() {
        None if !is_last => DecodeStep::Open,
        Some('\n' | '\r') => DecodeStep::Char('-', bytes),
        _ => DecodeStep::Plain,
    }
}

/// Reads percent-encoded bytes, of one character.
fn percent(rest: &str, is_last: bool) -> DecodeStep {
    let mut bytes = [0; 4];
    let mut at = 0;
    let mut length = 1;
    for (number, place) in bytes.iter_mut().enumerate() {
        let Some((byte, used)) = rest.get(at..).and_then(percent_byte) else {
            let is_open = rest.get(at..).is_some_and(|part| part.len() < 3 + 2 * MAX_LAYERS && may_be_percent(part));
            return if is_open && !is_last { DecodeStep::Open } else { DecodeStep::Plain };
        };
        *place = byte;
        at += used;
        let next = rest.get(at..).unwrap_or_default();
        // The `%` of `%25` may begin another encoded byte.
        if byte == b'%' && !is_last && next.len() < 2 && next.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return DecodeStep::Open;
        }
        if number == 0 {
            length = match byte {
                0..0x80 => 1,
                0xC2..0xE0 => 2,
                0xE0..0xF0 => 3,
                0xF0..0xF5 => 4,
                _ => return DecodeStep::Plain,
            };
        }
        if number + 1 == length {
            break;
        }
    }
    let decoded = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    decoded.and_then(|text| text.chars().next()).map_or(DecodeStep::Plain, |c| DecodeStep::Char(c, at))
}

/// Reads one byte, `%40`; also as it is encoded twice or more, `%2540`.
fn percent_byte(rest: &str) -> Option<(u8, usize)> {
    let mut at = rest.starts_with('%').then_some(1)?;
    for _ in 0..MAX_LAYERS {
        match rest.get(at..).and_then(|inner| inner.strip_prefix("25")) {
            Some(inner) if inner.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2 => at += 2,
            _ => break,
        }
    }
    let digits = rest.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u8::from_str_radix(digits, 16).ok()?, at + 2))
}

/// Returns `true` if `part` could be the beginning of an encoded byte.
fn may_be_percent(part: &str) -> bool {
    part.is_empty() || (part.starts_with('%') && part.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit()))
}

/// Reads an escape of source code or of Markdown.
fn backslash(rest: &str, is_last: bool) -> DecodeStep {
    let bytes = rest.as_bytes();
    let slashes = bytes.iter().take(MAX_BACKSLASHES + 1).take_while(|&&byte| byte == b'\\').count();
    if slashes > MAX_BACKSLASHES {
        return DecodeStep::Plain;
    }
    let at = slashes + 1;
    match bytes.get(slashes) {
        None if is_last => DecodeStep::Plain,
        None => DecodeStep::Open,
        Some(b'u') if bytes.get(at) == Some(&b'{') => braced(rest, at + 1, is_last),
        Some(b'u') if bytes.get(at).is_none() && !is_last => DecodeStep::Open,
        Some(b'u') => utf16(bytes, at, is_last),
        Some(b'U') => fixed(bytes, at, 8, is_last),
        Some(b'x') => fixed(bytes, at, 2, is_last),
        // `\@` is an `@` in Markdown and in most strings. A letter after it may be another escape, which the views read.
        Some(sign) if sign.is_ascii_punctuation() && !matches!(sign, b'"' | b'\'' | b'/' | b'&' | b'%' | b'<') => {
            DecodeStep::Char(char::from(*sign), slashes + 1)
        }
        Some(_) => DecodeStep::Plain,
    }
}

/// Returns the code of so many hexadecimal digits from `at` on: `Err` is `true` if more text can complete them.
fn hex(bytes: &[u8], at: usize, digits: usize) -> Result<u32, bool> {
    let found = bytes.iter().skip(at).take(digits);
    let found =
        found.map_while(|&byte| char::from(byte).to_digit(16)).fold((0, 0), |(n, code), d| (n + 1, code << 4 | d));
    if found.0 == digits { Ok(found.1) } else { Err(bytes.len() == at + found.0) }
}

fn fixed(bytes: &[u8], at: usize, digits: usize, is_last: bool) -> DecodeStep {
    match hex(bytes, at, digits) {
        Ok(code) => char::from_u32(code).map_or(DecodeStep::Plain, |c| DecodeStep::Char(c, at + digits)),
        Err(true) if !is_last => DecodeStep::Open,
        Err(_) => DecodeStep::Plain,
    }
}

/// Reads `\uXXXX`, two of them where a character needs two.
fn utf16(bytes: &[u8], at: usize, is_last: bool) -> DecodeStep {
    let Ok(high @ 0xD800..0xDC00) = hex(bytes, at, 4) else { return fixed(bytes, at, 4, is_last) };
    let slashes = bytes.iter().skip(at + 4).take(MAX_BACKSLASHES).take_while(|&&byte| byte == b'\\').count();
    let next = at + 4 + slashes;
    match bytes.get(next) {
        None if !is_last => DecodeStep::Open,
        Some(b'u') if slashes > 0 => match hex(bytes, next + 1, 4) {
            Ok(low @ 0xDC00..0xE000) => {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                char::from_u32(code).map_or(DecodeStep::Plain, |c| DecodeStep::Char(c, next + 5))
            }
            Err(true) if !is_last => DecodeStep::Open,
            _ => DecodeStep::Plain,
        },
        _ => DecodeStep::Plain,
    }
}

/// Reads `\u{1F600}` from after its brace.
fn braced(rest: &str, at: usize, is_last: bool) -> DecodeStep {
    let digits = rest.bytes().skip(at).take(8).take_while(u8::is_ascii_hexdigit).count();
    match rest.as_bytes().get(at + digits) {
        None if !is_last => DecodeStep::Open,
        Some(b'}') => {
            let code = rest.get(at..at + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            code.and_then(char::from_u32).map_or(DecodeStep::Plain, |c| DecodeStep::Char(c, at + digits + 1))
        }
        _ => DecodeStep::Plain,
    }
}

/// Reads a tag or a comment of HTML.
fn tag(rest: &str, is_last: bool) -> DecodeStep {
    if rest.starts_with("<!--") {
        return match rest.bytes().take(MAX_TAG).collect::<Vec<_>>().windows(3).position(|part| part == b"-->") {
            Some(at) => DecodeStep::Nothing(at + 3),
            None if rest.len() < MAX_TAG && !is_last => DecodeStep::Open,
            None => DecodeStep::Plain,
        };
    }
    let may_be_comment = "<!--".starts_with(rest);
    let inner = rest.get(1..).unwrap_or_default();
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let is_tag = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !is_tag {
        return if (name.is_empty() || may_be_comment) && !is_last { DecodeStep::Open } else { DecodeStep::Plain };
    }
    let element = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == ':')).next().unwrap_or_default();
    match name.as_bytes().get(element.len()) {
        None if !is_last && rest.len() < MAX_TAG => return DecodeStep::Open,
        Some(byte) if byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>') => {}
        _ => return DecodeStep::Plain,
    }
    let end = rest.bytes().take(MAX_TAG).skip(1).position(|byte| matches!(byte, b'<' | b'>'));
    match end.map(|at| (at + 1, rest.as_bytes().get(at + 1))) {
        Some((at, Some(b'>'))) => {
            let element = element.to_ascii_lowercase();
            let is_one_of = |elements: &[&str]| elements.binary_search(&element.as_str()).is_ok();
            match (is_one_of(SEPARATING), is_one_of(INLINE)) {
                (true, _) => DecodeStep::Char(' ', at + 1),
                (_, true) => DecodeStep::Nothing(at + 1),
                _ => DecodeStep::Plain,
            }
        }
        None if rest.len() < MAX_TAG && !is_last => DecodeStep::Open,
        _ => DecodeStep::Plain,
    }
}

/// Reads a sequence that sets the color of a terminal, `ESC [ 31 m`.
fn color(rest: &str, is_last: bool) -> DecodeStep {
    let bytes = rest.as_bytes();
    if bytes.get(1).is_some_and(|&byte| byte != b'[') {
        return DecodeStep::Plain;
    }
    let parameters = bytes.iter().skip(2).take(MAX_COLOR).take_while(|byte| matches!(byte, b'0'..=b'?')).count();
    match bytes.get(2 + parameters) {
        Some(letter) if letter.is_ascii_alphabetic() => DecodeStep::Nothing(parameters + 3),
        None if !is_last => DecodeStep::Open,
        _ => DecodeStep::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::{INLINE, SEPARATING};

    #[test]
    fn the_elements_are_sorted() {
        assert!(SEPARATING.is_sorted() && INLINE.is_sorted());
    }
}
