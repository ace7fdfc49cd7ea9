//! Credentials of machines: AWS keys, keys and tokens of other services, private keys, JSON web tokens.
#![deny(clippy::string_slice, clippy::indexing_slicing)]

mod aws;
mod header;
mod named;
mod pem;
mod shape;
mod tokens;
mod vendors;
#[cfg(test)]
mod vendors_tests;
mod words;

use super::recognizer::Recognizer;

/// The tables of this domain.
pub(super) static TABLES: [&[Recognizer]; 6] = [
    aws::RECOGNIZERS,
    header::RECOGNIZERS,
    named::RECOGNIZERS,
    pem::RECOGNIZERS,
    tokens::RECOGNIZERS,
    vendors::RECOGNIZERS,
];
