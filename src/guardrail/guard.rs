use std::fmt;
use std::sync::Arc;

use super::assessment::{Assessment, Outcome};
use super::conversation::Conversation;
use super::evaluator::Evaluator;
use super::labels::LabelSet;
use super::position::Position;
use super::resolve::Blocked;
use super::sink::{Replacements, Sink as _};
use crate::detect::detectors::Detectors;
use crate::detect::topic::{Embedder, Similarity};
use crate::policy::Policy;
use crate::policy::rule::Rule;
use crate::text::names::names;

/// Which way a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// To the model: prompts, and all that goes with them.
    Input,
    /// From the model: completions.
    Output,
}

names!(Source, "source", {
    Input => "INPUT",
    Output => "OUTPUT",
});

/// A compiled policy, ready to evaluate texts.
///
/// Clones share everything, and evaluating takes `&self`: one guardrail serves all threads. Evaluating a text cannot fail and does
/// no input or output. Its cost is linear in the text.
///
/// ```
/// use banister::{Guardrail, Outcome, Policy, Source};
///
/// let policy = Policy::from_yaml(
///     "version: 1
/// name: support
/// pii:
///   - types: [EMAIL]
///     action: mask
/// ",
/// )?;
/// let guardrail = Guardrail::new(policy);
/// let text = "Write to jane.roe@example.com";
/// let assessment = guardrail.assess(Source::Input, text);
/// assert_eq!(assessment.outcome(), Outcome::Masked);
/// assert_eq!(assessment.apply_to(text), "Write to {EMAIL}");
/// # Ok::<(), banister::PolicyError>(())
/// ```
#[derive(Clone)]
pub struct Guardrail {
    policy: Policy,
    buffer_limit: BufferLimit,
    /// From here on a text is refused: the bound, but for tests.
    hold_limit: usize,
    max_cluster: usize,
    labels: Arc<LabelSet>,
    keeps_matches: bool,
    /// The topics of the policy that have examples.
    topics: Option<Arc<Similarity>>,
    keeps_topic_scores: bool,
}

impl Guardrail {
    /// A guardrail that enforces `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let longest = policy.detectors().bounds().iter().map(|bound| bound.span).max().unwrap_or(0);
        let max_cluster = 2 * longest;
        let labels = LabelSet::of(policy.compiled_rules());
        let bounds = policy.detectors().bounds().iter();
        let widest = bounds.max_by_key(|bound| bound.span + bound.wait);
        let name = |rule: u32| policy.compiled_rules().get(rule as usize).map(|rule| Arc::clone(&rule.name));
        let buffer_limit = BufferLimit {
            bytes: widest.map_or(0, |bound| bound.span + bound.wait + labels.longest() + max_cluster),
            rule: widest.and_then(|bound| name(bound.rule)),
        };
        let hold_limit = buffer_limit.bytes;
        Self {
            topics: policy.detectors().similarity().cloned(),
            policy,
            buffer_limit,
            hold_limit,
            max_cluster,
            labels: Arc::new(labels),
            keeps_matches: false,
            keeps_topic_scores: false,
        }
    }

    /// Refuses texts of which more than this is held, as if the bound were wrong.
    #[cfg(test)]
    pub(crate) fn with_hold_limit(mut self, bytes: usize) -> Self {
        self.hold_limit = bytes;
        self
    }

    /// Has findings hold the text that was found, for [`Finding::matched_text`](super::Finding::matched_text) and the `match` members of
    /// traces. Whoever reads either then sees what was masked or blocked: a card number in a completion that its reader was not to see,
    /// for one. `Debug`, logs and metrics still do not show it.
    #[must_use]
    pub fn dangerous_include_matches(mut self) -> Self {
        self.keeps_matches = true;
        self
    }

    /// Adds the best score of each topic that has examples to assessments, see [`Assessment::topic_scores`].
    #[must_use]
    pub fn with_topic_scores(mut self) -> Self {
        self.keeps_topic_scores = true;
        self
    }

    /// Compares text with the examples of topics by a sentence model. Thresholds that the policy does not give are computed anew, for
    /// which the model embeds several hundred short questions.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.topics = self.topics.map(|topics| Arc::new(topics.with_embedder(embedder)));
        self
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The most bytes a stream under this policy can hold back, and the rule that sets it.
    #[must_use]
    pub fn buffer_limit(&self) -> &BufferLimit {
        &self.buffer_limit
    }

    /// Evaluates a whole text, as a conversation of its own.
    #[must_use]
    pub fn assess(&self, source: Source, text: &str) -> Assessment {
        self.assess_with(source, text, &Conversation::new())
    }

    /// Evaluates a whole text as part of a conversation.
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

    /// Evaluates a whole text at this position, with `context` before it, and tells what to replace in it instead of the text. Where
    /// `context_alone`, what the text alone brings is no finding.
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

    pub(crate) fn detectors(&self) -> &Detectors {
        self.policy.detectors()
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        self.policy.compiled_rules()
    }

    pub(super) fn topics(&self) -> Option<&Arc<Similarity>> {
        self.topics.as_ref()
    }

    pub(super) fn keeps_topic_scores(&self) -> bool {
        self.keeps_topic_scores
    }

    pub(super) fn keeps_matches(&self) -> bool {
        self.keeps_matches
    }

    pub(super) fn max_cluster(&self) -> usize {
        self.max_cluster
    }

    pub(super) fn hold_limit(&self) -> usize {
        self.hold_limit
    }

    pub(super) fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// What the caller is told when a text is blocked.
    pub(super) fn blocked_message(&self, blocked: Blocked, source: Source) -> Arc<str> {
        let messages = self.policy.messages();
        let general = match source {
            Source::Input => &messages.blocked_input,
            Source::Output => &messages.blocked_output,
        };
        let rule = match blocked {
            Blocked::By(rule) => self.rules().get(rule as usize),
            Blocked::OverLimit => None,
        };
        Arc::clone(rule.and_then(|rule| rule.message.as_ref()).unwrap_or(general))
    }
}

impl Rule {
    /// What the rule does in this direction.
    pub(crate) fn action(&self, source: Source) -> crate::policy::Action {
        match source {
            Source::Input => self.input,
            Source::Output => self.output,
        }
    }
}

impl fmt::Debug for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guardrail").field("policy", &self.policy).field("buffer_limit", &self.buffer_limit).finish()
    }
}

/// How much a stream may hold back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferLimit {
    bytes: usize,
    rule: Option<Arc<str>>,
}

impl BufferLimit {
    /// Bytes of the text as given.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rule that sets it; `None` when the policy has no rules.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }
}
