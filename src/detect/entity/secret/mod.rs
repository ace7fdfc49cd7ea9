//! Credentials of machines: AWS keys, keys and tokens of other services, private keys, JSON web tokens.
pub(super) mod aws;
mod forms;
mod header;
mod named;
pub(super) mod pem;
mod shape;
pub(super) mod tokens;
mod vendors;
#[cfg(test)]
mod vendors_tests;
mod words;

use super::description::{Comparison, Description};

pub(super) static API_KEY: Description = Description {
    comparison: Comparison::Exact,
    ends_at_dashes: true,
    recognizers: &[header::RECOGNIZERS, named::RECOGNIZERS, tokens::RECOGNIZERS, vendors::RECOGNIZERS],
    ..Description::DEFAULT
};
