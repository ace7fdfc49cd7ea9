//! Policy files and word files, read within limits.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The reason why a file cannot be used, and what to do about it.
#[derive(Debug)]
pub(super) struct LoadError {
    pub(super) message: String,
    pub(super) help: String,
}

impl LoadError {
    pub(super) fn new(message: impl Into<String>, help: &str) -> Self {
        Self { message: message.into(), help: help.to_owned() }
    }

    /// Puts what cannot be done before the reason.
    pub(super) fn of(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// The file is larger than this many bytes.
    pub(super) fn too_large(limit: u64) -> Self {
        let message = format!("the file is larger than {} MiB", limit >> 20);
        Self::new(message, "split the file, or move words to word files")
    }
}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Not the message of the operating system, which differs between systems.
            ErrorKind::NotFound => {
                Self::new("no such file", "check the path; paths in a policy are relative to the policy file")
            }
            ErrorKind::PermissionDenied => Self::new("permission denied", "check the permissions of the file"),
            _ => Self::new(error.to_string(), "check the file"),
        }
    }
}

/// Reads a text file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<String, LoadError> {
    // Before it is opened: opening a pipe may block forever, and a device may never end.
    if !fs::metadata(path)?.is_file() {
        return Err(LoadError::new("not a regular file", "name a text file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(LoadError::too_large(limit));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        LoadError::new(format!("invalid UTF-8 at byte {at}"), "save the file as UTF-8")
    })
}

/// Resolves a path in a policy, which is relative to the policy file.
pub(super) fn relative_to(policy: &Path, file: &str) -> PathBuf {
    policy.parent().unwrap_or(Path::new("")).join(file)
}

/// Returns the canonical path of a file, so that it is recognized under any name.
pub(super) fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
