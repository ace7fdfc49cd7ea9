//! Tokens whose form needs more than a prefix and a shape.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::checksum::entropy;
use super::super::description::{Certainty, Comparison, Description};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::shape::fits;
use super::words::{SAMPLE, head, is_scrambled, is_worded, tail};
use crate::detect::pattern::Verdict;

const JWT_MAX: usize = 8 * 1024;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(r"\b(?:sk|rk|pk)(?:_live_|_test_|_prod_|-)[A-Za-z0-9_-]+", 512, secret_key).ending_a_word(),
    exact(r"\bsk-[A-Za-z0-9_-]+", 512, secret_key_by_its_end).ending_a_word(),
    // Telegram's bots and Facebook's applications: a number, a sign, a token.
    exact(r"\b(?:bot)?[0-9]+(?::A|[|])[A-Za-z0-9_-]+", 64, numbered).with_value(without_bot),
    // Mailchimp: the data center comes last.
    exact(r"\b[0-9a-f]{32}-us[0-9]+\b", 40, whole),
    // Discord's bots: a number in base64, a time, a signature.
    exact(r"\b[MNO][A-Za-z0-9]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", 80, discord),
    // Braintree's access tokens.
    exact(r"\baccess_token\$[a-z]+\$[0-9a-z]+\$[0-9a-f]+\b", 80, braintree),
    // Django's keys hold any signs (`get_random_secret_key`).
    exact(r"\bdjango-insecure-[a-z0-9!@#$%^&*(_=+)-]+", 80, django),
    // Azure's client secrets, known by what they have in the middle.
    exact(r"\b[A-Za-z0-9_.~-]+[0-9]Q~[A-Za-z0-9_.~-]+", 44, azure_client).with_prefilter(*b"~~"),
];

pub(in super::super) static JWT: Description = Description {
    comparison: Comparison::Exact,
    ends_at_dashes: true,
    certainty: Certainty::Form,
    recognizers: &[&[
        // Header and payload are JSON objects, so both begin with the base64url of `{"` (RFC 7519); encrypted ones have five parts.
        exact(
            r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?",
            JWT_MAX,
            jwt,
        ),
    ]],
    ..Description::DEFAULT
};

/// Returns the end is inside a run of letters and digits, wherever the candidate begins.
fn ends_inside(c: &RecognizerInput<'_>) -> bool {
    c.after.is_some_and(|a| a.is_ascii_alphanumeric() || a == '_')
}

/// Returns `true` if no key of a general prefix ends here, wherever it begins.
fn is_no_end(c: &RecognizerInput<'_>) -> bool {
    ends_inside(c) || matches!(c.after, Some('-')) || c.text.ends_with('-')
}

/// Validates a key: `sk-` is OpenAI's and those of many others, `sk_live_` Stripe's. It may contain the starts of many others, so a longer one
/// that does not begin randomly is over.
fn secret_key(c: &RecognizerInput<'_>) -> Verdict {
    if is_no_end(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some((kind, rest)) = c.text.split_at_checked(3) else { return Verdict::Reject };
    let is_key = if kind.ends_with('_') {
        let key = rest.split_once('_').map_or("", |(_, key)| key);
        key.len() >= 10 && rest.bytes().any(|b| b.is_ascii_digit()) && !is_worded(head(rest))
    } else {
        kind == "sk-" && rest.len() >= 20 && is_random(head(rest))
    };
    match is_key && !matches!(c.before, Some('-')) {
        true => Verdict::Accept,
        false if rest.len() >= SAMPLE => Verdict::RejectStarts(1),
        false => Verdict::Reject,
    }
}

/// Validates a long key after `sk-` whose end is random: it may begin with words.
fn secret_key_by_its_end(c: &RecognizerInput<'_>) -> Verdict {
    let end = tail(c.text).filter(|end| !is_no_end(c) && is_random(end));
    let Some(end) = end else { return Verdict::RejectBefore(c.text.len()) };
    let rest = c.text.strip_prefix("sk-");
    accept_if(rest.is_some_and(|rest| rest.len() > end.len()) && !matches!(c.before, Some('-')))
}

fn is_random(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 2 || is_scrambled(part)) && !is_worded(part) && entropy(part) > 3.0
}

/// Returns the token without the word that the addresses of Telegram put before it: `/bot123456789:A…/getMe`.
fn without_bot(text: &str) -> Range<usize> {
    text.len() - text.trim_start_matches("bot").len()..text.len()
}

fn numbered(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let token = c.text.get(without_bot(c.text)).unwrap_or_default();
    let good = fits(token, "d8-10 ': w35", None) || fits(token, "d14-17 '| w27-40", None);
    accept_if(good && entropy(token) > 3.0)
}

fn braintree(c: &RecognizerInput<'_>) -> Verdict {
    let is_one = ["production", "sandbox"].iter().any(|place| {
        let rest = c.text.strip_prefix("access_token$").and_then(|rest| rest.strip_prefix(place));
        rest.is_some_and(|rest| fits(rest, "'$ n16 '$ h32", c.after))
    });
    accept_if(is_one)
}

fn django(c: &RecognizerInput<'_>) -> Verdict {
    let ends = c.after.is_none_or(|a| a.is_whitespace() || matches!(a, '"' | '\'' | '`' | ',' | ';' | '<' | '}'));
    if !ends || c.text.len() < "django-insecure-".len() + 32 {
        return Verdict::RejectBefore(c.text.len());
    }
    Verdict::Accept
}

fn whole(c: &RecognizerInput<'_>) -> Verdict {
    accept_if(c.is_alone())
}

fn discord(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) || c.text.ends_with('-') {
        return Verdict::RejectBefore(c.text.len());
    }
    let digits = c.text.bytes().filter(u8::is_ascii_digit).count();
    accept_if(fits(c.text, "a24-26 '. w6 '. w27-38", c.after) && digits >= 2 && entropy(c.text) > 4.0)
}

fn azure_client(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) || c.text.ends_with(['.', '-']) {
        return Verdict::RejectBefore(c.text.len());
    }
    let (head, rest) = c.text.split_once("Q~").unwrap_or_default();
    accept_if(
        head.len() == 4
            && (31..=34).contains(&rest.len())
            && !c.before.is_some_and(|b| b.is_alphanumeric() || b == '_'),
    )
}

fn jwt(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let mut parts = c.text.split('.');
    let header = parts.next().unwrap_or_default();
    let payload = parts.next().unwrap_or_default();
    let dots = c.text.matches('.').count();
    let signed = dots == 2 && payload.starts_with("eyJ");
    let is_token = (signed || dots == 4) && header.len() >= 12 && payload.len() >= if signed { 6 } else { 1 };
    // A later start in the header has the same payload, and a shorter header.
    if is_token { Verdict::Accept } else { Verdict::RejectBefore(header.len()) }
}
