//! `audit`: audits of archives.

mod args;
mod buckets;
mod outcome;
mod progress;
mod spark;
mod verify_log;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use banister::Guardrail;
use banister_audit::{
    Accepted, AuditError, Counters, FileSigner, FinalizeOptions, ScanOptions, ScanRun, Signer, Verifier, VerifyOptions,
};

pub(crate) use args::AuditArgs;
use args::{AuditCommand, EndingArgs, PlanArgs, ReportArgs, ScanArgs, VerifyArgs};

use crate::failure::{Exit, Failure, print_error};
use crate::fingerprint_key;
use crate::policy::{self, PolicyRef};
use crate::report::Out;

/// Stored bytes that one machine is to read in a day at most.
const ONE_DAY: u64 = 24 * 3600;

/// Runs a step of an audit.
///
/// # Errors
///
/// If the arguments do not fit, or standard output cannot be written.
pub(crate) fn run(args: &AuditArgs, out: &mut Out) -> Result<Exit, Failure> {
    match &args.command {
        AuditCommand::Plan(args) => plan(args, out),
        AuditCommand::Scan(args) => scan(args, args.decisions, out),
        AuditCommand::Replay(args) => replay(args, out),
        AuditCommand::Finalize(args) => finalize(&args.out, &args.ending, out),
        AuditCommand::Spark(args) => spark::run(args, out),
        AuditCommand::Verify(args) => verify(args, out),
        AuditCommand::VerifyLog(args) => verify_log::run(args, out),
        AuditCommand::Report(args) => report(args, out),
    }
}

/// Returns the exit code of an audit that stopped, after its message.
fn stopped(error: AuditError) -> Result<Exit, Failure> {
    let exit = match &error {
        AuditError::Usage(_) => return Err(Failure::new(error.to_string())),
        AuditError::Integrity(_) => Exit::Integrity,
        _ => Exit::Incomplete,
    };
    print_error(&error.to_string());
    Ok(exit)
}

fn report(args: &ReportArgs, out: &mut Out) -> Result<Exit, Failure> {
    if args.ocsf {
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        let exported = banister_audit::export_ocsf(&args.out, &mut stdout);
        let flushed = stdout.flush();
        return match exported {
            Ok(_) => flushed.map(|()| Exit::Passed).map_err(|error| Failure::writing(&error)),
            Err(AuditError::Io { path, error }) if path == Path::new("standard output") => {
                Err(Failure::writing(&error))
            }
            Err(error) => stopped(error),
        };
    }
    match banister_audit::render_report(&args.out) {
        Ok(report) => out.text(&report).map(|()| Exit::Passed),
        Err(error) => stopped(error),
    }
}

fn plan(args: &PlanArgs, out: &mut Out) -> Result<Exit, Failure> {
    let buckets = buckets::open(&args.inputs)?;
    let plan = match banister_audit::plan_in_stores(&args.inputs, &args.out, buckets::stores(buckets.as_ref())) {
        Ok(plan) => plan,
        Err(error) => return stopped(error),
    };
    let bytes: u64 = plan.objects.iter().map(|object| object.size).sum();
    let (units, sides) = (plan.units().count(), plan.side_objects().count());
    out.line(format_args!("planned: {units} objects and {sides} side objects, {:.1} MB", bytes as f64 / 1e6))?;
    Ok(Exit::Passed)
}

/// A policy, with the text that the audit keeps of it.
struct Loaded {
    guardrail: Guardrail,
    reference: String,
    text: Option<String>,
}

fn load(name: &str) -> Result<Loaded, Failure> {
    let reference = policy::resolve(name);
    let guardrail = Guardrail::new(policy::load(&reference)?);
    let text = match &reference {
        PolicyRef::Pack(_) => None,
        PolicyRef::File(path) => {
            Some(fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?)
        }
    };
    Ok(Loaded { guardrail, reference: reference.to_string(), text })
}

fn guardrails(names: &[String]) -> Result<Vec<Guardrail>, Failure> {
    names.iter().map(|name| load(name).map(|loaded| loaded.guardrail)).collect()
}

/// Scans, and reports what other evaluations of the recorded bodies gave.
fn replay(args: &ScanArgs, out: &mut Out) -> Result<Exit, Failure> {
    if args.shard.is_some() || args.calibrate.is_some() {
        return Err(Failure::new("`replay` finalizes; use `scan --decisions` with `--shard` or `--calibrate`"));
    }
    scan(args, true, out)
}

fn scan(args: &ScanArgs, decisions: bool, out: &mut Out) -> Result<Exit, Failure> {
    let concerns_decisions = !args.replay.is_empty() || !args.ending.approve.is_empty();
    if concerns_decisions && !decisions {
        return Err(Failure::new("`--replay` and `--approve` need `--decisions`: they are about decision records"));
    }
    // A key that cannot be read is found before the work, not after it.
    let signer = signer(&args.ending)?;
    let policy = load(&args.policy)?;
    let recorded = guardrails(&args.replay)?;
    let against = args.against.as_deref().map(load).transpose()?;
    let fingerprint_key = args.fingerprint_key.as_deref().map(fingerprint_key::read).transpose()?;
    let buckets = buckets::for_scan(&args.inputs, &args.out)?;
    let run = ScanRun {
        inputs: &args.inputs,
        out: &args.out,
        guardrail: &policy.guardrail,
        policy_reference: &policy.reference,
        policy_text: policy.text.as_deref(),
        recorded: &recorded,
        against: against.as_ref().map(|against| &against.guardrail),
        fingerprint_key: fingerprint_key.as_deref(),
        stores: buckets::stores(buckets.as_ref()),
        options: ScanOptions {
            format: args.format.map(Into::into),
            source: args.source.into(),
            decisions,
            max_line_bytes: args.max_line_bytes,
            ..ScanOptions::default()
        },
        findings: args.findings_format.into(),
        jobs: args.jobs,
        shard: args.shard,
    };
    let counters = Counters::default();
    if let Some(per_mille) = args.calibrate {
        return calibrate(args, &run, per_mille, out);
    }
    if let Err(error) = progress::during(args.progress, &counters, || banister_audit::scan(&run, &counters)) {
        return stopped(error);
    }
    match args.shard {
        Some(shard) => {
            out.line(format_args!("scanned shard {shard}; run `banister audit finalize` when all shards are done"))?;
            Ok(Exit::Passed)
        }
        None => finish(&args.out, &args.ending, signer.as_ref(), out),
    }
}

fn calibrate(args: &ScanArgs, run: &ScanRun<'_>, per_mille: u64, out: &mut Out) -> Result<Exit, Failure> {
    let counters = Counters::default();
    let since = Instant::now();
    let calibrated =
        progress::during(args.progress, &counters, || banister_audit::calibrate(run, per_mille, &counters));
    let plan = match calibrated {
        Ok(plan) => plan,
        Err(error) => return stopped(error),
    };
    let seconds = since.elapsed().as_secs_f64();
    let read = counters.bytes_done.load(std::sync::atomic::Ordering::Relaxed);
    let all: u64 = plan.units().map(|unit| unit.size).sum();
    let units = counters.units.load(std::sync::atomic::Ordering::Relaxed);
    out.line(format_args!(
        "read {units} of {} objects, {:.1} MB in {seconds:.1} s on {} threads: {:.1} MB/s as stored",
        plan.units().count(),
        read as f64 / 1e6,
        banister_audit::threads(args.jobs),
        read as f64 / 1e6 / seconds
    ))?;
    let whole = (seconds * all as f64 / read.max(1) as f64).ceil() as u64;
    out.line(format_args!("all {:.1} MB: about {}", all as f64 / 1e6, progress::time(whole)))?;
    if whole > ONE_DAY {
        let machines = whole.div_ceil(ONE_DAY);
        out.line(format_args!(
            "that is more than a day: use `--shard` on {machines} machines or more, with one plan and one directory"
        ))?;
    }
    Ok(Exit::Passed)
}

fn finalize(directory: &Path, ending: &EndingArgs, out: &mut Out) -> Result<Exit, Failure> {
    let signer = signer(ending)?;
    finish(directory, ending, signer.as_ref(), out)
}

fn signer(ending: &EndingArgs) -> Result<Option<FileSigner>, Failure> {
    let signer = ending.sign.as_deref().map(FileSigner::from_file).transpose();
    signer.map_err(|error| Failure::new(error.to_string()))
}

fn finish(directory: &Path, ending: &EndingArgs, signer: Option<&FileSigner>, out: &mut Out) -> Result<Exit, Failure> {
    let options = FinalizeOptions {
        accepted: Accepted {
            max_quarantined: ending.max_quarantine,
            approved_policies: ending.approve.clone(),
            chains_after: ending.after.clone(),
        },
        signer: signer.map(|signer| signer as &dyn Signer),
        previous: ending.previous.as_deref(),
    };
    match banister_audit::finalize(directory, &options) {
        Ok(finalized) => outcome::print(&finalized, directory, out),
        Err(error) => stopped(error),
    }
}

fn verify(args: &VerifyArgs, out: &mut Out) -> Result<Exit, Failure> {
    let verifier = args.key.as_deref().map(Verifier::from_file).transpose();
    let verifier = verifier.map_err(|error| Failure::new(error.to_string()))?;
    let policy = args.policy.as_deref().map(load).transpose()?;
    let recorded = guardrails(&args.replay)?;
    let against = args.against.as_deref().map(load).transpose()?;
    let fingerprint_key = args.fingerprint_key.as_deref().map(fingerprint_key::read).transpose()?;
    let buckets = if args.rescan.is_some() { buckets::for_plan(&args.out)? } else { None };
    let options = VerifyOptions {
        verifier: verifier.as_ref(),
        previous: args.previous.as_deref(),
        guardrail: policy.as_ref().map(|policy| &policy.guardrail),
        recorded: &recorded,
        against: against.as_ref().map(|against| &against.guardrail),
        fingerprint_key: fingerprint_key.as_deref(),
        stores: buckets::stores(buckets.as_ref()),
        rescan_per_mille: args.rescan.unwrap_or(0),
    };
    let verified = match banister_audit::verify(&args.out, &options) {
        Ok(verified) => verified,
        Err(error) => return stopped(error),
    };
    if !verified.is_intact() {
        for problem in &verified.problems {
            print_error(problem);
        }
        return Ok(Exit::Integrity);
    }
    let signature = match (verified.is_signature_checked, args.out.join("manifest.dsse.json").exists()) {
        (true, _) => "signed by the key",
        (false, true) => "signed, and not checked: name the key with `--key`",
        (false, false) => "not signed",
    };
    out.line(format_args!("intact: {} files, {signature}", verified.manifest.files))?;
    out.line(format_args!("the audit is {}", verified.status()))?;
    if args.rescan.is_some() {
        out.line(format_args!(
            "scanned again: {} objects with the same result, {} no longer available",
            verified.rescanned, verified.unavailable
        ))?;
    }
    Ok(if verified.unavailable > 0 { Exit::Incomplete } else { Exit::Passed })
}
