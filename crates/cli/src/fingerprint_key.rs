//! The key of fingerprints, in a file.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Shorter keys can be guessed.
const MIN_KEY_BYTES: usize = 32;

/// Reads a key. A line feed at its end is not part of it.
///
/// # Errors
///
/// If the file cannot be read, or the key is too short.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let mut key = fs::read(path).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    if key.ends_with(b"\n") {
        key.truncate(key.len() - 1 - usize::from(key.ends_with(b"\r\n")));
    }
    if key.len() < MIN_KEY_BYTES {
        return Err(Failure::new(format!("{name}: the key has less than {MIN_KEY_BYTES} bytes")));
    }
    Ok(key)
}
