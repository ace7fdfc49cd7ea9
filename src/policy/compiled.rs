//! The compiled policy.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::detect::EntityType;
use crate::detect::detectors::Detectors;

use super::compile::compile;
use super::load::{Loader, Origin};
use super::packs;
use super::pattern_warning::Patterns;
use super::problem::PolicyError;
use super::resolved::Resolved;
use super::rule::{Action, Rule, RuleKind};
use super::schema;
use super::values::{History, Mode, OperatorText};

/// A policy, checked and compiled: immutable and cheap to clone.
///
/// Everything that can be wrong with a policy is found when it is made, and all of it is reported at once.
/// What the policy says but this version cannot enforce is an error too, never a rule that silently does
/// nothing.
///
/// # Example
///
/// ```
/// use banister::Policy;
///
/// let policy = Policy::from_yaml(
///     "version: 1
/// name: support-bot
/// pii:
///   - types: [EMAIL, PHONE]
///     action: mask
/// ",
/// )?;
/// assert_eq!(policy.rules().count(), 2);
/// # Ok::<(), banister::PolicyError>(())
/// ```
///
/// A policy that is wrong says where:
///
/// ```
/// use banister::Policy;
///
/// let error = Policy::from_yaml("version: 1\nname: bot\npii:\n  - types: [EMIAL]\n").unwrap_err();
/// let problem = error.problems().next().unwrap();
/// assert_eq!((problem.line(), problem.column()), (Some(4), Some(13)));
/// assert_eq!(problem.path(), "pii[0].types[0]");
/// assert_eq!(problem.help(), Some("did you mean `EMAIL`? All types: banister schema"));
/// ```
#[derive(Clone)]
pub struct Policy {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    description: Option<String>,
    digest: String,
    mode: Mode,
    history: History,
    operator_text: OperatorText,
    rules: Vec<Rule>,
    messages: Messages,
    detectors: Detectors,
    patterns: Patterns,
    /// What the detectors were made from.
    #[cfg(test)]
    spec: crate::detect::spec::DetectorSpec,
}

/// What the caller is told when a text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Messages {
    pub(crate) blocked_input: Arc<str>,
    pub(crate) blocked_output: Arc<str>,
}

impl Policy {
    /// Reads a policy from a text. There is no file access: a policy that names word files needs
    /// [`Policy::from_file`].
    ///
    /// # Errors
    ///
    /// Every problem of the policy.
    pub fn from_yaml(text: &str) -> Result<Self, PolicyError> {
        Self::from_yaml_with_key(text, Loader::key_from_environment())
    }

    /// Likewise, with this key for `replacement: hash` instead of the environment's.
    pub(crate) fn from_yaml_with_key(text: &str, hash_key: Option<Vec<u8>>) -> Result<Self, PolicyError> {
        Self::load(hash_key, |loader| loader.text(Origin::Text, None, "<policy>", text))
    }

    /// Reads a policy from a file. Word files and policies it extends by path are relative to it.
    ///
    /// # Errors
    ///
    /// Every problem of the policy, of its word files and of the policies it extends.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        Self::from_file_with_key(path.as_ref(), Loader::key_from_environment())
    }

    /// Likewise, with this key for `replacement: hash` instead of the environment's.
    pub(crate) fn from_file_with_key(path: &Path, hash_key: Option<Vec<u8>>) -> Result<Self, PolicyError> {
        Self::load(hash_key, |loader| loader.file(path))
    }

    /// A policy that ships with Banister, by name.
    ///
    /// # Errors
    ///
    /// When there is no pack of this name.
    pub fn from_pack(name: &str) -> Result<Self, PolicyError> {
        Self::load(Loader::key_from_environment(), |loader| loader.pack(name))
    }

    /// Names of the packs, sorted.
    #[must_use]
    pub fn pack_names() -> &'static [&'static str] {
        &packs::NAMES
    }

    /// The JSON Schema of a policy file.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schema::json_schema()
    }

    fn load(
        hash_key: Option<Vec<u8>>,
        load: impl FnOnce(&mut Loader) -> Option<std::rc::Rc<Resolved>>,
    ) -> Result<Self, PolicyError> {
        let mut loader = Loader::new(hash_key);
        match load(&mut loader) {
            Some(resolved) => compile((*resolved).clone(), loader.key()).map_err(|(rule, problem)| {
                let message = match rule {
                    Some(rule) => format!("rule `{rule}`: {}", problem.message),
                    None => problem.message,
                };
                loader.problems.in_file(&resolved.name, None, message, Some(problem.help));
                loader.problems.into_error()
            }),
            None => Err(loader.problems.into_error()),
        }
    }

    pub(super) fn new(
        resolved: Resolved,
        digest: String,
        rules: Vec<Rule>,
        messages: Messages,
        detectors: Detectors,
        patterns: Patterns,
        #[cfg(test)] spec: crate::detect::spec::DetectorSpec,
    ) -> Self {
        let Resolved { name, description, mode, history, operator_text, .. } = resolved;
        Self {
            inner: Arc::new(Inner {
                name,
                description,
                digest,
                mode,
                history: history.unwrap_or_default(),
                operator_text: operator_text.unwrap_or_default(),
                rules,
                messages,
                detectors,
                patterns,
                #[cfg(test)]
                spec,
            }),
        }
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// What the policy is for.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.inner.description.as_deref()
    }

    /// Hex SHA-256 of what the policy says, with word lists, policies it extends and defaults: equal for
    /// files that differ in formatting and comments only, different as soon as a rule differs. The hash key
    /// is not part of it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// The rules: topics, words, entity types, regexes, each in the order of the document. Rules taken over
    /// with `extends` stand ahead of the policy's own.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleSummary<'_>> {
        self.inner.rules.iter().map(|rule| RuleSummary { rule })
    }

    /// Whether text of a streamed answer is released before it is evaluated: `mode: async`.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.inner.mode == Mode::Async
    }

    /// Returns true if text before the last turn that a rule blocks is replaced, and the call forwarded: `history: replace`, the default.
    #[must_use]
    pub fn replaces_history(&self) -> bool {
        self.inner.history == History::Replace
    }

    /// Returns what a rule that blocks does in text of the operator: itself, or less where `operator_text` says so and it is a topic or a
    /// word filter.
    pub(crate) fn block_in_operator_text(&self, kind: RuleKind) -> Action {
        match (kind, self.inner.operator_text) {
            (RuleKind::Topic | RuleKind::Word, OperatorText::Off) => Action::Off,
            (RuleKind::Topic | RuleKind::Word, OperatorText::Detect) => Action::Detect,
            (RuleKind::Pii | RuleKind::Regex, _) | (_, OperatorText::Block) => Action::Block,
        }
    }

    /// The rules as the engine needs them; `RuleId`s are positions here.
    pub(crate) fn compiled_rules(&self) -> &[Rule] {
        &self.inner.rules
    }

    /// What the caller is told when a text is refused and the rule has no message of its own.
    pub(crate) fn messages(&self) -> &Messages {
        &self.inner.messages
    }

    pub(super) fn patterns(&self) -> &Patterns {
        &self.inner.patterns
    }

    /// What the detectors were made from.
    #[cfg(test)]
    pub(crate) fn spec(&self) -> &crate::detect::spec::DetectorSpec {
        &self.inner.spec
    }

    /// The detectors.
    pub(crate) fn detectors(&self) -> &Detectors {
        &self.inner.detectors
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.name())
            .field("digest", &self.digest())
            .field("rules", &self.inner.rules.len())
            .finish()
    }
}

/// What a rule of a policy is and does, for tools.
#[derive(Clone, Copy)]
pub struct RuleSummary<'p> {
    rule: &'p Rule,
}

impl<'p> RuleSummary<'p> {
    /// The rule's name; for an entity type the type's name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        &self.rule.name
    }

    /// What kind of rule it is.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        self.rule.kind
    }

    /// The entity type, for rules of that kind.
    #[must_use]
    pub fn entity_type(&self) -> Option<EntityType> {
        self.rule.entity
    }

    /// The managed list a word filter takes its words from.
    #[must_use]
    pub fn managed_list(&self) -> Option<&'static str> {
        self.rule.managed
    }

    /// The pattern of a regex, as the policy writes it.
    #[must_use]
    pub fn pattern(&self) -> Option<&'p str> {
        self.rule.pattern.as_deref()
    }

    /// What is done with prompts.
    #[must_use]
    pub fn input(&self) -> Action {
        self.rule.input
    }

    /// What is done with completions.
    #[must_use]
    pub fn output(&self) -> Action {
        self.rule.output
    }
}

impl fmt::Debug for RuleSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleSummary")
            .field("name", &self.name())
            .field("kind", &self.kind())
            .field("input", &self.input())
            .field("output", &self.output())
            .finish()
    }
}
