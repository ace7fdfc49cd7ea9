//! Writes a chain of decision records, verifies it, and names a record that was changed, removed or swapped.
//!
//! `cargo run --release -p banister-audit --example chain -- FILE [RECORDS]`

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::time::Instant;

use banister::{AuditLog, ChainReport, ChainVerifier, Decision, Fsync, Guardrail, JsonlFile, Policy, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: chain FILE [RECORDS]")?;
    let records: u64 = args.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let guardrail = Guardrail::new(Policy::from_pack("default")?);
    let assessment = guardrail.assess(Source::Input, "Write to jane.roe@example.com");

    let start = Instant::now();
    let log = AuditLog::builder(JsonlFile::new(&path).fsync(Fsync::Never)).open()?;
    for _ in 0..records {
        log.record(Decision::of_text(guardrail.policy(), &assessment))?;
    }
    log.close()?;
    println!(
        "{records} records written in {:.1} s, {} bytes",
        start.elapsed().as_secs_f64(),
        fs::metadata(&path)?.len()
    );

    let start = Instant::now();
    let report = verify(&path)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "verified in {seconds:.1} s, {:.0} records per second: {} problems",
        report.records() as f64 / seconds,
        report.problem_count()
    );
    assert!(report.is_intact());

    let text = fs::read_to_string(&path)?;
    let lines: Vec<&str> = text.lines().collect();
    let middle = lines.len() / 2;
    let (before, after) = lines.split_at(middle);
    let (Some((first, rest)), changed) = (after.split_first(), path.clone() + ".changed") else { return Ok(()) };
    let Some((second, tail)) = rest.split_first() else { return Ok(()) };
    let altered = first.replacen("\"outcome\":\"masked\"", "\"outcome\":\"passed\"", 1);
    for (name, middle_lines) in
        [("changed", vec![altered.as_str(), second]), ("removed", vec![*second]), ("swapped", vec![*second, *first])]
    {
        let mut out = BufWriter::new(File::create(&changed)?);
        for line in before.iter().chain(&middle_lines).chain(tail) {
            writeln!(out, "{line}")?;
        }
        drop(out);
        let report = verify(&changed)?;
        let first = report.problems().first().ok_or("the chain looks whole")?;
        println!("{name} at line {}: {} problems, the first: {first}", middle + 1, report.problem_count());
    }
    fs::remove_file(changed)?;
    Ok(())
}

fn verify(path: &str) -> io::Result<ChainReport> {
    let mut verifier = ChainVerifier::new();
    verifier.read(None, BufReader::new(File::open(path)?))?;
    Ok(verifier.finish())
}
