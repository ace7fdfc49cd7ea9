//! Lists of terms, as files.
//!
//! A line is a term. It is words separated by spaces; `a|b` is one of several, `a|b?` one of them or none, and `_` a space within one of
//! them. A heading says what the terms after it do: `[60]` is their weight; `[60 with group]` the weight that they have near a term of
//! `[group]`, which has none itself, or near a term with a weight of its own; `[never]` begins the exceptions. `#` begins a comment.

use super::category::ContentCategory;

/// The most ways of writing one line. A test checks it.
pub(super) const MAX_WAYS: usize = 1024;

/// What a term does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Adds its weight.
    Counts(u32),
    /// Adds its weight if a term of a group is in the window.
    CountsWithGroup(u32),
    /// Makes other terms count.
    Group,
    /// Nothing in it counts.
    Never,
}

/// A line of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) term: &'a str,
    pub(super) effect: Effect,
}

/// Returns the files of a category.
pub(super) fn files(category: ContentCategory) -> &'static [&'static str] {
    macro_rules! files {
        ($($name:literal),*) => { &[$(include_str!(concat!("../../../policies/filters/", $name, ".txt"))),*] };
    }
    match category {
        ContentCategory::Hate => files!("hate"),
        ContentCategory::Insults => files!("insults"),
        ContentCategory::Sexual => files!("sexual"),
        ContentCategory::Violence => files!("violence"),
        ContentCategory::Misconduct => files!("misconduct"),
        ContentCategory::PromptAttack => files!(
            "prompt-attack",
            "prompt-attack-de",
            "prompt-attack-es",
            "prompt-attack-fr",
            "prompt-attack-it",
            "prompt-attack-pt"
        ),
    }
}

/// Returns the lines of a file. Those under a heading that is not known have no effect: a test reads all headings.
pub(super) fn lines(file: &str) -> impl Iterator<Item = Line<'_>> {
    let mut effect = None;
    let lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(move |line| match heading(line) {
        Some(heading) => {
            effect = effect_of(heading);
            None
        }
        None => effect.map(|effect| Line { term: line, effect }),
    })
}

fn heading(line: &str) -> Option<&str> {
    line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
}

/// Returns the effects of the headings of a file.
#[cfg(test)]
pub(super) fn headings(file: &str) -> impl Iterator<Item = Option<Effect>> {
    file.lines().filter_map(|line| heading(line.trim())).map(effect_of)
}

/// Returns what the terms after a heading do.
fn effect_of(heading: &str) -> Option<Effect> {
    match heading {
        "group" => Some(Effect::Group),
        "never" => Some(Effect::Never),
        _ => match heading.strip_suffix(" with group") {
            Some(weight) => weight.parse().ok().map(Effect::CountsWithGroup),
            None => heading.parse().ok().map(Effect::Counts),
        },
    }
}

/// Returns all ways of writing a term.
pub(super) fn ways(term: &str) -> Vec<String> {
    let mut ways = vec![String::new()];
    for slot in term.split(' ').filter(|slot| !slot.is_empty()) {
        let (choices, is_optional) = match slot.strip_suffix('?') {
            Some(choices) => (choices, true),
            None => (slot, false),
        };
        let choices = choices.split('|').chain(is_optional.then_some(""));
        let choices: Vec<String> = choices.map(|choice| choice.replace('_', " ")).collect();
        ways = ways.iter().flat_map(|before| choices.iter().map(move |choice| joined(before, choice))).collect();
        ways.truncate(2 * MAX_WAYS);
    }
    ways.retain(|way| !way.is_empty());
    ways
}

fn joined(before: &str, choice: &str) -> String {
    match (before, choice) {
        ("", only) | (only, "") => only.to_owned(),
        _ => format!("{before} {choice}"),
    }
}
