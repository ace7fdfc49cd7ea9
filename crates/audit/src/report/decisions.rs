//! The decision audit.

use std::fmt::Write as _;

use super::html::{Table, code, escape, number};
use super::sections::list;
use crate::run::{Approval, ChainAudit, DecisionAudit, Summary};

/// The number of calls that are listed for each problem.
const MAX_CALLS: usize = 20;

/// Returns the section about decisions, if the audit joins them.
pub(super) fn section(summary: &Summary) -> String {
    let Some(audit) = &summary.decisions else { return String::new() };
    let mut out = format!(
        "<section id=\"decisions\"><h2>Decisions</h2>\n<p>Calls of the invocation log beside the decision records of the guardrail, joined \
         by the tag in the request's metadata, or by the request ID.</p>\n<dl><dt>Calls</dt><dd>{}</dd><dt>With decision \
         records</dt><dd>{}</dd><dt>With the tag, which Bedrock recorded</dt><dd>{}</dd><dt>Responses masked or blocked</dt><dd>{} of those \
         with findings</dd><dt>Evaluated again</dt><dd>{}</dd><dt>Decision records by \
         outcome</dt><dd>{}</dd></dl>\n",
        number(audit.calls),
        number(audit.decided),
        number(audit.tagged),
        number(audit.output_handled),
        replayed(audit),
        list(&summary.tally.decisions, "none")
    );
    let mut problems = Table::new(&[".Problem", "Meaning", "#Count"]);
    for (problem, count) in &audit.problems {
        problems.row(&[escape(&problem.as_str().replace('_', " ")), escape(problem.meaning()), number(*count)]);
    }
    if audit.calls == 0 {
        out.push_str(
            "<p><b>The inputs have no calls:</b> there is nothing to compare with the decision records.</p>\n",
        );
    } else if audit.problems.is_empty() {
        out.push_str("<p>Every call has decision records under an approved policy, and they agree with the log.</p>\n");
    }
    if !audit.problems.is_empty() {
        out.push_str(&problems.finish());
    }
    let mut policies = Table::new(&["Policy of decisions", "Approved", "#Calls"]);
    for (policy, count) in &audit.policies {
        policies.row(&[code(policy), approval(audit, policy), number(*count)]);
    }
    if !audit.policies.is_empty() {
        out.push_str(&policies.finish());
    }
    out.push_str(&locations(summary, audit));
    out.push_str(&chain(summary, &audit.chain));
    out.push_str("</section>\n");
    out
}

fn replayed(audit: &DecisionAudit) -> String {
    let counts = &audit.replay;
    format!(
        "{} decisions with the same findings, {} with others; {} are not comparable, {} are under policies that this audit does not have",
        number(counts.same),
        number(counts.different),
        number(counts.not_comparable),
        number(counts.other_policy)
    )
}

fn approval(audit: &DecisionAudit, policy: &str) -> String {
    let approvals = audit.approved.iter().filter(|approval| approval.digest == policy);
    let periods: Vec<String> = approvals.map(period).collect();
    if periods.is_empty() { "no".to_owned() } else { periods.join(", ") }
}

fn period(approval: &Approval) -> String {
    match (approval.from.as_deref(), approval.until.as_deref()) {
        (None, None) => "yes".to_owned(),
        (Some(from), None) => format!("from {}", escape(from)),
        (None, Some(until)) => format!("before {}", escape(until)),
        (Some(from), Some(until)) => format!("from {}, before {}", escape(from), escape(until)),
    }
}

fn object<'a>(summary: &'a Summary, unit_id: &'a str) -> &'a str {
    summary.objects.get(unit_id).map_or(unit_id, String::as_str)
}

fn locations(summary: &Summary, audit: &DecisionAudit) -> String {
    if audit.locations.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[".Problem", ".Time", "Request", "#Line", "Object"]);
    // In the order of their problems.
    let groups = audit.locations.chunk_by(|one, other| one.problem == other.problem);
    for location in groups.flat_map(|group| group.iter().take(MAX_CALLS)) {
        table.row(&[
            escape(&location.problem.as_str().replace('_', " ")),
            escape(&location.time),
            code(&location.request_id),
            number(location.line),
            code(object(summary, &location.unit_id)),
        ]);
    }
    let note = format!(
        "<p class=\"soft\">The first {MAX_CALLS} of each problem; more are in <code>summary.json</code>.</p>\n"
    );
    let is_all = audit.problems.values().all(|count| *count <= MAX_CALLS as u64);
    table.finish() + if is_all { "" } else { &note }
}

fn chain(summary: &Summary, chain: &ChainAudit) -> String {
    let mut out = format!(
        "<h3>Chain of the decision records</h3>\n<p>{} records in {} chains. ",
        number(chain.records),
        number(chain.chains)
    );
    if chain.records == 0 {
        out.push_str("<b>The inputs have no decision records in lines, so there is no chain to verify.</b></p>\n");
        return out;
    }
    if chain.problems == 0 {
        out.push_str("No record was removed, changed or reordered between the first and the last. ");
    } else {
        let _ = write!(out, "<b>{} problems: records were removed, changed or reordered.</b> ", number(chain.problems));
    }
    out.push_str("The end of a chain shows nothing about records after it: compare it with a head that was kept elsewhere.</p>\n");
    if !chain.locations.is_empty() {
        let mut table = Table::new(&[".Problem", "#Line", "Object"]);
        for at in &chain.locations {
            table.row(&[escape(&at.problem.replace('_', " ")), number(at.line), code(object(summary, &at.unit_id))]);
        }
        out.push_str(&table.finish());
    }
    if !chain.ends.is_empty() {
        let mut ends = Table::new(&["Last writer", "Last record", "Closed"]);
        for end in &chain.ends {
            ends.row(&[code(&end.writer), code(&end.head), if end.closed { "yes" } else { "no" }.to_owned()]);
        }
        out.push_str(&ends.finish());
    }
    out
}
