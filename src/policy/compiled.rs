//! Compiled policies.

use std::fmt;
use std::sync::Arc;

use crate::detect::detectors::Detectors;
use crate::detect::pattern::{ParsedPattern, PatternProblem};
use crate::detect::spec::RuleId;
use crate::detect::{ContentCategory, EntityType, FilterStrength};

use super::digest::digest;
use super::rule::{Action, Rule, RuleKind};
use super::rule_set::RuleSet;
use super::schema;
use super::suggest::nearest;
use super::values::{History, Mode, OperatorText};

/// A compiled policy: immutable and cheap to clone.
///
/// Loading reports all problems of a policy at once. If it succeeds, every rule is enforced: a key or a setting that this version does
/// not support is an error.
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
/// A problem has a location and a help:
///
/// ```
/// use banister::Policy;
///
/// let error = Policy::from_yaml("version: 1\nname: bot\npii:\n  - types: [EMIAL]\n").unwrap_err();
/// let problem = error.problems().next().unwrap();
/// assert_eq!((problem.line(), problem.column()), (Some(4), Some(13)));
/// assert_eq!(problem.path(), "pii[0].types[0]");
/// assert_eq!(problem.help(), Some("did you mean `EMAIL`? Run `banister schema` for all types"));
/// ```
#[derive(Clone)]
pub struct Policy {
    inner: Arc<CompiledPolicy>,
}

struct CompiledPolicy {
    name: String,
    description: Option<String>,
    digest: String,
    mode: Mode,
    history: History,
    operator_text: OperatorText,
    rules: Vec<Rule>,
    messages: Messages,
    detectors: Detectors,
    /// Each pattern with its rule.
    patterns: Vec<(RuleId, ParsedPattern)>,
    /// What the detectors were made from.
    #[cfg(test)]
    spec: crate::detect::spec::DetectorSpec,
}

/// The messages returned to the caller when text is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Messages {
    pub(crate) blocked_input: Arc<str>,
    pub(crate) blocked_output: Arc<str>,
}

/// The message in place of a completion if the policy gives no `blocked_input`.
const BLOCKED_INPUT: &str = "Sorry, I can't help with that request.";

/// The message in place of a completion if the policy gives no `blocked_output`.
const BLOCKED_OUTPUT: &str = "Sorry, I can't share that answer.";

fn late_mask() -> PatternProblem {
    PatternProblem {
        message: "the output is masked, but `mode: async` releases it before it is evaluated".to_owned(),
        span: None,
        help: "give the rule `output: block`, `detect` or `disabled`, or remove `mode: async`".to_owned(),
    }
}

impl Policy {
    /// Returns the JSON Schema of policy files.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schema::json_schema()
    }

    /// Compiles the rules of a policy. Each was checked by itself; what can still fail is all of them together, and the error has the
    /// rule only if one is at fault.
    pub(super) fn compile(set: RuleSet) -> Result<Self, (Option<Box<Rule>>, PatternProblem)> {
        let messages = Messages {
            blocked_input: set.blocked_input.as_deref().unwrap_or(BLOCKED_INPUT).into(),
            blocked_output: set.blocked_output.as_deref().unwrap_or(BLOCKED_OUTPUT).into(),
        };
        let digest = digest(&set, [&messages.blocked_input, &messages.blocked_output]);
        let (name, description, mode) = (set.name.clone(), set.description.clone(), set.mode);
        let (history, operator_text) = (set.history.unwrap_or_default(), set.operator_text.unwrap_or_default());
        let (rules, spec) = set.into_rules();
        if mode == Mode::Async
            && let Some(rule) = rules.iter().find(|rule| rule.output == Action::Mask)
        {
            return Err((Some(Box::new(rule.clone())), late_mask()));
        }
        let at_fault = |id: RuleId| rules.get(id as usize).cloned().map(Box::new);
        let detectors = Detectors::compile(&spec).map_err(|(rule, problem)| (rule.and_then(at_fault), problem))?;
        let of_topics = spec.topics.iter().flat_map(|topic| topic.patterns.iter().map(|pattern| (topic.rule, pattern)));
        let regexes = spec.patterns.iter().map(|regex| (regex.rule, &regex.pattern));
        let patterns = of_topics.chain(regexes).map(|(rule, pattern)| (rule, pattern.clone())).collect();
        let inner = CompiledPolicy {
            name,
            description,
            digest,
            mode,
            history,
            operator_text,
            rules,
            messages,
            detectors,
            patterns,
            #[cfg(test)]
            spec,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the name of the policy.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Returns the description of the policy.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.inner.description.as_deref()
    }

    /// Returns the hex SHA-256 of the policy's meaning, including word lists, inherited rules and defaults. It is equal for files that
    /// differ only in formatting and comments. The hash key is not part of it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Returns the rules: topics, word filters, entity types, regexes and content filters, each in the order of the file. Inherited rules come before the
    /// policy's own.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleSummary<'_>> {
        self.inner.rules.iter().map(|rule| RuleSummary { rule })
    }

    /// Returns the rule whose name is probably meant by one that no rule has: it differs by a typo.
    #[must_use]
    pub fn rule_spelled_like(&self, name: &str) -> Option<RuleSummary<'_>> {
        let near = nearest(name, self.rules().map(|rule| rule.name()).filter(|known| *known != name))?;
        self.rules().find(|rule| rule.name() == near)
    }

    /// Returns true if text of a streamed response is released before it is evaluated: `mode: async`.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.inner.mode == Mode::Async
    }

    /// Returns true if text in earlier turns that a rule blocks is replaced, and the call forwarded: `history: replace`, the default.
    #[must_use]
    pub fn replaces_history(&self) -> bool {
        self.inner.history == History::Replace
    }

    /// Returns what a blocking rule does in system prompts and tool definitions: it blocks, unless it is a topic, a word filter or a content filter and
    /// `operator_text` says otherwise.
    pub(crate) fn block_in_operator_text(&self, kind: RuleKind) -> Action {
        match (kind, self.inner.operator_text) {
            (RuleKind::Topic | RuleKind::Word | RuleKind::Content, OperatorText::Off) => Action::Off,
            (RuleKind::Topic | RuleKind::Word | RuleKind::Content, OperatorText::Detect) => Action::Detect,
            (RuleKind::Pii | RuleKind::Regex, _) | (_, OperatorText::Block) => Action::Block,
        }
    }

    /// Returns the compiled rules, by `RuleId`.
    pub(crate) fn compiled_rules(&self) -> &[Rule] {
        &self.inner.rules
    }

    /// Returns the messages for rules that have none.
    pub(crate) fn messages(&self) -> &Messages {
        &self.inner.messages
    }

    pub(super) fn patterns(&self) -> &[(RuleId, ParsedPattern)] {
        &self.inner.patterns
    }

    /// Returns what the detectors were made from.
    #[cfg(test)]
    pub(crate) fn spec(&self) -> &crate::detect::spec::DetectorSpec {
        &self.inner.spec
    }

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

/// A summary of a rule, for tools.
#[derive(Clone, Copy)]
pub struct RuleSummary<'p> {
    rule: &'p Rule,
}

impl<'p> RuleSummary<'p> {
    /// Returns the name of the rule, or of the entity type.
    #[must_use]
    pub fn name(&self) -> &'p str {
        &self.rule.name
    }

    /// Returns the kind of the rule.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        self.rule.kind
    }

    /// Returns the entity type of a `pii` rule.
    #[must_use]
    pub fn entity_type(&self) -> Option<EntityType> {
        self.rule.entity
    }

    /// Returns the managed list of a word filter.
    #[must_use]
    pub fn managed_list(&self) -> Option<&'static str> {
        self.rule.managed
    }

    /// Returns the pattern of a regex, as written in the policy.
    #[must_use]
    pub fn pattern(&self) -> Option<&'p str> {
        self.rule.pattern.as_deref()
    }

    /// Returns the category of a content filter.
    #[must_use]
    pub fn content_category(&self) -> Option<ContentCategory> {
        self.rule.filter.map(|filter| filter.category)
    }

    /// Returns the strengths of a content filter for prompts and for completions.
    #[must_use]
    pub fn strengths(&self) -> Option<(FilterStrength, FilterStrength)> {
        self.rule.filter.map(|filter| (filter.input, filter.output))
    }

    /// Returns the policy file that defines the rule: its path, or `<pack NAME>` for a pack, or `<policy>` for text.
    #[must_use]
    pub fn file(&self) -> &'p str {
        &self.rule.origin.file
    }

    /// Returns the line of the rule in its file, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.rule.origin.line
    }

    /// Returns true if the rule has a message of its own for what it blocks.
    #[must_use]
    pub fn has_message(&self) -> bool {
        self.rule.message.is_some()
    }

    /// Returns the action for prompts.
    #[must_use]
    pub fn input(&self) -> Action {
        self.rule.input
    }

    /// Returns the action for completions.
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
