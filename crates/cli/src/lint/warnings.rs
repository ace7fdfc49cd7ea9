//! Warnings about rules that are valid, but probably not intended.

use std::collections::{BTreeMap, HashMap};

use banister::{Action, Guardrail, RuleKind, Source};

use super::document::RuleEntry;
use super::ordinary::OrdinaryMatches;
use super::warning::{Warning, some};
use super::{allow, exceptions, inclusion, inherited, pattern_form, settings, slow_pattern, word_form};
use crate::response::action;

/// The number of words in the longest part of a phrase that is looked up.
const LONGEST_PART: usize = 8;

/// A rule. Names are unique within a kind.
type RuleKey = (RuleKind, String);

/// Returns all warnings about a policy, which was read from `file`.
pub(super) fn all(
    entries: &[RuleEntry],
    file: &str,
    guardrail: &Guardrail,
    ordinary: &OrdinaryMatches,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let lists: Vec<&RuleEntry> = entries.iter().filter(|entry| !entry.words.is_empty()).collect();
    inherited::check(guardrail.policy(), file, &mut warnings);
    word_form::check(entries, &mut warnings);
    pattern_form::check(entries, &mut warnings);
    slow_pattern::check(entries, &mut warnings);
    allow::check(entries, &mut warnings);
    exceptions::check(entries, &mut warnings);
    ordinary.check(guardrail, &mut warnings);
    duplicates(&lists, guardrail, &mut warnings);
    contained(&lists, &mut warnings);
    inclusion::check(entries, guardrail.policy(), &mut warnings);
    for source in [Source::Input, Source::Output] {
        shadowed(&lists, guardrail, source, &mut warnings);
    }
    wider(guardrail, &mut warnings);
    settings::check(guardrail.policy(), file, &mut warnings);
    off(guardrail, &mut warnings);
    warnings
}

/// Finds words in two lists with the same action.
fn duplicates(lists: &[&RuleEntry], guardrail: &Guardrail, warnings: &mut Vec<Warning>) {
    let mut first: HashMap<String, &RuleEntry> = HashMap::new();
    let mut pairs: BTreeMap<(&str, &str), (&RuleEntry, Vec<&str>)> = BTreeMap::new();
    for list in lists {
        for word in &list.words {
            match first.get(&normal(word)) {
                Some(other) if same_action(guardrail, list, other) => {
                    pairs.entry((&list.rule, &other.rule)).or_insert((list, Vec::new())).1.push(word);
                }
                Some(_) => {}
                None => {
                    first.insert(normal(word), list);
                }
            }
        }
    }
    for ((rule, other), (list, words)) in pairs {
        let message = if rule == other {
            format!("`{rule}` lists words twice: {}", some(&words))
        } else {
            format!("`{rule}` lists words that `{other}` lists as well: {}", some(&words))
        };
        warnings.push(Warning::of_entry("duplicate-word", list, message).and(other).help("remove them from one list"));
    }
}

/// Finds phrases that contain another entry of the same list, which makes them redundant.
fn contained(lists: &[&RuleEntry], warnings: &mut Vec<Warning>) {
    for list in lists {
        let known: HashMap<String, &str> = list.words.iter().map(|word| (normal(word), word.as_str())).collect();
        let mut pairs = Vec::new();
        for phrase in &list.words {
            let phrase_normal = normal(phrase);
            let words: Vec<&str> = phrase_normal.split(' ').collect();
            let parts = (1..words.len().min(LONGEST_PART + 1)).flat_map(|length| words.windows(length));
            if let Some(part) = parts.map(|part| part.join(" ")).find_map(|part| known.get(&part)) {
                pairs.push(format!("{phrase}` contains `{part}"));
            }
        }
        if !pairs.is_empty() {
            let rule = &list.rule;
            let message = format!(
                "`{rule}` lists phrases that contain another of its entries, which is sufficient: {}",
                some(&pairs)
            );
            warnings.push(Warning::of_entry("contained-phrase", list, message).help("remove the longer phrases"));
        }
    }
}

/// Finds words for which another rule always has a stronger action, and words that their own rule never matches. The guardrail evaluates
/// them, so normalization, exceptions and managed lists are included.
fn shadowed(lists: &[&RuleEntry], guardrail: &Guardrail, source: Source, warnings: &mut Vec<Warning>) {
    let actions: HashMap<RuleKey, Action> =
        guardrail.policy().rules().map(|rule| ((rule.kind(), rule.name().to_owned()), action(&rule, source))).collect();
    let does = |kind: RuleKind, name: &str| actions.get(&(kind, name.to_owned())).copied().unwrap_or(Action::Off);
    for list in lists {
        let own_action = does(list.kind, &list.rule);
        if own_action == Action::Off {
            continue;
        }
        let mut stronger: BTreeMap<(String, &'static str), Vec<&str>> = BTreeMap::new();
        let mut dead = Vec::new();
        for word in &list.words {
            let assessment = guardrail.assess(source, word);
            let findings = assessment.findings();
            let is_own = |found: &&banister::Finding| found.kind() == list.kind && found.rule() == list.rule;
            let Some(own) = findings.iter().find(is_own) else {
                dead.push(word.as_str());
                continue;
            };
            let over = findings
                .iter()
                .find(|found| does(found.kind(), found.rule()) > own_action && found.span().contains(own.span()));
            if let Some(over) = over {
                let name = does(over.kind(), over.rule()).name();
                stronger.entry((over.rule().to_owned(), name)).or_default().push(word);
            }
        }
        let (rule, own, direction) = (&list.rule, own_action, direction(source));
        for ((other, does), words) in stronger {
            let all = words.len() == list.words.len() && list.has_only_words();
            let (code, message) = if all {
                (
                    "shadowed-rule",
                    format!(
                        "`{rule}` ({own}) has no effect on {direction}: `{other}` ({does}) matches all of its words"
                    ),
                )
            } else {
                let words = some(&words);
                (
                    "shadowed-word",
                    format!(
                        "`{rule}` ({own}) has no effect on {direction} for words that `{other}` ({does}) matches: {words}"
                    ),
                )
            };
            warnings.push(Warning::of_entry(code, list, message).and(&other));
        }
        if !dead.is_empty() {
            let message = format!(
                "`{rule}` does not match some of its words in {direction}, because of an exception: {}",
                some(&dead)
            );
            warnings.push(Warning::of_entry("dead-word", list, message));
        }
    }
}

/// Finds patterns that match more than they list.
fn wider(guardrail: &Guardrail, warnings: &mut Vec<Warning>) {
    for warning in guardrail.policy().pattern_warnings() {
        let (rule, pattern, letters) = (warning.rule(), warning.pattern(), warning.also_matches());
        let message = format!(
            "`{rule}`: a class of the pattern `{pattern}` also matches `{letters}`, which are normalized to its characters"
        );
        let help = "list them too, or use a rule under `regexes` to distinguish scripts and accents";
        warnings.push(Warning::new("wider-pattern", vec![rule.to_owned()], message).help(help));
    }
}

/// Finds rules without an action in a direction.
fn off(guardrail: &Guardrail, warnings: &mut Vec<Warning>) {
    for source in [Source::Input, Source::Output] {
        let rules = guardrail.policy().rules().filter(|rule| action(rule, source) == Action::Off);
        let rules: Vec<String> = rules.map(|rule| rule.name().to_owned()).collect();
        if !rules.is_empty() {
            let message = format!("disabled in {}: {}", direction(source), rules.join(", "));
            warnings.push(Warning::new("off", rules, message));
        }
    }
}

/// Returns `true` if two rules have the same action in a direction.
fn same_action(guardrail: &Guardrail, one: &RuleEntry, other: &RuleEntry) -> bool {
    let find = |list: &RuleEntry| {
        let mut rules = guardrail.policy().rules();
        rules.find(|rule| rule.kind() == list.kind && rule.name() == list.rule)
    };
    let (Some(one), Some(other)) = (find(one), find(other)) else { return false };
    let same = |source: Source| action(&one, source) != Action::Off && action(&one, source) == action(&other, source);
    same(Source::Input) || same(Source::Output)
}

fn direction(source: Source) -> &'static str {
    match source {
        Source::Input => "prompts",
        Source::Output => "completions",
    }
}

/// Returns a word as lists compare it.
fn normal(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
