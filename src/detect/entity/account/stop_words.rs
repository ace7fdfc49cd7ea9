//! Words that are no values.

/// Words that follow the keyword in sentences about user names and passwords, sorted.
#[rustfmt::skip]
const NOT_VALUES: &[&str] = &[
    "a", "after", "again", "all", "already", "also", "always", "an", "and", "any", "are", "as", "at", "available", "based", "be", "because",
    "been", "before", "being", "below", "blank", "both", "but", "by", "can", "case", "changed", "changes", "chars", "compromised", "correct",
    "created", "does", "empty", "encrypted", "entered", "expired", "false", "field", "first", "for", "forgotten", "from", "going", "hash",
    "hashed", "have", "here", "hidden", "if", "in", "incorrect", "input", "invalid", "is", "it", "its", "known", "like", "login", "long",
    "longer", "manager", "may", "missing", "must", "my", "name", "needed", "new", "nil", "no", "none", "not", "null", "of", "ok", "on",
    "only", "optional", "or", "password", "protected", "required", "reset", "safe", "same", "secret", "secure", "sensitive", "sent", "set",
    "should", "shown", "so", "something", "still", "stored", "str", "string", "strong", "taken", "text", "that", "the", "their", "then",
    "they", "this", "to", "too", "true", "undefined", "unique", "unknown", "update", "used", "user", "username", "using", "valid", "value",
    "very", "was", "weak", "what", "when", "which", "will", "with", "wrong", "you", "your",
];

/// Returns `true` if a word after the keyword is no value.
pub(super) fn is_stop_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    NOT_VALUES.binary_search(&lower.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted() {
        assert!(NOT_VALUES.is_sorted());
    }
}
