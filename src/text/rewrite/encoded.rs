//! Runs of base64 and of hexadecimal digits, as the text they encode.

use super::Unit;
use super::budget::BREAK;

/// Shorter runs are words and numbers.
const MIN_RUN: usize = 16;

/// From such a line on, base64 goes on in the next line.
const MIN_LINE: usize = 32;

/// What a run is encoded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Of both alphabets, with and without padding.
    Base64,
    /// Pairs of digits, perhaps with a space or colon between them.
    Hex,
}

/// Returns `true` for the digits of base64 that are no letters and no figures.
fn is_sign(digit: u32) -> bool {
    digit >= 62
}

/// Reads runs as they grow. What is not in a run, and what a run encodes that is no text, shows as a break.
#[derive(Debug)]
pub(super) struct Encoded {
    encoding: Encoding,
    /// Digits that are not decoded yet, with their offsets.
    digits: Vec<(u32, usize)>,
    /// Decoded bytes that are no character yet, with what they are decoded from.
    bytes: Vec<(u8, usize, usize)>,
    /// Digits of the run so far, and of its last line.
    length: usize,
    line: usize,
    /// A line end or separator that may be inside the run.
    is_paused: bool,
    /// The run encodes no text.
    is_given_up: bool,
    has_break: bool,
    /// Where what was put last ends.
    end: usize,
}

impl Encoded {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            digits: Vec::new(),
            bytes: Vec::new(),
            length: 0,
            line: 0,
            is_paused: false,
            is_given_up: false,
            has_break: true,
            end: 0,
        }
    }

    /// Reads `chunk`, which begins at `offset` of the text.
    pub(super) fn push(&mut self, chunk: &str, offset: usize, out: &mut Vec<Unit>) {
        for (at, c) in chunk.char_indices() {
            match self.digit(c) {
                Some(digit) => self.add(digit, offset + at, out),
                None if self.goes_on_over(c) => self.is_paused = true,
                None => {
                    self.end_run(out);
                    // What follows a label continued what is masked: it has no beginning.
                    self.is_given_up = c == '}';
                }
            }
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, out: &mut Vec<Unit>) {
        self.end_run(out);
    }

    /// Returns where the text begins that is not decoded yet.
    pub(super) fn unread(&self) -> Option<usize> {
        let byte = self.bytes.first().map(|&(_, start, _)| start);
        byte.or(self.digits.first().map(|&(_, at)| at))
    }

    fn digit(&self, c: char) -> Option<u32> {
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

    /// Returns `true` if the run may go on after `c`.
    fn goes_on_over(&self, c: char) -> bool {
        match self.encoding {
            Encoding::Hex => matches!(c, ' ' | ':') && !self.is_paused && self.line == 2,
            Encoding::Base64 => matches!(c, '\r' | '\n') && self.line >= MIN_LINE && self.length % 4 == 0,
        }
    }

    fn add(&mut self, digit: u32, at: usize, out: &mut Vec<Unit>) {
        if self.is_paused {
            (self.is_paused, self.line) = (false, 0);
        } else if self.encoding == Encoding::Hex && self.line == 2 && self.length > 2 && self.is_separated() {
            // Not a pair of its own: the run begins with this number.
            let number = self.digits.split_off(self.digits.len().saturating_sub(2));
            self.end_run(out);
            number.into_iter().for_each(|(digit, at)| self.add(digit, at, out));
        }
        self.length += 1;
        self.line += 1;
        if self.is_given_up {
            // `example.com/amFu…`: a sign may be a digit or end what was no text.
            self.is_given_up = !is_sign(digit);
            self.length = 0;
            return;
        }
        self.digits.push((digit, at));
        if self.length >= MIN_RUN {
            self.decode(out);
        }
    }

    /// Returns `true` if the run has pairs with something between them.
    fn is_separated(&self) -> bool {
        self.line < self.length
    }

    /// Decodes all groups that are complete.
    fn decode(&mut self, out: &mut Vec<Unit>) {
        let (group, bits) = match self.encoding {
            Encoding::Hex => (2, 4),
            Encoding::Base64 => (4, 6),
        };
        let digits = std::mem::take(&mut self.digits);
        let mut rest = digits.as_slice();
        while let Some((part, after)) = rest.split_at_checked(group) {
            self.decode_group(part, bits, out);
            if self.is_given_up {
                let sign = rest.iter().position(|&(digit, at)| is_sign(digit) && at + 1 >= self.end);
                let begins = sign.and_then(|sign| rest.get(sign + 1..)).filter(|_| self.encoding == Encoding::Base64);
                if let Some(begins) = begins {
                    (self.is_given_up, self.length) = (false, 0);
                    begins.iter().for_each(|&(digit, at)| self.add(digit, at, out));
                }
                return;
            }
            rest = after;
        }
        self.digits = rest.to_vec();
    }

    fn decode_group(&mut self, group: &[(u32, usize)], bits: usize, out: &mut Vec<Unit>) {
        let (Some(&(_, start)), Some(&(_, last))) = (group.first(), group.last()) else { return };
        let value = group.iter().fold(0, |value, (digit, _)| value << bits | digit);
        let left_over = group.len() * bits % 8;
        let bytes = group.len() * bits / 8;
        for number in (0..bytes).rev() {
            if self.is_given_up {
                return;
            }
            let byte = (value >> (8 * number + left_over)) & 0xFF;
            self.bytes.push((u8::try_from(byte).unwrap_or(0), start, last + 1));
            self.put_char(out);
        }
    }

    /// Puts the character that the bytes are, once they are one.
    fn put_char(&mut self, out: &mut Vec<Unit>) {
        let bytes: Vec<u8> = self.bytes.iter().map(|&(byte, ..)| byte).collect();
        match std::str::from_utf8(&bytes) {
            Ok(text) => {
                let c = text.chars().next().filter(|&c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
                let (Some(c), Some(first), Some(last)) = (c, self.bytes.first(), self.bytes.last()) else {
                    return self.give_up(out);
                };
                out.push(Unit { c, start: first.1, end: last.2 });
                (self.has_break, self.end) = (false, last.2);
                self.bytes.clear();
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => self.give_up(out),
        }
    }

    fn give_up(&mut self, out: &mut Vec<Unit>) {
        self.is_given_up = true;
        self.put_break(out);
    }

    /// Ends a run. What is left of base64 without its padding encodes a byte or two.
    fn end_run(&mut self, out: &mut Vec<Unit>) {
        if self.length >= MIN_RUN && !self.is_given_up && self.digits.len() > 1 {
            let bits = if self.encoding == Encoding::Hex { 4 } else { 6 };
            let rest = std::mem::take(&mut self.digits);
            self.decode_group(&rest, bits, out);
        }
        self.put_break(out);
        (self.length, self.line, self.is_paused, self.is_given_up) = (0, 0, false, false);
    }

    fn put_break(&mut self, out: &mut Vec<Unit>) {
        if !self.has_break {
            out.push(Unit { c: BREAK, start: self.end, end: self.end });
        }
        self.has_break = true;
        self.bytes.clear();
        self.digits.clear();
    }
}
