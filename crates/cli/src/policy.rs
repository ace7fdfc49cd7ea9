//! Policies by name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use banister::Policy;

use crate::failure::Failure;

/// Where a policy is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Compiled into the library.
    Pack(String),
    /// A file.
    File(PathBuf),
}

/// What `--policy` means: a file when it looks like a path or is one, a pack otherwise.
pub(crate) fn place(name: &str) -> Place {
    if is_path(name) || Path::new(name).is_file() { Place::File(name.into()) } else { Place::Pack(name.to_owned()) }
}

/// Whether a name looks like a path.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains(['/', std::path::MAIN_SEPARATOR]) || name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Reads a policy.
///
/// # Errors
///
/// With every problem of the policy.
pub(crate) fn load(place: &Place) -> Result<Policy, Failure> {
    reachable(place)?;
    read(place).map_err(|error| Failure::new(format!("the policy cannot be used\n{error}")))
}

/// Reads a policy that is there.
pub(crate) fn read(place: &Place) -> Result<Policy, banister::PolicyError> {
    let loader = Policy::loader().hash_key(std::env::var_os("BANISTER_HASH_KEY").map(OsString::into_encoded_bytes));
    match place {
        Place::Pack(name) => loader.from_pack(name),
        Place::File(path) => loader.from_file(path),
    }
}

/// Tells a policy that is not there from one that is wrong.
///
/// # Errors
///
/// When there is no such pack, or the file cannot be opened.
pub(crate) fn reachable(place: &Place) -> Result<(), Failure> {
    match place {
        Place::Pack(name) if !Policy::pack_names().contains(&name.as_str()) => {
            let packs = Policy::pack_names().join(", ");
            Err(Failure::new(format!("there is no pack and no file `{name}`; packs: {packs}")))
        }
        Place::Pack(_) => Ok(()),
        Place::File(path) if path.is_dir() => {
            Err(Failure::new(format!("{}: is a directory, not a policy file", path.display())))
        }
        Place::File(path) => match std::fs::File::open(path) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::new(format!("{}: {error}", path.display()))),
        },
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pack(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
