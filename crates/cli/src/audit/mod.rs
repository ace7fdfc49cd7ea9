//! `audit`: audits of archives.

mod args;
mod progress;
mod spark;
mod verify_log;

use std::fs;
use std::path::Path;
use std::time::Instant;

use banister::Guardrail;
use banister_audit::{
    Accepted, AuditError, AuditStatus, Counters, FileSigner, FinalizeOptions, Finalized, ScanOptions, ScanRun, Signer,
    Verifier, VerifyOptions,
};

pub(crate) use args::AuditArgs;
use args::{AuditCommand, EndingArgs, PlanArgs, ReportArgs, ScanArgs, VerifyArgs};

use crate::failure::{Exit, Failure, print_error};
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
        AuditCommand::Scan(args) => scan(args, out),
        AuditCommand::Finalize(args) => finalize(&args.out, &args.ending, out),
        AuditCommand::Spark(args) => spark::run(args, out),
        AuditCommand::Verify(args) => verify(args, out),
        AuditCommand::VerifyLog(args) => verify_log::run(args, out),
        AuditCommand::Report(ReportArgs { out: directory }) => match banister_audit::render_report(directory) {
            Ok(report) => out.text(&report).map(|()| Exit::Passed),
            Err(error) => stopped(error),
        },
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

fn plan(args: &PlanArgs, out: &mut Out) -> Result<Exit, Failure> {
    let plan = match banister_audit::plan(&args.inputs, &args.out) {
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

fn scan(args: &ScanArgs, out: &mut Out) -> Result<Exit, Failure> {
    // A key that cannot be read is found before the work, not after it.
    let signer = signer(&args.ending)?;
    let policy = load(&args.policy)?;
    let run = ScanRun {
        inputs: &args.inputs,
        out: &args.out,
        guardrail: &policy.guardrail,
        policy_reference: &policy.reference,
        policy_text: policy.text.as_deref(),
        options: ScanOptions {
            format: args.format.map(Into::into),
            source: args.source.into(),
            decisions: args.decisions,
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
        accepted: Accepted { max_quarantined: ending.max_quarantine, approved_policies: ending.approve.clone() },
        signer: signer.map(|signer| signer as &dyn Signer),
        previous: ending.previous.as_deref(),
    };
    let Finalized { summary, manifest } = match banister_audit::finalize(directory, &options) {
        Ok(finalized) => finalized,
        Err(error) => return stopped(error),
    };
    let units = &summary.units;
    out.line(format_args!(
        "{}: {} objects, {} records, {:.1} MB of text",
        summary.status,
        units.planned,
        manifest.records,
        units.inspected_bytes as f64 / 1e6
    ))?;
    for reason in &summary.reasons {
        out.line(format_args!("not covered: {reason}"))?;
    }
    out.line(format_args!(
        "findings: {}, of which {} are gaps; quarantined: {}",
        manifest.findings, manifest.gaps, manifest.quarantined
    ))?;
    if let Some(decisions) = &summary.decisions {
        let problems = decisions.problem_count();
        out.line(format_args!("decisions: {} of {} calls, {problems} problems", decisions.decided, decisions.calls))?;
    }
    out.line(format_args!("report: {}", directory.join("report.html").display()))?;
    Ok(match summary.status {
        AuditStatus::Complete if summary.is_clean() => Exit::Passed,
        AuditStatus::Complete => Exit::Found,
        _ => Exit::Incomplete,
    })
}

fn verify(args: &VerifyArgs, out: &mut Out) -> Result<Exit, Failure> {
    let verifier = args.key.as_deref().map(Verifier::from_file).transpose();
    let verifier = verifier.map_err(|error| Failure::new(error.to_string()))?;
    let policy = args.policy.as_deref().map(load).transpose()?;
    let options = VerifyOptions {
        verifier: verifier.as_ref(),
        previous: args.previous.as_deref(),
        guardrail: policy.as_ref().map(|policy| &policy.guardrail),
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
