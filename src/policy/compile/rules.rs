//! Compiles the four kinds of rules.

use super::compiler::{Compiler, KnownNames, Target};
use super::effect::StatedEffect;
use super::pattern::parse_pattern;
use crate::detect::pattern::{ParsedPattern, Syntax};
use crate::detect::spec::{EntitySpec, PatternSpec, TopicSpec, WordSpec};
use crate::detect::{EntityType, MAX_TOPIC_PATTERN_BYTES};
use crate::policy::document::{PiiEntry, RegexEntry, TopicEntry, WordEntry};
use crate::policy::excerpt::printable;
use crate::policy::limits::{MAX_COMPILED_BYTES, MAX_PATTERNS};
use crate::policy::packs;
use crate::policy::rule::{Rule, RuleKind};
use crate::policy::values::{Evasion, RuleEvasion, TypeName};
use crate::policy::yaml::located::Located;
use crate::policy::yaml::source::SourceLocation;

impl Compiler<'_> {
    /// Compiles an element of `denied_topics`.
    pub(super) fn topic(&mut self, entry: TopicEntry, at: Located<'_>, known: &mut KnownNames) {
        let TopicEntry { action, input, output, message, .. } = entry;
        let has_name = self.rule_name(&entry.name, at, known, "topic");
        let name = has_name.then_some(&*entry.name);
        let patterns = at.get("patterns");
        let patterns = patterns.iter().flat_map(Located::items).zip(&entry.patterns).filter_map(|(at, pattern)| {
            self.pattern(pattern, at, (Syntax::TopicText, Some(MAX_TOPIC_PATTERN_BYTES)), name)
        });
        let patterns = patterns.collect();
        if !["examples", "phrases", "patterns"].iter().any(|key| at.has(key)) {
            let help = "add at least one of `examples`, `phrases` and `patterns`";
            self.notes.problem(at, "the topic has no examples, phrases or patterns", help);
        }
        let of_examples = [
            ("threshold", "it is the lowest score at which a sentence matches the examples"),
            ("counter_examples", "they count against the examples"),
        ];
        for (key, reason) in of_examples {
            if let (Some(field), false) = (at.get(key), at.has("examples")) {
                let help = format!("{reason}: add `examples`, or remove `{key}`");
                self.notes.problem(field.at_key(), format!("`{key}` has no effect without `examples`"), help);
            }
        }
        let stated = StatedEffect { action, input, output, replacement: None, message };
        let rule = self.rule(&entry.name, RuleKind::Topic, stated, at);
        let spec = TopicSpec {
            rule: 0,
            name: entry.name,
            definition: entry.definition.unwrap_or_default(),
            examples: entry.examples,
            counter_examples: entry.counter_examples,
            phrases: entry.phrases,
            patterns,
            exceptions: entry.exceptions,
            threshold: entry.threshold,
            is_strict: entry.evasion == Some(RuleEvasion::Strict),
        };
        self.rules.topics.push((rule, spec));
    }

    /// Compiles an element of `word_filters`.
    pub(super) fn word_filter(&mut self, entry: WordEntry, at: Located<'_>, known: &mut KnownNames) {
        let WordEntry { action, input, output, replacement, message, .. } = entry;
        self.rule_name(&entry.name, at, known, "word filter");
        self.word_source(at);
        if let (Some(file), Some(at)) = (entry.file.filter(|file| !file.is_empty()), at.get("file")) {
            self.refer(Target::WordFile(self.rules.words.len(), file), at);
        }
        let matching = entry.matching.unwrap_or_default();
        let evasion = matching.evasion.unwrap_or(Evasion::Standard);
        let stated = StatedEffect { action, input, output, replacement, message };
        let rule = self.rule(&entry.name, RuleKind::Word, stated, at);
        let spec = WordSpec {
            rule: 0,
            words: entry.managed.map_or(entry.words, packs::managed_words),
            whole_word: matching.whole_word.unwrap_or(true),
            case_sensitive: matching.case_sensitive.unwrap_or(false),
            is_normalized: evasion != Evasion::Off,
            is_strict: evasion == Evasion::Strict,
        };
        let managed = entry.managed.map(|managed| managed.name());
        self.rules.words.push((Rule { managed, ..rule }, spec));
    }

    /// Checks that the words of a filter come from exactly one key.
    fn word_source(&self, at: Located<'_>) {
        let mut sources = ["words", "file", "managed"].into_iter().filter_map(|key| Some((key, at.get(key)?)));
        let Some((first, _)) = sources.next() else {
            let help = "add `words: […]`, `file: words/NAME.txt` or `managed: profanity`";
            return self.notes.problem(at, "the word filter has no words", help);
        };
        for (extra, field) in sources {
            let help = "split them into two word filters";
            self.notes.problem(field.at_key(), format!("`{extra}` cannot be combined with `{first}`"), help);
        }
    }

    /// Compiles an element of `pii`.
    pub(super) fn pii(&mut self, entry: PiiEntry, at: Located<'_>, known: &mut KnownNames) {
        let PiiEntry { types, allow, evasion, strictness, action, input, output, replacement, message } = entry;
        if let Some(list) = at.get("types") {
            self.types(&types, list, known);
        }
        let is_modeled = |entity| matches!(entity, EntityType::Name | EntityType::Address);
        let has_model = types.iter().flat_map(TypeName::types).any(is_modeled);
        if let Some(field) = at.get("strictness").filter(|_| !has_model) {
            let help = "add `NAME` or `ADDRESS` to `types`, or remove `strictness`";
            self.notes.problem(
                field.at_key(),
                "`strictness` has no effect without the types `NAME` and `ADDRESS`",
                help,
            );
        }
        let rule = self.rule("", RuleKind::Pii, StatedEffect { action, input, output, replacement, message }, at);
        let is_strict = evasion == Some(RuleEvasion::Strict);
        for entity in types.iter().flat_map(TypeName::types) {
            let rule = Rule { name: entity.name().into(), entity: Some(entity), ..rule.clone() };
            let strictness = strictness.filter(|_| is_modeled(entity)).map(Into::into);
            self.rules
                .entities
                .push((rule, EntitySpec { rule: 0, entity, allow: allow.clone(), is_strict, strictness }));
        }
    }

    fn types(&self, types: &[TypeName], list: Located<'_>, known: &mut KnownNames) {
        for (name, at) in types.iter().zip(list.items()).filter(|(name, _)| !name.0.is_empty()) {
            let name_text = printable(&name.0);
            if name.types().is_empty() {
                let help = match name.nearest() {
                    Some(near) => format!("did you mean `{near}`? Run `banister schema` for all types"),
                    None => "run `banister schema` for all types".to_owned(),
                };
                self.notes.problem(at, format!("`{name_text}` is not a known entity type"), help);
            } else if self.unique(known, &name.0, at, "entity type")
                && let Some(message) = group_overlap(name, known)
                && !self.notes.has_problem(list)
            {
                let help = "a group includes all of its types; to treat some types differently, use `extends: [pii]` and list those types";
                self.notes.problem(at, message, help);
            }
        }
    }

    /// Compiles an element of `regexes`.
    pub(super) fn regex(&mut self, entry: RegexEntry, at: Located<'_>, known: &mut KnownNames) {
        let RegexEntry { name, max_length, action, input, output, replacement, message, .. } = entry;
        let has_name = self.rule_name(&name, at, known, "regex");
        let max_length = max_length.map(|longest| longest as usize);
        let rule = self.rule(&name, RuleKind::Regex, StatedEffect { action, input, output, replacement, message }, at);
        let Some(field) = at.get("pattern") else { return };
        let parsed = self.pattern(&entry.pattern, field, (Syntax::Text, max_length), has_name.then_some(&*name));
        if let Some(pattern) = parsed {
            let rule = Rule { pattern: Some(pattern.source().into()), ..rule };
            self.rules.patterns.push((rule, PatternSpec { rule: 0, pattern, max_length }));
        }
    }

    /// Parses a pattern with its syntax and maximum match length. A problem underlines the fault inside the pattern if possible.
    fn pattern(
        &mut self,
        pattern: &str,
        at: Located<'_>,
        (syntax, max_length): (Syntax, Option<usize>),
        rule: Option<&str>,
    ) -> Option<ParsedPattern> {
        if pattern.is_empty() {
            return None;
        }
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            if self.patterns == MAX_PATTERNS + 1 {
                let help = "use a word filter for words and phrases";
                self.notes.problem(at, format!("the policy has more than {MAX_PATTERNS} patterns"), help);
            }
            return None;
        }
        // Noted with the pattern that exceeded it.
        if self.compiled_bytes > MAX_COMPILED_BYTES {
            return None;
        }
        let parsed = parse_pattern(pattern, syntax, max_length, &mut self.compiled_bytes);
        if self.compiled_bytes > MAX_COMPILED_BYTES {
            let help = "use shorter repetitions, ASCII classes such as `[0-9]` in place of `\\d`, or fewer patterns; \
                a word filter holds up to 100,000 words";
            let message = format!(
                "the patterns up to this one are too large together: more than {MAX_COMPILED_BYTES} bytes when compiled; \
                 those after it were not checked"
            );
            self.notes.problem(at, message, help);
        }
        let problem = match parsed {
            Ok(parsed) => return Some(parsed),
            Err(problem) => problem,
        };
        let inside = problem.span.and_then(|span| self.inside(pattern, at.location, span));
        let message = match rule {
            Some(rule) => format!("rule `{}`: {}", printable(rule), problem.message),
            None => problem.message,
        };
        self.notes.problem(at.at(inside.unwrap_or(at.location)), message, problem.help);
        None
    }

    /// Returns the location of a byte range of a scalar, if the scalar is on one line and has no escapes.
    fn inside(&self, text: &str, at: SourceLocation, (start, end): (usize, usize)) -> Option<SourceLocation> {
        let rest = self.notes.file.rest_of_line(at);
        let quote = usize::from(rest.starts_with(['\'', '"']));
        if !rest.get(quote..)?.starts_with(text) {
            return None;
        }
        let before = text.get(..start)?.chars().count();
        let width = text.get(start..end)?.chars().count().max(1);
        Some(SourceLocation { line: at.line, column: at.column + quote + before, width })
    }

    /// Checks the name of a rule: the characters that Bedrock allows, and once in a section. Returns false if it is missing or invalid.
    fn rule_name(&self, name: &str, at: Located<'_>, known: &mut KnownNames, what: &str) -> bool {
        let Some(at) = at.get("name").filter(|_| !name.is_empty()) else { return false };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_ !?.".contains(c);
        if !name.chars().all(allowed) || name.trim() != name {
            let help = "use letters, digits, `-`, `_`, `.`, `!`, `?` and spaces between them";
            self.notes.problem(at, format!("`{}` is not a rule name", printable(name)), help);
            return false;
        }
        self.unique(known, name, at, what);
        true
    }
}

/// Returns the problem of a name and a group of which one includes the other.
fn group_overlap(name: &TypeName, known: &KnownNames) -> Option<String> {
    let name_text = printable(&name.0);
    if name.is_group() {
        let includes =
            |other: &TypeName| name.0 != other.0 && other.types().iter().all(|entity| name.types().contains(entity));
        let mut others: Vec<_> = known.iter().filter(|(other, _)| includes(&TypeName((*other).clone()))).collect();
        others.sort_by_key(|(other, at)| (at.line, *other));
        return others
            .first()
            .map(|(other, at)| format!("`{name_text}` already includes `{}` in line {}", printable(other), at.line));
    }
    TypeName::GROUPS.iter().find_map(|&group| {
        let at = known.get(group)?;
        let is_included = name.types().iter().all(|entity| TypeName(group.to_owned()).types().contains(entity));
        is_included.then(|| format!("`{name_text}` is already included in `{group}` in line {}", at.line))
    })
}
