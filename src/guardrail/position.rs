//! The position of text in a conversation, and how it affects the action of a rule.

use super::enforced::EnforcedPolicy;
use super::finding::ActionTaken;
use super::source::Source;
use crate::policy::rule::Rule;
use crate::policy::{Action, RuleKind};

/// The position of text in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Position {
    /// In the last turn, or in the response. Every rule acts as the policy says.
    #[default]
    Current,
    /// In an earlier turn, which the client repeats, or in what a response repeats of its request.
    History,
    /// In text of the operator: system prompts and tool definitions.
    Operator,
}

/// How a finding is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Treatment {
    /// The action for the span.
    pub(super) action: Action,
    /// The action that the finding reports.
    pub(super) taken: ActionTaken,
    /// All the text is replaced, not only the span: a topic or a content filter describes the whole text.
    pub(super) replaces_all: bool,
}

impl Treatment {
    fn of(action: Action) -> Self {
        Self { action, taken: ActionTaken::of(action), replaces_all: false }
    }
}

impl EnforcedPolicy {
    /// Returns how a finding of `rule` is treated at this position. No position strengthens an action. For personal data and secrets, the
    /// only weaker treatment is that spans are replaced.
    pub(super) fn treatment(&self, rule: &Rule, source: Source, position: Position) -> Treatment {
        let action = rule.action(source);
        match position {
            _ if action != Action::Block => Treatment::of(action),
            Position::Operator => Treatment::of(self.policy.block_in_operator_text(rule.kind)),
            Position::History if self.policy.replaces_history() => {
                let replaces_all = matches!(rule.kind, RuleKind::Topic | RuleKind::Content);
                // The whole text is replaced, so the span does not take part in overlaps.
                let action = if replaces_all { Action::Detect } else { Action::Mask };
                Treatment { action, taken: ActionTaken::Replaced, replaces_all }
            }
            Position::History | Position::Current => Treatment::of(action),
        }
    }
}
