//! Made text with addresses: those of the training text, written in other ways, and made ones, in blocks and sentences of other kinds.

use std::path::Path;

use crate::data::Document;
use crate::{places, templates};

const DOCUMENTS: usize = 14_000;

/// Lines with places to fill, as in `templates.rs`, `{a}` an address and `{p}` a telephone number. Half of them have no addresses.
const LINES: &str = include_str!("../lines/addresses.txt");

/// Makes documents with the addresses of others.
pub fn documents(documents: &[Document], lists: &Path) -> Result<Vec<Document>, String> {
    let addresses =
        documents.iter().flat_map(|document| document.addresses.iter().map(|span| &document.text[span.clone()]));
    let mut written: Vec<String> = addresses.enumerate().map(|(number, address)| rewritten(address, number)).collect();
    written.extend(places::addresses(lists)?);
    templates::documents_of(LINES, &written, lists, DOCUMENTS)
}

const COUNTRIES: &[&str] = &[
    "Germany",
    "France",
    "Poland",
    "Brazil",
    "India",
    "USA",
    "United Kingdom",
    "Mexico",
    "Canada",
    "Japan",
    "Italy",
    "Norway",
    "Kenya",
    "New Zealand",
    "South Africa",
    "Deutschland",
    "España",
    "Türkiye",
];

/// Writes an address in one of several ways.
fn rewritten(address: &str, number: usize) -> String {
    let flat = address.replace('\n', ", ");
    let country = COUNTRIES[number / 8 % COUNTRIES.len()];
    match number % 8 {
        0 | 1 => address.to_owned(),
        2 => flat.replace(", ", "\n"),
        3 => flat.replace(", ", " "),
        4 => format!("{flat}, {country}"),
        5 => format!("{}\n{country} {}", flat.replace(", ", "\n"), 10_000 + number * 7 % 90_000),
        6 => format!("{} {flat}", 1 + number * 13 % 9_999),
        _ => flat.replacen(", ", &format!(" Apt. {}, ", 1 + number % 900), 1),
    }
}
