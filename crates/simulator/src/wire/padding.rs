//! The padding that Bedrock adds to every streamed payload.

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Returns the padding of the event at `position`: a prefix of the alphabet whose length varies, but is the same in every run.
pub(crate) fn padding(position: usize) -> &'static str {
    let length = position.wrapping_mul(0x9E37_79B1) % (ALPHABET.len() - 1);
    &ALPHABET[..=length]
}
