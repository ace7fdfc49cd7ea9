//! E-mail and web addresses. Telephone numbers have their own file.
//!
//! # Where an e-mail address begins and ends
//!
//! RFC 5321 permits nearly every sign in a local part (`atext`); in running text, queries, paths and logs most of them
//! are what separates the address from what is before it. So a local part consists of letters, digits and combining marks of
//! any script (RFC 6531) and of the signs `. _ + - % ! $ ^`, and of an apostrophe (`'` or `’`) between two of them. All other
//! signs separate: `= / | ? & { } # * ~`, the grave accent, and white space, brackets and quotes. So does a percent escape of
//! a separating character (`%20`, `%3D`), and a run of two dots, except in Japanese addresses (`.jp`), where carriers gave
//! them out. It begins with a letter or a digit. Quoted local parts (`"jane roe"@example.com`) are not matched: every quotation mark
//! would make a stream buffer text.
//!
//! A host name consists of labels of letters, digits and marks of any script, and hyphens (UTS 46); the last label is all
//! letters, or punycode.
//!
//! Scripts written without spaces, and Korean, whose particles are glued to words, surround addresses in running text. Their
//! letters do not join a local part that is ASCII next to the `@`, nor a host name that is complete without them:
//! `请写信给jane@example.com谢谢` holds `jane@example.com`. An address that is written in such a script next to the `@` is taken
//! up to the next separator.

use unicode_normalization::char::is_combining_mark;

use super::builders::{accept_if, context_if, exact, is_word, reject_end};
use super::description::{Certainty, Comparison, Description};
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use super::url_parts::{ends_its_field, is_api_version, joins_address, next_start, scheme};
use crate::detect::pattern::Verdict;
use crate::text::char_class::CharClass;

/// RFC 5321 4.5.3.1: a path of 256 bytes, of which 64 local; longer ones are in use and must not leak their head.
const EMAIL_MAX: usize = 320;
const URL_MAX: usize = 2048;

/// The sign and the host of an address.
macro_rules! host {
    () => {
        r"(?:@|%40)[A-Za-z0-9\x80-\xff][A-Za-z0-9.\x80-\xff-]*\.[A-Za-z\x80-\xff][A-Za-z0-9\x80-\xff-]+"
    };
}

/// A character outside ASCII that may be part of an address of the web, as UTF-8.
///
/// RFC 3987 allows nearly all; in running text the punctuation of other scripts ends an address. So this leaves out the signs of
/// Latin-1 (`\xc2`), general punctuation (U+2000 to U+207F), Chinese and Japanese punctuation (U+3000 to U+303F, except `々`) and
/// its compatibility forms (from U+FE00 on). Kept coarse: each boundary of a range is one more class of bytes in the automaton.
macro_rules! other_script {
    () => {
        concat!(
            r"[\xc3-\xdf][\x80-\xbf]|[\xe0\xe1\xe4-\xee][\x80-\xbf][\x80-\xbf]|\xe2[\x82-\xbf][\x80-\xbf]",
            r"|\xe3(?:\x80\x85|[\x81-\xbf][\x80-\xbf])|\xef[\x80-\xb7][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf][\x80-\xbf][\x80-\xbf]"
        )
    };
}

pub(super) static EMAIL: Description = Description {
    certainty: Certainty::Form,
    is_put_together: true,
    aliases: &["EMAIL_ADDRESS"],
    ends_at_dashes: true,
    // No address begins with a prefilter byte: the earliest start would depend on the chunks.
    recognizers: &[&[exact(
        concat!(r"[A-Za-z0-9\x80-\xff][A-Za-z0-9.!#$&'*+/=?^_`{|}~%\x80-\xff-]*", host!()),
        EMAIL_MAX,
        email,
    )
    .with_prefilter(*b"@%")
    .with_veto(in_authority)]],
    ..Description::DEFAULT
};

pub(super) static URL: Description = Description {
    comparison: Comparison::Url,
    ends_at_dashes: true,
    recognizers: &[&[
        exact(
            concat!(
                r"\b(?i:https?|ftps?|sftp|wss?|ssh|git|s3|file|ldaps?|jdbc:[a-z]+|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?)://",
                r"(?:[!#-;=?-\[\]_a-z~|^]|",
                other_script!(),
                r")+"
            ),
            URL_MAX,
            url,
        ),
        exact(
            concat!(r"\b(?i:www)\.[A-Za-z0-9][A-Za-z0-9-]*\.(?:[!#-;=?-\[\]_a-z~]|", other_script!(), r")+"),
            URL_MAX,
            url,
        ),
        // Bare domains: a list of common endings and a path, else a word such as "website" near it.
        exact(
            r"\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|edu|gov|io|dev|app|co|ai|info|biz|me|uk|de|fr|eu|us|ca|au|nl|jp|cn|in|ly|gl|be|tv|gg|xyz|ch|se|es|it|ru|br|nz|ie|at|dk|fi|tech|online|shop|store|cloud)(?:/[!#-;=?-\[\]_a-z~]*)?",
            512,
            bare_domain,
        )
        .with_prefilter(*b"..")
        .with_context(&[
            "website", "web site", "site", "url", "homepage", "home page", "domain", "link", "visit", "webpage", "browse",
            "webseite", "adresse", "lien", "sitio", "sito", "сайт", "网址", "网站", "サイト", "사이트",
        ]),
    ]],
    ..Description::DEFAULT
};

/// Returns the local part and the host of an address, at its last `@` or `%40`.
fn split_email(text: &str) -> Option<(&str, &str)> {
    match (text.rsplit_once('@'), text.rsplit_once("%40")) {
        (Some(plain), Some(encoded)) => Some(if plain.1.len() < encoded.1.len() { plain } else { encoded }),
        (plain, encoded) => plain.or(encoded),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Returns a letter that is written next to a word and is not a part of it.
fn is_unspaced(c: char) -> bool {
    let hangul = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}');
    hangul || (!c.is_ascii() && is_letter(c) && CharClass::of(c) == CharClass::Other && !is_combining_mark(c))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Returns `true` if a local part may hold the character.
fn is_local(c: char) -> bool {
    is_letter(c) || matches!(c, '.' | '_' | '+' | '-' | '%' | '!' | '$' | '^')
}

/// Returns the offset of the local part in the text before the sign: after the last separator. The length of the text if there is
/// none.
fn local_start(before: &str, host: &str) -> usize {
    let dotted = host.len() >= 3 && host.get(host.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case(".jp"));
    let spaced = !before.chars().next_back().is_some_and(is_unspaced);
    let mut begin = before.len();
    let mut later: Option<char> = None;
    for (at, c) in before.char_indices().rev() {
        let earlier = || before.get(..at).and_then(|head| head.chars().next_back());
        let apostrophe = is_apostrophe(c) && later.is_some_and(is_letter) && earlier().is_some_and(is_letter);
        let ellipsis = c == '.' && later == Some('.') && !dotted;
        if !(is_local(c) || apostrophe) || ellipsis || (spaced && is_unspaced(c)) {
            break;
        }
        if c == '%' && before.get(at + 1..at + 3).is_some_and(separates) {
            // The two digits of the escape were read as a part of it.
            return begin.max(at + 3);
        }
        if c.is_alphanumeric() {
            begin = at;
        }
        later = Some(c);
    }
    begin
}

/// Returns `true` if `%` and these two digits represent a character that separates.
fn separates(hex: &str) -> bool {
    u8::from_str_radix(hex, 16).is_ok_and(|byte| byte.is_ascii() && !is_local(char::from(byte)))
}

fn email(c: &RecognizerInput<'_>) -> Verdict {
    let Some((local, host)) = split_email(c.text) else { return reject_end(c) };
    if !plausible_host(host) || host_continues(host, c.after) {
        return reject_end(c);
    }
    match local_start(local, host) {
        0 => Verdict::Accept,
        start if start == local.len() => reject_end(c),
        start => Verdict::RejectBefore(start),
    }
}

/// Returns `true` if it is the password and the host of `scheme://user:password@host`.
fn in_authority(s: &Surroundings<'_>) -> Objection {
    let Some((scheme, userinfo)) = s.before.rsplit_once("://") else { return Objection::None };
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '<' | '>' | '"' | '\'' | '`');
    let inside =
        scheme.ends_with(|c: char| c.is_ascii_alphanumeric()) && userinfo.contains(':') && !userinfo.contains(ends);
    if inside { Objection::End } else { Objection::None }
}

/// Returns `true` if the host name is longer than the candidate, or another address begins.
fn host_continues(host: &str, after: Option<char>) -> bool {
    let unspaced_end = host.chars().next_back().is_some_and(is_unspaced);
    after.is_some_and(|a| a == '@' || (is_letter(a) && (unspaced_end || !is_unspaced(a))))
}

/// Checks the host of an e-mail address: DNS labels, the last of at least two letters or punycode.
fn plausible_host(host: &str) -> bool {
    let Some((name, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let all = host.chars().all(|c| is_letter(c) || matches!(c, '.' | '-'));
    let labels = host.split('.').all(|l| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-'));
    let letters = ending.chars().all(|c| c.is_alphabetic() || is_combining_mark(c));
    let ending_ok = (letters && ending.chars().nth(1).is_some()) || ending.starts_with("xn--");
    all && labels && ending_ok && host.len() <= 253 && !swallows_text(host) && !is_scaled_image(name, ending)
}

/// Returns `true` if a label begins in ASCII letters that complete the host name, and continues in a script without spaces.
fn swallows_text(host: &str) -> bool {
    let joint = host
        .char_indices()
        .zip(host.chars().skip(1))
        .find(|&((_, c), next)| c.is_ascii_alphabetic() && is_unspaced(next));
    let head = joint.and_then(|((at, _), _)| host.get(..=at));
    head.and_then(|head| head.rsplit_once('.'))
        .is_some_and(|(_, label)| label.len() >= 2 && label.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Returns `true` for `icon@2x.png`, `icon@1.5x.png`: an image for screens of another density.
fn is_scaled_image(name: &str, ending: &str) -> bool {
    const IMAGES: &[&str] =
        &["avif", "bmp", "gif", "heic", "ico", "jpeg", "jpg", "pdf", "png", "svg", "tif", "tiff", "webp"];
    let factor = |n: &str| n.bytes().all(|b| b.is_ascii_digit() || b == b'.') && n.bytes().any(|b| b.is_ascii_digit());
    let is_scale = |label: &str| label.strip_suffix(['x', 'X']).is_some_and(factor);
    let scale = is_scale(name) || is_scale(name.split('.').next().unwrap_or_default());
    scale && IMAGES.iter().any(|image| ending.eq_ignore_ascii_case(image))
}

/// Returns `true` if a web address may end as it does: sentence punctuation belongs to the sentence.
fn ends_well(text: &str) -> bool {
    // Also the Arabic comma, semicolon, question mark and full stop, and the danda.
    !text.ends_with(
        [
            '.', ',', ';', ':', '!', '?', '\'', '"', '*', '_', '~', '(', '[', '|', '\u{60c}', '\u{61b}', '\u{61f}',
            '\u{6d4}', '\u{964}', '\u{965}',
        ]
        .as_slice(),
    )
}

/// Returns where the sentence continues inside the candidate: after a bracket that closes more than was opened, or after a sign
/// of the sentence with Chinese, Japanese or the like after it, which is what fullwidth signs look like in the entity view.
/// No address that begins before it can end after it. The sentence does not continue in the first bytes, an accepted address.
fn sentence_continues(text: &str, accepted: usize) -> Option<usize> {
    let (known, new) = text.as_bytes().split_at_checked(accepted).unwrap_or((&[], text.as_bytes()));
    // This runs at each end, so the usual case does not look at each byte, and no case looks at those of an accepted part again.
    if memchr::memchr2(b')', b']', new).is_none() && (new.is_ascii() || !has_sign(new)) {
        return None;
    }
    let count = |sign: u8| i32::try_from(memchr::memchr_iter(sign, known).count()).unwrap_or(i32::MAX);
    let (mut round, mut square) = (count(b'(') - count(b')'), count(b'[') - count(b']'));
    for (end, byte) in (known.len() + 1..).zip(new) {
        match byte {
            b'(' => round += 1,
            b')' => round -= 1,
            b'[' => square += 1,
            b']' => square -= 1,
            b',' | b';' | b'!' | b'?' | b':' if text.get(end..).is_some_and(begins_unspaced) => {
                // "/wiki/分类:编程" is one address.
                let within = *byte == b':' && text.get(..end - 1).is_some_and(|head| head.ends_with(is_unspaced));
                if !within {
                    return Some(end);
                }
            }
            _ => continue,
        }
        if round < 0 || square < 0 {
            return Some(end);
        }
    }
    None
}

/// Returns `true` if there is a sign after which a sentence may continue.
fn has_sign(text: &[u8]) -> bool {
    memchr::memchr3(b',', b';', b'!', text).or_else(|| memchr::memchr2(b'?', b':', text)).is_some()
}

fn begins_unspaced(text: &str) -> bool {
    // Most text shows by its first byte that it does not: those characters have three bytes or more.
    text.bytes().next().is_some_and(|byte| byte >= 0xE0) && text.chars().next().is_some_and(is_unspaced)
}

fn url(c: &RecognizerInput<'_>) -> Verdict {
    let begins_dash = c.text.ends_with('-') && matches!(c.after, Some('-' | '>'));
    if !url_ends_here(c) || !ends_well(c.text) || begins_dash {
        return reject_end(c);
    }
    if joins_address(c.before) {
        return Verdict::RejectStarts(next_start(c.text));
    }
    if ends_its_field(c) {
        return Verdict::RejectStarts(1);
    }
    if let Some(at) = sentence_continues(c.text, c.accepted) {
        return Verdict::RejectStarts(at);
    }
    if continues_accepted(c) {
        return Verdict::Accept;
    }
    let (head, rest) = c.text.split_at_checked(scheme(c.text)).unwrap_or(("", c.text));
    let end = memchr::memchr3(b'/', b'?', b'#', rest.as_bytes());
    let host = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
    if let Some(gap) = memchr::memmem::rfind(host.as_bytes(), b"..") {
        let gap = head.len() + gap;
        // A longer address has the same host, unless what seems to be one becomes a scheme.
        let is_host = !head.is_empty() || end.is_some();
        return if is_host { Verdict::RejectStarts(gap) } else { Verdict::RejectBefore(gap) };
    }
    let dotted = !head.is_empty() || host.matches('.').nth(1).is_some();
    accept_if(dotted && host.chars().any(char::is_alphanumeric))
}

/// Returns `true` if the part that was accepted shows that the whole is an address: a longer host differs only by a gap, and the host
/// begins elsewhere only after the sign of a scheme.
fn continues_accepted(c: &RecognizerInput<'_>) -> bool {
    let Some(joint) = c.accepted.checked_sub(2) else { return false };
    let new = c.text.as_bytes().get(joint..).unwrap_or_default();
    !new.windows(2).any(|pair| pair == b"..") && !new.windows(3).any(|sign| sign == b"://")
}

/// Returns the longest end is wanted; an end inside a word would only be offered when every longer one fails.
fn url_ends_here(c: &RecognizerInput<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_ascii_alphanumeric() || (is_letter(a) && !is_unspaced(a)))
}

fn bare_domain(c: &RecognizerInput<'_>) -> Verdict {
    let ends = !matches!(c.after, Some('@' | '(' | '-')) && !is_word(c.after) && ends_well(c.text);
    if !ends {
        return reject_end(c);
    }
    let (host, path) = c.text.split_once('/').map_or((c.text, None), |(host, path)| (host, Some(path)));
    let joins = |before: char| matches!(before, '@' | '.' | '/' | '-' | '\\' | '%' | ':' | '+' | '=');
    let good = || host.split('.').all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'));
    let is_joined = c.before.is_some_and(joins);
    if is_joined || !good() {
        // A dot or a hyphen is before each later start in this host; in the path another sign may be.
        let other =
            c.text.get(host.len()..).and_then(|path| path.find(|c: char| !c.is_ascii_alphanumeric() && !joins(c)));
        let bytes = other.map_or(c.text.len(), |at| host.len() + at);
        // Without a path, the host may go on.
        return if is_joined || path.is_some() { Verdict::RejectStarts(bytes) } else { Verdict::RejectBefore(bytes) };
    }
    if let Some(at) = sentence_continues(c.text, c.accepted) {
        return Verdict::RejectStarts(at);
    }
    if path.is_some_and(is_api_version) {
        return Verdict::Reject;
    }
    match path {
        // "and/or"-like words cannot pass: the host needs a listed ending in front of the slash.
        Some(path) if !path.is_empty() => Verdict::Accept,
        _ => context_if(c.after != Some('/')),
    }
}
