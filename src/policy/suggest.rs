//! "Did you mean": the known name nearest to an unknown one.

/// The candidate nearest to `written`, if it is near enough to be a slip of the pen: two edits, one for short
/// names.
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

/// Edits that still count as a slip.
fn allowed(candidate: &str) -> usize {
    if candidate.len() <= 3 { 1 } else { 2 }
}

/// Case and the choice of separator are never what tells two names apart.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['-', ' '], "_")
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
