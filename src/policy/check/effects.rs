//! What a rule does: actions in both directions, and how a mask is written.

use super::fields::{Field, Fields};
use super::{Checker, Wanted};
use crate::policy::limits::MAX_FIXED_BYTES;
use crate::policy::render::shown;
use crate::policy::suggest::{nearest, one_of};
use crate::policy::values::{ActionWord, ReplacementWord};
use crate::policy::yaml::{Kind, Path, Scalar};

/// The keys that say what is done, the same for every kind of rule that can mask.
pub(super) const EFFECT_KEYS: [&str; 5] = ["action", "input", "output", "replacement", "message"];

/// What a kind of rule may do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effects {
    pub(super) default: ActionWord,
    pub(super) can_mask: bool,
}

impl Checker<'_> {
    /// Checks `action`, `input`, `output`, `replacement` and `message` together.
    pub(super) fn effects(&mut self, fields: &Fields<'_>, path: Path<'_>, effects: Effects) {
        let before = self.problems.count();
        let both = self.action(fields, path, "action", effects);
        let input = self.action(fields, path, "input", effects);
        let output = self.action(fields, path, "output", effects);
        self.optional_text(fields, path, "message");
        self.replacement(fields, path);
        if self.problems.count() > before {
            return;
        }
        let both = both.unwrap_or(effects.default);
        let (input, output) = (input.unwrap_or(both), output.unwrap_or(both));
        if input == ActionWord::Off && output == ActionWord::Off {
            let named =
                ["action", "input", "output"].into_iter().find_map(|key| fields.get(key).map(|field| (key, field)));
            if let Some((key, field)) = named {
                let message = "the rule does nothing: it is off in both directions";
                self.problem(field.key, path.key(key), message, "remove the rule, or use `detect` to report only");
            }
            return;
        }
        let masks = input == ActionWord::Mask || output == ActionWord::Mask;
        let blocks = input == ActionWord::Block || output == ActionWord::Block;
        if let (Some(field), false) = (fields.get("replacement"), masks) {
            let message = "`replacement` does nothing: the rule masks in neither direction";
            self.problem(field.key, path.key("replacement"), message, "remove it, or set `action: mask`");
        }
        if let (Some(field), false) = (fields.get("message"), blocks) {
            let message = "`message` does nothing: the rule blocks in neither direction";
            self.problem(field.key, path.key("message"), message, "remove it, or set `action: block`");
        }
    }

    fn action(&mut self, fields: &Fields<'_>, path: Path<'_>, key: &str, effects: Effects) -> Option<ActionWord> {
        let field = fields.get(key)?;
        let path = path.key(key);
        // `anonymize` and `none` are what Bedrock calls these.
        let alias = match field.node.scalar() {
            Some(Scalar::Text(text)) if text.eq_ignore_ascii_case("anonymize") => Some("mask"),
            Some(Scalar::Text(text)) if text.eq_ignore_ascii_case("none") => Some("detect"),
            Some(Scalar::Bool(false)) => Some("off"),
            _ => None,
        };
        if let (Some(near), Kind::Scalar { text, .. }) = (alias, &field.node.kind) {
            self.problem(
                field.place,
                path,
                format!("unknown action `{}`", shown(text)),
                format!("did you mean `{near}`?"),
            );
            return None;
        }
        let action = ActionWord::from_name(self.word(field, path, "an action", ActionWord::NAMES)?)?;
        if action == ActionWord::Mask && !effects.can_mask {
            let message = "a denied topic cannot be masked: it is not a span of text but what the text is about";
            self.problem(field.place, path, message, "use `block`, or `detect` to report only");
            return None;
        }
        Some(action)
    }

    fn replacement(&mut self, fields: &Fields<'_>, path: Path<'_>) {
        let Some(field) = fields.get("replacement") else {
            return;
        };
        let path = path.key("replacement");
        if let Kind::Mapping(_) = field.node.kind {
            let Some(inner) = self.fields(field.node, field.place, path, &["fixed"]) else {
                return;
            };
            if let Some(fixed) = self.required(&inner, path, "fixed", "write `{fixed: \"***\"}`") {
                self.text(fixed.node, fixed.place, path.key("fixed"), MAX_FIXED_BYTES);
            }
            return;
        }
        let Some(text) = self.text(field.node, field.place, path, MAX_FIXED_BYTES) else {
            return;
        };
        self.replacement_text(text, field, path);
    }

    /// A word with a meaning, or else the fixed text itself.
    fn replacement_text(&mut self, text: &str, field: Field<'_>, path: Path<'_>) {
        if text == "hash" {
            return self.refer(Wanted::HashKey, field.place, path);
        }
        if ReplacementWord::NAMES.contains(&text) {
            return;
        }
        let names = ReplacementWord::NAMES.iter().copied().chain(["reversible"]);
        match nearest(text, names) {
            Some("reversible") => {
                let help = format!("use {}", one_of(ReplacementWord::NAMES));
                self.problem(field.place, path, "`replacement: reversible` is not supported yet", help);
            }
            Some(near) => {
                let message = format!("unknown replacement `{}`", shown(text));
                let help =
                    format!("did you mean `{near}`? If the text itself is meant: `{{fixed: \"{}\"}}`", shown(text));
                self.problem(field.place, path, message, help);
            }
            None => {}
        }
    }
}
