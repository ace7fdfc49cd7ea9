//! Passwords in known positions: in an address (`scheme://user:password@host`) and after `-u user:password`.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::keyed::is_quote;
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // RFC 3986, "userinfo". The candidate ends with the at sign; the scheme is the character before it.
    exact(
        r"://[^\x00-\x20\x22'`<>/?#:]*:['\x22`]?[^\x00-\x20\x22'`<>/?\x7f]+['\x22`]?@|:(?i:thin|oci|oci8):[A-Za-z0-9_.$-]+/['\x22`]?[^\x00-\x20\x22'`<>/@]+['\x22`]?@",
        320,
        in_address,
    )
    .with_value(address_value),
    // curl, wget, svn and others.
    exact(
        r"-(?:u|-user|-proxy-user)[ =]?['\x22]?[^\x00-\x20\x22'`:=]+:['\x22`]?[^\x00-\x20\x22'`\x7f]+",
        192,
        after_option,
    )
    .with_value(option_value),
];

/// Returns the range after the first `mark` after `head`.
fn after(text: &str, head: &str, mark: char, tail: usize) -> Range<usize> {
    let end = text.len().saturating_sub(tail);
    let start = text.strip_prefix(head).and_then(|rest| rest.find(mark)).map(|i| head.len() + i + mark.len_utf8());
    start.filter(|&start| start <= end).unwrap_or(end)..end
}

/// Returns the range without the quotes around it.
fn unquoted(text: &str, place: Range<usize>) -> Range<usize> {
    let value = text.get(place.clone()).unwrap_or_default();
    let inner = value.trim_start_matches(is_quote);
    let start = place.end - inner.len();
    start..start + inner.trim_end_matches(is_quote).len()
}

fn address_value(text: &str) -> Range<usize> {
    unquoted(text, if text.starts_with("://") { after(text, "://", ':', 1) } else { after(text, ":", '/', 1) })
}

/// Returns `true` if the value is a placeholder for a password: `${PASS}`, `<password>`, `{password}`, `***`, `password`.
fn is_placeholder(value: &str) -> bool {
    value.starts_with(['$', '<', '{', '[', '%'])
        && (value.ends_with(['}', '>', ']', '%']) || value.starts_with('$'))
        && !value.starts_with("%2")
        || !value.chars().any(char::is_alphanumeric)
        || is_stop_word(value)
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "pass" | "passwd" | "pwd" | "your_password" | "yourpassword" | "xxxx" | "xxxxx"
        )
}

fn in_address(c: &RecognizerInput<'_>) -> Verdict {
    let scheme = c.before.is_some_and(|b| b.is_ascii_alphanumeric());
    let Some(value) = c.text.get(address_value(c.text)) else { return Verdict::Reject };
    accept_if(scheme && value.len() >= 3 && !is_placeholder(value))
}

fn option_value(text: &str) -> Range<usize> {
    unquoted(text, after(text, "-", ':', 0))
}

fn after_option(c: &RecognizerInput<'_>) -> Verdict {
    let ends = |a: char| a.is_whitespace() || matches!(a, '"' | '\'' | '`' | ')' | ',' | ';' | '|' | '&' | '<');
    if c.after.is_some_and(|a| !ends(a)) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(value) = c.text.get(option_value(c.text)) else { return Verdict::Reject };
    // `docker run -u 1000:1000` and `-u node:node` name a group; an address is no password.
    let odd = value.bytes().any(|b| !b.is_ascii_digit())
        && value.bytes().any(|b| !b.is_ascii_lowercase() && b != b'-' && b != b'_');
    let option = c.before.is_none_or(|b| b.is_whitespace() || matches!(b, '"' | '\'' | '[' | ',' | '`'));
    accept_if(
        option
            && odd
            && value.len() >= 4
            && !value.starts_with('/')
            && !is_placeholder(value)
            && !value.ends_with([',', ';', ')']),
    )
}
