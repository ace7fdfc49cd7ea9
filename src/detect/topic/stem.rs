//! Stems of English words.

/// Returns the stem of a lower-case word: plural, `-ing`, `-ed`, `-ly` taken off. Light on purpose: a stem that is too short brings
/// unrelated words together.
pub(super) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let singular = singular(word);
    for ending in ["ing", "ed", "ly"] {
        if let Some(root) = singular.strip_suffix(ending)
            && root.len() >= 3
            && root.bytes().any(|byte| b"aeiouy".contains(&byte))
        {
            return undouble(root).trim_end_matches('e');
        }
    }
    if singular.len() > 3 { singular.trim_end_matches('e') } else { singular }
}

fn singular(word: &str) -> &str {
    if let Some(root) = word.strip_suffix("ies")
        && root.len() >= 3
    {
        return root;
    }
    for ending in ["sses", "ches", "shes", "xes"] {
        if word.ends_with(ending) {
            return word.get(..word.len() - 2).unwrap_or(word);
        }
    }
    match word.strip_suffix('s') {
        Some(root) if !root.ends_with(['s', 'u', 'i']) => root,
        _ => word.strip_suffix('y').filter(|root| root.len() >= 4).unwrap_or(word),
    }
}

fn undouble(root: &str) -> &str {
    let bytes = root.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"lsz".contains(a) && bytes.len() > 3 => root.get(..root.len() - 1).unwrap_or(root),
        _ => root,
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["stock", "stocks"][..],
            &["invest", "investing", "invested", "invests"],
            &["save", "saving", "saves", "saved"],
            &["company", "companies"],
            &["plan", "planned", "planning", "plans"],
            &["tax", "taxes"],
        ] {
            let stems: Vec<_> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|other| Some(other) == stems.first()), "{stems:?}");
        }
        assert_ne!(stem("business"), stem("busy"));
    }
}
