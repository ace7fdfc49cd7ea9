//! Writes an archive of invocation logs with seeded personal data, to try an audit on.
//!
//! `cargo run -p banister-audit --example archive -- DIRECTORY [OBJECTS [RECORDS [WORDS [SEED]]]]`

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is to fail")]

#[path = "../tests/audit/archive.rs"]
mod archive;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(directory) = args.first() else {
        eprintln!("usage: archive DIRECTORY [OBJECTS [RECORDS [WORDS [SEED]]]]");
        std::process::exit(2);
    };
    let number = |at: usize, default| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let size = archive::Size { objects: number(1, 16), records: number(2, 1000), words: number(3, 60) };
    let truth = archive::write(Path::new(directory), number(4, 1), size);
    let mut lines = String::from("object\tline\tside\ttype\tvalue\n");
    for seeded in &truth {
        let archive::Seeded { object, line, side, entity_type, value } = seeded;
        lines.push_str(&format!("{object}\t{line}\t{side}\t{entity_type}\t{value}\n"));
    }
    fs::write(format!("{}.truth.tsv", directory.trim_end_matches('/')), lines)?;
    fs::write(format!("{}.policy.yaml", directory.trim_end_matches('/')), archive::POLICY)?;
    println!("{} values in {} objects", truth.len(), size.objects);
    Ok(())
}
