//! Distinguishes words from keys.

/// The number of bytes of a key that show whether it is random. A key may contain the starts of many others, and the validator is called for each
/// of them at every end.
pub(super) const SAMPLE: usize = 64;

/// Returns the start of a key, which shows whether it is random.
pub(super) fn head(key: &str) -> &str {
    key.get(..SAMPLE).unwrap_or(key)
}

/// Returns the end of a key that is longer than a sample.
pub(super) fn tail(key: &str) -> Option<&str> {
    key.len().checked_sub(SAMPLE).filter(|&from| from > 0).and_then(|from| key.get(from..))
}

/// Returns `true` if the start or the end of a key is random: a long one may begin with the words of a path.
pub(super) fn any_sample(key: &str, is_random: impl Fn(&str) -> bool) -> bool {
    is_random(head(key)) || tail(key).is_some_and(is_random)
}

/// Returns `true` if the text is mostly words and numbers with signs between them, such as `learn-contrib-2024` or `OPENAI_API_KEY_2024`.
/// Keys of the base64url alphabet have signs too, but the parts between them are mixed.
pub(super) fn is_worded(text: &str) -> bool {
    let (mut count, mut words, mut all) = (0, 0, 0);
    for part in text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        count += 1;
        all += part.len();
        words += if is_word(part) { part.len() } else { 0 };
    }
    count >= 3 && 10 * words >= 6 * all
}

/// Returns `true` for a word in one case or with a capital, and for a short number.
fn is_word(part: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else { return false };
    match first {
        b'0'..=b'9' => part.len() <= 4 && rest.iter().all(u8::is_ascii_digit),
        _ if part.len() > 14 => false,
        b'a'..=b'z' => rest.iter().all(u8::is_ascii_lowercase),
        _ => rest.iter().all(u8::is_ascii_lowercase) || rest.iter().all(u8::is_ascii_uppercase),
    }
}

/// Returns `true` if small letters, capitals and digits alternate as often as by chance (three times in five), and more often
/// than in `camelCase2`.
pub(super) fn is_scrambled(text: &str) -> bool {
    let kind = |b: u8| (b.is_ascii_lowercase(), b.is_ascii_uppercase(), b.is_ascii_digit());
    let changes = text.bytes().zip(text.bytes().skip(1)).filter(|&(a, b)| kind(a) != kind(b)).count();
    text.len() >= 16 && 100 * changes >= 45 * text.len()
}

#[cfg(test)]
mod tests {
    use super::{is_scrambled, is_worded};

    #[test]
    fn chance_differs_from_identifiers() {
        for key in
            ["OTmDrZdtN7QlwAyYdiFizWxE", "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi", "St0L9jzHzUVfilrRkIel8krlNn7gqveM"]
        {
            assert!(is_scrambled(key), "{key}");
        }
        for name in ["getAccessTokenFromConfig2", "InternationalizationProvider", "abcdefghijklmnopqrstuvwx", "aB1"] {
            assert!(!is_scrambled(name), "{name}");
        }
    }

    #[test]
    fn words_differ_from_keys() {
        for words in [
            "learn-contrib-2024-release-1",
            "8-lug-wheel-stud-extended-kit-2",
            "cl100k_base_extended_2024",
            "OPENAI_API_KEY_2024_PROD",
            "your_api_key_here_please",
            "my-secret-value-for-testing",
        ] {
            assert!(is_worded(words), "{words}");
        }
        for key in [
            "kD93-fk3A_0dkRl29x-aBcD",
            "St0L9jzHzUVfilrRkIel8krlNn7gqveM",
            "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
            "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi",
            "550e8400-e29b-41d4-a716-446655440000",
        ] {
            assert!(!is_worded(key), "{key}");
        }
    }
}
