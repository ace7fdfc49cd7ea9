//! `banister schema`.

use banister::Policy;

use crate::args::{SchemaArgs, SchemaOf};
use crate::failure::{Exit, Failure};
use crate::report::Out;
use crate::suite;

/// Prints the JSON Schema of a policy file or a test suite.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn run(args: &SchemaArgs, out: &mut Out) -> Result<Exit, Failure> {
    out.json_pretty(&match args.of {
        SchemaOf::Policy => Policy::json_schema(),
        SchemaOf::Suite => suite::json_schema(),
    })?;
    Ok(Exit::Passed)
}
