//! Finds test suites.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The endings of the names of test suites.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// The default directory.
const DIRECTORY: &str = "policies";

/// Deeper directories are not searched.
const MAX_DEPTH: usize = 16;

/// Returns the test suites in these paths, each once, directories in the order of names.
///
/// # Errors
///
/// If a path cannot be read, or there is no test suite.
pub(super) fn suites(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let default = if Path::new(DIRECTORY).is_dir() { DIRECTORY } else { "." };
    let default = [PathBuf::from(default)];
    let paths = if paths.is_empty() { &default } else { paths };
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, 0, &mut found)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(Failure::new(format!("{}: no such file or directory", path.display())));
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    if found.is_empty() {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::new(format!("no test suite (*.test.yaml) in {}", paths.join(", "))));
    }
    Ok(found)
}

fn search(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", directory.display()));
    let mut entries = fs::read_dir(directory).map_err(fail)?.collect::<Result<Vec<_>, _>>().map_err(fail)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Links to directories, which may be circular, are not followed.
        let is_directory = entry.file_type().map_err(fail)?.is_dir();
        if is_directory && !name.starts_with('.') && name != "target" && depth < MAX_DEPTH {
            search(&entry.path(), depth + 1, found)?;
        } else if !is_directory && ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            found.push(entry.path());
        }
    }
    Ok(())
}
