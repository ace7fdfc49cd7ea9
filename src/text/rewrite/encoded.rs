//! Runs of base64 and of hexadecimal digits, as the text they encode, among the text that is not encoded.

use super::queue::Unit;

/// Shorter runs are words and numbers.
const MIN_RUN: usize = 16;

/// From such a line on, base64 continues in the next line.
const MIN_LINE: usize = 32;

/// The encoding of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Of both alphabets, with and without padding.
    Base64,
    /// Pairs of digits, perhaps with a space or colon between them.
    Hex,
}

/// A character that may be a digit of a run.
#[derive(Clone, Copy, Debug)]
struct Digit {
    c: char,
    value: u32,
    at: usize,
}

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// It is too short to decide.
    Open,
    /// The text it encodes.
    Encoded,
    /// Itself: what it encodes is no text.
    Itself,
}

/// Reads runs as they grow.
#[derive(Debug)]
pub(super) struct Encoded {
    encoding: Encoding,
    taken: Taken,
    /// The part of the run that is read and not written yet; separators between its digits too, without a value.
    digits: Vec<Digit>,
    /// Decoded bytes that are no character yet, with what they are decoded from.
    bytes: Vec<(u8, usize, usize)>,
    /// Digits of the run so far, and of its last line or group.
    length: usize,
    line: usize,
    /// The characters that may continue the run.
    paused: Vec<(char, usize)>,
}

impl Encoded {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            taken: Taken::Open,
            digits: Vec::new(),
            bytes: Vec::new(),
            length: 0,
            line: 0,
            paused: Vec::new(),
        }
    }

    /// Reads `chunk`, which begins at `offset` of the text.
    pub(super) fn push(&mut self, chunk: &str, offset: usize, out: &mut Vec<Unit>) {
        for (at, c) in chunk.char_indices() {
            let at = offset + at;
            match self.value(c) {
                Some(value) => self.add(Digit { c, value, at }, out),
                None if self.goes_on_over(c) => self.paused.push((c, at)),
                None => {
                    self.end_run(out);
                    put(c, at, out);
                }
            }
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self, out: &mut Vec<Unit>) {
        self.end_run(out);
    }

    /// Returns the offset of the text that is not written yet.
    pub(super) fn unread(&self) -> Option<usize> {
        let byte = self.bytes.first().map(|&(_, start, _)| start);
        let digit = self.digits.first().map(|digit| digit.at);
        byte.or(digit).or(self.paused.first().map(|&(_, at)| at))
    }

    fn value(&self, c: char) -> Option<u32> {
        match (self.encoding, c) {
            (Encoding::Hex, _) => c.to_digit(16),
            (Encoding::Base64, 'A'..='Z') => Some(u32::from(c) - u32::from('A')),
            (Encoding::Base64, 'a'..='z') => Some(u32::from(c) - u32::from('a') + 26),
            (Encoding::Base64, '0'..='9') => Some(u32::from(c) - u32::from('0') + 52),
            (Encoding::Base64, '+' | '-') => Some(62),
            (Encoding::Base64, '/' | '_') => Some(63),
            _ => None,
        }
    }

    /// Returns the digits of a group, and the bits of each.
    fn group(&self) -> (usize, usize) {
        match self.encoding {
            Encoding::Hex => (2, 4),
            Encoding::Base64 => (4, 6),
        }
    }

    /// Returns `true` if the run may continue after `c`.
    fn goes_on_over(&self, c: char) -> bool {
        match self.encoding {
            Encoding::Hex => matches!(c, ' ' | ':') && self.paused.is_empty() && self.line == 2,
            Encoding::Base64 => {
                let ends_line = match c {
                    '\r' => self.paused.is_empty(),
                    '\n' => self.paused.iter().all(|&(paused, _)| paused == '\r'),
                    _ => false,
                };
                ends_line && self.line >= MIN_LINE && self.length.is_multiple_of(4)
            }
        }
    }

    fn add(&mut self, digit: Digit, out: &mut Vec<Unit>) {
        if !self.paused.is_empty() {
            self.line = 0;
            if self.taken == Taken::Encoded {
                self.paused.clear();
            }
        }
        if self.taken == Taken::Itself {
            for (c, at) in self.paused.drain(..) {
                put(c, at, out);
            }
            put(digit.c, digit.at, out);
            // `example.com/amFu…`: a sign may be a digit, or end what was no text.
            if is_sign(digit) {
                self.forget_run();
            }
            return;
        }
        if self.encoding == Encoding::Hex && self.line == 2 && self.length > 2 && self.line < self.length {
            return self.begin_with_number(digit, out);
        }
        self.digits.extend(self.paused.drain(..).map(|(c, at)| Digit { c, value: SEPARATOR, at }));
        self.length += 1;
        self.line += 1;
        self.digits.push(digit);
        if self.length >= MIN_RUN {
            self.decode(out);
        }
    }

    /// Begins the run anew with the last two digits: the number they begin is no pair like those before.
    fn begin_with_number(&mut self, digit: Digit, out: &mut Vec<Unit>) {
        let number = self.digits.split_off(self.digits.len().saturating_sub(2));
        self.end_run(out);
        for digit in number.into_iter().chain([digit]) {
            self.add(digit, out);
        }
    }

    /// Decodes all groups that are complete.
    fn decode(&mut self, out: &mut Vec<Unit>) {
        if self.taken == Taken::Open && !self.looks_encoded() {
            return self.give_up(out);
        }
        self.taken = Taken::Encoded;
        let (group, bits) = self.group();
        while self.digits.iter().filter(|digit| digit.value != SEPARATOR).count() >= group {
            let mut left = group;
            let end = self.digits.iter().position(|digit| {
                left -= usize::from(digit.value != SEPARATOR);
                left == 0
            });
            let part: Vec<Digit> = self.digits.drain(..=end.unwrap_or(0)).collect();
            let before = out.len();
            if !self.decode_group(&part, bits, out) {
                out.truncate(before);
                self.bytes.clear();
                self.digits.splice(0..0, part);
                return self.give_up(out);
            }
        }
    }

    /// Returns `true` unless the run looks like an identifier: base64 has letters of both cases, or letters and figures.
    fn looks_encoded(&self) -> bool {
        let has = |is: fn(&char) -> bool| self.digits.iter().any(|digit| is(&digit.c));
        match has(char::is_ascii_lowercase) {
            _ if self.encoding == Encoding::Hex => true,
            true => has(char::is_ascii_uppercase) || has(char::is_ascii_digit),
            false => has(char::is_ascii_digit) && !has(|&c| c == '_'),
        }
    }

    /// Takes the rest of the run for itself, but for what begins after a sign.
    fn give_up(&mut self, out: &mut Vec<Unit>) {
        self.taken = Taken::Itself;
        for digit in std::mem::take(&mut self.digits) {
            if digit.value == SEPARATOR {
                put(digit.c, digit.at, out);
            } else {
                self.add(digit, out);
            }
        }
    }

    /// Decodes a group of digits. Returns `false` if it is no text.
    fn decode_group(&mut self, group: &[Digit], bits: usize, out: &mut Vec<Unit>) -> bool {
        let digits = group.iter().filter(|digit| digit.value != SEPARATOR);
        let (count, value) =
            digits.clone().fold((0, 0), |(count, value), digit| (count + 1, value << bits | digit.value));
        let (Some(first), Some(last)) = (digits.clone().next(), digits.clone().next_back()) else { return true };
        let left_over = count * bits % 8;
        (0..count * bits / 8).rev().all(|number| {
            let byte = (value >> (8 * number + left_over)) & 0xFF;
            self.bytes.push((u8::try_from(byte).unwrap_or(0), first.at, last.at + 1));
            self.put_char(out)
        })
    }

    /// Puts the character that the bytes are, once they are one. Returns `false` if they cannot be one.
    fn put_char(&mut self, out: &mut Vec<Unit>) -> bool {
        let bytes: Vec<u8> = self.bytes.iter().map(|&(byte, ..)| byte).collect();
        match std::str::from_utf8(&bytes) {
            Ok(text) => {
                let c = text.chars().next().filter(|&c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
                let (Some(c), Some(first), Some(last)) = (c, self.bytes.first(), self.bytes.last()) else {
                    return false;
                };
                out.push(Unit { c, start: first.1, end: last.2 });
                self.bytes.clear();
                true
            }
            Err(error) => error.error_len().is_none(),
        }
    }

    /// Ends a run. What is left of base64 without its padding encodes a byte or two.
    fn end_run(&mut self, out: &mut Vec<Unit>) {
        let rest = std::mem::take(&mut self.digits);
        let is_decoded =
            self.taken == Taken::Encoded && rest.len() > 1 && self.decode_group(&rest, self.group().1, out);
        if !is_decoded {
            rest.iter().for_each(|digit| put(digit.c, digit.at, out));
        }
        for (c, at) in self.paused.drain(..) {
            put(c, at, out);
        }
        self.forget_run();
    }

    fn forget_run(&mut self) {
        self.bytes.clear();
        (self.taken, self.length, self.line) = (Taken::Open, 0, 0);
    }
}

/// The value of what is no digit.
const SEPARATOR: u32 = u32::MAX;

/// Returns `true` for the digits of base64 that are no letters and no figures.
fn is_sign(digit: Digit) -> bool {
    matches!(digit.c, '+' | '-' | '/' | '_')
}

fn put(c: char, at: usize, out: &mut Vec<Unit>) {
    out.push(Unit { c, start: at, end: at + c.len_utf8() });
}
