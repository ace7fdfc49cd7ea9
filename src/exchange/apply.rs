//! ApplyGuardrail, served locally.

use std::borrow::Cow;
use std::time::Instant;

use super::assessment::BodyAssessment;
use super::body::BodyGuard;
use super::call::{Exchange, Inspected};
use super::error::GuardrailError;
use super::report::ApplyGuardrailResponse;
use super::response::BlockedResponse;
use crate::audit::Stage;
use crate::bedrock::{BodyError, BodyErrorKind};
use crate::guardrail::{Assessment, Outcome, Source};
use crate::json::{JsonDocument, NodeKind};

/// A parsed ApplyGuardrail request.
#[derive(Debug)]
pub(crate) struct ApplyGuardrailRequest<'a> {
    pub(crate) source: Source,
    pub(crate) texts: Vec<Cow<'a, str>>,
    /// The response also lists what did not match.
    pub(crate) full_scope: bool,
}

impl<'a> ApplyGuardrailRequest<'a> {
    /// Reads the body of a request. Unknown content is rejected, because it could hold text, and so are pictures.
    pub(crate) fn read(doc: &JsonDocument<'a>) -> Result<Self, BodyError> {
        let unknown = |node| BodyError::new(BodyErrorKind::UnknownContent { pointer: doc.pointer(node) });
        let mut request = ApplyGuardrailRequest { source: Source::Input, texts: Vec::new(), full_scope: false };
        let (mut has_source, mut has_content) = (false, false);
        for (key, value) in doc.members(JsonDocument::ROOT) {
            match (&*doc.string(key), doc.as_str(value).as_deref()) {
                ("source", Some("INPUT")) if !has_source => (request.source, has_source) = (Source::Input, true),
                ("source", Some("OUTPUT")) if !has_source => (request.source, has_source) = (Source::Output, true),
                ("outputScope", Some("FULL")) => request.full_scope = true,
                ("outputScope", Some("INTERVENTIONS")) => request.full_scope = false,
                ("content", None) if !has_content && doc.kind(value) == NodeKind::Array => {
                    has_content = true;
                    for block in doc.items(value) {
                        request.texts.push(text(doc, block)?);
                    }
                }
                _ => return Err(unknown(key)),
            }
        }
        if has_source && has_content {
            Ok(request)
        } else {
            Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "request" }))
        }
    }
}

/// Returns the text of a content block.
fn text<'a>(doc: &JsonDocument<'a>, block: usize) -> Result<Cow<'a, str>, BodyError> {
    let unknown = |node| BodyError::new(BodyErrorKind::UnknownContent { pointer: doc.pointer(node) });
    let mut members = doc.members(block);
    let (Some((key, value)), None) = (members.next(), members.next()) else { return Err(unknown(block)) };
    match &*doc.string(key) {
        "text" => {}
        "image" => return Err(BodyError::new(BodyErrorKind::Image { pointer: doc.pointer(key) })),
        _ => return Err(unknown(key)),
    }
    let mut text = None;
    for (key, value) in doc.members(value) {
        match &*doc.string(key) {
            "text" if text.is_none() => text = doc.as_str(value),
            "qualifiers" => {}
            _ => return Err(unknown(key)),
        }
    }
    text.ok_or_else(|| unknown(value))
}

/// The result of serving ApplyGuardrail.
#[derive(Clone, Debug)]
pub struct AppliedGuardrail {
    /// The response.
    pub response: ApplyGuardrailResponse,
    /// The assessment of the request's text.
    pub assessment: BodyAssessment,
}

impl BodyGuard {
    /// Evaluates the body of an ApplyGuardrail request. `match` fields are empty unless the guardrail includes matches.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is no such request, or holds a picture or anything else that cannot be evaluated.
    pub fn apply_guardrail(&self, body: &[u8]) -> Result<AppliedGuardrail, BodyError> {
        let doc = JsonDocument::parse(body)?;
        Ok(self.apply(&ApplyGuardrailRequest::read(&doc)?))
    }

    /// Evaluates each text of a request by itself, and all in one conversation.
    pub(crate) fn apply(&self, request: &ApplyGuardrailRequest<'_>) -> AppliedGuardrail {
        let policy = self.guardrail().policy();
        let assess = |text: &Cow<'_, str>| self.guardrail().assess_with(request.source, text, self.conversation());
        let assessed: Vec<Assessment> = request.texts.iter().map(assess).collect();
        let mut assessment = BodyAssessment::new(request.source);
        for (position, text) in assessed.iter().enumerate() {
            assessment.add_text(&format!("/content/{position}/text/text"), text);
        }
        let mut response =
            ApplyGuardrailResponse::new(policy, request.source, assessment.outcome(), assessment.inspected_chars());
        for finding in assessed.iter().flat_map(Assessment::findings) {
            // The field is required, so it is empty if matches are not included.
            response.add_finding(policy, finding, Some(finding.matched_text().unwrap_or_default()));
        }
        if request.full_scope {
            response.add_undetected(policy, request.source);
        }
        match assessment.message() {
            Some(message) => response.add_output(message),
            None if assessment.outcome() == Outcome::Masked => {
                let outputs = assessed.iter().zip(&request.texts);
                outputs.for_each(|(assessment, text)| response.add_output(assessment.apply_to(text)));
            }
            None => {}
        }
        AppliedGuardrail { response, assessment }
    }
}

impl Exchange {
    /// Answers ApplyGuardrail, which names this guardrail: Bedrock does not know it, so nothing is forwarded.
    pub(crate) fn apply(
        &self,
        request: Result<ApplyGuardrailRequest<'_>, BodyError>,
    ) -> Result<AppliedGuardrail, GuardrailError> {
        let started = Instant::now();
        let request = request.map_err(|error| self.unreadable(Source::Input, error))?;
        let mut applied = self.bodies.apply(&request);
        if !self.config.traces {
            applied.response.withhold();
        }
        self.conclude(Stage::Request, &applied.assessment, started.elapsed())?;
        Ok(applied)
    }

    /// [`Exchange::apply`] to a body.
    pub(super) fn apply_body(&self, doc: &JsonDocument<'_>) -> Result<Inspected, GuardrailError> {
        let applied = self.apply(ApplyGuardrailRequest::read(doc))?;
        let response = BlockedResponse::body(self.operation, applied.response.to_json());
        Ok(Inspected::Blocked(response, Box::new(applied.assessment)))
    }
}

#[cfg(test)]
mod tests {
    use super::ApplyGuardrailRequest;
    use crate::guardrail::Source;
    use crate::json::JsonDocument;

    #[test]
    fn unknown_content_is_rejected() {
        let read = |body: &str| {
            let doc = JsonDocument::parse_str(body).unwrap();
            let request = ApplyGuardrailRequest::read(&doc);
            request
                .map(|request| (request.source, request.texts.concat(), request.full_scope))
                .map_err(|error| error.to_string())
        };
        let body = r#"{"source": "OUTPUT", "outputScope": "FULL", "content": [{"text": {"text": "a", "qualifiers": ["query"]}}, {"text": {"text": "b"}}]}"#;
        assert_eq!(read(body), Ok((Source::Output, "ab".to_owned(), true)));
        for (body, place) in [
            (r#"{"content": []}"#, "request"),
            (r#"{"source": "INPUT"}"#, "request"),
            (r#"{"source": "INPUT", "source": "OUTPUT", "content": []}"#, "'/source'"),
            (r#"{"source": "INPUT", "content": [], "content": []}"#, "'/content'"),
            (r#"{"source": "BOTH", "content": []}"#, "'/source'"),
            (r#"{"source": "INPUT", "content": {}}"#, "'/content'"),
            (r#"{"source": "INPUT", "content": ["a"]}"#, "'/content/0'"),
            (r#"{"source": "INPUT", "content": [{"image": {}}]}"#, "the image at '/content/0/image'"),
            (r#"{"source": "INPUT", "content": [{"video": {}}]}"#, "'/content/0/video'"),
            (r#"{"source": "INPUT", "content": [{"text": {}}]}"#, "'/content/0/text'"),
            (r#"{"source": "INPUT", "content": [{"text": {"text": "a", "text": "b"}}]}"#, "'/content/0/text/text'"),
            (r#"{"source": "INPUT", "content": [], "more": "x"}"#, "'/more'"),
        ] {
            let error = read(body).unwrap_err();
            assert!(error.contains(place), "{body}: {error}");
        }
    }
}
