//! Random IDs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

/// Returns 128 random bits as 32 letters from `a` to `p`. There are no digits among them: in request metadata, a detector of another
/// guardrail could take these for a card or phone number.
pub(crate) fn random() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = distinct();
    }
    bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(b'a' + nibble)).collect()
}

/// Returns bytes that no other ID has, on a system without random numbers.
fn distinct() -> [u8; 16] {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let source = format!("{time:?} {} {}", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(Sha256::digest(source)).for_each(|(byte, hashed)| *byte = hashed);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{distinct, random};

    #[test]
    fn ids_are_letters_and_differ() {
        let (a, b) = (random(), random());
        assert_ne!(a, b);
        assert!(a.len() == 32 && a.bytes().all(|byte| (b'a'..=b'p').contains(&byte)), "{a}");
        assert_ne!(distinct(), distinct());
    }
}
