//! `audit verify-log`: the chain of a decision log.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use banister::ChainVerifier;

use super::args::VerifyLogArgs;
use crate::failure::{Exit, Failure};
use crate::report::Out;

/// Verifies the chains in the files.
///
/// # Errors
///
/// If a file cannot be read, or standard output not be written.
pub(super) fn run(args: &VerifyLogArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut verifier = ChainVerifier::new();
    args.head.iter().for_each(|head| verifier.expect_head(head.clone()));
    args.after.iter().for_each(|head| verifier.expect_beginning(head.clone()));
    for file in &args.files {
        read(&mut verifier, file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    }
    let report = verifier.finish();
    for problem in report.problems() {
        out.line(format_args!("{problem}"))?;
    }
    for chain in report.chains() {
        let head = chain.head();
        out.line(format_args!("writer {}: last record {}:{}", writer(chain.writer()), head.seq(), head.hash()))?;
    }
    let (records, torn, lost) = (report.records(), report.torn(), report.lost());
    out.line(format_args!("{records} records, {torn} torn lines, {lost} records counted as lost"))?;
    Ok(if report.is_intact() { Exit::Passed } else { Exit::Integrity })
}

/// Returns the name of a writer, if it has the form of one: a log that was changed may have any text there.
fn writer(name: &str) -> &str {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    if name.len() <= 200 && name.bytes().all(is_name) { name } else { "(withheld)" }
}

fn read(verifier: &mut ChainVerifier, file: &Path) -> io::Result<()> {
    if file == Path::new("-") {
        return verifier.read(Some("standard input"), io::stdin().lock());
    }
    verifier.read(file.to_str(), BufReader::new(File::open(file)?))
}
