//! Files a policy is made of: found beside it, read within limits.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// Why a file cannot be read, and what to do about it.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) message: String,
    pub(super) help: String,
}

impl Unreadable {
    fn new(message: impl Into<String>, help: &str) -> Self {
        Self { message: message.into(), help: help.to_owned() }
    }

    /// Larger than so many bytes.
    pub(super) fn too_large(limit: u64) -> Self {
        let message = format!("it is larger than {} MiB", limit >> 20);
        Self::new(message, "split it, or move words to word files")
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // In our words: the system's differ between systems.
            ErrorKind::NotFound => {
                Self::new("there is no such file", "check the path: in a policy it is relative to the policy file")
            }
            ErrorKind::PermissionDenied => Self::new("permission denied", "check who may read it"),
            _ => Self::new(error.to_string(), "check the file"),
        }
    }
}

/// Reads a text file of at most so many bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<String, Unreadable> {
    // Asked before it is opened: to open a pipe may wait for ever, and a device may never end.
    if !fs::metadata(path)?.is_file() {
        return Err(Unreadable::new("it is not a regular file", "name a text file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Unreadable::too_large(limit));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Unreadable::new(format!("it is not UTF-8, from byte {at}"), "save it as UTF-8")
    })
}

/// A path written in a policy, relative to the policy.
pub(super) fn beside(policy: &Path, file: &str) -> PathBuf {
    policy.parent().unwrap_or(Path::new("")).join(file)
}

/// The file itself, however it is named.
pub(super) fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
