//! The document as a whole.

use std::collections::HashMap;

use super::fields::{Field, Fields};
use super::{Checker, Wanted};
use crate::policy::limits::{MAX_NAME_BYTES, MAX_RULES, MAX_TEXT_BYTES};
use crate::policy::render::shown;
use crate::policy::values::{EncodingWord, History, OperatorText};
use crate::policy::yaml::{Kind, Node, Path, Place, Scalar};

/// The sections that hold rules, in the order their rules are numbered.
const SECTIONS: [&str; 4] = ["denied_topics", "word_filters", "pii", "regexes"];

/// Every key of a policy.
const KEYS: [&str; 13] = [
    "version",
    "name",
    "description",
    "extends",
    "mode",
    "decode",
    "history",
    "operator_text",
    "messages",
    "denied_topics",
    "word_filters",
    "pii",
    "regexes",
];

/// What an empty or misshapen file should have been.
const SMALLEST: &str = "the smallest policy:\nversion: 1\nname: my-policy\npii:\n  - types: [EMAIL]";

/// Names seen in a section, and where.
pub(super) type Seen<'n> = HashMap<&'n str, Place>;

impl Checker<'_> {
    /// Checks a whole document.
    pub(in crate::policy) fn document(&mut self, root: Option<&Node>) {
        let start = Place { line: 1, column: 1, width: 1 };
        let Some(root) = root.filter(|root| root.scalar() != Some(Scalar::Null)) else {
            return self.problem(start, Path::Root, "the policy is empty", SMALLEST);
        };
        if !matches!(root.kind, Kind::Mapping(_)) {
            let message = format!("a policy is a mapping, found {}", root.describe());
            return self.problem(root.place, Path::Root, message, SMALLEST);
        }
        let Some(fields) = self.fields(root, root.place, Path::Root, &KEYS) else {
            return;
        };
        self.head(&fields);
        self.extends(&fields);
        let given = SECTIONS.iter().any(|section| fields.has(section));
        if !given && !fields.has("extends") {
            let help =
                "add at least one of `denied_topics`, `word_filters`, `pii` and `regexes`, or `extends: [default]`";
            self.problem(fields.place, Path::Root, "the policy has no rules", help);
        }
        self.section(&fields, "denied_topics", Self::topic);
        self.section(&fields, "word_filters", Self::word_filter);
        self.section(&fields, "pii", Self::pii);
        self.section(&fields, "regexes", Self::regex);
        if self.rules > MAX_RULES {
            let message = format!("the policy has {} rules; the limit is {MAX_RULES}", self.rules);
            self.problem(fields.place, Path::Root, message, "put words of one kind into one filter");
        }
    }

    fn head(&mut self, fields: &Fields<'_>) {
        let root = Path::Root;
        if let Some(field) = self.required(fields, root, "version", "begin the file with `version: 1`") {
            self.version(field);
        }
        if let Some(field) = self.required(fields, root, "name", "add `name: my-policy`") {
            self.policy_name(field);
        }
        self.optional_text(fields, root, "description");
        if let Some(field) = fields.get("mode") {
            self.mode(field);
        }
        if let Some(field) = fields.get("decode") {
            self.decode(field);
        }
        if let Some(field) = fields.get("history") {
            self.word(field, root.key("history"), "a setting for history", History::NAMES);
        }
        if let Some(field) = fields.get("operator_text") {
            self.word(field, root.key("operator_text"), "a setting for operator text", OperatorText::NAMES);
        }
        if let Some(field) = fields.get("messages") {
            let path = root.key("messages");
            if let Some(messages) = self.fields(field.node, field.place, path, &["blocked_input", "blocked_output"]) {
                self.optional_text(&messages, path, "blocked_input");
                self.optional_text(&messages, path, "blocked_output");
            }
        }
    }

    fn version(&mut self, field: Field<'_>) {
        let Kind::Scalar { text, plain } = &field.node.kind else {
            let message = format!("expected the version, found {}", field.node.describe());
            return self.problem(field.place, Path::Root.key("version"), message, "write `version: 1`");
        };
        if text != "1" || !plain {
            let message = match field.node.scalar() {
                Some(Scalar::Number(_)) => {
                    format!("version {} of the policy format is not known", shown(text))
                }
                _ => format!("expected the number 1, found {}", field.node.describe()),
            };
            self.problem(field.place, Path::Root.key("version"), message, "write `version: 1`");
        }
    }

    fn policy_name(&mut self, field: Field<'_>) {
        let path = Path::Root.key("name");
        let Some(name) = self.text(field.node, field.place, path, MAX_NAME_BYTES) else {
            return;
        };
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            let message = format!("`{}` is not a policy name", shown(name));
            self.problem(field.place, path, message, "use small letters, digits and `-`: `support-bot`");
        }
    }

    fn mode(&mut self, field: Field<'_>) {
        let path = Path::Root.key("mode");
        self.word(field, path, "a mode", &["sync", "async"]);
    }

    fn decode(&mut self, field: Field<'_>) {
        let path = Path::Root.key("decode");
        let mut seen = Seen::new();
        for (number, (place, node)) in self.list(field, path).into_iter().flatten().enumerate() {
            let path = path.index(number);
            let item = Field { node, place, ..field };
            if let Some(word) = self.word(item, path, "an encoding", EncodingWord::NAMES) {
                self.unique(&mut seen, word, place, path, "encoding");
            }
        }
    }

    fn extends(&mut self, fields: &Fields<'_>) {
        let Some(field) = fields.get("extends") else {
            return;
        };
        let path = Path::Root.key("extends");
        let Some(items) = self.list(field, path) else {
            return;
        };
        let mut seen = Seen::new();
        for (number, (place, item)) in items.enumerate() {
            let path = path.index(number);
            let Some(name) = self.text(item, place, path, MAX_TEXT_BYTES) else {
                continue;
            };
            if self.unique(&mut seen, name, place, path, "policy") {
                self.refer(Wanted::Policy(name.to_owned()), place, path);
            }
        }
    }

    /// Checks each rule of a section.
    fn section<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
        check: fn(&mut Self, &'n Node, Place, Path<'_>, &mut Seen<'n>),
    ) {
        let Some(field) = fields.get(name) else {
            return;
        };
        let path = Path::Root.key(name);
        let Some(items) = self.list(field, path) else {
            return;
        };
        let mut seen = Seen::new();
        for (number, (place, item)) in items.enumerate() {
            self.rules += 1;
            check(self, item, place, path.index(number), &mut seen);
        }
    }

    /// Whether a name is new to its section; otherwise a problem that says where it was.
    pub(super) fn unique<'n>(
        &mut self,
        seen: &mut Seen<'n>,
        name: &'n str,
        place: Place,
        path: Path<'_>,
        what: &str,
    ) -> bool {
        let Some(first) = seen.insert(name, place) else {
            return true;
        };
        let help = format!("it is named first in line {}", first.line);
        seen.insert(name, first);
        self.problem(place, path, format!("the {what} `{}` is named twice", shown(name)), help);
        false
    }
}
