//! Evaluates whole text.

use super::assessment::{Assessment, Outcome};
use super::conversation::Conversation;
use super::evaluator::Evaluator;
use super::guard::Guardrail;
use super::position::Position;
use super::sink::{Replacements, Sink as _};
use super::source::Source;

impl Guardrail {
    /// Evaluates text in a new conversation.
    #[must_use]
    pub fn assess(&self, source: Source, text: &str) -> Assessment {
        self.assess_with(source, text, &Conversation::new())
    }

    /// Evaluates text as part of a conversation.
    #[must_use]
    pub fn assess_with(&self, source: Source, text: &str, conversation: &Conversation) -> Assessment {
        let mut evaluator = Evaluator::new(self.clone(), source, conversation.clone());
        let mut out = String::new();
        evaluator.push(text, &mut out);
        evaluator.finish(&mut out);
        let mut assessment = evaluator.assessment();
        assessment.masked = (assessment.outcome == Outcome::Masked).then_some(out);
        assessment
    }

    /// Evaluates text at this position, with `context` before it, and returns the replacements instead of the text. If `context_alone`,
    /// findings that do not depend on the context do not count.
    pub(crate) fn assess_for_edits(
        &self,
        conversation: &Conversation,
        (source, position): (Source, Position),
        (context, context_alone): (&str, bool),
        text: &str,
    ) -> (Assessment, Replacements) {
        let evaluator = Evaluator::new(self.clone(), source, conversation.clone()).at(position);
        let mut evaluator =
            if context_alone { evaluator.with_context_alone(context) } else { evaluator.with_context(context) };
        let mut replacements = Replacements::default();
        evaluator.push(text, &mut replacements);
        evaluator.finish(&mut replacements);
        if let Some(replacement) = evaluator.replacement().filter(|_| !evaluator.is_blocked()) {
            replacements = Replacements::default();
            replacements.replace(text.len(), &replacement);
        }
        (evaluator.assessment(), replacements)
    }
}
