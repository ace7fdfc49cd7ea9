//! The sections of the report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::html::{Table, bytes, code, escape, number};
use crate::core::{Direction, Format, ReasonCode};
use crate::run::{AuditStatus, Control, Settings, Summary};

/// The maximum number of gaps in the report. The summary has more, and the findings have all.
const MAX_GAPS: usize = 100;

/// Returns the title, the status and the most important numbers.
pub(super) fn head(settings: &Settings, summary: &Summary) -> String {
    let status = summary.status;
    let meaning = match status {
        AuditStatus::Complete => "Every object of the plan was read and accounted for.",
        AuditStatus::Partial => "A part of the plan was not read. The reasons are listed under Scope.",
        _ => "No object of the plan could be read.",
    };
    let mut out = format!(
        "<header><div><h1>Guardrail audit of Amazon Bedrock logs</h1><p class=\"soft\">Policy <b>{}</b>{}</p></div>\
         <div class=\"status {status}\">{}</div></header>\n<p>{meaning} {}</p>\n<ul class=\"figures\">\n",
        escape(&settings.policy.name),
        period(summary).map(|period| format!(", {period}")).unwrap_or_default(),
        escape(&status.to_string()),
        match summary.gap_count() {
            0 => "No gap was found in what was read.".to_owned(),
            gaps => format!("<b>{} gaps:</b> content that the policy masks or blocks reached a model.", number(gaps)),
        },
    );
    let tally = &summary.tally;
    let gaps = summary.gap_count();
    let figures = [
        ("", number(summary.units.planned), "objects"),
        ("", number(tally.records()), "records"),
        ("", bytes(summary.units.inspected_bytes), "of text evaluated"),
        ("", number(tally.findings()), "findings"),
        (if gaps > 0 { "alert" } else { "" }, number(gaps), "gaps"),
        (if tally.quarantined() > 0 { "warn" } else { "" }, number(tally.quarantined()), "quarantined"),
    ];
    for (class, value, name) in figures {
        let _ = writeln!(out, "<li class=\"{class}\"><b>{value}</b>{name}</li>");
    }
    out.push_str("</ul>\n<nav>");
    for (id, name, is_there) in [
        ("scope", "Scope and coverage", true),
        ("controls", "Controls", true),
        ("decisions", "Decisions", summary.decisions.is_some()),
        ("gaps", "Gaps", true),
        ("findings", "Findings", true),
        ("against", "Another policy", settings.against.is_some()),
        ("quarantine", "Quarantine", true),
        ("policy", "Policy", true),
        ("verification", "Verification", true),
    ] {
        if is_there {
            let _ = write!(out, "<a href=\"#{id}\">{name}</a>");
        }
    }
    out.push_str("</nav>\n");
    out
}

fn period(summary: &Summary) -> Option<String> {
    match summary.days.as_slice() {
        [first, last] if first == last => Some(escape(first)),
        [first, last] => Some(format!("{} to {}", escape(first), escape(last))),
        _ => None,
    }
}

/// The maximum number of days without records that are named.
const MAX_DAYS: usize = 31;

/// Returns the days between the first and the last record that have none. Logging may have been off.
fn days_without(summary: &Summary) -> String {
    let known: BTreeSet<NaiveDate> =
        summary.tally.records_by_day.keys().filter_map(|day| day.parse::<NaiveDate>().ok()).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return "not known".to_owned() };
    // The records may state any time, such as of year 0.
    let missing = last.signed_duration_since(*first).num_days() + 1 - known.len() as i64;
    if missing == 0 {
        return "none between the first and the last".to_owned();
    }
    let days = first.iter_days().take_while(|day| day <= last).filter(|day| !known.contains(day));
    let named: Vec<String> = days.take(MAX_DAYS).map(|day| day.to_string()).collect();
    let more = if missing > MAX_DAYS as i64 { ", …" } else { "" };
    format!("<b>{}</b>: {}{more}", number(missing.unsigned_abs()), named.join(", "))
}

/// Returns the options of the scan that decide what is read and how.
fn options(settings: &Settings, summary: &Summary) -> String {
    let options = &settings.options;
    let format = match options.format {
        None => "by content",
        Some(Format::JsonLines) => "JSON Lines",
        Some(Format::Text) => "text",
    };
    let direction = if options.source == Direction::Input { "input" } else { "output" };
    let fingerprints = match &options.fingerprint_key_id {
        Some(id) => format!("have fingerprints under the key <code>{}</code>", escape(id)),
        None => "have no fingerprints".to_owned(),
    };
    format!(
        "format {format}; text without a direction is {direction}; lines up to {} and side objects up to {} are read as a whole; decisions are \
         {}; findings {fingerprints}; a complete audit may have {} quarantined items",
        bytes(options.max_line_bytes as u64),
        bytes(options.max_side_bytes),
        if options.decisions { "joined" } else { "not joined" },
        number(summary.max_quarantined)
    )
}

/// Returns scope and coverage.
pub(super) fn scope(settings: &Settings, summary: &Summary) -> String {
    let units = &summary.units;
    let mut out = String::from("<section id=\"scope\"><h2>Scope and coverage</h2>\n");
    if !summary.reasons.is_empty() {
        out.push_str("<div class=\"reasons\"><b>Not covered</b><ul>");
        for reason in &summary.reasons {
            let _ = write!(out, "<li>{}</li>", escape(reason));
        }
        out.push_str("</ul></div>\n");
    }
    out.push_str("<dl>\n");
    let inputs: Vec<String> = summary.inputs.iter().map(|input| code(input)).collect();
    let records = &summary.tally.records_by_format;
    let rows = [
        ("Inputs", inputs.join("<br>")),
        ("Days of the records", period(summary).unwrap_or_else(|| "not recorded".to_owned())),
        ("Days without records", days_without(summary)),
        (
            "Objects",
            format!(
                "{} planned: {} read as a whole, {} in part, {} not; {} are markers by which Bedrock checks its permissions",
                number(units.planned),
                number(units.complete),
                number(units.partial),
                number(units.failed),
                number(units.markers)
            ),
        ),
        (
            "Side objects",
            format!(
                "{} planned, {} without a record that refers to them",
                number(units.side_objects),
                number(units.unreferenced_side_objects)
            ),
        ),
        ("Records", list(records, "none")),
        ("Bodies", list(&summary.tally.bodies, "none")),
        ("Content without text", list(&summary.tally.skipped, "none")),
        ("Stored bytes read", bytes(units.stored_bytes)),
        ("Text evaluated", bytes(units.inspected_bytes)),
        (
            "Time of the audit",
            "in <code>manifest.json</code>, so that this report is the same whenever it is made".to_owned(),
        ),
        ("Plan", code(&settings.plan_sha256)),
        ("Engine", escape(&settings.engine)),
        ("Options", options(settings, summary)),
    ];
    for (name, value) in rows {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{value}</dd>");
    }
    out.push_str("</dl>\n<div class=\"charts\">\n");
    for (title, counts) in [
        ("Account and region", &summary.tally.records_by_region),
        ("Operation", &summary.tally.records_by_operation),
        ("Model", &summary.tally.records_by_model),
        ("Caller", &summary.tally.records_by_caller),
    ] {
        if !counts.is_empty() {
            let mut table = Table::new(&[title, "#Records"]);
            for (name, count) in counts {
                table.row(&[escape(if name.trim().is_empty() { "(not recorded)" } else { name }), number(*count)]);
            }
            let _ = write!(out, "<div>{}</div>", table.finish());
        }
    }
    out.push_str(
        "</div>\n<p class=\"soft\">Not in any invocation log: calls in accounts and regions without logging, calls through the \
         <code>bedrock-mantle</code> endpoint, and calls before logging was enabled. Compare the number of records with CloudTrail or the \
         CloudWatch metric <code>Invocations</code>. The records are evidence from the time at which this audit read them: Bedrock does not \
         sign them.</p></section>\n",
    );
    out
}

pub(super) fn list(counts: &BTreeMap<String, u64>, none: &str) -> String {
    if counts.is_empty() {
        return none.to_owned();
    }
    let items: Vec<String> =
        counts.iter().map(|(name, count)| format!("{} {}", number(*count), escape(&name.replace('_', " ")))).collect();
    items.join(", ")
}

fn verdict(control: &Control) -> (&'static str, &'static str) {
    match control {
        Control { gap: 1.., .. } => ("gap", "gap"),
        Control { unverifiable: 1.., .. } => ("unverifiable", "not verifiable"),
        _ => ("ok", "no gap found"),
    }
}

/// Returns the verdict of each control.
pub(super) fn controls(summary: &Summary) -> String {
    let mut out = String::from(
        "<section id=\"controls\"><h2>Controls</h2>\n<p>Each rule of the policy is a control. An invocation log holds requests as they \
         reached the model, and responses as they left it. So a finding in input that the policy masks or blocks is a <b>gap</b>: the \
         control did not act. A finding in output shows that the model returned it; whether the caller received it is not in this log \
         (<b>not verifiable</b>).</p>\n",
    );
    let mut table =
        Table::new(&["Rule", ".Kind", "Type", ".Input", ".Output", "#Gaps", "#Not verifiable", "#Reported", "Verdict"]);
    for control in &summary.controls {
        let (class, text) = verdict(control);
        table.row(&[
            escape(&control.rule.name),
            escape(&control.rule.kind),
            escape(&control.rule.entity_type),
            escape(&control.rule.input),
            escape(&control.rule.output),
            number(control.gap),
            number(control.unverifiable),
            number(control.ok),
            format!("<span class=\"v {class}\">{text}</span>"),
        ]);
    }
    out.push_str(&table.finish());
    out.push_str("</section>\n");
    out
}

/// Returns the gaps with their locations.
pub(super) fn gaps(summary: &Summary) -> String {
    let mut out = String::from("<section id=\"gaps\"><h2>Gaps</h2>\n");
    if summary.gaps.is_empty() {
        out.push_str("<p>None was found.</p></section>\n");
        return out;
    }
    let _ = writeln!(
        out,
        "<p>The first {} of {} by object and line; all are in the files under <code>findings/</code>. A location is an object, a line, a \
         pointer to the string (<code>*</code> for names that callers chose), and the bytes in it. The text itself is nowhere in this \
         audit.</p>",
        number(summary.gaps.len().min(MAX_GAPS) as u64),
        number(summary.gap_count())
    );
    let mut table = Table::new(&["Rule", ".Side", "#Line", "Pointer", ".Bytes", ".Time", "Request"]);
    let mut last = "";
    for gap in summary.gaps.iter().take(MAX_GAPS) {
        let object = summary.objects.get(&gap.unit_id).map_or(gap.unit_id.as_str(), String::as_str);
        if object != last {
            table.group(&code(object));
            last = object;
        }
        let at = &gap.gap;
        table.row(&[
            escape(&at.rule),
            at.side.as_str().to_owned(),
            number(at.line),
            code(&at.pointer),
            format!("{}–{}", at.start, at.end),
            escape(&at.time),
            code(&at.request_id),
        ]);
    }
    out.push_str(&table.finish());
    out.push_str("</section>\n");
    out
}

/// Returns what was quarantined.
pub(super) fn quarantine(summary: &Summary) -> String {
    let mut out = String::from("<section id=\"quarantine\"><h2>Quarantine</h2>\n");
    if summary.tally.quarantined() == 0 {
        out.push_str("<p>Everything was read as intended.</p></section>\n");
        return out;
    }
    out.push_str(
        "<p>What could not be read as intended. Lines and bodies with another form were evaluated as text, so that findings in them are \
         counted. A complete audit has no more of these than its setting allows.</p>\n",
    );
    let mut reasons = Table::new(&[".Reason", "Meaning", "#Count"]);
    for (reason, count) in &summary.tally.quarantined {
        let known: Option<ReasonCode> = serde_json::from_value(reason.as_str().into()).ok();
        reasons.row(&[code(reason), escape(known.map_or("", ReasonCode::meaning)), number(*count)]);
    }
    out.push_str(&reasons.finish());
    let shown = summary.quarantine.len() as u64;
    if shown < summary.tally.quarantined() {
        let _ = writeln!(
            out,
            "<p>The first {} by object and line; all are in the files under <code>quarantine/</code>.</p>",
            number(shown)
        );
    }
    let mut table = Table::new(&[".Reason", "Object", "#Line", "#Offset", "#Length", ".Part"]);
    for quarantined in &summary.quarantine {
        let object = summary.objects.get(&quarantined.unit_id).map_or(quarantined.unit_id.as_str(), String::as_str);
        let row = &quarantined.row;
        let line = if row.line == 0 { "object".to_owned() } else { number(row.line) };
        table.row(&[
            code(row.reason.as_str()),
            code(object),
            line,
            number(row.offset),
            number(row.length),
            escape(&row.part),
        ]);
    }
    out.push_str(&table.finish());
    out.push_str("</section>\n");
    out
}

pub(super) fn policy(settings: &Settings, text: Option<&str>) -> String {
    let mut out = format!(
        "<section id=\"policy\"><h2>Policy</h2>\n<dl><dt>Name</dt><dd>{}</dd><dt>Digest</dt><dd>{}</dd><dt>Loaded from</dt><dd>{}</dd></dl>\n",
        escape(&settings.policy.name),
        code(&settings.policy.digest),
        code(&settings.policy.reference)
    );
    match text {
        Some(text) => drop(writeln!(out, "<pre>{}</pre>", escape(text))),
        None => out.push_str("<p>It is a policy pack, which is part of the engine.</p>\n"),
    }
    out.push_str("</section>\n");
    out
}

/// Returns how to verify the audit.
pub(super) fn verification(settings: &Settings) -> String {
    format!(
        "<section id=\"verification\"><h2>Verification</h2>\n<p>This report is one of the files of the audit. The list of all files with \
         their SHA-256 digests is <code>files.sha256</code>; its digest and its Merkle root (RFC 6962) are in <code>manifest.json</code>, \
         which may be signed in <code>manifest.dsse.json</code> (DSSE, Ed25519), and which names the digest of the audit before it.</p>\n\
         <p>Without this program, in the directory of the audit:</p>\n\
         <pre>sha256sum -c SHA256SUMS\nsha256sum -c files.sha256\nsha256sum files.sha256    # is `files_sha256` of manifest.json</pre>\n\
         <p>With it, everything is computed again, the signature is checked, and a sample of the objects is scanned again:</p>\n\
         <pre>banister audit verify DIRECTORY --key public.pem --policy POLICY --rescan 5%</pre>\n\
         <p class=\"soft\">Engine and options: <code>{}</code>. The digests show changes after the audit. They do not show changes of the \
         logs before it: S3 Object Lock prevents these.</p></section>\n",
        escape(&settings.engine_digest)
    )
}
