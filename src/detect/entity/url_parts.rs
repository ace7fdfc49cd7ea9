//! The parts of web addresses, and what may be before and after them.

use super::recognizer::RecognizerInput;

/// Returns the number of bytes of the scheme and its `://`, or 0: the sign in a path is that of another address.
pub(super) fn scheme(text: &str) -> usize {
    let sign = memchr::memmem::find(text.as_bytes(), b"://");
    let head = sign.and_then(|at| text.get(..at)).filter(|head| !head.contains(['/', '?', '#']));
    head.map_or(0, |head| head.len() + 3)
}

/// Returns `true` if an address of another kind continues after the character.
pub(super) fn joins_address(before: Option<char>) -> bool {
    matches!(before, Some('@' | '.' | '-'))
}

/// Returns `true` if the address is a field of a table, and holds what separates fields: it ended before. The separator is before it,
/// `1,https://a.b/c,next`, or it is the first of its line and a capital follows a comma in its path: `https://a.b/c,Next`.
pub(super) fn ends_its_field(c: &RecognizerInput<'_>) -> bool {
    let new = c.text.as_bytes().get(c.accepted..).unwrap_or_default();
    match c.before {
        Some(sign @ (',' | ';' | '|')) => memchr::memchr(sign as u8, new).is_some(),
        None | Some('\n') => {
            let comma = memchr::memchr(b',', new).map(|at| c.accepted + at);
            comma.is_some_and(|at| begins_field(c.text, at))
        }
        Some(_) => false,
    }
}

/// Returns `true` if a capital follows the comma at `at` of an address without a query.
fn begins_field(address: &str, at: usize) -> bool {
    let (path, rest) = address.split_at_checked(at).unwrap_or_default();
    rest.get(1..).is_some_and(|field| field.starts_with(char::is_uppercase))
        && !path.contains(['?', '#', '=', ',', '@'])
}

/// Returns an offset before which no scheme or `www.` begins an address, wherever it ends.
pub(super) fn next_start(text: &str) -> usize {
    // The word before a `:`, and the text that more text may make the start of one.
    let (mut word, mut open) = (0, 0);
    for (at, byte) in text.bytes().enumerate().skip(1) {
        let rest = || text.get(at..).unwrap_or_default();
        let begins = match byte {
            b'w' | b'W' => rest().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www.")).then_some(at),
            b':' => (word > 0 && rest().starts_with("://")).then_some(word),
            _ => None,
        };
        let before = |start: usize| text.get(..start).and_then(|head| head.chars().next_back());
        if let Some(start) = begins.filter(|&start| !joins_address(before(start))) {
            return start;
        }
        if !byte.is_ascii_alphanumeric() {
            word = at + 1;
            if !matches!(byte, b':' | b'/' | b'+') {
                open = word;
            }
        }
    }
    open
}

/// Returns `true` if the path is only a version, as of the groups of an API: `audit.k8s.io/v1beta1`.
pub(super) fn is_api_version(path: &str) -> bool {
    let version =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    path.strip_prefix('v').is_some_and(version)
}
