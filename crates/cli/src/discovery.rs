//! Finds policies and test suites in directories.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The endings of the names of test suites.
const SUITE_ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// The endings of the names of policies, and of test suites.
const YAML_ENDINGS: [&str; 2] = [".yaml", ".yml"];

/// Deeper directories are not searched.
const MAX_DEPTH: usize = 16;

/// Returns `true` if this is the name of a test suite.
pub(crate) fn is_suite(name: &str) -> bool {
    SUITE_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns `true` if this is the name of a policy or a test suite.
pub(crate) fn is_yaml(name: &str) -> bool {
    YAML_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns these files, and the files in these directories whose names are wanted: each once, directories in the order of names.
///
/// # Errors
///
/// If a path cannot be read.
pub(crate) fn files(paths: &[PathBuf], is_wanted: fn(&str) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, 0, is_wanted, &mut found)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(Failure::new(format!("{}: no such file or directory", path.display())));
        }
    }
    let mut seen = HashSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn search(
    directory: &Path,
    depth: usize,
    is_wanted: fn(&str) -> bool,
    found: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", directory.display()));
    let mut entries = fs::read_dir(directory).map_err(fail)?.collect::<Result<Vec<_>, _>>().map_err(fail)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Links to directories, which may be circular, are not followed.
        let is_directory = entry.file_type().map_err(fail)?.is_dir();
        if is_directory && !name.starts_with('.') && name != "target" && depth < MAX_DEPTH {
            search(&entry.path(), depth + 1, is_wanted, found)?;
        } else if !is_directory && is_wanted(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
}
