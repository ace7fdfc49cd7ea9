//! Passwords that commands read as an argument or from a pipe, without an option that names them.

use std::ops::Range;

use super::super::builders::{accept_if, context_if, exact, part};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::login::{continues, is_placeholder, option_value, unquoted};
use super::value_parts::is_odd;
use crate::detect::pattern::Verdict;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(
        concat!(
            r"\b(?:net[ ]user|rabbitmqctl[ ](?:add_user|change_password)|htpasswd[ ]-(?:n[a-zA-Z]*b[a-zA-Z]*|b[a-zA-Z]*n[a-zA-Z]*|[a-mo-zA-Z]*b[a-mo-zA-Z]*[ ][^\x00-\x20\x22'`<>|]+))[ ][^\x00-\x20\x22'`<>|/-][^\x00-\x20\x22'`<>|]*[ ]",
            option_value!()
        ),
        192,
        argument,
    )
    .with_value(last_argument),
    // `echo secret | sudo -S`, `echo bob:secret | chpasswd`.
    exact(
        concat!(
            r"\becho[ ](?:-[en]+[ ])?",
            option_value!(),
            r"[ ]?\|[ ]?(?:sudo[ ])?(?:-S\b|chpasswd\b|[a-z./-]+(?:[ ][^\x00-\x20\x22'`<>|]+){0,6}[ ]--?password-stdin\b|passwd(?:[ ][^\x00-\x20\x22'`<>|]+){0,3}[ ]--stdin\b)"
        ),
        256,
        piped,
    )
    .with_value(piped_value),
    // `smbclient -U bob%secret`.
    exact(r"-U[ ]?['\x22]?[^\x00-\x20\x22'`%<>]+%[^\x00-\x20\x22'`<>\x7f]+", 128, after_percent)
        .with_value(value_after_percent)
        .never_sure()
        .with_context(&["smbclient", "rpcclient", "smbmap", "smbget", "net ads", "net rpc", "winexe", "wmic"])
        .context_distance(120, 0),
];

fn last_argument(text: &str) -> Range<usize> {
    let quote = text.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let start = match quote {
        // An argument in quotes may hold spaces.
        Some(quote) => text.trim_end_matches(quote).rfind(quote).map_or(text.len(), |at| at + 1),
        None => text.rfind(' ').map_or(text.len(), |at| at + 1),
    };
    unquoted(text, start..text.len())
}

fn argument(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = part(c.text, last_argument(c.text));
    // "net user" is what prose has too: "net user growth 12.5%", "asp.net user profile oauth2".
    let is_amount = value.trim_end_matches(|c: char| c.is_alphabetic() || c == '%').parse::<f64>().is_ok();
    let is_prose = c.text.starts_with("net") && (c.before == Some('.') || is_amount || !is_mixed_case(value));
    accept_if(value.len() >= 4 && is_odd(value) && !is_prose && !value.starts_with('/') && !is_placeholder(value))
}

/// Returns `true` for a word with digits, and capitals or signs.
fn is_mixed_case(value: &str) -> bool {
    let is_sign = |b: u8| b.is_ascii_uppercase() || b.is_ascii_punctuation() && !matches!(b, b'.' | b',' | b'%');
    value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && value.bytes().any(is_sign)
}

/// Returns the argument of `echo` in a pipe: after the name of a user and a colon where `chpasswd` reads both.
fn piped_value(text: &str) -> Range<usize> {
    let end = part(text, 0..text.rfind('|').unwrap_or(text.len())).trim_end().len();
    let head = part(text, 0..end);
    let flags = head.strip_prefix("echo ").filter(|rest| rest.starts_with('-')).and_then(|rest| rest.find(' '));
    let start = "echo ".len() + flags.map_or(0, |at| at + 1);
    let value = unquoted(text, start.min(end)..end);
    let user = text.ends_with("chpasswd").then(|| part(text, value.clone()).find(':')).flatten();
    value.start + user.map_or(0, |at| at + 1)..value.end
}

fn piped(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, piped_value(c.text));
    accept_if(value.len() >= 4 && !is_placeholder(value))
}

fn value_after_percent(text: &str) -> Range<usize> {
    text.find('%').map_or(text.len(), |at| at + 1)..text.len()
}

fn after_percent(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = part(c.text, value_after_percent(c.text));
    context_if(value.len() >= 4 && !value.ends_with('%') && !is_placeholder(value))
}
