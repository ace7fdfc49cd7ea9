//! Random policies, with every feature of the format.

use std::fmt::Write;

use banister::EntityType;

use super::pattern::Pattern;
use super::vocabulary::{CONTENT, EXAMPLES, EXCEPTIONS, PHRASES, TOPIC_PATTERNS, WORDS};
use super::{Rng, disguise};
use crate::cases;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Topics,
    Words,
    Pii,
    Regexes,
    Content,
}

impl Section {
    const ALL: [Self; 5] = [Self::Topics, Self::Words, Self::Pii, Self::Regexes, Self::Content];

    fn key(self) -> &'static str {
        match self {
            Self::Topics => "denied_topics",
            Self::Words => "word_filters",
            Self::Pii => "pii",
            Self::Regexes => "regexes",
            Self::Content => "content_filters",
        }
    }
}

/// Which replacements masking rules get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Masks {
    /// Every kind there is.
    Any,
    /// A block that no text contains, so that a mask can be told from the text.
    Block,
}

/// One rule of a policy, and text that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) section: Section,
    /// The rule in YAML, on one line, without braces.
    pub(crate) body: String,
    /// Empty but for rules of entity types.
    pub(crate) types: Vec<EntityType>,
    pub(crate) material: Vec<String>,
}

impl Rule {
    /// The rule for one of its types alone, or the rule itself.
    pub(crate) fn single(&self) -> Vec<Self> {
        if self.section != Section::Pii {
            return vec![self.clone()];
        }
        let (_, rest) = self.body.split_once(']').expect("a list of types");
        // It is an error for types without a model.
        let others = ["low", "normal", "high"]
            .iter()
            .fold(rest.to_owned(), |rest, strictness| rest.replace(&format!(", strictness: {strictness}"), ""));
        let one = |entity: &EntityType| Self {
            body: format!("types: [{entity}]{}", if has_model(*entity) { rest } else { &others }),
            types: vec![*entity],
            ..self.clone()
        };
        self.types.iter().map(one).collect()
    }
}

fn has_model(entity: EntityType) -> bool {
    matches!(entity, EntityType::Name | EntityType::Address)
}

/// A list in YAML's flow style. JSON's strings are YAML's.
fn list(items: &[&str]) -> String {
    serde_json::to_string(items).expect("strings")
}

/// Up to `most` different items, at least one.
fn some<'a>(rng: &mut Rng, from: &[&'a str], most: usize) -> Vec<&'a str> {
    let mut items: Vec<&str> = (0..=rng.below(most)).map(|_| rng.pick(from)).collect();
    items.sort_unstable();
    items.dedup();
    items
}

fn owned(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

/// Returns the actions of a rule. `blocks` is the share of those that may block, of 100: where everything blocks, nothing else is seen.
fn actions(rng: &mut Rng, mask: bool, blocks: usize) -> String {
    let mut action = |off: bool| match rng.below(100) {
        n if n < blocks => "block",
        n if n < 30 || !mask => "detect",
        n if n < 36 && off => "off",
        _ => "mask",
    };
    match (action(false), action(false), action(true)) {
        (both, _, "off") => format!("input: {both}, output: off"),
        (both, other, _) if both == other => format!("action: {both}"),
        (input, output, _) => format!("input: {input}, output: {output}"),
    }
}

fn replacement(rng: &mut Rng, masks: Masks, actions: &str) -> String {
    if !actions.contains("mask") {
        return String::new();
    }
    if masks == Masks::Block {
        return ", replacement: \"\u{2588}\"".to_owned();
    }
    match rng.below(7) {
        0 | 1 => ", replacement: numbered",
        2 => ", replacement: keep_last_4",
        3 => ", replacement: hash",
        4 => ", replacement: \"[gone]\"",
        5 => ", replacement: {fixed: hash}",
        6 => ", replacement: label",
        _ => "",
    }
    .to_owned()
}

fn topic(rng: &mut Rng, index: usize) -> Rule {
    let mut body = format!("name: topic-{index}");
    let mut material = Vec::new();
    let parts = 1 + rng.below(7);
    if parts & 1 != 0 {
        let examples = some(rng, EXAMPLES, 4);
        let _ = write!(body, ", examples: {}", list(&examples));
        material.extend(owned(&examples));
        if rng.chance(30) {
            let counters = some(rng, EXAMPLES, 4);
            let _ = write!(body, ", counter_examples: {}", list(&counters));
            material.extend(owned(&counters));
        }
        if rng.chance(50) {
            let _ = write!(body, ", threshold: {}", rng.pick(&["0.1", "0.25", "0.4", "0.6", "0.9", "1.0"]));
        }
    }
    if parts & 2 != 0 {
        let phrases = some(rng, PHRASES, 4);
        let _ = write!(body, ", phrases: {}", list(&phrases));
        material.extend(owned(&phrases));
    }
    if parts & 4 != 0 {
        let &(pattern, sample) = rng.item(TOPIC_PATTERNS);
        let _ = write!(body, ", patterns: ['{pattern}']");
        material.push(sample.to_owned());
    }
    if rng.chance(50) {
        let exceptions = some(rng, EXCEPTIONS, 3);
        let _ = write!(body, ", exceptions: {}", list(&exceptions));
        material.extend(owned(&exceptions));
    }
    if rng.chance(20) {
        body.push_str(", definition: About money.");
    }
    if rng.chance(20) {
        body.push_str(", evasion: strict");
    }
    let _ = write!(body, ", {}", actions(rng, false, 20));
    Rule { section: Section::Topics, body, types: Vec::new(), material }
}

fn words(rng: &mut Rng, index: usize, masks: Masks) -> Rule {
    let words = some(rng, WORDS, 5);
    let mut options = Vec::new();
    if rng.chance(50) {
        options.push(format!("whole_word: {}", rng.chance(30)));
    }
    if rng.chance(40) {
        options.push(format!("case_sensitive: {}", rng.chance(70)));
    }
    if rng.chance(40) {
        options.push(format!("evasion: \"{}\"", rng.pick(&["off", "standard", "strict"])));
    }
    let actions = actions(rng, true, 8);
    let replacement = replacement(rng, masks, &actions);
    let matching = if options.is_empty() { String::new() } else { format!(", match: {{{}}}", options.join(", ")) };
    let body = format!("name: words-{index}, words: {}{matching}, {actions}{replacement}", list(&words));
    Rule { section: Section::Words, body, types: Vec::new(), material: owned(&words) }
}

fn pii(rng: &mut Rng, types: &mut Vec<EntityType>, masks: Masks) -> Rule {
    let count = if rng.chance(25) { 1 + rng.below(4) } else { 1 };
    let types: Vec<EntityType> = (0..count).map(|_| types.swap_remove(rng.below(types.len()))).collect();
    let material: Vec<String> = types
        .iter()
        .flat_map(|&entity| cases::must(entity))
        .flat_map(|case| case.values().map(str::to_owned).chain([case.text.clone()]).collect::<Vec<_>>())
        .collect();
    let actions = actions(rng, true, 6);
    let replacement = replacement(rng, masks, &actions);
    let mut body = format!("types: [{}]", types.iter().map(|entity| entity.name()).collect::<Vec<_>>().join(", "));
    // What is allowed has a longest length.
    let allowed: Vec<&str> = material.iter().map(String::as_str).filter(|value| value.len() <= 256).collect();
    if rng.chance(12) && !allowed.is_empty() {
        let _ = write!(body, ", allow: {}", list(&[*rng.item(&allowed)]));
    }
    if rng.chance(20) {
        body.push_str(", evasion: strict");
    }
    if types.iter().any(|of| matches!(of, EntityType::Name | EntityType::Address)) && rng.chance(60) {
        let _ = write!(body, ", strictness: {}", rng.pick(&["low", "normal", "high"]));
    }
    let _ = write!(body, ", {actions}{replacement}");
    Rule { section: Section::Pii, body, types, material }
}

/// Returns a content filter of a random category, and the category.
fn content(rng: &mut Rng) -> Rule {
    let &(category, terms) = rng.item(CONTENT);
    let mut strength = |least: usize| rng.pick(&["none", "low", "medium", "high"][least..]);
    let (input, output) = (strength(1), strength(0));
    let strengths = match category {
        "prompt_attack" => format!("strength: {input}"),
        _ if input == output => format!("strength: {input}"),
        _ => format!("input_strength: {input}, output_strength: {output}"),
    };
    let action = if rng.chance(25) { "block" } else { "detect" };
    let allowed: &[&str] = match category {
        "violence" | "misconduct" => &["none"],
        "hate" => &["none", "low"],
        _ => &["none", "low", "medium", "high"],
    };
    let needs_consent = action == "block" && [input, output].iter().any(|strength| !allowed.contains(strength));
    let consent = if needs_consent { ", accept_false_positives: true" } else { "" };
    let body = format!("category: {category}, {strengths}, action: {action}{consent}");
    Rule { section: Section::Content, body, types: Vec::new(), material: owned(terms) }
}

/// Returns a rule of a random pattern, or `None` if the policy rejects it even with a longest match.
fn regex(rng: &mut Rng, index: usize, masks: Masks) -> Option<Rule> {
    let pattern = Pattern::random(rng);
    let material: Vec<String> = (0..6).map(|_| pattern.sample(rng)).collect();
    let actions = actions(rng, true, 8);
    let replacement = replacement(rng, masks, &actions);
    let head = format!("name: regex-{index}, pattern: '{}'", pattern.source().replace('\'', "''"));
    let length = format!(", max_length: {}", 1 + rng.below(60));
    let rule = |length: &str| Rule {
        section: Section::Regexes,
        body: format!("{head}{length}, {actions}{replacement}"),
        types: Vec::new(),
        material: material.clone(),
    };
    let lengths = if rng.chance(30) { [length.as_str(), ""] } else { ["", length.as_str()] };
    lengths.into_iter().map(rule).find(|rule| crate::cases::policy(&Rules(vec![rule.clone()]).yaml()).is_ok())
}

/// The rules of a random policy.
#[derive(Clone, Debug)]
pub(crate) struct Rules(pub(crate) Vec<Rule>);

impl Rules {
    /// Returns a policy of one to about eight rules of all kinds.
    pub(crate) fn random(rng: &mut Rng, masks: Masks) -> Self {
        let mut rules = Vec::new();
        if rng.chance(40) {
            rules.extend((0..=rng.below(3)).map(|index| topic(rng, index)));
        }
        let count = rng.below(3);
        rules.extend((0..count).map(|index| words(rng, index, masks)));
        if rng.chance(30) {
            let mut filters: Vec<Rule> = (0..=rng.below(3)).map(|_| content(rng)).collect();
            let category = |rule: &Rule| rule.body.split(',').next().map(str::to_owned);
            filters.sort_by_key(category);
            filters.dedup_by_key(|rule| category(rule));
            rules.extend(filters);
        }
        let mut types = EntityType::ALL.to_vec();
        let count = if rng.chance(4) { types.len() / 2 } else { rng.below(4) };
        rules.extend((0..count.min(8)).map(|_| pii(rng, &mut types, masks)));
        let count = rng.below(3);
        rules.extend((0..count).filter_map(|index| regex(rng, index, masks)));
        if rules.is_empty() {
            rules.push(words(rng, 0, masks));
        }
        Self(rules)
    }

    pub(crate) fn yaml(&self) -> String {
        let mut yaml = "version: 1\nname: random\nmode: sync\n".to_owned();
        for section in Section::ALL {
            let mut rules = self.0.iter().filter(|rule| rule.section == section).peekable();
            if rules.peek().is_some() {
                let _ = writeln!(yaml, "{}:", section.key());
            }
            for rule in rules {
                let _ = writeln!(yaml, "  - {{{}}}", rule.body);
            }
        }
        yaml
    }

    /// Returns the text of every rule, and some of it disguised.
    pub(crate) fn material(&self, rng: &mut Rng) -> Vec<String> {
        let mut material: Vec<String> = self.0.iter().flat_map(|rule| rule.material.iter().cloned()).collect();
        material.retain(|text| !text.is_empty());
        let disguised: Vec<String> = material.iter().map(|text| disguise::disguised(rng, text)).collect();
        if rng.chance(50) {
            material.extend(disguised);
        }
        if rng.chance(30) {
            let techniques = material.iter().filter_map(|text| rng.item(banister_evasion::TECHNIQUES).apply(text));
            let evasions: Vec<String> = techniques.collect();
            material.extend(evasions);
        }
        material
    }
}
