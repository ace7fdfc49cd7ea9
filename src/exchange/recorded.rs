//! Inspects what a log recorded of calls that are over.

use std::collections::VecDeque;

use super::assessment::BodyAssessment;
use super::body::{BodyEvaluator, BodyGuard};
use super::streams::{EventGuard, JsonEvents};
use crate::bedrock::{BodyError, BodyFormat, Operation, StreamKind, visit_any_json};
use crate::guardrail::{ActionTaken, Outcome, Source};
use crate::json::JsonDocument;

impl BodyGuard {
    /// Inspects the events of a recorded response as output, in order: the JSON of ConverseStream events, each in a field of its type's
    /// name, or of InvokeModel chunks.
    ///
    /// Text that continues from event to event is evaluated as a whole, as in the stream. Nothing is released, so a rule that blocks does
    /// not end the evaluation: all findings are reported, with the actions that the policy has for them.
    ///
    /// # Errors
    ///
    /// Returns an error if an event cannot be inspected, see [`BodyGuard::inspect_response`], or if the operation has no events.
    pub fn inspect_events<'a>(
        &self,
        operation: Operation,
        events: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<BodyAssessment, BodyError> {
        let kind = match operation {
            Operation::ConverseStream => StreamKind::Converse,
            Operation::InvokeModelWithResponseStream => StreamKind::Invoke,
            _ => return Err(BodyError::frame("the operation has no event stream")),
        };
        let format = if kind == StreamKind::Converse { BodyFormat::Converse } else { BodyFormat::Unknown };
        let mut guard = EventGuard::new(JsonEvents::new(kind, format, ""), self.observing(), None);
        let mut forwarded = VecDeque::new();
        for event in events {
            forwarded.clear();
            match kind {
                StreamKind::Invoke | StreamKind::ServerSent => guard.push_json(kind, "chunk", event, &mut forwarded)?,
                StreamKind::Converse => {
                    let (name, json) = unwrap_event(event)?;
                    guard.push_json(kind, &name, &json, &mut forwarded)?;
                }
            }
        }
        guard.finish(&mut forwarded)?;
        let mut assessment = guard.into_state().into_assessment();
        let outcomes = assessment.findings().iter().map(|finding| outcome_of(finding.finding().action()));
        let outcome = outcomes.max().unwrap_or(Outcome::Passed);
        assessment.set_outcome(outcome);
        Ok(assessment)
    }

    /// Inspects a JSON document of any format: every string, field name and long number.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is empty, not JSON, not UTF-8, or nested too deeply.
    pub fn inspect_json(&self, source: Source, body: &[u8]) -> Result<BodyAssessment, BodyError> {
        let doc = JsonDocument::parse(body)?;
        let mut evaluator = BodyEvaluator::new(self, source);
        let visited = visit_any_json(&doc, self.unknown(), &mut |field| evaluator.inspect(&field))?;
        Ok(evaluator.finish(visited.summary))
    }
}

/// Returns the type of a recorded event, and its JSON.
fn unwrap_event(event: &[u8]) -> Result<(String, Vec<u8>), BodyError> {
    let doc = JsonDocument::parse(event)?;
    let mut members = doc.members(JsonDocument::ROOT);
    match (members.next(), members.next()) {
        (Some((name, value)), None) => Ok((doc.string(name).into_owned(), doc.raw(value).as_bytes().to_vec())),
        _ => Err(BodyError::unknown_format("event")),
    }
}

fn outcome_of(action: ActionTaken) -> Outcome {
    match action {
        ActionTaken::Blocked => Outcome::Blocked,
        ActionTaken::Anonymized | ActionTaken::Replaced => Outcome::Masked,
        ActionTaken::None => Outcome::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::BodyGuard;
    use crate::bedrock::Operation;
    use crate::guardrail::{Conversation, Guardrail, Outcome, Source};
    use crate::policy::Policy;

    fn guard(action: &str) -> BodyGuard {
        let policy =
            format!("{{version: 1, name: n, pii: [{{types: [EMAIL, US_SOCIAL_SECURITY_NUMBER], action: {action}}}]}}");
        let guardrail = Guardrail::new(Policy::from_yaml(&policy).unwrap());
        BodyGuard::new(&guardrail, &Conversation::new())
    }

    fn inspect(action: &str, operation: Operation, events: &[&str]) -> Vec<(String, String, usize)> {
        let assessment = guard(action).inspect_events(operation, events.iter().map(|event| event.as_bytes())).unwrap();
        let findings = assessment.findings().iter();
        findings.map(|f| (f.finding().rule().to_owned(), f.pointer().to_owned(), f.finding().span().start())).collect()
    }

    #[test]
    fn text_that_is_split_over_events_is_evaluated_as_a_whole_whatever_the_action() {
        let converse = [
            r#"{"messageStart": {"role": "assistant"}}"#,
            r#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "mail a@exam"}}}"#,
            r#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "ple.com and b@example.com"}}}"#,
            r#"{"contentBlockStop": {"contentBlockIndex": 0}}"#,
            r#"{"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{\"a\": \"c@exa"}}}}"#,
            r#"{"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "mple.com\"}"}}}}"#,
            r#"{"messageStop": {"stopReason": "end_turn"}}"#,
        ];
        let expected = ["/choices/0/blocks/0/text", "/choices/0/blocks/0/text", "/choices/0/blocks/1/toolArguments"];
        for action in ["detect", "mask", "block"] {
            let found = inspect(action, Operation::ConverseStream, &converse);
            let pointers: Vec<&str> = found.iter().map(|(_, pointer, _)| pointer.as_str()).collect();
            assert_eq!(pointers, expected, "{action}");
            assert_eq!(found[0].2, 5);
        }
        let claude = [
            r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a@exam"}}"#,
            r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ple.com"}}"#,
        ];
        assert_eq!(inspect("block", Operation::InvokeModelWithResponseStream, &claude).len(), 1);
    }

    #[test]
    fn the_outcome_is_that_of_the_policy() {
        let event: &[u8] = br#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a@example.com"}}}"#;
        for (action, outcome) in [("detect", Outcome::Passed), ("mask", Outcome::Masked), ("block", Outcome::Blocked)] {
            let assessment = guard(action).inspect_events(Operation::ConverseStream, [event]).unwrap();
            assert_eq!(assessment.outcome(), outcome);
        }
    }

    #[test]
    fn any_json_is_inspected_with_names_and_numbers() {
        let json = br#"{"a@example.com": 1, "messages": [{"content": {"x": ["b@example.com"]}}], "ssn": 536220145}"#;
        let assessment = guard("mask").inspect_json(Source::Input, json).unwrap();
        let pointers: Vec<&str> = assessment.findings().iter().map(|finding| finding.pointer()).collect();
        assert_eq!(pointers, ["/a@example.com", "/messages/0/content/x/0", "/ssn"]);
        assert!(guard("mask").inspect_json(Source::Input, b"{").is_err());
    }

    #[test]
    fn events_that_cannot_be_read_are_errors() {
        let guard = guard("mask");
        for event in ["{}", "[]", "{", r#"{"a": {}, "b": {}}"#, r#"{"a": {}}"#] {
            assert!(guard.inspect_events(Operation::ConverseStream, [event.as_bytes()]).is_err(), "{event}");
        }
        assert!(guard.inspect_events(Operation::Converse, [&b"{}"[..]]).is_err());
    }
}
