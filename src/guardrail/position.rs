//! Where some text is in a conversation, and what that makes of the action of a rule.

use super::finding::ActionTaken;
use super::guard::Guardrail;
use super::source::Source;
use crate::policy::rule::Rule;
use crate::policy::{Action, RuleKind};

/// Where some text is in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Position {
    /// In the turn that the model is to answer, or in its response. Every rule acts as the policy says.
    #[default]
    Current,
    /// In a turn before that one, which the client repeats, or in what a response repeats of its request.
    History,
    /// In what the operator writes: system prompts and tool definitions.
    Operator,
}

/// What is done about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Treatment {
    /// What happens to the span.
    pub(super) action: Action,
    /// What the finding reports.
    pub(super) taken: ActionTaken,
    /// All the text goes, not the span alone: a topic is what the text as a whole is about.
    pub(super) replaces_all: bool,
}

impl Treatment {
    fn of(action: Action) -> Self {
        Self { action, taken: ActionTaken::of(action), replaces_all: false }
    }
}

impl Guardrail {
    /// What is done about a finding of `rule` in text at this position. No position makes a rule do more than its action says, and the
    /// only one that makes a rule of personal data or secrets do less is one where their spans are replaced.
    pub(super) fn treatment(&self, rule: &Rule, source: Source, position: Position) -> Treatment {
        let action = rule.action(source);
        match position {
            _ if action != Action::Block => Treatment::of(action),
            Position::Operator => Treatment::of(self.policy().block_in_operator_text(rule.kind)),
            Position::History if self.policy().replaces_history() => {
                let replaces_all = rule.kind == RuleKind::Topic;
                // What is replaced as a whole is no span that could overlap another.
                let action = if replaces_all { Action::Detect } else { Action::Mask };
                Treatment { action, taken: ActionTaken::Replaced, replaces_all }
            }
            Position::History | Position::Current => Treatment::of(action),
        }
    }
}
