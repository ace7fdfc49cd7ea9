//! Results as JUnit XML.

use super::outcome::Status;
use super::{Report, SuiteResult};
use crate::failure::Failure;
use crate::report::Out;

/// Writes one `testsuite` a suite.
///
/// # Errors
///
/// When it cannot be written.
pub(super) fn write(report: &Report, out: &mut Out) -> Result<(), Failure> {
    let tests = report.passed + report.failed;
    out.line(format_args!(r#"<?xml version="1.0" encoding="UTF-8"?>"#))?;
    out.line(format_args!(r#"<testsuites name="banister" tests="{tests}" failures="{}" errors="0">"#, report.failed,))?;
    for suite in &report.suites {
        write_suite(suite, out)?;
    }
    out.line(format_args!("</testsuites>"))
}

fn write_suite(suite: &SuiteResult, out: &mut Out) -> Result<(), Failure> {
    let count = |status: Status| suite.cases.iter().filter(|case| case.status == status).count();
    let name = escape(&suite.file);
    out.line(format_args!(
        r#"  <testsuite name="{name}" tests="{}" failures="{}" errors="0">"#,
        suite.cases.len(),
        count(Status::Failed),
    ))?;
    for case in &suite.cases {
        let case_name = escape(&case.name);
        let problem = escape(case.problem.as_deref().unwrap_or_default());
        let head = format!(r#"    <testcase classname="{name}" name="{case_name}""#);
        match case.status {
            Status::Passed => out.line(format_args!("{head}/>"))?,
            Status::Failed => {
                let first =
                    escape(case.problem.as_deref().and_then(|problem| problem.lines().next()).unwrap_or_default());
                out.line(format_args!(r#"{head}><failure message="{first}">{problem}</failure></testcase>"#))?;
            }
        }
    }
    out.line(format_args!("  </testsuite>"))
}

/// Text as XML. Characters that XML 1.0 cannot hold at all become U+FFFD.
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
