//! Electronic addresses: e-mail and web. Telephone numbers have a file of their own.

use super::EntityType::{Email, Url};
use super::form::{accept_if, context_if, is_word, plain};
use super::recognizer::{Candidate, Recognizer, Verdict};

/// RFC 5321 4.5.3.1: a path of 256 bytes, of which 64 local; longer ones are in use and must not leak their head.
const EMAIL_MAX: usize = 320;
const URL_MAX: usize = 2048;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(
        Email,
        r"[A-Za-z0-9_][A-Za-z0-9.!#$&'*+/=?^_`{|}~%-]*(?:@|%40)[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z][A-Za-z0-9-]+",
        EMAIL_MAX,
        email,
    )
    .around(*b"@%"),
    plain(
        Url,
        r"\b(?i:https?|ftps?|sftp|wss?|ssh|git|s3|file|ldaps?|jdbc:[a-z]+|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?)://[!#-;=?-\[\]_a-z~|^\x80-\xff]+",
        URL_MAX,
        url,
    ),
    plain(Url, r"\b(?i:www)\.[A-Za-z0-9][A-Za-z0-9-]*\.[!#-;=?-\[\]_a-z~\x80-\xff]+", URL_MAX, url),
    // Bare domains: a list of common endings and a path, else a word such as "website" near it.
    plain(
        Url,
        r"\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|edu|gov|io|dev|app|co|ai|info|biz|me|uk|de|fr|eu|us|ca|au|nl|jp|cn|in|ly|gl|be|tv|gg|xyz|ch|se|es|it|ru|br|nz|ie|at|dk|fi|tech|online|shop|store|cloud)(?:/[!#-;=?-\[\]_a-z~]*)?",
        512,
        bare_domain,
    )
    .around(*b"..")
    .near(&["website", "web site", "site", "url", "homepage", "home page", "domain", "link", "visit", "webpage", "browse"]),
];

/// Local part and host of an address, at its last `@` or `%40`.
fn split_email(text: &str) -> Option<(&str, &str)> {
    match (text.rfind('@'), text.rfind("%40")) {
        (Some(at), encoded) if encoded.is_none_or(|e| e < at) => Some((&text[..at], &text[at + 1..])),
        (_, Some(at)) => Some((&text[..at], &text[at + 3..])),
        _ => None,
    }
}

fn email(c: &Candidate<'_>) -> Verdict {
    let Some((local, host)) = split_email(c.text) else {
        return Verdict::Reject;
    };
    // A letter or digit before it means that an earlier start was judged and refused: this is the tail of it.
    let starts_clean = !c.before.is_some_and(|b| b.is_ascii_alphanumeric());
    let ends_clean = !c.after.is_some_and(|a| a == '@' || a.is_ascii_alphanumeric());
    accept_if(starts_clean && ends_clean && plausible_local(local) && plausible_host(host))
}

fn plausible_local(local: &str) -> bool {
    // A second "@", an URL's "//" or a query in front means that the address begins later; the engine tries there too.
    !local.is_empty()
        && !local.contains("..")
        && !local.ends_with('.')
        && !local.contains("//")
        && !local.contains(['=', '?', '&', '|', '{', '}'])
        && !local.contains("%40")
        && !local.contains('/')
}

/// Host of an e-mail address: DNS labels and an alphabetic ending of at least two letters, or a punycode one.
fn plausible_host(host: &str) -> bool {
    let Some((_, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let labels = host.split('.').all(|l| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-'));
    let ending_ok =
        ending.len() >= 2 && (ending.bytes().all(|b| b.is_ascii_alphabetic()) || ending.starts_with("xn--"));
    labels && ending_ok && host.len() <= 253
}

/// Whether a web address may end as it does: sentence punctuation and a bracket it never opened belong to the sentence.
fn ends_well(text: &str) -> bool {
    let Some(last) = text.chars().next_back() else {
        return false;
    };
    match last {
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '"' | '*' | '_' | '(' | '[' | '|' => false,
        ')' => text.matches('(').count() >= text.matches(')').count(),
        ']' => text.matches('[').count() >= text.matches(']').count(),
        _ => true,
    }
}

fn url(c: &Candidate<'_>) -> Verdict {
    let rest = c.text.split_once("://").map_or(c.text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let named = host.bytes().any(|b| b.is_ascii_alphanumeric()) && !host.contains("..");
    let dotted = c.text.contains("://") || host.matches('.').count() >= 2;
    accept_if(named && dotted && ends_well(c.text) && !matches!(c.before, Some('@' | '.' | '-')) && url_ends_here(c))
}

/// The longest end is wanted; an end inside a word would only be offered when every longer one fails.
fn url_ends_here(c: &Candidate<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_ascii_alphanumeric())
}

fn bare_domain(c: &Candidate<'_>) -> Verdict {
    let (host, path) = c.text.split_once('/').map_or((c.text, None), |(host, path)| (host, Some(path)));
    let good = host.split('.').all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'))
        && host.bytes().any(|b| b.is_ascii_alphabetic())
        && !matches!(c.before, Some('@' | '.' | '/' | '-' | '\\' | '%' | ':' | '+' | '='))
        && !matches!(c.after, Some('@' | '(' | '-'))
        && !is_word(c.after)
        && ends_well(c.text);
    match path {
        _ if !good => Verdict::Reject,
        // "and/or"-like words cannot pass: the host needs a listed ending in front of the slash.
        Some(path) if !path.is_empty() => Verdict::Accept,
        _ => context_if(c.after != Some('/')),
    }
}
