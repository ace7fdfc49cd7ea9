use std::str::FromStr as _;

use banister::Source;
use pyo3::PyResult;
use pyo3::exceptions::PyValueError;

/// Parses a direction, in lower case or as Bedrock writes it.
pub(crate) fn source(direction: &str) -> PyResult<Source> {
    match direction {
        "input" => Ok(Source::Input),
        "output" => Ok(Source::Output),
        _ => Source::from_str(direction).map_err(|_| {
            PyValueError::new_err(format!("direction: {direction:?} is neither \"input\" nor \"output\""))
        }),
    }
}

pub(crate) fn name(source: Source) -> &'static str {
    match source {
        Source::Input => "input",
        Source::Output => "output",
    }
}
