//! Single values: text, names, numbers, lists.

use super::Checker;
use super::fields::{Field, Fields};
use crate::policy::limits::{MAX_NAME_BYTES, MAX_TEXT_BYTES};
use crate::policy::render::shown;
use crate::policy::suggest::{nearest, one_of};
use crate::policy::yaml::{Kind, Node, Path, Place, Scalar};

impl Checker<'_> {
    /// Text that is not empty and not longer than this.
    pub(super) fn text<'n>(&mut self, node: &'n Node, place: Place, path: Path<'_>, longest: usize) -> Option<&'n str> {
        match node.scalar() {
            Some(Scalar::Text(text)) if text.trim().is_empty() => {
                self.problem(place, path, "empty text", "remove it, or write something");
                None
            }
            Some(Scalar::Text(text)) if text.len() > longest => {
                let message = format!("{} bytes of text, where {longest} are the limit", text.len());
                self.problem(place, path, message, "make it shorter");
                None
            }
            Some(Scalar::Text(text)) => Some(text),
            Some(Scalar::Bool(_) | Scalar::Number(_)) => {
                let Kind::Scalar { text, .. } = &node.kind else {
                    return None;
                };
                let message = format!("expected text, found {}", node.describe());
                self.problem(place, path, message, format!("put it in quotes: '{}'", shown(text)));
                None
            }
            _ => {
                self.problem(place, path, format!("expected text, found {}", node.describe()), "");
                None
            }
        }
    }

    /// The text of an optional field.
    pub(super) fn optional_text(&mut self, fields: &Fields<'_>, path: Path<'_>, name: &str) {
        if let Some(field) = fields.get(name) {
            self.text(field.node, field.place, path.key(name), MAX_TEXT_BYTES);
        }
    }

    /// A field that is true or false.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, path: Path<'_>, name: &str) {
        let Some(field) = fields.get(name) else {
            return;
        };
        if !matches!(field.node.scalar(), Some(Scalar::Bool(_))) {
            let message = format!("expected true or false, found {}", field.node.describe());
            self.problem(field.place, path.key(name), message, "write `true` or `false`, without quotes");
        }
    }

    /// A word out of a few; `what` names the kind in the message.
    pub(super) fn word<'n>(&mut self, field: Field<'n>, path: Path<'_>, what: &str, known: &[&str]) -> Option<&'n str> {
        let Some(Scalar::Text(word)) = field.node.scalar() else {
            let message = format!("expected {what}, found {}", field.node.describe());
            self.problem(field.place, path, message, format!("write {}", one_of(known)));
            return None;
        };
        if known.contains(&word) {
            return Some(word);
        }
        let noun = what.trim_start_matches("an ").trim_start_matches("a ");
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {}", one_of(known)),
        };
        self.problem(field.place, path, format!("unknown {noun} `{}`", shown(word)), help);
        None
    }

    /// A whole number of a range.
    pub(super) fn integer(&mut self, field: Field<'_>, path: Path<'_>, lowest: u32, highest: u32) -> Option<u32> {
        let number = match field.node.scalar() {
            Some(Scalar::Number(number)) if number.fract() == 0.0 && is_integer(field.node) => number,
            _ => {
                let message = format!("expected a whole number, found {}", found(field.node));
                self.problem(field.place, path, message, format!("write a number from {lowest} to {highest}"));
                return None;
            }
        };
        if number < f64::from(lowest) || number > f64::from(highest) {
            let message = format!("{number} is out of range");
            self.problem(field.place, path, message, format!("write a number from {lowest} to {highest}"));
            return None;
        }
        Some(number as u32)
    }

    /// The elements of a list that is not empty.
    pub(super) fn list<'n>(
        &mut self,
        field: Field<'n>,
        path: Path<'_>,
    ) -> Option<impl Iterator<Item = (Place, &'n Node)> + use<'n>> {
        let Kind::Sequence(items) = &field.node.kind else {
            let help = match field.node.scalar() {
                Some(Scalar::Text(_)) => "put it in brackets: `[…]`",
                Some(Scalar::Null) => "remove the key, or give it a list",
                _ => "begin each element with `- `",
            };
            self.problem(field.place, path, format!("expected a list, found {}", field.node.describe()), help);
            return None;
        };
        if items.is_empty() {
            self.problem(field.place, path, "the list is empty", "remove the key, or add an element");
            return None;
        }
        let key = field.key;
        Some(items.iter().map(move |item| {
            // An element that is nothing (`- `) has no width to point at.
            let place = if item.place.width == 0 && item.scalar().is_some() { key } else { item.place };
            (place, &**item)
        }))
    }

    /// The texts of an optional list; `None` where the field is not given or is no list.
    pub(super) fn texts(&mut self, fields: &Fields<'_>, path: Path<'_>, name: &str, longest: usize, most: usize) {
        let Some(field) = fields.get(name) else {
            return;
        };
        let path = path.key(name);
        let Some(items) = self.list(field, path) else {
            return;
        };
        for (number, (place, item)) in items.enumerate() {
            if number == most {
                let message = format!("more than {most} elements");
                return self.problem(place, path.index(number), message, "split the list over several rules");
            }
            self.text(item, place, path.index(number), longest);
        }
    }

    /// The name of a rule: what Bedrock allows.
    pub(super) fn rule_name<'n>(&mut self, fields: &Fields<'n>, path: Path<'_>) -> Option<(&'n str, Place)> {
        let field = self.required(fields, path, "name", "every rule is found again by its name: `name: my-rule`")?;
        let path = path.key("name");
        let name = self.text(field.node, field.place, path, MAX_NAME_BYTES)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_ !?.".contains(c);
        if name.chars().all(allowed) && name.trim() == name {
            return Some((name, field.place));
        }
        let help = "use letters, digits, `-`, `_`, `.`, `!`, `?` and spaces between them";
        self.problem(field.place, path, format!("`{}` is not a rule name", shown(name)), help);
        None
    }
}

/// Whether a number is written as a whole one: `1.0` and `1e0` are not.
fn is_integer(node: &Node) -> bool {
    matches!(&node.kind, Kind::Scalar { text, .. } if !text.contains(['.', 'e', 'E']) || text.starts_with("0x"))
}

/// A value for a message about numbers.
fn found(node: &Node) -> String {
    match (&node.kind, node.scalar()) {
        (Kind::Scalar { text, .. }, Some(Scalar::Number(_))) => shown(text),
        (Kind::Scalar { text, .. }, Some(Scalar::Text(_))) => format!("the text `{}`", shown(text)),
        _ => node.describe().to_owned(),
    }
}
