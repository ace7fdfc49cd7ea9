use super::assessment::Assessment;
use super::conversation::Conversation;
use super::evaluator::Evaluator;
use super::guard::Guardrail;
use super::source::Source;

/// Evaluates text that arrives in chunks.
///
/// # Contract
///
/// * **Order.** The text that `push` and `finish` return, joined, is the text with replacements in place of masked spans. It does not
///   depend on how the text was split, nor do findings and outcome.
/// * **Buffering.** A byte is buffered only while it may still be part of a finding. No byte of a masked or blocked span is ever
///   released. At most [`Guardrail::buffer_limit`] bytes are buffered. The limit is computed from the policy; if it were wrong, the text
///   would be blocked, see [`Assessment::is_over_limit`].
/// * **Block.** When a rule blocks, all text before the blocked span has been released, and no text from its start on ever is.
///   [`StreamGuard::is_blocked`] returns true from then on. You can push more text to find out what else it contains.
/// * **Errors.** Evaluation cannot fail. If the source of the text fails, drop the guard. Its buffered text was never fully evaluated and
///   is discarded.
/// * **End.** `finish` releases the rest. Anchors such as `$` match at the end of the text.
/// * **Asynchronous mode.** Under a policy with `mode: async`, output is released at once and evaluated afterwards: nothing is buffered,
///   and text before a block has been released. The chunk in which the block is found, and all text after it, is not. What the caller
///   has seen then depends on how the text was split; findings and outcome do not.
///
/// ```
/// use banister::{Guardrail, Policy, Source, StreamGuard};
///
/// let policy = Policy::from_yaml("{version: 1, name: cards, pii: [{types: [EMAIL], action: mask}]}")?;
/// let guardrail = Guardrail::new(policy);
/// let mut guard = StreamGuard::new(&guardrail, Source::Output);
/// let mut seen = String::new();
/// for chunk in ["Ask ja", "ne@exam", "ple.com now"] {
///     seen.push_str(guard.push(chunk));
/// }
/// seen.push_str(guard.finish());
/// assert_eq!(seen, "Ask {EMAIL} now");
/// # Ok::<(), banister::PolicyError>(())
/// ```
#[derive(Debug)]
pub struct StreamGuard {
    evaluator: Evaluator,
    released: String,
    finished: bool,
}

impl StreamGuard {
    /// Creates a guard in a new conversation.
    #[must_use]
    pub fn new(guardrail: &Guardrail, source: Source) -> Self {
        Self::of(Evaluator::of_stream(guardrail.clone(), source, None))
    }

    /// Creates a guard for text that is part of a conversation.
    #[must_use]
    pub fn with_conversation(guardrail: &Guardrail, source: Source, conversation: &Conversation) -> Self {
        Self::of(Evaluator::of_stream(guardrail.clone(), source, conversation.clone()))
    }

    fn of(evaluator: Evaluator) -> Self {
        Self { evaluator, released: String::new(), finished: false }
    }

    /// Evaluates the next chunk and returns the text that is safe to release. After `finish`, it returns nothing.
    pub fn push(&mut self, chunk: &str) -> &str {
        self.released.clear();
        if !self.finished {
            self.evaluator.push(chunk, &mut self.released);
        }
        &self.released
    }

    /// Ends the text and returns the rest that is safe to release. A second call returns nothing.
    pub fn finish(&mut self) -> &str {
        self.released.clear();
        if !self.finished {
            self.finished = true;
            self.evaluator.finish(&mut self.released);
        }
        &self.released
    }

    /// Returns true if the text is blocked.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.evaluator.is_blocked()
    }

    /// Returns the number of bytes currently buffered.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.evaluator.buffered_bytes()
    }

    /// Returns the assessment so far.
    #[must_use]
    pub fn assessment(&self) -> Assessment {
        self.evaluator.assessment()
    }
}
