//! The options of one request: the simulator's own, changed by the request's
//! `x-simulator-*` headers.

use std::time::Duration;

use hyper::HeaderMap;

use super::{Options, ParseError};

/// The options for a request with these headers, and whether the fault was
/// named by the request itself.
pub(crate) fn for_request(options: &Options, headers: &HeaderMap) -> Result<(Options, bool), ParseError> {
    let mut options = options.clone();
    let mut own_fault = false;
    if let Some(value) = text(headers, "x-simulator-reply")? {
        options.reply = value.parse()?;
    }
    if let Some(value) = text(headers, "x-simulator-chunk")? {
        options.chunk = value.parse()?;
    }
    if let Some(value) = text(headers, "x-simulator-shape")? {
        options.shape = Some(value.parse()?);
    }
    if let Some(value) = text(headers, "x-simulator-write-size")? {
        options.write_size = Some(number(value)?);
    }
    if let Some(value) = text(headers, "x-simulator-delay-ms")? {
        options.delay = Some(Duration::from_millis(number(value)?));
    }
    if let Some(value) = text(headers, "x-simulator-fault")? {
        own_fault = true;
        options.fault = if value == "none" { None } else { Some(value.parse()?) };
    }
    Ok((options, own_fault))
}

// Header bytes above ASCII are taken as UTF-8, which most clients send.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ParseError> {
    headers
        .get(name)
        .map(|value| std::str::from_utf8(value.as_bytes()).map_err(|_| ParseError::new(format!("{name} is not UTF-8"))))
        .transpose()
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, ParseError> {
    text.trim().parse().map_err(|_| ParseError::new(format!("{text:?} is not a number")))
}
