//! The report: one HTML file, without scripts and without anything from elsewhere.

mod against;
mod chart;
mod decisions;
mod findings;
mod html;
mod sections;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::run::{Settings, Summary};

const STYLE: &str = include_str!("style.css");

/// Renders the report of an audit. Equal summaries have equal reports.
pub(crate) fn render(settings: &Settings, summary: &Summary, policy_text: Option<&str>) -> String {
    let style_digest = STANDARD.encode(Sha256::digest(STYLE));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style_digest}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Guardrail audit</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    );
    for section in [
        sections::head(settings, summary),
        sections::scope(settings, summary),
        sections::controls(summary),
        decisions::section(summary),
        sections::gaps(summary),
        findings::charts(summary),
        against::section(settings, summary),
        sections::quarantine(summary),
        sections::policy(settings, policy_text),
        sections::verification(settings),
    ] {
        out.push_str(&section);
    }
    out.push_str("</body>\n</html>\n");
    out
}
