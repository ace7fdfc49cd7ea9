//! State that the kinds of detectors share while a policy is compiled.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::ContextWords;
use super::detector::{AnyDetector, LOOKAHEAD_BYTES};
use super::pattern::PatternProblem;
use super::recognizers::Recognizers;
use super::spec::RuleId;
use super::topic::Similarity;
use super::words::{Spelling, WordRole, WordsBuilder, max_bytes, span_in_disguise};
use crate::text::normalize::View;
use crate::text::view::normalize_text;

/// The maximum number of bytes that a rule can make a stream buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleBound {
    pub(crate) rule: RuleId,
    /// Longest span.
    pub(crate) span: usize,
    /// Bytes after the span that are needed to confirm it.
    pub(crate) wait: usize,
}

/// A compiled value, or a problem and the rule it is in, if it is in one.
pub(super) type Compiled<T> = Result<T, (Option<RuleId>, PatternProblem)>;

/// Collects the detectors of a policy.
#[derive(Default)]
pub(super) struct Compiler {
    /// Words are recognized in disguise too.
    pub(super) disguises: bool,
    /// The words of all kinds, which are compiled together.
    pub(super) words: WordsBuilder,
    pub(super) longest_word: usize,
    /// The context words of all recognizers.
    pub(super) context_words: Option<Arc<ContextWords>>,
    contexts: WordsBuilder,
    pub(super) detectors: Vec<Arc<dyn AnyDetector>>,
    pub(super) recognizers: Arc<Recognizers>,
    pub(super) similarity: Option<Arc<Similarity>>,
    pub(super) bounds: Vec<RuleBound>,
    context_lists: HashMap<(*const &'static str, usize), u32>,
}

impl Compiler {
    /// Returns an empty compiler.
    pub(super) fn new(disguises: bool) -> Self {
        Self { disguises, ..Self::default() }
    }

    /// Adds a bound of a rule.
    pub(super) fn bound(&mut self, rule: RuleId, span: usize, wait: usize) {
        self.bounds.push(RuleBound { rule, span, wait });
    }

    /// Adds the bound of the words of a rule.
    pub(super) fn bound_words(&mut self, rule: RuleId, words: &[String]) {
        let disguised = |word: &str| if self.disguises { span_in_disguise(word) } else { 0 };
        let span = words.iter().map(|word| max_bytes(normalize_text(word, View::Word).len()).max(disguised(word)));
        if let Some(span) = span.max() {
            self.bound(rule, span, LOOKAHEAD_BYTES);
        }
    }

    /// Adds a word of a rule. `what` names it in a problem.
    pub(super) fn add_word(
        &mut self,
        (rule, what): (RuleId, &str),
        word: &str,
        role: WordRole,
        whole_word: bool,
        spelling: Spelling,
    ) -> Compiled<()> {
        if self.words.add(word, role, whole_word, spelling) { Ok(()) } else { Err((Some(rule), never_found(what))) }
    }

    /// Compiles the context words that were added.
    pub(super) fn build_contexts(&mut self) {
        let words = std::mem::take(&mut self.contexts).build();
        self.context_words = words.map(|words| Arc::new(ContextWords::new(words)));
    }

    /// Returns the number of a list of context words, which recognizers may share, and adds its words.
    pub(super) fn context_list(&mut self, words: &'static [&'static str]) -> u32 {
        let next = u32::try_from(self.context_lists.len()).unwrap_or(u32::MAX);
        let key = (words.as_ptr(), words.len());
        if let Some(&known) = self.context_lists.get(&key) {
            return known;
        }
        self.context_lists.insert(key, next);
        for form in words.iter().flat_map(|word| identifier_forms(word)) {
            self.contexts.add(&form, WordRole::Context(next), true, Spelling::Normalized);
        }
        next
    }
}

/// Returns the forms of a context word in prose and in identifiers: `account number`, `account_number`, `account-number`, `accountNumber`.
fn identifier_forms(word: &str) -> Vec<String> {
    if !word.contains(' ') {
        return vec![word.to_owned()];
    }
    [" ", "_", "-", ""].map(|joint| word.replace(' ', joint)).into()
}

fn never_found(what: &str) -> PatternProblem {
    PatternProblem {
        message: format!("{what} has only invisible characters and accents, so it can never match"),
        span: None,
        help: "add letters or digits".to_owned(),
    }
}
