//! Kinds of bytes, for splitting text into words and sentences.

/// Kinds of bytes: letters and digits, those that are not ASCII, and of all others the ends of lines, white space, what may end a
/// sentence, and what may follow it.
pub(super) const LETTER: u8 = 1;
pub(super) const BEYOND: u8 = 2;
pub(super) const LINE: u8 = 4;
pub(super) const SPACE: u8 = 8;
pub(super) const STOP: u8 = 16;
pub(super) const CLOSE: u8 = 32;

#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            0x80.. => BEYOND,
            b'\n' => LINE | SPACE,
            b'\t'..=b'\r' | b' ' => SPACE,
            b'.' | b'!' | b'?' => STOP,
            b'"' | b'\'' | b')' | b']' => CLOSE,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// Returns the kind of a byte.
pub(super) fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or_default()
}
