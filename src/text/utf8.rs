use std::error::Error;
use std::fmt;

/// An incremental UTF-8 decoder for text split at arbitrary byte offsets.
///
/// Each call returns the text that is complete so far. The decoder buffers at most three bytes.
#[derive(Clone, Debug, Default)]
pub struct Utf8Decoder {
    cut: Vec<u8>,
    seen: usize,
    joined: String,
}

impl Utf8Decoder {
    /// Returns a decoder that has read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the text that `bytes` completes. The start of an incomplete character is buffered.
    ///
    /// # Errors
    ///
    /// If the bytes cannot be UTF-8, whatever follows them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<&str, Utf8Error> {
        self.cut.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.cut) {
            Ok(_) => self.cut.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(Utf8Error { offset: self.seen + error.valid_up_to() }),
        };
        self.joined.clear();
        // Checked just above, so nothing is lost here.
        self.joined.push_str(std::str::from_utf8(&self.cut[..complete]).unwrap_or_default());
        self.cut.drain(..complete);
        self.seen += complete;
        Ok(&self.joined)
    }

    /// Signals the end of the input.
    ///
    /// # Errors
    ///
    /// If the input ends inside a character.
    pub fn finish(&mut self) -> Result<(), Utf8Error> {
        if self.cut.is_empty() { Ok(()) } else { Err(Utf8Error { offset: self.seen }) }
    }
}

/// Bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utf8Error {
    offset: usize,
}

impl Utf8Error {
    /// Returns the offset of the first byte that is not UTF-8, in bytes from the start.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for Utf8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text is not valid UTF-8 at byte {}", self.offset)
    }
}

impl Error for Utf8Error {}

#[cfg(test)]
mod tests {
    use super::Utf8Decoder;

    #[test]
    fn characters_cut_in_two_come_out_whole() {
        let text = "aé中🎉b";
        for size in 1..=text.len() {
            let mut stitcher = Utf8Decoder::new();
            let mut joined = String::new();
            for piece in text.as_bytes().chunks(size) {
                joined.push_str(stitcher.push(piece).expect("valid"));
            }
            stitcher.finish().expect("complete");
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn invalid_bytes_are_reported_with_their_offset() {
        let mut stitcher = Utf8Decoder::new();
        assert_eq!(stitcher.push(b"ab\xe4"), Ok("ab"));
        assert_eq!(stitcher.push(b"\xff").map_err(|e| e.offset()), Err(2));
        let mut stitcher = Utf8Decoder::new();
        stitcher.push(b"ab\xe4").expect("a prefix");
        assert!(stitcher.finish().is_err());
    }
}
