//! Suggestions for unknown names: "did you mean".

/// Returns the candidate nearest to `written`, if it is near enough to be a typo: two edits, or one for short names.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No name of the format is longer; this also bounds the work on hostile input.
    if written.len() > 64 {
        return None;
    }
    let wanted = normal(written);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &normal(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns the number of edits that count as a typo.
fn allowed(candidate: &str) -> usize {
    if candidate.len() <= 3 { 1 } else { 2 }
}

/// Names never differ by case or separator alone.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['-', ' '], "_")
}

/// Formats names as `` `a`, `b` or `c` ``.
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// Returns the action that Bedrock calls by this name.
pub(super) fn action_elsewhere(name: &str) -> Option<&'static str> {
    let names = [("anonymize", "mask"), ("none", "detect")];
    names.iter().find(|(other, _)| name.eq_ignore_ascii_case(other)).map(|&(_, action)| action)
}
