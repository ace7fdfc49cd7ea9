//! Splits content into lines, of which at most a limit is in memory.

use std::io::{self, BufRead, BufReader, Read};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns content without its byte order mark.
pub(super) fn without_mark(start: &[u8]) -> &[u8] {
    start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// The offset of its first byte.
    pub(super) offset: u64,
    /// It is longer than the limit, and only its first bytes were read: [`Lines::rest`] reads the others.
    pub(super) is_long: bool,
    /// It ends with a line feed.
    pub(super) is_terminated: bool,
}

/// The lines of some content.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
    offset: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(64 << 10, reader), number: 0, offset: 0 }
    }

    pub(super) fn get_mut(&mut self) -> &mut R {
        self.reader.get_mut()
    }

    /// Returns the next bytes without reading them.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    /// Reads the next line into `line`, without its end, up to `limit` bytes. Returns `None` at the end.
    pub(super) fn next(&mut self, line: &mut Vec<u8>, limit: usize) -> io::Result<Option<Line>> {
        line.clear();
        self.number += 1;
        let mut read = Line { number: self.number, offset: self.offset, is_long: false, is_terminated: false };
        self.more(&mut read, line, limit)?;
        let is_end = line.is_empty() && self.offset == read.offset;
        Ok((!is_end).then_some(read))
    }

    /// Reads more of a line into `line`, up to `limit` bytes in it.
    pub(super) fn more(&mut self, read: &mut Line, line: &mut Vec<u8>, limit: usize) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let is_end = buffer.is_empty();
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let room = limit.saturating_sub(line.len());
            let length = end.unwrap_or(buffer.len()).min(room);
            line.extend(buffer.iter().take(length));
            read.is_terminated = end == Some(length);
            read.is_long = !read.is_terminated && length == room && length < buffer.len();
            self.consume(length + usize::from(read.is_terminated));
            if is_end || read.is_terminated || read.is_long {
                return Ok(());
            }
        }
    }

    /// Reads on, whatever the lines, up to `limit` bytes in `bytes`. Returns `true` at the end.
    pub(super) fn fill(&mut self, bytes: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let length = buffer.len().min(limit.saturating_sub(bytes.len()));
            let is_end = buffer.is_empty();
            if is_end || length == 0 {
                return Ok(is_end);
            }
            bytes.extend(buffer.iter().take(length));
            self.consume(length);
        }
    }

    /// Reads the rest of a long line, and returns its length.
    pub(super) fn rest(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
        let start = self.offset;
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let is_end = buffer.is_empty() || end.is_some();
            let length = end.unwrap_or(buffer.len());
            each(buffer.get(..length).unwrap_or_default())?;
            self.consume(length);
            if is_end {
                let length = self.offset - start;
                self.consume(usize::from(end.is_some()));
                return Ok(length);
            }
        }
    }

    /// Reads all content, and returns its length.
    pub(super) fn all(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(self.offset);
            }
            each(buffer)?;
            let length = buffer.len();
            self.consume(length);
        }
    }

    fn consume(&mut self, length: usize) {
        self.reader.consume(length);
        self.offset += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use proptest::prelude::*;

    fn split(content: &[u8], limit: usize) -> Vec<(u64, u64, Vec<u8>)> {
        let mut lines = Lines::new(content);
        let (mut line, mut out) = (Vec::new(), Vec::new());
        while let Some(read) = lines.next(&mut line, limit).unwrap() {
            let mut all = line.clone();
            assert!(all.len() <= limit);
            if read.is_long {
                lines
                    .rest(|more| {
                        all.extend(more);
                        Ok(())
                    })
                    .unwrap();
            }
            assert_eq!(
                read.is_terminated || read.is_long,
                read.is_long || content.get(read.offset as usize + all.len()) == Some(&b'\n')
            );
            out.push((read.number, read.offset, all));
        }
        out
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_content_whatever_the_limit(content in "[ab\n]{0,40}", limit in 1..8_usize) {
            let mut expected = Vec::new();
            let mut offset = 0;
            let body = content.strip_suffix('\n').unwrap_or(&content);
            if !content.is_empty() {
                for (number, line) in (1..).zip(body.split('\n')) {
                    expected.push((number, offset, line.as_bytes().to_vec()));
                    offset += line.len() as u64 + 1;
                }
            }
            prop_assert_eq!(split(content.as_bytes(), limit), expected);
        }
    }
}
