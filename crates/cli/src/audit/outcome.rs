//! What an audit prints when it is finalized.

use std::path::Path;

use banister_audit::{AuditStatus, DecisionAudit, DecisionProblem, Finalized, Summary};

use crate::failure::{Exit, Failure};
use crate::report::Out;

/// The maximum number of locations that are printed for a problem. The report has more.
const MAX_LOCATIONS: usize = 10;

/// Prints the results of an audit, and returns its exit code.
pub(super) fn print(finalized: &Finalized, directory: &Path, out: &mut Out) -> Result<Exit, Failure> {
    let Finalized { summary, manifest } = finalized;
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
    if let Some(audit) = &summary.decisions {
        decisions(summary, audit, out)?;
    }
    for (key, count) in &summary.tally.against {
        let mut parts = key.split('\t');
        let [side, audited, other] = [(); 3].map(|()| parts.next().unwrap_or_default());
        out.line(format_args!("{side}: {count} bodies {audited}, {other} under the other policy"))?;
    }
    out.line(format_args!("report: {}", directory.join("report.html").display()))?;
    Ok(match summary.status {
        _ if !summary.is_chain_intact() => Exit::Integrity,
        AuditStatus::Complete if summary.is_clean() => Exit::Passed,
        AuditStatus::Complete => Exit::Found,
        _ => Exit::Incomplete,
    })
}

fn decisions(summary: &Summary, audit: &DecisionAudit, out: &mut Out) -> Result<(), Failure> {
    let problems = audit.problem_count();
    out.line(format_args!("decisions: {} of {} calls, {problems} problems", audit.decided, audit.calls))?;
    let replay = &audit.replay;
    out.line(format_args!(
        "replayed: {} decisions with the same findings, {} with others; {} not comparable, {} under other policies",
        replay.same, replay.different, replay.not_comparable, replay.other_policy
    ))?;
    let object = |unit_id: &str| summary.objects.get(unit_id).cloned().unwrap_or_else(|| unit_id.to_owned());
    let mismatches = audit.locations.iter().filter(|at| at.problem == DecisionProblem::ReplayMismatch);
    for at in mismatches.take(MAX_LOCATIONS) {
        out.line(format_args!(
            "replay mismatch: {}, line {}, request {}",
            object(&at.unit_id),
            at.line,
            at.request_id
        ))?;
    }
    let chain = &audit.chain;
    out.line(format_args!(
        "decision records: {} in {} chains, {} problems",
        chain.records, chain.chains, chain.problems
    ))?;
    for at in chain.locations.iter().take(MAX_LOCATIONS) {
        let problem = at.problem.replace('_', " ");
        out.line(format_args!("chain: {}, line {}: {problem}", object(&at.unit_id), at.line))?;
    }
    Ok(())
}
