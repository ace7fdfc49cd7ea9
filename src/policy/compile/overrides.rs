//! Compiles the overrides of inherited rules.

use super::compiler::{Compiler, KnownNames, Override};
use super::effect::ACTION_KEYS;
use crate::policy::document::OverrideEntry;
use crate::policy::excerpt::printable;
use crate::policy::yaml::located::Located;

impl Compiler<'_> {
    /// Compiles `overrides`. Whether the rules exist is known only when the policies that the document extends have been read.
    pub(super) fn overrides(&mut self, entries: &[OverrideEntry], root: Located<'_>) {
        let Some(list) = root.get("overrides") else { return };
        if !root.has("extends") {
            let help = "add `extends`, or set the action of each rule where it is defined";
            self.notes.problem(list.at_key(), "`overrides` has no effect without `extends`", help);
            return;
        }
        let mut known = KnownNames::new();
        for (entry, at) in entries.iter().zip(list.items()).filter(|(_, at)| at.entries().is_some()) {
            let names = at.get("rules");
            let names = names.iter().flat_map(Located::items).zip(&entry.rules);
            let rules = names.filter(|(at, name)| !name.is_empty() && self.unique(&mut known, name, *at, "rule"));
            let rules = rules.map(|(at, name)| (name.clone(), at.location, printable(&at.path.to_string()))).collect();
            if !ACTION_KEYS.iter().any(|key| at.has(key)) {
                self.notes.problem(at, "the override changes nothing", "add `action: detect` or `action: disabled`");
            }
            self.default_counts(ACTION_KEYS, at);
            let (input, output) = (entry.input.or(entry.action), entry.output.or(entry.action));
            self.overrides.push(Override { rules, input, output });
        }
    }
}
