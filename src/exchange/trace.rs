//! The guardrail's trace, in Bedrock's formats.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::assessment::{BodyAssessment, BodyFinding};
use super::report::{ReportedAssessment, ReportedCoverage, ReportedMetrics, ReportedUsage, reason};
use crate::bedrock::{StreamKind, TraceScope};
use crate::guardrail::{Guardrail, Outcome, Source};
use crate::json::{JsonDocument, merge};

/// The pointers under which traces of Bedrock's guardrails are.
const THEIRS: [&str; 2] = ["/amazon-bedrock-trace/", "/trace/guardrail/"];

/// The trace of one call, for a caller that requested it.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    guardrail: Guardrail,
    /// The identifier under which the guardrail is listed in traces.
    identifier: Arc<str>,
    scope: TraceScope,
    input: BodyAssessment,
}

/// The content of a trace, independent of its format.
#[derive(Debug)]
pub(crate) struct TraceContent {
    pub(crate) identifier: Arc<str>,
    pub(crate) input: ReportedAssessment,
    /// `None` if no response was assessed.
    pub(crate) output: Option<ReportedAssessment>,
    /// The stronger of both outcomes.
    pub(crate) outcome: Outcome,
}

impl TraceContent {
    pub(crate) fn reason(&self) -> &'static str {
        reason(self.outcome)
    }
}

impl Trace {
    pub(crate) fn new(guardrail: Guardrail, identifier: Arc<str>, scope: TraceScope) -> Self {
        Self { guardrail, identifier, scope, input: BodyAssessment::new(Source::Input) }
    }

    /// Returns a trace for a request that is inspected again. Text that was masked in it is gone, and everything else will be found again.
    pub(crate) fn anew(&self) -> Self {
        let mut trace = Self::new(self.guardrail.clone(), Arc::clone(&self.identifier), self.scope);
        trace.input = self.input.masked_findings();
        trace
    }

    /// Adds what an earlier inspection of the same request masked.
    pub(crate) fn note_earlier(&mut self, earlier: &Self) {
        self.note_input(&earlier.input);
    }

    /// Adds the assessment of the request, or of a part of it.
    pub(crate) fn note_input(&mut self, found: &BodyAssessment) {
        self.input.merge(found.clone(), 0);
    }

    /// Returns the content, with the assessment of the response, if there is one.
    pub(crate) fn content(&self, output: Option<&BodyAssessment>) -> TraceContent {
        let outcome = output.map_or(Outcome::Passed, BodyAssessment::outcome);
        TraceContent {
            identifier: Arc::clone(&self.identifier),
            input: self.assessment(&self.input),
            output: output.map(|output| self.assessment(output)),
            outcome: self.input.outcome().max(outcome),
        }
    }

    fn assessment(&self, found: &BodyAssessment) -> ReportedAssessment {
        let policy = self.guardrail.policy();
        let mut reported = ReportedAssessment::default();
        // The trace of a guardrail of Bedrock's quotes the request, or text that the response holds as well.
        let is_repeated = |found: &&BodyFinding| THEIRS.iter().any(|place| found.pointer().starts_with(place));
        for found in found.findings().iter().filter(|found| !is_repeated(found)) {
            let finding = found.finding();
            // The field is required, so it is empty if matches are not included.
            reported.add(policy, finding, Some(finding.matched_text().unwrap_or_default()));
        }
        if self.scope == TraceScope::Full {
            reported.add_undetected(policy, found.source());
        }
        let chars = found.inspected_chars();
        reported.invocation_metrics = Some(ReportedMetrics {
            usage: ReportedUsage::new(policy, found.source(), chars),
            guardrail_coverage: ReportedCoverage::new(chars),
        });
        reported
    }

    /// Writes the trace into the JSON of a response, or of the event that holds traces. The trace of a guardrail of Bedrock's stays. `json` was
    /// inspected, so it can be parsed; anything else is returned unchanged.
    pub(crate) fn write(&self, kind: StreamKind, json: Vec<u8>, output: Option<&BodyAssessment>) -> Vec<u8> {
        let content = self.content(output);
        let merged = JsonDocument::parse(&json).ok().and_then(|doc| merge(&doc, &content.addition(kind, &doc)));
        merged.map_or(json, String::into_bytes)
    }
}

impl TraceContent {
    /// Returns what to add to a document.
    fn addition(&self, kind: StreamKind, doc: &JsonDocument<'_>) -> Value {
        let id = &*self.identifier;
        let has = |path: &[&str]| path.iter().try_fold(JsonDocument::ROOT, |node, name| doc.get(node, name)).is_some();
        // The action of a Bedrock guardrail stays if this one did nothing.
        let is_ours = |path: &[&str]| self.outcome != Outcome::Passed || !has(path);
        let (input, output) = (json!(self.input), self.output.as_ref().map(|output| json!(output)));
        let field = |name: &str, value: Value| (name.to_owned(), value);
        let reason = |path: &[&str]| is_ours(path).then(|| field("actionReason", self.reason().into()));
        match kind {
            StreamKind::Converse => {
                let mut guardrail = Map::from_iter([field("inputAssessment", json!({id: input}))]);
                guardrail.extend(output.map(|output| field("outputAssessments", json!({id: [output]}))));
                guardrail.extend(reason(&["trace", "guardrail", "actionReason"]));
                json!({"trace": {"guardrail": guardrail}})
            }
            StreamKind::Invoke | StreamKind::ServerSent => {
                let mut guardrail = Map::from_iter([field("input", json!({id: input}))]);
                guardrail.extend(output.map(|output| field("outputs", json!([{id: output}]))));
                guardrail.extend(reason(&["amazon-bedrock-trace", "guardrail", "actionReason"]));
                let mut addition = Map::from_iter([field("amazon-bedrock-trace", json!({"guardrail": guardrail}))]);
                if is_ours(&["amazon-bedrock-guardrailAction"]) {
                    let action = if self.outcome == Outcome::Passed { "NONE" } else { "INTERVENED" };
                    addition.extend([field("amazon-bedrock-guardrailAction", action.into())]);
                }
                Value::Object(addition)
            }
        }
    }
}
