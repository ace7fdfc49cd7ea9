//! The trace of our guardrail, in the shapes of Bedrock's own.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::assessment::{BodyAssessment, BodyFinding};
use super::report::{ReportedAssessment, ReportedCoverage, ReportedMetrics, ReportedUsage, reason};
use crate::bedrock::{StreamKind, TraceScope};
use crate::guardrail::{Guardrail, Outcome, Source};
use crate::json::{JsonDocument, merge};

/// Where traces of Bedrock's guardrails stand.
const THEIRS: [&str; 2] = ["/amazon-bedrock-trace/", "/trace/guardrail/"];

/// What a caller is told of one call, because it asked.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    guardrail: Guardrail,
    /// The name under which the guardrail stands in traces.
    identifier: Arc<str>,
    scope: TraceScope,
    input: BodyAssessment,
}

/// A trace, in parts that do not depend on its form.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) identifier: Arc<str>,
    pub(crate) input: ReportedAssessment,
    /// Nothing where no answer was assessed.
    pub(crate) output: Option<ReportedAssessment>,
    /// The stronger of both outcomes.
    pub(crate) outcome: Outcome,
}

impl Told {
    pub(crate) fn reason(&self) -> &'static str {
        reason(self.outcome)
    }
}

impl Trace {
    pub(crate) fn new(guardrail: Guardrail, identifier: Arc<str>, scope: TraceScope) -> Self {
        Self { guardrail, identifier, scope, input: BodyAssessment::new(Source::Input) }
    }

    /// The same for a request that is examined once more: what was masked in it is not there any more, and all else will be found again.
    pub(crate) fn anew(&self) -> Self {
        let mut trace = Self::new(self.guardrail.clone(), Arc::clone(&self.identifier), self.scope);
        trace.input = self.input.masked_findings();
        trace
    }

    /// Adds what an earlier examination of the same request masked.
    pub(crate) fn note_earlier(&mut self, earlier: &Self) {
        self.note_input(&earlier.input);
    }

    /// Takes note of what was found in the request, or in a part of it.
    pub(crate) fn note_input(&mut self, found: &BodyAssessment) {
        self.input.absorb(found.clone(), 0);
    }

    /// What is told, with what was found in the answer, if there is one.
    pub(crate) fn told(&self, output: Option<&BodyAssessment>) -> Told {
        let outcome = output.map_or(Outcome::Passed, BodyAssessment::outcome);
        Told {
            identifier: Arc::clone(&self.identifier),
            input: self.assessment(&self.input),
            output: output.map(|output| self.assessment(output)),
            outcome: super::assessment::stronger(self.input.outcome(), outcome),
        }
    }

    fn assessment(&self, found: &BodyAssessment) -> ReportedAssessment {
        let policy = self.guardrail.policy();
        let mut told = ReportedAssessment::default();
        // What the trace of a guardrail of Bedrock's tells is of the request, or stands in the answer as well.
        let is_repeated = |found: &&BodyFinding| THEIRS.iter().any(|place| found.pointer().starts_with(place));
        for found in found.findings().iter().filter(|found| !is_repeated(found)) {
            let finding = found.finding();
            // The member is required, so it is empty where it may not tell.
            told.add(policy, finding, Some(finding.matched_text().unwrap_or_default()));
        }
        if self.scope == TraceScope::Full {
            told.add_undetected(policy, found.source());
        }
        let chars = found.inspected_chars();
        told.invocation_metrics = Some(ReportedMetrics {
            usage: ReportedUsage::new(policy, found.source(), chars),
            guardrail_coverage: ReportedCoverage::new(chars),
        });
        told
    }

    /// The JSON of an answer, or of the event of a stream that tells such things, with the trace in it. What stands there of a Bedrock
    /// guardrail stays. `json` has been examined, so it can be read; what cannot stays as it is.
    pub(crate) fn write(&self, kind: StreamKind, json: Vec<u8>, output: Option<&BodyAssessment>) -> Vec<u8> {
        let told = self.told(output);
        let merged = JsonDocument::parse(&json).ok().and_then(|doc| merge(&doc, &told.addition(kind, &doc)));
        merged.map_or(json, String::into_bytes)
    }
}

impl Told {
    /// What is to be added to a document.
    fn addition(&self, kind: StreamKind, doc: &JsonDocument<'_>) -> Value {
        let id = &*self.identifier;
        let has = |path: &[&str]| path.iter().try_fold(JsonDocument::ROOT, |node, name| doc.get(node, name)).is_some();
        // What a Bedrock guardrail did still holds when this one did nothing.
        let tells = |path: &[&str]| self.outcome != Outcome::Passed || !has(path);
        let (input, output) = (json!(self.input), self.output.as_ref().map(|output| json!(output)));
        let field = |name: &str, value: Value| (name.to_owned(), value);
        let reason = |path: &[&str]| tells(path).then(|| field("actionReason", self.reason().into()));
        match kind {
            StreamKind::Converse => {
                let mut guardrail = Map::from_iter([field("inputAssessment", json!({id: input}))]);
                guardrail.extend(output.map(|output| field("outputAssessments", json!({id: [output]}))));
                guardrail.extend(reason(&["trace", "guardrail", "actionReason"]));
                json!({"trace": {"guardrail": guardrail}})
            }
            StreamKind::Invoke => {
                let mut guardrail = Map::from_iter([field("input", json!({id: input}))]);
                guardrail.extend(output.map(|output| field("outputs", json!([{id: output}]))));
                guardrail.extend(reason(&["amazon-bedrock-trace", "guardrail", "actionReason"]));
                let mut addition = Map::from_iter([field("amazon-bedrock-trace", json!({"guardrail": guardrail}))]);
                if tells(&["amazon-bedrock-guardrailAction"]) {
                    let action = if self.outcome == Outcome::Passed { "NONE" } else { "INTERVENED" };
                    addition.extend([field("amazon-bedrock-guardrailAction", action.into())]);
                }
                Value::Object(addition)
            }
        }
    }
}
