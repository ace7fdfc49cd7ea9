//! `banister schema`.

use banister::Policy;

use crate::failure::{Exit, Failure};
use crate::report::Out;

/// Prints the JSON Schema of a policy file.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn run(out: &mut Out) -> Result<Exit, Failure> {
    out.json_pretty(&Policy::json_schema())?;
    Ok(Exit::Passed)
}
