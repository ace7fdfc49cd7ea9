//! Results as JUnit XML.

use super::case_result::CaseStatus;
use super::{SuiteResult, TestReport};
use crate::failure::Failure;
use crate::report::Out;

/// Writes one `testsuite` element per test suite.
///
/// # Errors
///
/// If it cannot be written.
pub(super) fn write(report: &TestReport, out: &mut Out) -> Result<(), Failure> {
    let tests = report.passed + report.failed;
    out.line(format_args!(r#"<?xml version="1.0" encoding="UTF-8"?>"#))?;
    out.line(format_args!(r#"<testsuites name="banister" tests="{tests}" failures="{}" errors="0">"#, report.failed,))?;
    for suite in &report.suites {
        write_suite(suite, out)?;
    }
    out.line(format_args!("</testsuites>"))
}

fn write_suite(suite: &SuiteResult, out: &mut Out) -> Result<(), Failure> {
    let count = |wanted: CaseStatus| suite.statuses().filter(|&status| status == wanted).count();
    let name = escape(&suite.file);
    out.line(format_args!(
        r#"  <testsuite name="{name}" tests="{}" failures="{}" errors="0">"#,
        suite.statuses().count(),
        count(CaseStatus::Failed),
    ))?;
    for case in &suite.cases {
        write_case(&name, (&case.name, case.status), case.problem.as_deref().unwrap_or_default(), out)?;
    }
    for sample in &suite.samples {
        write_case(&name, (&sample.name, sample.status), &sample.lines().join("\n"), out)?;
    }
    out.line(format_args!("  </testsuite>"))
}

fn write_case(class: &str, (name, status): (&str, CaseStatus), problem: &str, out: &mut Out) -> Result<(), Failure> {
    let head = format!(r#"    <testcase classname="{class}" name="{}""#, escape(name));
    match status {
        CaseStatus::Passed => out.line(format_args!("{head}/>")),
        CaseStatus::Failed => {
            let (first, problem) = (escape(problem.lines().next().unwrap_or_default()), escape(problem));
            out.line(format_args!(r#"{head}><failure message="{first}">{problem}</failure></testcase>"#))
        }
    }
}

/// Escapes text for XML. Characters that XML 1.0 does not allow become U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(character),
            '\0'..=' ' if character != ' ' => escaped.push('\u{FFFD}'),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}
