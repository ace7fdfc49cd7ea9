//! Keys that a keyword introduces, and keys of vendors without a prefix, whose name introduces them.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::checksum::entropy;
use super::super::joint::{Link, bracket, join, string_prefix, strip};
use super::super::keyed::{Keyed, after_purpose, begins_a_part, purpose, read, strip_longest, unwrapped, wrapper};
use super::super::recognizer::{Objection, Recognizer, RecognizerInput, Surroundings};
use super::aws::is_secret;
use super::words::{any_sample, is_scrambled, is_worded};
use crate::detect::pattern::Verdict;

/// Session tokens of AWS have more than a thousand characters.
const LONGEST: usize = 2048;
/// The shortest keys in use.
const SHORTEST_VALUE: usize = 16;

/// A key, after what joins it to its name.
macro_rules! value {
    () => {
        concat!(
            join!(),
            bracket!(),
            "(?:",
            string_prefix!(),
            r"['\x22])?",
            wrapper!(),
            r"(?i:bearer[ ]|token[ ]|basic[ ]|base64:)?(?:[A-Za-z0-9_.~/+-]|%(?:2[BFbf]|3[Dd]|7[Ee]))+={0,2}"
        )
    };
}

/// The first word of a name.
macro_rules! first {
    () => {
        "(?i:aes|algolia|anthropic|api|app|application|access|account|auth|azure|bot|braintree|client|cohere|consumer|csrf|datadog|deepgram|deploy|encryption|functions|gemini|hmac|id|jwt|license|mailgun|master|mistral|oauth|openai|personal|private|project|refresh|secret|sendgrid|service|session|shared|signing|storage|stripe|subscription|twilio|user|webhook)"
    };
}

/// The rest of a name.
macro_rules! last {
    () => {
        "(?i:[ _-]?(?:access|auth)?[ _-]?(?:key|token|secret)s?)"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(concat!(r"\b(?:", first!(), last!(), r"|(?i:tokens?|secret|bearer))", purpose!(), value!()),
        LONGEST,
        named_key,
    )
    .with_value(named_value),
    // Inside an identifier: after an underscore, or with a capital. Every letter of some text would be a start otherwise.
    exact(
        concat!(
            "(?:(?:_",
            first!(),
            "|A(?i:pi|pp|pplication|ccess|ccount|uth)|B(?i:ot)|C(?i:lient|onsumer|srf)|D(?i:eploy)|E(?i:ncryption)|I(?i:d)|J(?i:wt)|L(?i:icense)|M(?i:aster)|O(?i:auth)|P(?i:ersonal|rivate|roject)|R(?i:efresh)|S(?i:ecret|ervice|ession|hared|igning|torage|ubscription)|U(?i:ser)|W(?i:ebhook)|api)",
            last!(),
            "|_(?i:tokens?|secret|bearer)|T(?i:okens?)|S(?i:ecret)|B(?i:earer)|(?i:api)[ -]?(?:密钥|密鑰|キー|키|ключ|(?i:schl)(?:ü|ue)(?i:ssel))|(?i:cl)(?:é|e)[ ](?i:d')?(?i:api)|(?i:clave|chave|chiave)(?: de)?[ ](?i:api)|密钥|密鑰|令牌|トークン|토큰|токен|Токен)",
            purpose!(),
            value!()
        ),
        LONGEST,
        named_key,
    )
    .with_value(named_value),
    // The end of the name of a variable: `SPEECH_KEY=`.
    exact(concat!("_(?:KEY|key|Key)", value!()), LONGEST, variable).with_value(variable_value).with_veto(of_other_keys),
    // The keys of web frameworks have any signs, so quotes show where they end.
    exact(
        r"(?i:secret[_-]?key)['\x22]?\]?[ ]?[:=]>?[ ]?[bru]?(?:\x22[^\x00-\x20\x22\x7f]+\x22|'[^\x00-\x20'\x7f]+')",
        200,
        quoted_key,
    )
    .with_value(quoted_value),
];

/// The parts of a name, without regard to case: one of `FIRST`, perhaps one of `BETWEEN`, one of `LAST`.
#[rustfmt::skip]
const FIRST: &[&str] = &[
    "access", "account", "aes", "algolia", "anthropic", "api", "app", "application", "auth", "azure", "bot", "braintree", "client", "cohere",
    "consumer", "csrf", "datadog", "deepgram", "deploy", "encryption", "functions", "gemini", "hmac", "id", "jwt", "license", "mailgun", "master",
    "mistral", "oauth", "openai", "personal", "private", "project", "refresh", "secret", "sendgrid", "service", "session", "shared",
    "signing", "storage", "stripe", "subscription", "twilio", "user", "webhook",
];
const BETWEEN: &[&str] = &["access", "auth"];
const LAST: &[&str] = &["key", "keys", "secret", "secrets", "token", "tokens"];

/// Names in other languages.
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "API密钥", "API密鑰", "APIキー", "API키", "APIключ", "API 密钥", "API 密鑰", "API キー", "API 키", "API ключ", "API-ключ", "APIschlüssel",
    "API-Schlüssel", "API-Schluessel", "API Schlüssel", "API Schluessel", "clé api", "cle api", "clé d'api", "cle d'api", "clave api",
    "clave de api", "chave api", "chave de api", "chiave api", "chiave de api", "Токен", "токен", "トークン", "令牌", "密钥", "密鑰", "토큰",
];

/// The specificity of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// `access_key`, `secret_key`: what AWS calls its own, too.
    AccessKey,
    Strong,
    /// `token`, `secret`, `bearer` alone.
    Weak,
}

fn name(text: &str) -> Option<(Name, &str)> {
    // What is before an underscore may be any other name.
    let text = text.strip_prefix('_').unwrap_or(text);
    compound(text)
        .or_else(|| strip_longest(text, ABROAD).map(|rest| (Name::Strong, rest)))
        .or_else(|| strip_longest(text, &["bearer", "secret", "token", "tokens"]).map(|rest| (Name::Weak, rest)))
}

fn compound(text: &str) -> Option<(Name, &str)> {
    let first = strip_longest(text, FIRST)?;
    let first_part = after_gap(first);
    let between = strip_longest(first_part, BETWEEN).map_or(first_part, after_gap);
    let rest = strip_longest(between, LAST)?;
    let is_key = strip_longest(between, &["key", "keys"]).is_some();
    let is_aws = strip(text, "access").is_some() || strip(text, "secret").is_some();
    Some((if is_key && is_aws { Name::AccessKey } else { Name::Strong }, rest))
}

fn after_gap(text: &str) -> &str {
    text.strip_prefix([' ', '_', '-']).unwrap_or(text)
}

fn parse(text: &str) -> Option<(Name, Keyed<'_>, &str)> {
    let (name, rest) = name(text)?;
    let keyed = read(text, after_purpose(rest));
    let value = unwrapped(keyed.value);
    let key = strip_longest(value, &["base64:", "basic ", "bearer ", "token "]).unwrap_or(value);
    Some((name, keyed, key))
}

fn named_value(text: &str) -> Range<usize> {
    // A quote after the value is never a part of the candidate.
    text.len() - parse(text).map_or(0, |(_, _, key)| key.len())..text.len()
}

/// Returns `true` if no key ends here, wherever it begins.
fn is_no_end(c: &RecognizerInput<'_>) -> bool {
    // An equals sign after the key is its padding, or joins the next key to its value.
    c.text.len() < SHORTEST_VALUE || c.after != Some('=') && ends_inside(c)
}

fn named_key(c: &RecognizerInput<'_>) -> Verdict {
    if is_no_end(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some((name, keyed, key)) = parse(c.text) else { return Verdict::Reject };
    if is_place(key) {
        return if keyed.is_begun() { Verdict::RejectStarts(1) } else { Verdict::Reject };
    }
    let whole = name != Name::Weak || begins_a_part(c.before, c.text);
    // A name next to a word is weaker evidence than a sign between them.
    let strong = name != Name::Weak && keyed.link != Link::Space;
    // Another type covers it.
    let is_aws = name == Name::AccessKey && is_secret(key);
    // The next argument is no key if it may be another name.
    let is_argument = keyed.link == Link::Next && (keyed.on_next_line || key.contains(['.', '_']));
    let is_whole = whole && keyed.is_joined(c) && !is_argument && key.bytes().all(is_of_key);
    accept_if(is_whole && !is_aws && is_key(key, strong))
}

/// Returns `true` for a byte that the pattern allows in a key: what joins one to its name holds others.
fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.~/+-%=".contains(&byte)
}

/// Keys that are no secrets: those of tables, caches and stores.
#[rustfmt::skip]
const OTHER_KEYS: &[&str] = &[
    "cache", "composite", "foreign", "group", "hash", "idempotency", "index", "join", "lookup", "map", "natural", "object", "parent", "partition",
    "primary", "public", "redis", "registry", "row", "s3", "sort", "surrogate", "unique",
];

fn variable_key(text: &str) -> Option<(Keyed<'_>, &str)> {
    let keyed = read(text, text.get("_KEY".len()..)?);
    Some((keyed, unwrapped(keyed.value)))
}

fn variable_value(text: &str) -> Range<usize> {
    text.len() - variable_key(text).map_or(0, |(_, key)| key.len())..text.len()
}

/// Validates a key that is set: the name alone says less than those of which more is known.
fn variable(c: &RecognizerInput<'_>) -> Verdict {
    if is_no_end(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some((keyed, key)) = variable_key(c.text) else { return Verdict::Reject };
    let is_set = keyed.link == Link::Sign && c.before.is_some_and(|b| b.is_ascii_alphanumeric());
    accept_if(is_set && !is_secret(key) && !is_place(key) && is_key(key, true) && !key.contains('.'))
}

fn of_other_keys(s: &Surroundings<'_>) -> Objection {
    let name = s.before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    if OTHER_KEYS.iter().any(|other| name.eq_ignore_ascii_case(other)) { Objection::End } else { Objection::None }
}

fn quoted_value(text: &str) -> Range<usize> {
    let end = text.len().saturating_sub(1);
    let quote = text.chars().next_back().unwrap_or('"');
    let start = text.get(..end).and_then(|head| head.rfind(quote)).map_or(end, |at| at + 1);
    start..end
}

fn quoted_key(c: &RecognizerInput<'_>) -> Verdict {
    let value = c.text.get(quoted_value(c.text)).unwrap_or_default();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    accept_if(
        value.len() >= SHORTEST_VALUE
            && digits >= 2
            && entropy(value) > 3.2
            && !is_secret(value)
            && !is_worded(value)
            && !is_place(value),
    )
}

/// Returns `true` if the key continues after the candidate, or its last character is the text's.
pub(super) fn ends_inside(c: &RecognizerInput<'_>) -> bool {
    c.after.is_some_and(|a| a.is_ascii_alphanumeric() || matches!(a, '_' | '='))
        || c.text.ends_with(['.', '-', '%', '~'])
}

/// Returns `true` for keys. Entropy separates them from file names and identifiers.
pub(super) fn is_key(value: &str, strong: bool) -> bool {
    value.len() >= SHORTEST_VALUE && any_sample(value, |sample| is_random(sample, strong))
}

fn is_random(value: &str, strong: bool) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let mixed = digits >= 2 && letters >= 2 && entropy(value) > if strong { 2.8 } else { 3.2 };
    (mixed || is_scrambled(value)) && !is_worded(value)
}

fn is_place(value: &str) -> bool {
    value.starts_with('/')
        || value.contains("://")
        || value.contains("example.com")
        || value.bytes().filter(|&b| b == b'.').count() > 4
}
