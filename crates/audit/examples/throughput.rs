//! Compares the time of a scan with that of its parts: decompression, and the guardrail alone on as much text.
//!
//! `cargo run --release -p banister-audit --example throughput -- POLICY UNIT.json.gz…`

use std::io::Read as _;
use std::time::Instant;

use banister::{Guardrail, Policy, Source};
use banister_audit::{FindingRow, ReasonCode, ScanOptions, Scanner, SideError, SideObject, SideObjects};
use flate2::read::MultiGzDecoder;

/// No side objects.
struct None;

impl SideObjects for None {
    fn fetch(&self, _: &str, _: u64) -> Result<SideObject, SideError> {
        Err(SideError(ReasonCode::BodyMissing))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let policy = args.next().ok_or("usage: throughput POLICY UNIT…")?;
    let guardrail = Guardrail::new(Policy::from_pack(&policy).or_else(|_| Policy::from_file(&policy))?);
    let units: Vec<Vec<u8>> = args.map(std::fs::read).collect::<Result<_, _>>()?;

    let start = Instant::now();
    let mut content = Vec::new();
    for unit in &units {
        MultiGzDecoder::new(unit.as_slice()).read_to_end(&mut content)?;
    }
    let inflate = start.elapsed();

    let scanner = Scanner::new(&guardrail, ScanOptions::default());
    let start = Instant::now();
    let (mut inspected, mut findings) = (0, 0);
    for unit in &units {
        let outcome = scanner.scan_unit("unit", unit.as_slice(), &None, &mut |_: &FindingRow<'_>| Ok(()))?;
        inspected += outcome.receipt.inspected_bytes;
        findings += outcome.receipt.tally.findings();
    }
    let scan = start.elapsed();

    // Text of the archive itself, as much as the scan evaluated.
    let text = String::from_utf8_lossy(&content);
    let text = text.get(..text.floor_char_boundary(usize::try_from(inspected)?)).unwrap_or(&text);
    let start = Instant::now();
    let assessment = guardrail.assess(Source::Input, text);
    let engine = start.elapsed();

    let rate = |bytes: u64, time: std::time::Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    let bytes = content.len() as u64;
    println!("{bytes} bytes after decompression, {inspected} bytes of text, {findings} findings");
    println!("decompression  {:8.1} MB/s", rate(bytes, inflate));
    println!("scan           {:8.1} MB/s, {:.1} MB/s of text", rate(bytes, scan), rate(inspected, scan));
    println!(
        "guardrail      {:8.1} MB/s of text ({} findings)",
        rate(text.len() as u64, engine),
        assessment.findings().len()
    );
    Ok(())
}
