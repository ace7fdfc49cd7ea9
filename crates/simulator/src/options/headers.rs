//! The options of one request: the simulator's, overridden by the request's `x-simulator-*` headers.

use hyper::HeaderMap;

use super::parse::ParseError;
use super::settings::Options;

/// Returns the options for a request with these headers, and whether the request itself named the fault.
pub(crate) fn for_request(options: &Options, headers: &HeaderMap) -> Result<(Options, bool), ParseError> {
    let mut options = options.clone();
    for (name, value) in headers {
        let Some(option) = name.as_str().strip_prefix("x-simulator-").filter(|option| *option != "listen") else {
            continue;
        };
        // Header bytes above ASCII are read as UTF-8, which most clients send.
        let value =
            std::str::from_utf8(value.as_bytes()).map_err(|_| ParseError::new(format!("{name} is not UTF-8")))?;
        options.set(option, value)?;
    }
    Ok((options, headers.contains_key("x-simulator-fault")))
}
