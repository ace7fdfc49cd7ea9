//! Passwords in lists of accounts, `jane@example.com:secret7`, and in forms that are sent in parts.

use std::ops::Range;

use super::super::builders::{accept_if, exact, part};
use super::super::recognizer::{Objection, Recognizer, RecognizerInput, Surroundings};
use super::login::is_placeholder;
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // From the sign of the address on: the local part is before it.
    exact(
        r"@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}[ ]?[:;|][ ]?[^\x00-\x20\x22'`<>/@\x7f]+",
        192,
        listed,
    )
    .with_value(listed_value)
    .with_veto(within_line),
    // RFC 7578: the name of the part, a blank line, its value.
    exact(
        r"form-data; name=\x22[A-Za-z0-9_.\[\]-]*(?i:pass(?:word|wd|phrase|code)?|pwd)[A-Za-z0-9_.\[\]-]*\x22\n{1,2}[^\x00-\x20\x7f]+",
        224,
        in_part,
    )
    .with_value(value_in_part),
];

fn listed_value(text: &str) -> Range<usize> {
    let start = text.find([':', ';', '|']).map_or(text.len(), |at| at + 1);
    let value = part(text, start..text.len()).trim_start_matches(' ');
    text.len() - value.len()..text.len()
}

/// Returns `true` for `backup2.tar.gz` and `main.c`: a path after the name of a host.
fn is_file(value: &str) -> bool {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~');
    let extension = value.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    value.chars().all(is_in_name)
        && matches!(extension.len(), 1..=5)
        && extension.bytes().any(|b| b.is_ascii_lowercase())
}

fn listed(c: &RecognizerInput<'_>) -> Verdict {
    // White space, another cell or a quote ends the value.
    let ends = |after: char| after.is_whitespace() || after.is_control() || matches!(after, '"' | '\'' | '`' | '<');
    if c.after.is_some_and(|after| !ends(after)) {
        return Verdict::RejectBefore(c.text.len());
    }
    let range = listed_value(c.text);
    let (head, value) = (part(c.text, 0..range.start), part(c.text, range.clone()));
    let is_named = c.before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '-' | '+' | '.'));
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    // After a space, a semicolon or the edge of a cell, numbers with letters are those of orders and versions.
    let is_odd = head.ends_with(':') || value.contains(['!', '$', '%', '^', '*', '?', '&', '+', '#']);
    let is_next = value.contains([':', ';', '|', '=', ',']) || value.ends_with(['.', ')', ']']);
    accept_if(
        is_named
            && digit
            && letter
            && is_odd
            && value.len() >= 6
            && !is_next
            && !is_file(value)
            && !is_placeholder(value),
    )
}

/// Rejects an address that something else is before in its line: `session:jane@example.com:v20240105`, `git clone git@host:repo2`.
fn within_line(s: &Surroundings<'_>) -> Objection {
    let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '%');
    let before = s.before.trim_end_matches(is_local).trim_end_matches(' ');
    let is_first = before.is_empty() || before.ends_with(['\n', '"', '\'', '`', '|']);
    if is_first { Objection::None } else { Objection::Start }
}

fn value_in_part(text: &str) -> Range<usize> {
    text.rfind('\n').map_or(text.len(), |at| at + 1)..text.len()
}

fn in_part(c: &RecognizerInput<'_>) -> Verdict {
    if c.after.is_some_and(|after| !after.is_whitespace() && !after.is_control()) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = part(c.text, value_in_part(c.text));
    accept_if(value.len() >= 4 && !value.starts_with("--") && !is_placeholder(value) && !is_stop_word(value))
}
