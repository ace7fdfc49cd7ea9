//! Guards a whole body: every text of it is evaluated, and findings are told with the place they stand at.

use super::assessment::{BodyAssessment, BodyFinding};
use crate::bedrock::{
    BodyError, BodyFormat, FieldKind, InspectionSummary, Operation, TextField, UnknownContent, Visited, Visitor,
    visit_request_document, visit_response_with,
};
use crate::guardrail::{Conversation, Guardrail, Position, Source};
use crate::json::{FieldEdit, JsonDocument, RawEdit};

/// Guards the bodies of one call.
#[derive(Clone, Debug)]
pub struct BodyGuard {
    guardrail: Guardrail,
    conversation: Conversation,
    unknown: UnknownContent,
}

/// A body after it was examined.
#[derive(Clone)]
pub struct GuardedBody {
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) assessment: BodyAssessment,
    pub(crate) format: BodyFormat,
}

impl GuardedBody {
    /// The body that may go on, where it differs from the one given: with texts masked. None may when the assessment says blocked.
    #[must_use]
    pub fn masked_body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// What was found.
    #[must_use]
    pub fn assessment(&self) -> &BodyAssessment {
        &self.assessment
    }
}

impl std::fmt::Debug for GuardedBody {
    // Without the body, which holds the caller's text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedBody")
            .field("changed", &self.body.is_some())
            .field("assessment", &self.assessment)
            .finish()
    }
}

impl BodyGuard {
    /// A guard for the bodies of one call, or of one conversation. Content of an unknown kind is refused.
    #[must_use]
    pub fn new(guardrail: &Guardrail, conversation: &Conversation) -> Self {
        Self { guardrail: guardrail.clone(), conversation: conversation.clone(), unknown: UnknownContent::Reject }
    }

    /// Examines every string of content of an unknown kind, ids and base64 included, instead of refusing it. What such a text
    /// means is not known: a mask may break the call, and text in a form that is not a string goes unseen.
    #[must_use]
    pub fn dangerous_inspect_unknown_content(mut self) -> Self {
        self.unknown = UnknownContent::Inspect;
        self
    }

    /// Examines the body of a request, as input.
    ///
    /// # Errors
    ///
    /// When the body cannot be examined: it is empty, not JSON, not UTF-8, nested too deeply, or holds content of an unknown kind.
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
        let mut texts = BodyEvaluator::new(self, Source::Input);
        let visited = visit_request_document(operation, doc, self.unknown, removed, &mut |slot| texts.examine(&slot))?;
        Ok(texts.guarded(visited))
    }

    /// Examines the body of a response, as output.
    ///
    /// # Errors
    ///
    /// As [`BodyGuard::inspect_request`].
    pub fn inspect_response(&self, operation: Operation, body: &[u8]) -> Result<GuardedBody, BodyError> {
        let mut texts = BodyEvaluator::new(self, Source::Output);
        let visited = visit_response_with(operation, body, self.unknown, &mut |slot| texts.examine(&slot))?;
        Ok(texts.guarded(visited))
    }

    /// Examines an SDK value, whose texts `visit` offers.
    pub(super) fn value(
        &self,
        source: Source,
        visit: impl FnOnce(&mut Visitor<'_>) -> Result<InspectionSummary, BodyError>,
    ) -> Result<BodyAssessment, BodyError> {
        let mut texts = BodyEvaluator::new(self, source);
        let coverage = visit(&mut |slot| texts.examine(&slot))?;
        Ok(texts.finish(coverage))
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

/// Evaluates the texts of a body one after the other.
pub(crate) struct BodyEvaluator<'a> {
    guard: &'a BodyGuard,
    assessment: BodyAssessment,
}

impl<'a> BodyEvaluator<'a> {
    pub(crate) fn new(guard: &'a BodyGuard, source: Source) -> Self {
        Self { guard, assessment: BodyAssessment::new(source) }
    }

    /// Evaluates one text, and says what to replace in it.
    pub(crate) fn examine(&mut self, slot: &TextField<'_>) -> Option<FieldEdit> {
        let source = self.assessment.source();
        let position = match (source, slot.kind()) {
            (Source::Input, _) => slot.position(),
            // What a response repeats of its request, the system prompt for one, was not said in it.
            (Source::Output, FieldKind::Echo) => Position::History,
            // Whatever a response calls its own role, the model has written it.
            (Source::Output, _) => Position::Current,
        };
        let (assessment, replacements) = self.guard.guardrail.assess_for_edits(
            &self.guard.conversation,
            (source, position),
            slot.context(),
            slot.text(),
        );
        if assessment.findings().is_empty() {
            self.assessment.add(std::iter::empty(), &assessment);
            return None;
        }
        let (pointer, inner) = (slot.pointer(), slot.inner_pointer());
        let findings = assessment.findings().iter().map(|finding| BodyFinding {
            finding: finding.clone(),
            pointer: pointer.clone(),
            inner_pointer: inner.clone(),
            is_key: slot.is_key(),
        });
        if slot.kind() == FieldKind::Trace && assessment.is_blocked() {
            // What it tells was not said in this answer, so the answer is not blocked for it; but it is not told.
            self.assessment.add_masked(findings, &assessment);
            return Some(FieldEdit::whole(slot.text().len(), ""));
        }
        self.assessment.add(findings, &assessment);
        if assessment.is_blocked() || replacements.list.is_empty() {
            return None;
        }
        let list = replacements.list.into_iter();
        Some(FieldEdit::new(list.map(|(range, text)| (range, fitting(slot.kind(), text))).collect()))
    }

    /// What came of all texts.
    pub(crate) fn finish(mut self, coverage: InspectionSummary) -> BodyAssessment {
        self.assessment.coverage = coverage;
        self.assessment
    }

    fn guarded(self, visited: Visited) -> GuardedBody {
        let assessment = self.finish(visited.summary);
        // What was masked before the text that is blocked is of no use to anybody.
        GuardedBody { body: visited.body.filter(|_| !assessment.is_blocked()), assessment, format: visited.format }
    }
}

/// A mask in the alphabet of its place: Bedrock takes no braces in the name of a document.
fn fitting(kind: FieldKind, mask: String) -> String {
    if kind != FieldKind::DocumentName {
        return mask;
    }
    let allowed = |c: char| match c {
        '{' => '[',
        '}' => ']',
        c if c.is_alphanumeric() || " -()[]".contains(c) => c,
        _ => '-',
    };
    mask.chars().map(allowed).collect()
}
