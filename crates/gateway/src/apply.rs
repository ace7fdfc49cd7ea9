//! ApplyGuardrail, answered by a policy of ours.

use banister::{ActionTaken, Conversation, Finding, Outcome, RuleKind, Source};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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
/// Matched text is not told: `match` members are empty. Usage is zero, since nothing is charged.
pub(crate) fn apply(policy: &InForce, body: &[u8], metrics: &Metrics) -> Result<Value, String> {
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
    let findings: Vec<&Finding> = assessed.iter().flat_map(|assessment| assessment.findings()).collect();
    metrics.findings(&policy.name, source.name(), findings.iter().copied());
    let message = assessed.iter().find_map(|assessment| assessment.message());
    let is_masked = assessed.iter().any(|assessment| assessment.outcome() == Outcome::Masked);
    let (action, reason, outputs) = match message {
        Some(message) => ("GUARDRAIL_INTERVENED", "Guardrail blocked.", vec![json!({"text": message})]),
        None if is_masked => {
            let outputs = assessed.iter().zip(&texts).map(|(assessment, text)| json!({"text": assessment.apply(text)}));
            ("GUARDRAIL_INTERVENED", "Guardrail masked.", outputs.collect())
        }
        None => ("NONE", "No action.", Vec::new()),
    };
    let shown = findings
        .into_iter()
        .filter(|finding| asked.output_scope == Scope::Full || finding.action() != ActionTaken::None);
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    let coverage = json!({"textCharacters": {"guarded": characters, "total": characters}});
    Ok(json!({
        "usage": {
            "topicPolicyUnits": 0,
            "contentPolicyUnits": 0,
            "wordPolicyUnits": 0,
            "sensitiveInformationPolicyUnits": 0,
            "sensitiveInformationPolicyFreeUnits": 0,
            "contextualGroundingPolicyUnits": 0,
        },
        "action": action,
        "actionReason": reason,
        "outputs": outputs,
        "assessments": assessments(shown),
        "guardrailCoverage": coverage,
    }))
}

/// Findings in the shape of Bedrock's assessments.
fn assessments<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Value> {
    let mut policies: Map<String, Value> = Map::new();
    let mut lists: Vec<(&str, &str, Value)> = Vec::new();
    for finding in findings {
        let (rule, action) = (finding.rule(), finding.action().name());
        let entry = match finding.kind() {
            RuleKind::Topic => {
                ("topicPolicy", "topics", json!({"name": rule, "type": "DENY", "action": action, "detected": true}))
            }
            RuleKind::Word if finding.managed().is_some() => (
                "wordPolicy",
                "managedWordLists",
                json!({"match": "", "type": "PROFANITY", "action": action, "detected": true}),
            ),
            RuleKind::Word => ("wordPolicy", "customWords", json!({"match": "", "action": action, "detected": true})),
            RuleKind::Pii => (
                "sensitiveInformationPolicy",
                "piiEntities",
                json!({"match": "", "type": rule, "action": action, "detected": true}),
            ),
            _ => (
                "sensitiveInformationPolicy",
                "regexes",
                json!({"match": "", "name": rule, "action": action, "detected": true}),
            ),
        };
        lists.push(entry);
    }
    // Each policy that appears has all of its lists, as the SDKs' models require.
    for (policy, names) in [
        ("topicPolicy", &["topics"][..]),
        ("wordPolicy", &["customWords", "managedWordLists"]),
        ("sensitiveInformationPolicy", &["piiEntities", "regexes"]),
    ] {
        if lists.iter().any(|(name, ..)| *name == policy) {
            let of = |list: &str| -> Vec<Value> {
                lists.iter().filter(|(p, l, _)| *p == policy && *l == list).map(|(.., value)| value.clone()).collect()
            };
            let members: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), of(name).into())).collect();
            policies.insert(policy.to_owned(), members.into());
        }
    }
    if policies.is_empty() { Vec::new() } else { vec![policies.into()] }
}
