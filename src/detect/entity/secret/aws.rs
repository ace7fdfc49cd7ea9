//! Access keys of AWS.

use super::super::builders::{accept_if, exact};
use super::super::checksum::entropy;
use super::super::description::{Certainty, Comparison, Description};
use super::super::joint::{bracket, join, string_prefix, strip};
use super::super::keyed::{Keyed, read, strip_longest, unwrapped, wrapper};
use super::super::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

const SECRET_BYTES: usize = 40;

pub(in super::super) static AWS_ACCESS_KEY: Description = Description {
    comparison: Comparison::Exact,
    certainty: Certainty::Form,
    recognizers: &[&[
        // Long-term, temporary, bearer and context keys (IAM user guide, "unique identifiers"). Glued to a card number it
        // must still be found, hence no boundary.
        exact(r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}", 20, access_key),
    ]],
    ..Description::DEFAULT
};

pub(in super::super) static AWS_SECRET_KEY: Description = Description {
    comparison: Comparison::Exact,
    recognizers: &[&[
        // A pattern of forty characters anywhere would multiply the states of all others, so a keyword or the key id leads.
        exact(
            concat!(
                "(?:(?i:secret(?:[_ -]?(?:access)?[_ -]?key)?|credentials?)|密钥|密鑰)",
                join!(),
                bracket!(),
                "(?:",
                string_prefix!(),
                r"['\x22])?",
                wrapper!(),
                "[A-Za-z0-9/+]+"
            ),
            120,
            secret_named,
        )
        .with_value(named_value),
        exact(
            r"A(?:KIA|SIA)[A-Z0-9]{16}['\x22`]?[ ]?[ ,:;|/\n]+(?:[_~*]|%20|%0[9ADad]){0,6}<?['\x22`]?[A-Za-z0-9/+]+",
            80,
            secret_paired,
        )
        .with_value(paired_value),
    ]],
    ..Description::DEFAULT
};

/// Keywords that may introduce a secret key. Those that end in "key" leave no doubt.
const NAMES: &[&str] = &[
    "credentials",
    "credential",
    "secret access key",
    "secret_access_key",
    "secret-access-key",
    "secret_accesskey",
    "secretaccesskey",
    "secret key",
    "secret_key",
    "secret-key",
    "secretkey",
    "secret",
    "密钥",
    "密鑰",
];

fn access_key(c: &RecognizerInput<'_>) -> Verdict {
    // A slash is next to the scope of a signature, `AKIA…/20260101/us-east-1/s3`, and hardly ever by chance next to such text in base64.
    let longer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_uppercase() || c == '+');
    accept_if(!longer(c.before) && !longer(c.after) && !c.after.is_some_and(|a| a.is_ascii_digit()))
}

fn is_base64(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '+'))
}

/// Returns `true` for forty base64 characters that look drawn at random: all three kinds of characters and more than four bits a character
/// (git hashes are hexadecimal and stay below four; CamelCase names and paths seldom have digits).
pub(super) fn is_secret(value: &str) -> bool {
    value.len() == SECRET_BYTES
        && value.bytes().all(|b| is_base64(Some(char::from(b))))
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && entropy(value) > 4.0
}

/// Returns the keyword and the value after it.
fn named(text: &str) -> Option<(&str, Keyed<'_>)> {
    let rest = strip_longest(text, NAMES)?;
    let name = text.strip_suffix(rest)?;
    Some((name, read(text, rest)))
}

/// Returns the value without what is around it; it holds no underscore.
fn bare<'a>(keyed: &Keyed<'a>) -> &'a str {
    unwrapped(keyed.value.trim_start_matches('_')).trim_start_matches('_')
}

fn named_value(text: &str) -> std::ops::Range<usize> {
    text.len() - named(text).map_or(0, |(_, keyed)| bare(&keyed).len())..text.len()
}

fn secret_named(c: &RecognizerInput<'_>) -> Verdict {
    if is_base64(c.after) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some((name, keyed)) = named(c.text) else { return Verdict::Reject };
    let value = bare(&keyed);
    // After an unambiguous name, values with less entropy count too. "secret" and "credentials" alone are ambiguous.
    let is_key = strip(name.get(name.len().saturating_sub(3)..).unwrap_or_default(), "key").is_some();
    accept_if(
        keyed.is_joined(c) && value.len() == SECRET_BYTES && (is_secret(value) || (is_key && entropy(value) > 3.0)),
    )
}

fn paired_value(text: &str) -> std::ops::Range<usize> {
    let value = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let value = unwrapped(value.trim_start_matches(|c: char| (!is_base64(Some(c)) && c != '%') || c == '/'));
    text.len() - value.len()..text.len()
}

fn secret_paired(c: &RecognizerInput<'_>) -> Verdict {
    if is_base64(c.after) {
        return Verdict::RejectBefore(c.text.len());
    }
    accept_if(c.text.get(paired_value(c.text)).is_some_and(is_secret))
}
