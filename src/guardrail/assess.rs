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
        assess(Evaluator::new(self.clone(), source, None), text)
    }

    /// Evaluates text as part of a conversation.
    #[must_use]
    pub fn assess_with(&self, source: Source, text: &str, conversation: &Conversation) -> Assessment {
        assess(Evaluator::new(self.clone(), source, conversation.clone()), text)
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
        let evaluator =
            if context_alone { evaluator.with_context_alone(context) } else { evaluator.with_context(context) };
        assess_for_edits(evaluator, text)
    }
}

fn assess(evaluator: Evaluator, text: &str) -> Assessment {
    let (mut assessment, replacements) = assess_for_edits(evaluator, text);
    assessment.masked = (assessment.outcome == Outcome::Masked).then(|| replacements.apply_to(text));
    assessment
}

fn assess_for_edits(mut evaluator: Evaluator, text: &str) -> (Assessment, Replacements) {
    let mut replacements = Replacements::default();
    evaluator.push(text, &mut replacements);
    evaluator.finish(&mut replacements);
    if !evaluator.is_blocked()
        && let Some(replacement) = evaluator.replacement()
    {
        replacements = Replacements::default();
        replacements.replace(text.len(), &replacement);
    }
    (evaluator.into_assessment(), replacements)
}
