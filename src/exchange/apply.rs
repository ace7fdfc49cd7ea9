//! ApplyGuardrail, answered by a guardrail of ours.

use std::borrow::Cow;

use super::assessment::BodyAssessment;
use super::body::BodyGuard;
use super::report::ApplyGuardrailResponse;
use crate::bedrock::{BodyError, BodyErrorKind};
use crate::guardrail::{Assessment, Source};
use crate::json::{JsonDocument, NodeKind};

/// What a caller asks.
#[derive(Debug)]
pub(crate) struct ApplyGuardrailRequest<'a> {
    pub(crate) source: Source,
    pub(crate) texts: Vec<Cow<'a, str>>,
    /// The answer is to tell also what was not found.
    pub(crate) in_full: bool,
}

impl<'a> ApplyGuardrailRequest<'a> {
    /// Reads the body of a request. What is not understood is refused, for it could hold text; so are pictures.
    pub(crate) fn read(doc: &JsonDocument<'a>) -> Result<Self, BodyError> {
        let unknown = |node| BodyError::new(BodyErrorKind::UnknownContent { pointer: doc.pointer(node) });
        let mut asked = ApplyGuardrailRequest { source: Source::Input, texts: Vec::new(), in_full: false };
        let (mut has_source, mut has_content) = (false, false);
        for (key, value) in doc.members(JsonDocument::ROOT) {
            match (&*doc.string(key), doc.as_str(value).as_deref()) {
                ("source", Some("INPUT")) if !has_source => (asked.source, has_source) = (Source::Input, true),
                ("source", Some("OUTPUT")) if !has_source => (asked.source, has_source) = (Source::Output, true),
                ("outputScope", Some("FULL")) => asked.in_full = true,
                ("outputScope", Some("INTERVENTIONS")) => asked.in_full = false,
                ("content", None) if !has_content && doc.kind(value) == NodeKind::Array => {
                    has_content = true;
                    for block in doc.items(value) {
                        asked.texts.push(text(doc, block)?);
                    }
                }
                _ => return Err(unknown(key)),
            }
        }
        if has_source && has_content {
            Ok(asked)
        } else {
            Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "request" }))
        }
    }
}

/// The text of a content block.
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

impl BodyGuard {
    /// Answers the body of an ApplyGuardrail request. Its `match` members are empty, unless the guardrail keeps matches.
    ///
    /// # Errors
    ///
    /// When the body is no such request, or holds a picture or anything else that cannot be evaluated.
    pub fn apply_guardrail(&self, body: &[u8]) -> Result<(ApplyGuardrailResponse, BodyAssessment), BodyError> {
        let doc = JsonDocument::parse(body)?;
        Ok(self.apply(&ApplyGuardrailRequest::read(&doc)?))
    }

    /// Evaluates what ApplyGuardrail asks, each text by itself and all in one conversation.
    pub(crate) fn apply(&self, asked: &ApplyGuardrailRequest<'_>) -> (ApplyGuardrailResponse, BodyAssessment) {
        let policy = self.guardrail().policy();
        let assess = |text: &Cow<'_, str>| self.guardrail().assess_with(asked.source, text, self.conversation());
        let assessed: Vec<Assessment> = asked.texts.iter().map(assess).collect();
        let mut found = BodyAssessment::new(asked.source);
        for (position, assessment) in assessed.iter().enumerate() {
            found.add_text(&format!("/content/{position}/text/text"), assessment);
        }
        let mut report = ApplyGuardrailResponse::new(policy, asked.source, found.outcome(), found.inspected_chars());
        for finding in assessed.iter().flat_map(Assessment::findings) {
            // The member is required, so it is empty where it may not tell.
            report.add(policy, finding, Some(finding.matched_text().unwrap_or_default()));
        }
        if asked.in_full {
            report.add_undetected(policy, asked.source);
        }
        match found.message() {
            Some(message) => report.add_output(message),
            None if found.outcome() == crate::guardrail::Outcome::Masked => {
                let outputs = assessed.iter().zip(&asked.texts);
                outputs.for_each(|(assessment, text)| report.add_output(assessment.apply_to(text)));
            }
            None => {}
        }
        (report, found)
    }
}

#[cfg(test)]
mod tests {
    use super::ApplyGuardrailRequest;
    use crate::guardrail::Source;
    use crate::json::JsonDocument;

    #[test]
    fn what_is_not_understood_is_refused() {
        let read = |body: &str| {
            let doc = JsonDocument::parse_str(body).unwrap();
            let asked = ApplyGuardrailRequest::read(&doc);
            asked.map(|asked| (asked.source, asked.texts.concat(), asked.in_full)).map_err(|error| error.to_string())
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
