//! Compiles what a rule does: its actions and its replacement.

use std::sync::Arc;

use super::compiler::Compiler;
use crate::policy::excerpt::printable;
use crate::policy::limits::MIN_HASH_KEY_BYTES;
use crate::policy::rule::{Action, ReplacementStyle, Rule, RuleKind, RuleOrigin};
use crate::policy::suggest::{nearest, one_of};
use crate::policy::values::{Replacement, ReplacementWord};
use crate::policy::yaml::located::Located;

const EFFECT_KEYS: [&str; 5] = ["action", "input", "output", "replacement", "message"];

/// The keys of an action: for both directions, and for each.
pub(super) const ACTION_KEYS: [&str; 3] = ["action", "input", "output"];

/// The effect of a rule, as written.
pub(super) struct StatedEffect {
    pub(super) action: Option<Action>,
    pub(super) input: Option<Action>,
    pub(super) output: Option<Action>,
    pub(super) replacement: Option<Replacement>,
    pub(super) message: Option<String>,
}

impl Compiler<'_> {
    /// Returns a rule with the effect that is written at `at`.
    pub(super) fn rule(&self, name: &str, kind: RuleKind, stated: StatedEffect, at: Located<'_>) -> Rule {
        let default = match kind {
            RuleKind::Topic | RuleKind::Word | RuleKind::Content => Action::Block,
            RuleKind::Pii | RuleKind::Regex => Action::Mask,
        };
        let both = stated.action.unwrap_or(default);
        let (input, output) = (stated.input.unwrap_or(both), stated.output.unwrap_or(both));
        match kind {
            RuleKind::Topic => self.no_mask("a denied topic", "a topic", &stated, at),
            RuleKind::Content => self.no_mask("content", "a content filter", &stated, at),
            RuleKind::Word | RuleKind::Pii | RuleKind::Regex => {}
        }
        let style = self.style(stated.replacement, at);
        if !EFFECT_KEYS.iter().filter_map(|key| at.get(key)).any(|field| self.notes.has_problem(field)) {
            self.default_counts(ACTION_KEYS, at);
            self.has_effect([input, output], at);
        }
        Rule {
            name: name.into(),
            kind,
            entity: None,
            managed: None,
            filter: None,
            pattern: None,
            input,
            output,
            style,
            message: stated.message.as_deref().map(Into::into),
            origin: RuleOrigin { file: Arc::clone(&self.file_name), line: at.location.line },
        }
    }

    /// Checks that a rule about the whole text does not mask.
    fn no_mask(&self, what: &str, rule: &str, stated: &StatedEffect, at: Located<'_>) {
        for (key, action) in [("action", stated.action), ("input", stated.input), ("output", stated.output)] {
            if let (Some(Action::Mask), Some(field)) = (action, at.get(key)) {
                let message = format!("{what} cannot be masked: {rule} describes the whole text, not a span of it");
                self.notes.problem(field, message, "use `block`, or `detect` to report only");
            }
        }
    }

    /// Checks that a setting for both directions is that of at least one: `action: detect` would be no trial run beside `input` and `output`.
    pub(super) fn default_counts(&self, [both, input, output]: [&str; 3], at: Located<'_>) {
        if let (Some(field), true, true) = (at.get(both), at.has(input), at.has(output)) {
            let message = format!("`{both}` has no effect: both directions have their own");
            self.notes.problem(field.at_key(), message, format!("remove `{both}`, or `{input}` and `{output}`"));
        }
    }

    /// Checks that every key of an effect matters.
    fn has_effect(&self, actions: [Action; 2], at: Located<'_>) {
        if actions == [Action::Off, Action::Off] {
            if let Some(field) = ACTION_KEYS.iter().find_map(|key| at.get(key)) {
                let message = "the rule has no effect: it is off in both directions";
                self.notes.problem(field.at_key(), message, "remove the rule, or use `detect` to report only");
            }
            return;
        }
        // A trial run: the rest of the rule takes effect when it is enforced.
        if actions.iter().all(|&action| action <= Action::Detect) {
            return;
        }
        for (key, action, does, word) in
            [("replacement", Action::Mask, "masks", "mask"), ("message", Action::Block, "blocks", "block")]
        {
            if let (Some(field), false) = (at.get(key), actions.contains(&action)) {
                let message = format!("`{key}` has no effect: the rule {does} neither prompts nor completions");
                self.notes.problem(field.at_key(), message, format!("remove it, or set `action: {word}`"));
            }
        }
    }

    fn style(&self, replacement: Option<Replacement>, at: Located<'_>) -> ReplacementStyle {
        let (Some(replacement), Some(at)) = (replacement, at.get("replacement")) else {
            return ReplacementStyle::Label;
        };
        match replacement {
            Replacement::Keyword(ReplacementWord::Label) => ReplacementStyle::Label,
            Replacement::Keyword(ReplacementWord::Numbered) => ReplacementStyle::Numbered,
            Replacement::Keyword(ReplacementWord::KeepLast4) => ReplacementStyle::KeepLast4,
            Replacement::Keyword(ReplacementWord::Hash) => ReplacementStyle::Hash(self.hash_key(at)),
            Replacement::Fixed(text) => ReplacementStyle::Fixed(text.fixed),
            Replacement::Text(text) => {
                self.no_slip(&text, at);
                ReplacementStyle::Fixed(text)
            }
        }
    }

    /// Checks that a fixed text is not a misspelled keyword.
    fn no_slip(&self, text: &str, at: Located<'_>) {
        let near = nearest(text, ReplacementWord::NAMES.into_iter().chain(["reversible"]));
        let near = near.or_else(|| ReplacementWord::meant_by(text));
        if near == Some("reversible") {
            let help = format!("use {}", one_of(&ReplacementWord::NAMES));
            return self.notes.problem(at, "`replacement: reversible` is not supported yet", help);
        }
        let text_shown = printable(text);
        let literal = format!("or the literal text, write `{{fixed: \"{text_shown}\"}}`");
        let help = match near {
            Some(near) => format!("did you mean `{near}`? F{literal}"),
            None if ReplacementWord::is_like(text) => format!("use {}; f{literal}", one_of(&ReplacementWord::NAMES)),
            None => return,
        };
        self.notes.problem(at, format!("`{text_shown}` is not a known replacement"), help);
    }

    fn hash_key(&self, at: Located<'_>) -> Arc<[u8]> {
        let key = self.hash_key.unwrap_or_default();
        if key.len() < MIN_HASH_KEY_BYTES {
            let message = match self.hash_key {
                None => "`replacement: hash` needs a key, and none is set".to_owned(),
                Some(_) => format!("the key of `replacement: hash` has {} bytes", key.len()),
            };
            let help = format!(
                "set BANISTER_HASH_KEY to at least {MIN_HASH_KEY_BYTES} random bytes, for example from `openssl rand -hex 32`;\n\
                 in Rust, pass the key to `PolicyLoader::hash_key`"
            );
            self.notes.problem(at, message, help);
        }
        key.into()
    }
}
