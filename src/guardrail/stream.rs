use super::assessment::Assessment;
use super::conversation::Conversation;
use super::evaluator::Evaluator;
use super::guard::Guardrail;
use super::source::Source;

/// Guards one text that arrives in chunks.
///
/// # Contract
///
/// * **Order.** What `push` and `finish` return, joined, is the text in its order with masks in place of masked spans. It does not
///   depend on how the text was cut, nor do the findings and the decision: a whole text is evaluated by the same code as one
///   `push` and one `finish`.
/// * **Held.** A byte is held while it may still be part of a finding, and no longer. Of a masked or a blocked span nothing is ever
///   released. At most [`Guardrail::buffer_limit`] bytes are held. The bound is computed from the policy; were it wrong, the text would be blocked,
///   and [`Assessment::is_over_limit`] says so.
/// * **Block.** When a rule blocks, everything before the blocked span has been released, and nothing of the span or behind it ever is.
///   [`StreamGuard::is_blocked`] says so from then on. Findings before the block are those of the whole text; more may be pushed
///   to find what else there is, and is not released.
/// * **Errors.** There are none: text is always evaluated. If the source of the text fails, drop the guard; what it holds was not
///   examined to its end and is not released.
/// * **End.** `finish` releases the rest. A text that ends is evaluated to its end: anchors such as `$` hold there.
///
/// * **Async mode.** Under a policy with `mode: async`, output is released as it comes and evaluated behind: nothing is held, and what
///   was released before a block was found is out. The chunk in which the block is found is not released, nor anything behind it. Where
///   the text is cut then decides what the caller has seen; the findings and the decision do not depend on it.
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
    /// A guard at the start of a text, in a conversation of its own.
    #[must_use]
    pub fn new(guardrail: &Guardrail, source: Source) -> Self {
        Self::with_conversation(guardrail, source, &Conversation::new())
    }

    /// A guard at the start of a text that is part of a conversation.
    #[must_use]
    pub fn with_conversation(guardrail: &Guardrail, source: Source, conversation: &Conversation) -> Self {
        let evaluator = Evaluator::of_stream(guardrail.clone(), source, conversation.clone());
        Self { evaluator, released: String::new(), finished: false }
    }

    /// Reads on, and returns what may be released. After `finish`, or with an empty chunk, that is nothing.
    pub fn push(&mut self, chunk: &str) -> &str {
        self.released.clear();
        if !self.finished {
            self.evaluator.push(chunk, &mut self.released);
        }
        &self.released
    }

    /// Ends the text, and returns the rest of what may be released. A second call returns nothing.
    pub fn finish(&mut self) -> &str {
        self.released.clear();
        if !self.finished {
            self.finished = true;
            self.evaluator.finish(&mut self.released);
        }
        &self.released
    }

    /// Whether a rule blocked the text.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.evaluator.is_blocked()
    }

    /// How many bytes were read and are neither released nor given up.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.evaluator.buffered_bytes()
    }

    /// What was found so far.
    #[must_use]
    pub fn assessment(&self) -> Assessment {
        self.evaluator.assessment()
    }
}
