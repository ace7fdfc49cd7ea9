//! Stems of English words.

/// Returns the stem of a lower-case word: plural, `-ing`, `-ed`, `-ly` taken off. Light on purpose: a stem that is too short brings
/// unrelated words together.
pub(super) fn stem(word: &str) -> &str {
    word.get(..stem_of_bytes(word.as_bytes()).len()).unwrap_or(word)
}

/// Returns the same of the bytes of a word.
pub(super) fn stem_of_bytes(word: &[u8]) -> &[u8] {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let singular = singular(word);
    for ending in [&b"ing"[..], b"ed", b"ly"] {
        if let Some(root) = singular.strip_suffix(ending)
            && root.len() >= 3
            && root.iter().any(|byte| b"aeiouy".contains(byte))
        {
            return without_e(undouble(root));
        }
    }
    if singular.len() > 3 { without_e(singular) } else { singular }
}

fn without_e(mut word: &[u8]) -> &[u8] {
    while let Some(shorter) = word.strip_suffix(b"e") {
        word = shorter;
    }
    word
}

fn singular(word: &[u8]) -> &[u8] {
    if let Some(root) = word.strip_suffix(b"ies")
        && root.len() >= 3
    {
        return root;
    }
    for ending in [&b"sses"[..], b"ches", b"shes", b"xes"] {
        if word.ends_with(ending) {
            return word.get(..word.len() - 2).unwrap_or(word);
        }
    }
    match word.strip_suffix(b"s") {
        Some(root) if !matches!(root.last(), Some(b's' | b'u' | b'i')) => root,
        _ => word.strip_suffix(b"y").filter(|root| root.len() >= 4).unwrap_or(word),
    }
}

fn undouble(root: &[u8]) -> &[u8] {
    match root {
        [shorter @ .., a, b] if a == b && !b"lsz".contains(a) && root.len() > 3 => {
            root.get(..shorter.len() + 1).unwrap_or(root)
        }
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
