//! ApplyGuardrail, answered by a policy of ours.

use banister::bedrock::GuardrailReport;
use banister::{Assessment, Conversation, Outcome, Source};
use serde::Deserialize;

use crate::metrics::Metrics;
use crate::policies::InForce;

/// A request, as far as it is understood. What is not understood is refused: it could hold text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    source: AskedSource,
    content: Vec<Block>,
    #[serde(default, rename = "outputScope")]
    output_scope: Scope,
}

#[derive(Deserialize)]
enum AskedSource {
    #[serde(rename = "INPUT")]
    Input,
    #[serde(rename = "OUTPUT")]
    Output,
}

#[derive(Default, Deserialize, PartialEq)]
enum Scope {
    #[default]
    #[serde(rename = "INTERVENTIONS")]
    Interventions,
    #[serde(rename = "FULL")]
    Full,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    text: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
    #[serde(default, rename = "qualifiers")]
    _qualifiers: Vec<String>,
}

/// The answer to a request; an error says what is wrong with it.
///
/// `match` members are empty, unless the guardrail keeps matches.
pub(crate) fn apply(policy: &InForce, body: &[u8], metrics: &Metrics) -> Result<GuardrailReport, String> {
    let asked: Asked = serde_json::from_slice(body).map_err(|error| {
        // Of the error itself only the place: it may quote a value.
        format!(
            "the body is no ApplyGuardrail request with text content, at line {} column {}; pictures cannot be examined",
            error.line(),
            error.column()
        )
    })?;
    let source = match asked.source {
        AskedSource::Input => Source::Input,
        AskedSource::Output => Source::Output,
    };
    let conversation = Conversation::new();
    let texts: Vec<&str> = asked.content.iter().map(|block| block.text.text.as_str()).collect();
    let assessed: Vec<_> = texts.iter().map(|text| policy.guardrail.assess_in(&conversation, source, text)).collect();
    metrics.findings(&policy.name, source.name(), assessed.iter().flat_map(Assessment::findings));

    let message = assessed.iter().find_map(Assessment::message);
    let is_masked = assessed.iter().any(|assessment| assessment.outcome() == Outcome::Masked);
    let outcome = match message {
        Some(_) => Outcome::Blocked,
        None if is_masked => Outcome::Masked,
        None => Outcome::Passed,
    };
    let chars = assessed.iter().map(Assessment::examined_chars).sum();
    let rules = policy.guardrail.policy();
    let mut report = GuardrailReport::new(rules, source, outcome, chars);
    for finding in assessed.iter().flat_map(Assessment::findings) {
        report.add(rules, finding, Some(finding.matched_text().unwrap_or_default()));
    }
    if asked.output_scope == Scope::Full {
        report.add_undetected(rules, source);
    }
    match message {
        Some(message) => report.add_output(message),
        None if is_masked => {
            assessed.iter().zip(texts).for_each(|(assessment, text)| report.add_output(assessment.apply(text)));
        }
        None => {}
    }
    Ok(report)
}
