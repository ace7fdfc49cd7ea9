//! Policies, by the name of a pack or file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use banister::Policy;

use crate::failure::Failure;

/// A reference to a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PolicyRef {
    /// A policy pack.
    Pack(String),
    /// A file.
    File(PathBuf),
}

/// Resolves the value of `--policy`: a file if it looks like a path or is one, otherwise a pack.
pub(crate) fn resolve(name: &str) -> PolicyRef {
    if is_path(name) || Path::new(name).is_file() {
        PolicyRef::File(name.into())
    } else {
        PolicyRef::Pack(name.to_owned())
    }
}

/// Returns `true` if a name looks like a path.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains(['/', std::path::MAIN_SEPARATOR]) || name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Loads a policy.
///
/// # Errors
///
/// If the policy does not exist or has problems, with all of them.
pub(crate) fn load(policy: &PolicyRef) -> Result<Policy, Failure> {
    check_exists(policy)?;
    read(policy).map_err(|error| Failure::new(format!("the policy has errors\n{error}")))
}

/// Loads a policy that exists.
pub(crate) fn read(policy: &PolicyRef) -> Result<Policy, banister::PolicyError> {
    let loader = Policy::loader().hash_key(std::env::var_os("BANISTER_HASH_KEY").map(OsString::into_encoded_bytes));
    match policy {
        PolicyRef::Pack(name) => loader.from_pack(name),
        PolicyRef::File(path) => loader.from_file(path),
    }
}

/// Checks that a policy exists.
///
/// # Errors
///
/// If there is no such pack, or the file cannot be opened.
pub(crate) fn check_exists(policy: &PolicyRef) -> Result<(), Failure> {
    match policy {
        PolicyRef::Pack(name) if !Policy::pack_names().contains(&name.as_str()) => {
            let packs = Policy::pack_names().join(", ");
            Err(Failure::new(format!("no policy pack or file named `{name}`; available packs: {packs}")))
        }
        PolicyRef::Pack(_) => Ok(()),
        PolicyRef::File(path) if path.is_dir() => {
            Err(Failure::new(format!("{}: is a directory, not a policy file", path.display())))
        }
        PolicyRef::File(path) => match std::fs::File::open(path) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::new(format!("{}: {error}", path.display()))),
        },
    }
}

impl std::fmt::Display for PolicyRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pack(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
