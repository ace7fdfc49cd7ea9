//! Words that are no values.

/// Words that follow the keyword in sentences about user names and passwords, sorted.
#[rustfmt::skip]
const NOT_VALUES: &[&str] = &[
    "a", "after", "again", "all", "already", "also", "always", "an", "and", "any", "are", "as", "at", "available", "based", "be", "because",
    "been", "before", "being", "below", "blank", "both", "but", "by", "can", "case", "changed", "changes", "chars", "compromised", "correct",
    "created", "does", "empty", "encrypted", "entered", "erforderlich", "errata", "expired", "falsch", "false", "field", "first", "for",
    "forgotten", "from", "geändert", "going", "hash", "hashed", "have", "here", "hidden", "if", "in", "incorrect", "incorrecta", "incorrecte",
    "incorrecto", "incorreta", "input", "invalid", "invalide", "is", "it", "its", "known", "leer", "like", "login", "long", "longer", "manager",
    "may", "missing", "must", "my", "name", "needed", "new", "nil", "no", "none", "not", "null", "obbligatoria", "obbligatorio", "obligatoire",
    "obligatoria", "obligatorio", "obrigatória", "obrigatório", "of", "ok", "olvidada", "on", "onjuist", "only", "optional", "or", "oublié",
    "password", "pflichtfeld", "protected", "requerida", "requerido", "required", "requis", "reset", "richiesta", "safe", "same", "secret",
    "secure", "sensitive", "sent", "set", "should", "shown", "so", "something", "still", "stored", "str", "string", "strong", "taken", "text",
    "that", "the", "their", "then", "they", "this", "to", "too", "true", "undefined", "ungültig", "unique", "unknown", "update", "used", "user",
    "username", "using", "valid", "value", "vergessen", "vergeten", "verplicht", "very", "was", "weak", "what", "when", "which", "will", "with",
    "wrong", "wymagane", "you", "your",
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
