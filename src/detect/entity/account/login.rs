//! Passwords in known positions: in an address (`scheme://user:password@host`), after `-u user:password`, and after the options of commands
//! that log in.

use std::ops::Range;

use super::super::builders::{accept_if, context_if, exact};
use super::super::joint::is_quote;
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

/// The value of an option: in quotes, or up to white space.
macro_rules! option_value {
    () => {
        r"(?:\x22[^\x00-\x1f\x22]+\x22|'[^\x00-\x1f']+'|[^\x00-\x20\x22'`\x7f-][^\x00-\x20\x22'`\x7f]+)"
    };
}
pub(super) use option_value;

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
    .with_value(value_after_user)
    .with_context(&["curl", "http"])
    .context_distance(120, 0),
    // As people tell them: `creds: bob:secret7`, `login: bob / secret7`.
    exact(
        r"\b(?i:creds?|credentials?|log[ -]?in)(?:[ ]?[:=]|[ ](?:is|are))[ \n]?[A-Za-z][A-Za-z0-9_.@+-]*[ ]?[:/][ ]?[^\x00-\x20\x22'`\x7f]+",
        160,
        told,
    )
    .with_value(told_value),
    // `mysql -psecret`, without a space: with one, it is the name of a database.
    exact(concat!("-p", option_value!()), 96, glued_option)
        .with_value(glued_value)
        .never_sure()
        .with_context(&[
            "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlsh", "mysqlcheck", "mariadb", "mariadb-dump", "sshpass",
            "7z", "7za", "7zr", "rar", "unrar",
        ])
        .context_distance(120, 0),
    exact(concat!("-(?:p|pw|a|storepass|keypass)[ ]", option_value!()), 96, spaced_option)
        .with_value(spaced_value)
        .never_sure()
        .with_context(&[
            "sshpass", "docker login", "podman login", "nerdctl login", "buildah login", "skopeo login", "registry login", "az login", "oc login",
            "cf login", "plink", "pscp", "psftp", "redis-cli", "keytool", "jarsigner", "mongo", "mongosh", "mongodump", "mongorestore",
            "mongoexport", "mongoimport", "cqlsh", "crackmapexec", "netexec", "nxc", "evil-winrm",
        ])
        .context_distance(120, 0),
    of_commands(concat!("-P[ ]", option_value!()), &["zip", "unzip", "sqlcmd", "bcp", "osql", "isql", "mosquitto_pub", "mosquitto_sub"]),
    of_commands(concat!("-w[ ]", option_value!()), &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd"]),
    // Oracle's tools.
    exact(
        r"\b(?:sqlplus|sqlldr|expdp|impdp)[ ](?:-[A-Za-z]+[ ])?['\x22]?[A-Za-z][A-Za-z0-9_.$-]*/['\x22]?[^\x00-\x20\x22'`<>/@]+['\x22]?@",
        160,
        of_oracle,
    )
    .with_value(oracle_value),
];

/// Returns a recognizer of passwords after an option that only some commands have.
const fn of_commands(pattern: &'static str, commands: &'static [&'static str]) -> Recognizer {
    exact(pattern, 96, spaced_option)
        .with_value(spaced_value)
        .never_sure()
        .with_context(commands)
        .context_distance(120, 0)
}

/// Returns the range after the first `mark` after `head`.
fn after(text: &str, head: &str, mark: char, tail: usize) -> Range<usize> {
    let end = text.len().saturating_sub(tail);
    let start = text.strip_prefix(head).and_then(|rest| rest.find(mark)).map(|i| head.len() + i + mark.len_utf8());
    start.filter(|&start| start <= end).unwrap_or(end)..end
}

/// Returns the range without the quotes around it.
pub(super) fn unquoted(text: &str, place: Range<usize>) -> Range<usize> {
    let value = text.get(place.clone()).unwrap_or_default();
    let inner = value.trim_start_matches(is_quote);
    let start = place.end - inner.len();
    start..start + inner.trim_end_matches(is_quote).len()
}

fn address_value(text: &str) -> Range<usize> {
    unquoted(text, if text.starts_with("://") { after(text, "://", ':', 1) } else { after(text, ":", '/', 1) })
}

/// Returns `true` if the value is a placeholder for a password: `${PASS}`, `<password>`, `{password}`, `***`, `password`.
pub(super) fn is_placeholder(value: &str) -> bool {
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

fn value_after_user(text: &str) -> Range<usize> {
    unquoted(text, after(text, "-", ':', 0))
}

/// Returns `true` if the value of an option goes on.
pub(super) fn continues(c: &RecognizerInput<'_>) -> bool {
    let ends = |a: char| {
        a.is_whitespace() || a.is_control() || matches!(a, '"' | '\'' | '`' | ')' | ',' | ';' | '|' | '&' | '<')
    };
    c.after.is_some_and(|a| !ends(a))
}

/// Returns `true` if the value of an option may be a password.
fn may_be_password(c: &RecognizerInput<'_>, value: &str) -> bool {
    begins_option(c.before) && value.len() >= 4 && !is_placeholder(value)
}

fn oracle_value(text: &str) -> Range<usize> {
    let start = text.rfind('/').map_or(text.len(), |at| at + 1);
    unquoted(text, start..text.len().saturating_sub(1))
}

fn of_oracle(c: &RecognizerInput<'_>) -> Verdict {
    let value = c.text.get(oracle_value(c.text)).unwrap_or_default();
    accept_if(value.len() >= 3 && !is_placeholder(value))
}

/// Returns `true` if an option may begin after this character.
fn begins_option(before: Option<char>) -> bool {
    before.is_none_or(|b| b.is_whitespace() || matches!(b, '"' | '\'' | '[' | ',' | '`'))
}

fn told_value(text: &str) -> Range<usize> {
    let joint = [":", "=", " is", " are"].iter().filter_map(|sign| Some(text.find(sign)? + sign.len())).min();
    let user = joint.unwrap_or(text.len());
    let start = text.get(user..).and_then(|rest| rest.find([':', '/'])).map_or(text.len(), |at| user + at + 1);
    let value = text.get(start..).unwrap_or_default().trim_start_matches(' ');
    let start = text.len() - value.len();
    start..start + value.trim_end_matches('.').len()
}

fn told(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = c.text.get(told_value(c.text)).unwrap_or_default();
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    // Neither an address nor a path.
    let plain = !value.contains(['/', '(']) && !value.ends_with([',', ';', ')', ':']);
    accept_if(digit && letter && plain && value.len() >= 6 && !is_placeholder(value))
}

fn glued_value(text: &str) -> Range<usize> {
    unquoted(text, "-p".len()..text.len())
}

fn spaced_value(text: &str) -> Range<usize> {
    unquoted(text, after(text, "-", ' ', 0))
}

fn glued_option(c: &RecognizerInput<'_>) -> Verdict {
    of_command(c, glued_value(c.text))
}

fn spaced_option(c: &RecognizerInput<'_>) -> Verdict {
    of_command(c, spaced_value(c.text))
}

fn of_command(c: &RecognizerInput<'_>, value: Range<usize>) -> Verdict {
    if continues(c) || c.text.ends_with([',', ';', ')']) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = c.text.get(value).unwrap_or_default();
    context_if(may_be_password(c, value))
}

fn after_option(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(value) = c.text.get(value_after_user(c.text)) else { return Verdict::Reject };
    // `docker run -u 1000:1000` and `-u node:node` name a group; an address is no password.
    let odd = value.bytes().any(|b| !b.is_ascii_digit())
        && value.bytes().any(|b| !b.is_ascii_lowercase() && b != b'-' && b != b'_');
    let good = may_be_password(c, value) && !value.starts_with('/') && !value.ends_with([',', ';', ')']);
    // After `curl -u` even a plain word is one.
    let user = c.text.split(':').next().unwrap_or_default();
    let is_word = value.bytes().all(|b| b.is_ascii_lowercase()) && !user.ends_with(value);
    match good {
        true if odd => Verdict::Accept,
        true if is_word => Verdict::NeedsContext,
        _ => Verdict::Reject,
    }
}
