//! Mappings: known keys, unknown keys, keys given twice.

use std::collections::HashMap;

use super::Checker;
use crate::policy::render::shown;
use crate::policy::suggest::{nearest, one_of};
use crate::policy::yaml::{Entry, Kind, Node, Path, Place, Scalar};

/// Keys that other guardrails have and this one refuses by name, rather than as a slip.
const NOT_YET: &[(&str, &str)] = &[
    ("content_filters", "content filters"),
    ("contextual_grounding", "contextual grounding checks"),
    ("remote", "remote detectors"),
];

/// The fields of a mapping, checked for known names.
#[derive(Debug)]
pub(super) struct Fields<'n> {
    pub(super) place: Place,
    entries: HashMap<&'n str, &'n Entry>,
}

/// One field: its value and where to point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'n> {
    pub(super) node: &'n Node,
    /// Place of the value; of the key, where the value is nothing.
    pub(super) place: Place,
    pub(super) key: Place,
}

impl<'n> Fields<'n> {
    /// The field of this name.
    pub(super) fn get(&self, name: &str) -> Option<Field<'n>> {
        let entry = self.entries.get(name)?;
        let key = entry.key.place;
        let place = if entry.value.place.width == 0 { key } else { entry.value.place };
        Some(Field { node: &entry.value, place, key })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }
}

impl Checker<'_> {
    /// The fields of a mapping that may have these; `None` when it is no mapping.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        place: Place,
        path: Path<'_>,
        known: &[&str],
    ) -> Option<Fields<'n>> {
        let Kind::Mapping(entries) = &node.kind else {
            let message = format!("expected a mapping, found {}", node.describe());
            self.problem(place, path, message, format!("its keys are {}", one_of(known)));
            return None;
        };
        let mut fields = Fields { place, entries: HashMap::new() };
        for entry in entries {
            self.field(&mut fields, entry, path, known);
        }
        Some(fields)
    }

    fn field<'n>(&mut self, fields: &mut Fields<'n>, entry: &'n Entry, path: Path<'_>, known: &[&str]) {
        let place = entry.key.place;
        let Some(Scalar::Text(key)) = entry.key.scalar() else {
            let message = format!("a key must be text, found {}", entry.key.describe());
            return self.problem(place, path, message, format!("the keys here are {}", one_of(known)));
        };
        let at = path.key(key);
        if let Some(first) = fields.entries.get(key) {
            let message = format!("the key `{}` is given twice", shown(key));
            let help = format!("it is given first in line {}", first.key.place.line);
            return self.problem(place, at, message, help);
        }
        if known.contains(&key) {
            fields.entries.insert(key, entry);
        } else if self.problems.is_full() {
            self.problem(place, at, "", "");
        } else if let Some((_, what)) = NOT_YET.iter().find(|(name, _)| *name == key) {
            let message = format!("{what} are not supported yet");
            self.problem(place, at, message, format!("remove `{key}`: nothing is enforced that is not understood"));
        } else if key == "<<" {
            self.problem(place, at, "merge keys are not supported", "write the keys out, or use `extends`");
        } else {
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are {}", one_of(known)),
            };
            self.problem(place, at, format!("unknown key `{}`", shown(key)), help);
        }
    }

    /// The field of this name, or a problem that it is missing.
    pub(super) fn required<'n>(
        &mut self,
        fields: &Fields<'n>,
        path: Path<'_>,
        name: &str,
        help: &str,
    ) -> Option<Field<'n>> {
        let field = fields.get(name);
        if field.is_none() {
            self.problem(fields.place, path, format!("`{name}` is missing"), help);
        }
        field
    }
}
