//! Inspects a whole body: every text field is evaluated, and each finding has the pointer to its field.

use super::assessment::{BodyAssessment, BodyFinding};
use crate::bedrock::{
    BodyError, BodyFormat, FieldKind, InspectionSummary, Operation, TextField, UnknownContent, Visited, Visitor,
    visit_request_document, visit_response_with,
};
use crate::guardrail::{Conversation, Guardrail, Position, Source};
use crate::json::{FieldEdit, JsonDocument, RawEdit};

/// Inspects the bodies of one call, or of one conversation.
#[derive(Clone, Debug)]
pub struct BodyGuard {
    guardrail: Guardrail,
    conversation: Conversation,
    unknown: UnknownContent,
}

/// An inspected body.
#[derive(Clone)]
pub struct GuardedBody {
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) assessment: BodyAssessment,
    pub(crate) format: BodyFormat,
}

impl GuardedBody {
    /// Returns the masked body, or `None` if the body is unchanged or blocked.
    #[must_use]
    pub fn masked_body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// Returns the assessment of the body.
    #[must_use]
    pub fn assessment(&self) -> &BodyAssessment {
        &self.assessment
    }
}

impl std::fmt::Debug for GuardedBody {
    // Without the body, which holds text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedBody")
            .field("changed", &self.body.is_some())
            .field("assessment", &self.assessment)
            .finish()
    }
}

impl BodyGuard {
    /// Creates a guard that rejects unknown content.
    #[must_use]
    pub fn new(guardrail: &Guardrail, conversation: &Conversation) -> Self {
        Self { guardrail: guardrail.clone(), conversation: conversation.clone(), unknown: UnknownContent::Reject }
    }

    /// Inspects every string of unknown content, IDs and base64 included, instead of rejecting it.
    ///
    /// The meaning of such a string is unknown: a replacement may break the call, and text in another form than a string is missed.
    #[must_use]
    pub fn dangerous_inspect_unknown_content(mut self) -> Self {
        self.unknown = UnknownContent::Inspect;
        self
    }

    /// Inspects the body of a request, as input.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be inspected: it is empty, not JSON, not UTF-8, nested too deeply, or holds unknown content.
    pub fn inspect_request(&self, operation: Operation, body: &[u8]) -> Result<GuardedBody, BodyError> {
        self.request_document(operation, &JsonDocument::parse(body)?, Vec::new())
    }

    /// [`BodyGuard::inspect_request`] of a body that is parsed already. `removed` are edits that take fields out of it.
    pub(super) fn request_document(
        &self,
        operation: Operation,
        doc: &JsonDocument<'_>,
        removed: Vec<RawEdit>,
    ) -> Result<GuardedBody, BodyError> {
        let mut evaluator = BodyEvaluator::new(self, Source::Input);
        let visited =
            visit_request_document(operation, doc, self.unknown, removed, &mut |field| evaluator.inspect(&field))?;
        Ok(evaluator.guarded(visited))
    }

    /// Inspects the body of a response, as output.
    ///
    /// # Errors
    ///
    /// The same as those of [`BodyGuard::inspect_request`].
    pub fn inspect_response(&self, operation: Operation, body: &[u8]) -> Result<GuardedBody, BodyError> {
        let mut evaluator = BodyEvaluator::new(self, Source::Output);
        let visited = visit_response_with(operation, body, self.unknown, &mut |field| evaluator.inspect(&field))?;
        Ok(evaluator.guarded(visited))
    }

    /// Inspects an SDK value, whose text fields `visit` offers.
    pub(super) fn value(
        &self,
        source: Source,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
    ) -> Result<BodyAssessment, BodyError> {
        let mut evaluator = BodyEvaluator::new(self, source);
        let coverage = visit(&mut |field| evaluator.inspect(&field))?;
        Ok(evaluator.finish(coverage))
    }

    /// Returns a guard that reports findings, and changes and blocks nothing.
    pub(crate) fn observing(&self) -> Self {
        Self { guardrail: self.guardrail.clone().observing(), ..self.clone() }
    }

    pub(crate) fn guardrail(&self) -> &Guardrail {
        &self.guardrail
    }

    pub(crate) fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    pub(crate) fn unknown(&self) -> UnknownContent {
        self.unknown
    }
}

/// Evaluates the text fields of a body one after the other.
pub(crate) struct BodyEvaluator<'a> {
    guard: &'a BodyGuard,
    assessment: BodyAssessment,
}

impl<'a> BodyEvaluator<'a> {
    pub(crate) fn new(guard: &'a BodyGuard, source: Source) -> Self {
        Self { guard, assessment: BodyAssessment::new(source) }
    }

    /// Evaluates one text field, and returns its replacements.
    pub(crate) fn inspect(&mut self, field: &TextField<'_>) -> Option<FieldEdit> {
        if field.text().is_empty() {
            // A finding is never empty. A body may have millions of empty fields.
            return None;
        }
        let source = self.assessment.source();
        let position = match (source, field.kind()) {
            (Source::Input, _) => field.position(),
            // What a response repeats of its request, such as the system prompt, is not its own.
            (Source::Output, FieldKind::Echo) => Position::History,
            // The model wrote it, whatever role the response declares.
            (Source::Output, _) => Position::Current,
        };
        let (assessment, replacements) = self.guard.guardrail.assess_for_edits(
            &self.guard.conversation,
            (source, position),
            field.context(),
            field.text(),
        );
        if assessment.findings().is_empty() {
            self.assessment.add(std::iter::empty(), &assessment);
            return None;
        }
        let (pointer, inner) = (field.pointer(), field.inner_pointer());
        let findings = assessment.findings().iter().map(|finding| BodyFinding {
            finding: finding.clone(),
            pointer: pointer.clone(),
            inner_pointer: inner.clone(),
            is_key: field.is_key(),
        });
        if field.kind() == FieldKind::Trace && assessment.is_blocked() {
            // A trace quotes other text, so it does not block the response; but the quote is removed.
            self.assessment.add_masked(findings, &assessment);
            return Some(FieldEdit::whole(field.text().len(), ""));
        }
        self.assessment.add(findings, &assessment);
        if assessment.is_blocked() || replacements.list.is_empty() {
            return None;
        }
        let list = replacements.list.into_iter();
        Some(FieldEdit::new(list.map(|(range, text)| (range, sanitize_document_name(field.kind(), text))).collect()))
    }

    /// Returns the assessment of all text fields.
    pub(crate) fn finish(mut self, coverage: InspectionSummary) -> BodyAssessment {
        self.assessment.coverage = coverage;
        self.assessment
    }

    fn guarded(self, visited: Visited) -> GuardedBody {
        let assessment = self.finish(visited.summary);
        // A blocked body is never forwarded.
        GuardedBody { body: visited.body.filter(|_| !assessment.is_blocked()), assessment, format: visited.format }
    }
}

/// Returns a replacement that Bedrock accepts in the name of a document, which has no braces.
fn sanitize_document_name(kind: FieldKind, replacement: String) -> String {
    if kind != FieldKind::DocumentName {
        return replacement;
    }
    let allowed = |c: char| match c {
        '{' => '[',
        '}' => ']',
        c if c.is_alphanumeric() || " -()[]".contains(c) => c,
        _ => '-',
    };
    replacement.chars().map(allowed).collect()
}
