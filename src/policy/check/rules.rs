//! The four kinds of rules.

use super::document::Seen;
use super::effects::{EFFECT_KEYS, Effects};
use super::fields::{Field, Fields};
use super::{Checker, Wanted};
use crate::detect::EntityType;
use crate::detect::MAX_TOPIC_PATTERN_BYTES;
use crate::detect::pattern::Syntax;
use crate::policy::limits::{
    MAX_EXAMPLE_BYTES, MAX_MATCH_BYTES, MAX_PATTERN_BYTES, MAX_PATTERNS, MAX_TEXT_BYTES, MAX_WORD_BYTES, MAX_WORDS,
};
use crate::policy::pattern_check::check_pattern;
use crate::policy::render::shown;
use crate::policy::suggest::nearest;
use crate::policy::values::{ActionWord, Evasion, Managed, RuleEvasion, TypeName};
use crate::policy::yaml::{Node, Path, Place, Scalar};

const TOPIC_KEYS: [&str; 13] = [
    "name",
    "definition",
    "examples",
    "counter_examples",
    "phrases",
    "patterns",
    "exceptions",
    "threshold",
    "evasion",
    "action",
    "input",
    "output",
    "message",
];

impl Checker<'_> {
    /// An element of `denied_topics`.
    pub(super) fn topic<'n>(&mut self, node: &'n Node, place: Place, path: Path<'_>, seen: &mut Seen<'n>) {
        let Some(fields) = self.fields(node, place, path, &TOPIC_KEYS) else {
            return;
        };
        let name = self.name_of_rule(&fields, path, seen, "topic");
        self.optional_text(&fields, path, "definition");
        self.texts(&fields, path, "examples", MAX_EXAMPLE_BYTES, MAX_WORDS);
        self.texts(&fields, path, "counter_examples", MAX_EXAMPLE_BYTES, MAX_WORDS);
        self.texts(&fields, path, "phrases", MAX_WORD_BYTES, MAX_WORDS);
        self.texts(&fields, path, "exceptions", MAX_WORD_BYTES, MAX_WORDS);
        if let Some(field) = fields.get("patterns") {
            let path = path.key("patterns");
            for (number, (place, item)) in self.list(field, path).into_iter().flatten().enumerate() {
                let syntax = (Syntax::TopicText, Some(MAX_TOPIC_PATTERN_BYTES));
                self.pattern(item, place, path.index(number), syntax, name);
            }
        }
        if !["examples", "phrases", "patterns"].iter().any(|key| fields.has(key)) {
            let message = "the topic has nothing to be found by";
            self.problem(fields.place, path, message, "add at least one of `examples`, `phrases` and `patterns`");
        }
        if let Some(field) = fields.get("threshold") {
            self.threshold(field, path.key("threshold"));
        }
        let of_examples = [
            ("threshold", "it is the score from which a sentence is like the examples"),
            ("counter_examples", "they weigh against the examples"),
        ];
        for (key, reason) in of_examples {
            if let (Some(field), false) = (fields.get(key), fields.has("examples")) {
                let help = format!("{reason}: add `examples`, or remove `{key}`");
                self.problem(field.key, path.key(key), format!("`{key}` does nothing without `examples`"), help);
            }
        }
        self.evasion(&fields, path, RuleEvasion::NAMES);
        self.effects(&fields, path, Effects { default: ActionWord::Block, can_mask: false });
    }

    fn threshold(&mut self, field: Field<'_>, path: Path<'_>) {
        match field.node.scalar() {
            Some(Scalar::Number(number)) if (0.0..=1.0).contains(&number) => {}
            Some(Scalar::Number(number)) => {
                self.problem(
                    field.place,
                    path,
                    format!("the threshold {number} is out of range"),
                    "write a number from 0 to 1",
                );
            }
            _ => {
                let message = format!("expected a number, found {}", field.node.describe());
                self.problem(field.place, path, message, "write a number from 0 to 1");
            }
        }
    }

    /// An element of `word_filters`.
    pub(super) fn word_filter<'n>(&mut self, node: &'n Node, place: Place, path: Path<'_>, seen: &mut Seen<'n>) {
        let keys = keys(&["name", "words", "file", "managed", "match"]);
        let Some(fields) = self.fields(node, place, path, &keys) else {
            return;
        };
        self.name_of_rule(&fields, path, seen, "word filter");
        let sources: Vec<&str> = ["words", "file", "managed"].into_iter().filter(|key| fields.has(key)).collect();
        if sources.is_empty() {
            let help = "add `words: […]`, `file: words/NAME.txt` or `managed: profanity`";
            self.problem(fields.place, path, "the word filter has no words", help);
        }
        for extra in sources.iter().skip(1) {
            if let (Some(field), Some(first)) = (fields.get(extra), sources.first()) {
                let message = format!("`{extra}` stands beside `{first}`");
                self.problem(field.key, path.key(extra), message, "make them two word filters, each with a name");
            }
        }
        self.texts(&fields, path, "words", MAX_WORD_BYTES, MAX_WORDS);
        if let Some(field) = fields.get("file") {
            let path = path.key("file");
            if let Some(file) = self.text(field.node, field.place, path, MAX_TEXT_BYTES) {
                self.refer(Wanted::WordFile(file.to_owned()), field.place, path);
            }
        }
        if let Some(field) = fields.get("managed") {
            self.word(field, path.key("managed"), "a managed list", Managed::NAMES);
        }
        if let Some(field) = fields.get("match") {
            self.matching(field, path.key("match"));
        }
        self.effects(&fields, path, Effects { default: ActionWord::Block, can_mask: true });
    }

    fn matching(&mut self, field: Field<'_>, path: Path<'_>) {
        let known = ["whole_word", "case_sensitive", "evasion"];
        let Some(fields) = self.fields(field.node, field.place, path, &known) else {
            return;
        };
        self.flag(&fields, path, "whole_word");
        self.flag(&fields, path, "case_sensitive");
        self.evasion(&fields, path, Evasion::NAMES);
    }

    fn evasion(&mut self, fields: &Fields<'_>, path: Path<'_>, levels: &[&str]) {
        if let Some(field) = fields.get("evasion") {
            self.word(field, path.key("evasion"), "an evasion level", levels);
        }
    }

    /// An element of `pii`.
    pub(super) fn pii<'n>(&mut self, node: &'n Node, place: Place, path: Path<'_>, seen: &mut Seen<'n>) {
        let Some(fields) = self.fields(node, place, path, &keys(&["types", "allow", "evasion"])) else {
            return;
        };
        if let Some(field) = self.required(&fields, path, "types", "add `types: [EMAIL]`; all types: banister schema") {
            self.types(field, path.key("types"), seen);
        }
        self.texts(&fields, path, "allow", MAX_WORD_BYTES, MAX_WORDS);
        self.evasion(&fields, path, RuleEvasion::NAMES);
        self.effects(&fields, path, Effects { default: ActionWord::Mask, can_mask: true });
    }

    fn types<'n>(&mut self, field: Field<'n>, path: Path<'_>, seen: &mut Seen<'n>) {
        let before = self.problems.count();
        for (number, (place, item)) in self.list(field, path).into_iter().flatten().enumerate() {
            let path = path.index(number);
            let Some(name) = self.text(item, place, path, MAX_TEXT_BYTES) else {
                continue;
            };
            if TypeName::from_name(name).is_none() {
                let near = EntityType::from_alias(name).map(EntityType::name);
                let help = match near.or_else(|| nearest(name, TypeName::names())) {
                    Some(near) => format!("did you mean `{near}`? All types: banister schema"),
                    None => "all types: banister schema".to_owned(),
                };
                self.problem(place, path, format!("unknown entity type `{}`", shown(name)), help);
            } else if self.unique(seen, name, place, path, "entity type")
                && seen.len() > 1
                && let Some(all) = seen.get(TypeName::ALL)
                && self.problems.count() == before
            {
                let message = if name == TypeName::ALL {
                    "`ALL` stands beside single types".to_owned()
                } else {
                    format!("`{name}` is one of `ALL`, named in line {}", all.line)
                };
                let help = "`ALL` is every type; to treat some differently, `extends: [pii]` and name those";
                self.problem(place, path, message, help);
            }
        }
    }

    /// An element of `regexes`.
    pub(super) fn regex<'n>(&mut self, node: &'n Node, place: Place, path: Path<'_>, seen: &mut Seen<'n>) {
        let Some(fields) = self.fields(node, place, path, &keys(&["name", "pattern", "max_length"])) else {
            return;
        };
        let name = self.name_of_rule(&fields, path, seen, "regex");
        let before = self.problems.count();
        let longest = fields.get("max_length").and_then(|field| {
            let highest = u32::try_from(MAX_MATCH_BYTES).unwrap_or(u32::MAX);
            self.integer(field, path.key("max_length"), 1, highest)
        });
        // A bound that is wrong is a bound nevertheless: one problem is enough.
        let longest = if self.problems.count() > before { Some(MAX_MATCH_BYTES) } else { longest.map(|n| n as usize) };
        if let Some(field) = self.required(&fields, path, "pattern", "add `pattern: '…'`, in single quotes") {
            self.pattern(field.node, field.place, path.key("pattern"), (Syntax::Text, longest), name);
        }
        self.effects(&fields, path, Effects { default: ActionWord::Mask, can_mask: true });
    }

    /// One pattern, with the fault underlined inside it where that can be done; how it is read, and the longest match.
    fn pattern(
        &mut self,
        node: &Node,
        place: Place,
        path: Path<'_>,
        (syntax, longest): (Syntax, Option<usize>),
        rule: Option<&str>,
    ) {
        let Some(pattern) = self.text(node, place, path, MAX_PATTERN_BYTES) else {
            return;
        };
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            if self.patterns == MAX_PATTERNS + 1 {
                let message = format!("more than {MAX_PATTERNS} patterns");
                self.problem(place, path, message, "put words and phrases into a word filter");
            }
            return;
        }
        let Err(problem) = check_pattern(pattern, syntax, longest) else {
            return;
        };
        let place = problem.span.and_then(|span| self.inside(pattern, place, span)).unwrap_or(place);
        let message = match rule {
            Some(rule) => format!("rule `{}`: {}", shown(rule), problem.message),
            None => problem.message,
        };
        self.problem(place, path, message, problem.help);
    }

    /// The place of a byte range of a scalar, if the scalar stands on one line exactly as it reads.
    fn inside(&self, text: &str, place: Place, (start, end): (usize, usize)) -> Option<Place> {
        let rest = self.source.rest_of_line(place);
        let quote = usize::from(rest.starts_with(['\'', '"']));
        if !rest.get(quote..)?.starts_with(text) {
            return None;
        }
        let before = text.get(..start)?.chars().count();
        let width = text.get(start..end)?.chars().count().max(1);
        Some(Place { line: place.line, column: place.column + quote + before, width })
    }

    fn name_of_rule<'n>(
        &mut self,
        fields: &Fields<'n>,
        path: Path<'_>,
        seen: &mut Seen<'n>,
        what: &str,
    ) -> Option<&'n str> {
        let (name, place) = self.rule_name(fields, path)?;
        self.unique(seen, name, place, path.key("name"), what);
        Some(name)
    }
}

/// The keys of a rule that can mask: its own, and what is done.
fn keys(own: &[&'static str]) -> Vec<&'static str> {
    own.iter().copied().chain(EFFECT_KEYS).collect()
}
