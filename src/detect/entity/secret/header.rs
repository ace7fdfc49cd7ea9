//! Credentials as requests carry them: `Authorization`, cookies, signatures of addresses.

use std::ops::Range;

use super::super::builders::{accept_if, exact, value_after_keyword};
use super::super::keyed::{unwrapped, wrapper};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::named::{ends_inside, is_key};
use crate::detect::pattern::{Count, Verdict};

/// The pattern of a cookie with one of these names.
macro_rules! cookie_named {
    ($names:literal) => {
        concat!(
            "(?i:",
            $names,
            ")=",
            wrapper!(),
            // A dot or a tilde at the end is no part of the value.
            r"(?:[A-Za-z0-9._~+/=:-]|%(?:2[BFbf]|3[ADad]|7[Ee]))*(?:[A-Za-z0-9_+/=:-]|%(?:2[BFbf]|3[ADad]|7[Ee]))"
        )
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // RFC 7617: base64 of `user:password`.
    exact(concat!(r"\b(?i:basic)[ \n]+", wrapper!(), "[A-Za-z0-9+/=_-]+"), 512, basic).with_value(last_word),
    // The files of Docker and npm have it under a name of their own.
    exact(r"(?:\b|_)auth['\x22]?[ ]?[:=][ ]?['\x22]?[A-Za-z0-9+/=_-]+", 512, basic).with_value(last_word),
    exact(
        concat!(
            r"(?i:authorization|x-api-key|x-auth-token|x-amz-security-token)['\x22`]?[ ]*[:=][ \n]*['\x22`]?(?:(?i:bearer|token|apikey|api-key|key|bot|splunk)[ \n]+)?",
            wrapper!(),
            r"(?:[A-Za-z0-9_.~/+=-]|%(?:2[BFbf]|3[Dd]|7[Ee]))+"
        ),
        2048,
        authorization,
    )
    .with_prefilter(*b":=")
    .with_value(last_word),
    // Cookies that contain only a session, in any context.
    exact(
        cookie_named!(
            r"phpsessid|jsessionid|connect\.sid|asp\.net_sessionid|laravel_session|_gitlab_session|wordpress_logged_in_[0-9a-f]+"
        ),
        1024,
        session_cookie,
    )
    .with_count(Count::digits(MIN_DIGITS, u8::MAX))
    .with_prefilter(*b"==")
    .with_value(after_equals),
    exact(
        cookie_named!(
            "sessid|sessionid|session[_-]id|session|sid|auth|token|remember_token|access_token|refresh_token"
        ),
        1024,
        cookie,
    )
    .with_count(Count::digits(MIN_DIGITS, u8::MAX))
    .with_prefilter(*b"==")
    .with_value(after_equals)
    .with_context(&["cookie", "cookies"])
    .context_distance(400, 0)
    .never_sure(),
    // The signature of a shared access address of Azure, and of a presigned one of AWS or Google.
    exact(concat!("[?&;](?:sig|X-Amz-Signature|X-Goog-Signature|X-Amz-Security-Token)=", wrapper!(), r"(?:[A-Za-z0-9+/=_-]|%(?:2[BFbf]|3[ADad]|7[Ee]))+"), 2048, signature)
        .with_value(after_equals),
];

fn last_word(text: &str) -> Range<usize> {
    let padding = text.len() - text.trim_end_matches('=').len();
    let body = text.get(..text.len() - padding).unwrap_or(text);
    let last = value_after_keyword(body, |c| matches!(c, ' ' | '\n' | ':' | '"' | '\'' | '`' | '=' | '<' | '*'));
    text.len() - text.get(last.start..).map_or(0, |value| unwrapped(value).len())..text.len()
}

fn after_equals(text: &str) -> Range<usize> {
    text.len() - text.split_once('=').map_or(0, |(_, value)| unwrapped(value).len())..text.len()
}

/// Returns `true` if it is base64 of printable text with a colon in it; no word is.
fn is_user_and_password(value: &str) -> bool {
    let (mut bits, mut held, mut colon) = (0u32, 0, false);
    for b in value.trim_end_matches('=').bytes() {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        bits = ((bits << 6) | u32::from(six)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) & 0xff;
            if byte < 0x20 || byte == 0x7f {
                return false;
            }
            colon |= byte == u32::from(b':');
        }
    }
    colon && value.len() >= 8
}

fn basic(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    last_word_is(c, |value| is_user_and_password(value.trim_matches('_')))
}

/// Accepts the candidate if its last word is right. If not, it is that of all later starts before it.
fn last_word_is(c: &RecognizerInput<'_>, is_right: impl Fn(&str) -> bool) -> Verdict {
    let word = last_word(c.text);
    let start = word.start;
    if c.text.get(word).is_some_and(is_right) { Verdict::Accept } else { Verdict::RejectBefore(start) }
}

fn authorization(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    last_word_is(c, |value| is_key(value, true))
}

fn session_cookie(c: &RecognizerInput<'_>) -> Verdict {
    cookie_as(c, Verdict::Accept)
}

fn cookie(c: &RecognizerInput<'_>) -> Verdict {
    cookie_as(c, Verdict::NeedsContext)
}

/// The digits that a random value has at least.
const MIN_DIGITS: u8 = 2;

/// Returns `verdict` if the value is random. A cookie may contain many names and `=`: each is a start, and every end asks for all of them.
fn cookie_as(c: &RecognizerInput<'_>, verdict: Verdict) -> Verdict {
    if c.before.is_some_and(|b| b.is_ascii_alphanumeric()) {
        return Verdict::RejectStarts(1);
    }
    if c.after.is_some_and(|a| a.is_ascii_alphanumeric() || matches!(a, '_' | '=')) {
        return Verdict::RejectBefore(c.text.len());
    }
    // The longer value has no fewer digits and letters, and that of a later start no more.
    if c.accepted > 0 || is_random(c.text.get(after_equals(c.text)).unwrap_or_default()) {
        verdict
    } else {
        Verdict::RejectBefore(c.text.len())
    }
}

fn is_random(value: &str) -> bool {
    let (mut digits, mut letters) = (0, 0);
    // Mostly the first bytes show it.
    let is_mixed = |b: u8| {
        digits += usize::from(b.is_ascii_digit());
        letters += usize::from(b.is_ascii_alphabetic());
        digits >= usize::from(MIN_DIGITS) && letters >= 2
    };
    value.len() >= 10 && value.bytes().any(is_mixed)
}

fn signature(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let value = c.text.get(after_equals(c.text)).unwrap_or_default();
    accept_if(value.len() >= 40 && is_key(value, true))
}
