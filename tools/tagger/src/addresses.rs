//! Made text with addresses: those of the training text, written in other ways, in blocks and sentences of other kinds.

use std::path::Path;

use crate::data::Document;
use crate::templates;

const DOCUMENTS: usize = 6_000;

/// Lines with places to fill, as in `templates.rs`, `{a}` an address and `{p}` a telephone number.
const LINES: &[&str] = &[
    "{n}\n{a}",
    "{n}\n{a}\n{p}",
    "{n}\n{f}\n{a}\n{m}",
    "{n}, {r}\n{a}\nTel. {p}",
    "{f}\n{a}\nPhone {p}, fax {p}",
    "Ship to:\n{n}\n{a}",
    "Bill to: {n}, {a}",
    "Sender: {f}, {a}",
    "Customer: {n}\nAddress: {a}\nPhone: {p}",
    "{\"name\": \"{n}\", \"address\": \"{a}\"}",
    "{#};{n};{a};{p}",
    "| {n} | {a} | {p} |",
    "Home: {a}; work: {a}",
    "Residence: {a} (since 20{#})",
    "{n} lives at {a} with {g}.",
    "{n} moved to {a} last spring.",
    "Can you pick me up at {a}? I am {g}.",
    "i live at {a}, can someone come",
    "Our new office: {a}.",
    "Change my billing address to {a} please.",
    "The event takes place at {a} at 7 pm on {d}.",
    "Dispatch an ambulance to {a}, {n} is unconscious.",
    "The police searched {a} on {d}.",
    "The defendant, {n}, of {a}, pleaded guilty.",
    "Mail the check to {f}, {a}.",
    "We met {g} in front of {a} at 10:30.",
    "How do I get from {a} to {a}?",
    "Directions to {a}",
    "> {n}\n> {a}\n> {p}",
    "* {n}\n* {a}\n* {m}",
    "Reported by {n} ({p}) of {a}",
    "Invoice {#}\n{f}\n{a}\n\nTotal: $ {#}",
    // No addresses.
    "Invoice {#} of {d} was paid by {n}.",
    "{n}, {c}, 20{#}",
    "In 1998, {n} moved to {c} and joined {f}.",
    "Chapter 12: {n} and the Road to {c}",
    "{f} sold 300 cars in {c} in 2019, 20 more than in 2018.",
    "On May 3, {n} won 6 to 4 in {c}.",
    "1. {c}\n2. {c}\n3. {c}",
    "{n} is 42 years old, lives in {c} and works for {f}.",
    "Call {p} or write to {m}.",
    "Flight 4{#} from {c} to {c} leaves at 10:45 from Gate 12.",
    "{c}, {d} - {f} reported 5 percent more.",
    "Add 2 cups of flour, 3 eggs and 1 spoon of sugar.",
    "Version 2.4 of {f} was released on {d}.",
    "Psalm 23, Matthew 5 and Luke 12",
    "The 3 best parks in {c} are Park 1, Park 2 and Park 3.",
    "Room 204, Building 7: {r} {n}",
    "Session: {h}",
    "{d}T10:20:30Z user {g} from 10.0.4.17 token {h}",
    "commit {h}\nAuthor: {n} <{m}>",
    "{h} {h} 12 {h}",
    "Temp 21 C, Humidity 40, Wind 12 km/h NW, Pressure 1013",
    "Size 40 x 60 x 20 cm, Weight 12 kg, Color Red",
    "Home 3, Away 1, Attendance 45012",
    "Pulse 72, Weight 81 kg, Dose 20 mg twice a day, {n}",
    "Account: {#} Balance: $ 1,250 {n}",
    "Order {#} from {d}: 2 x Chair, 1 x Table, Total 340",
];

/// Makes documents with the addresses of others.
pub fn documents(documents: &[Document], lists: &Path) -> Result<Vec<Document>, String> {
    let addresses =
        documents.iter().flat_map(|document| document.addresses.iter().map(|span| &document.text[span.clone()]));
    let written: Vec<String> = addresses.enumerate().map(|(number, address)| rewritten(address, number)).collect();
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
