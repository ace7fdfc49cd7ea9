//! Reads a recorded body as the middleware reads it on the wire.

use banister::{BodyAssessment, BodyError, BodyGuard, Operation, Source};
use serde_json::value::RawValue;

use super::finding::Side;
use super::quarantine::ReasonCode;

/// What an inspection of a body gave.
pub(super) struct Inspected {
    /// `None` if the body can only be read as text.
    pub(super) assessment: Option<BodyAssessment>,
    pub(super) reason: Option<ReasonCode>,
    /// The body has a format, or content, that no model family has. All its strings were evaluated.
    pub(super) is_unknown: bool,
}

/// Inspects bodies with the same rules as the middleware. What these reject is inspected as JSON of any format.
pub(super) struct Bodies {
    known: BodyGuard,
    unknown: BodyGuard,
}

impl Bodies {
    pub(super) fn new(guard: BodyGuard) -> Self {
        Self { known: guard.clone(), unknown: guard.dangerous_inspect_unknown_content() }
    }

    /// Inspects JSON of any format.
    pub(super) fn json(&self, source: Source, json: &str) -> Inspected {
        let assessment = self.unknown.inspect_json(source, json.as_bytes());
        let reason = assessment.as_ref().err().map(reason);
        Inspected { assessment: assessment.ok(), reason, is_unknown: false }
    }

    pub(super) fn call(&self, side: Side, operation: Option<Operation>, body: &str) -> Inspected {
        match side {
            Side::Output => self.response(operation, body),
            Side::Input | Side::Record => self.request(operation, body),
        }
    }

    fn request(&self, operation: Option<Operation>, body: &str) -> Inspected {
        let inspect = |guard: &BodyGuard, operation| {
            guard.inspect_request(operation, body.as_bytes()).map(|guarded| guarded.assessment().clone())
        };
        self.inspect(Source::Input, body, operation, inspect)
    }

    /// Inspects the body of a response, or its events.
    fn response(&self, operation: Option<Operation>, body: &str) -> Inspected {
        if body.trim_start().starts_with('[') {
            return self.inspect(Source::Output, body, operation.map(with_events), |guard, operation| {
                let events: Vec<&RawValue> = serde_json::from_str(body).unwrap_or_default();
                guard.inspect_events(operation, events.iter().map(|event| event.get().as_bytes()))
            });
        }
        self.inspect(Source::Output, body, operation.map(without_events), |guard, operation| {
            guard.inspect_response(operation, body.as_bytes()).map(|guarded| guarded.assessment().clone())
        })
    }

    fn inspect(
        &self,
        source: Source,
        body: &str,
        operation: Option<Operation>,
        inspect: impl Fn(&BodyGuard, Operation) -> Result<BodyAssessment, BodyError>,
    ) -> Inspected {
        let Some(operation) = operation else {
            return Inspected { is_unknown: true, ..self.json(source, body) };
        };
        let known = |assessment, is_unknown| Inspected { assessment: Some(assessment), reason: None, is_unknown };
        let error = match inspect(&self.known, operation) {
            Ok(assessment) => return known(assessment, false),
            Err(error) if error.is_unknown() => match inspect(&self.unknown, operation) {
                Ok(assessment) => return known(assessment, true),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let any = self.json(source, body);
        Inspected { reason: any.reason.or(Some(reason(&error))), ..any }
    }
}

fn reason(error: &BodyError) -> ReasonCode {
    if error.is_too_deep() { ReasonCode::JsonDepth } else { ReasonCode::BodyUnsupported }
}

/// A recorded list of events belongs to an operation that streams, whatever its name in the record.
fn with_events(operation: Operation) -> Operation {
    match operation {
        Operation::Converse => Operation::ConverseStream,
        Operation::InvokeModel => Operation::InvokeModelWithResponseStream,
        other => other,
    }
}

/// Bedrock records the response of ConverseStream in the format of Converse.
fn without_events(operation: Operation) -> Operation {
    match operation {
        Operation::ConverseStream => Operation::Converse,
        Operation::InvokeModelWithResponseStream => Operation::InvokeModel,
        other => other,
    }
}
