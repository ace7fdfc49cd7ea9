//! Keys that a keyword introduces, and keys of vendors without a prefix, whose name introduces them.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::checksum::entropy;
use super::super::joint::{Link, bracket, join, string_prefix, strip};
use super::super::keyed::{Keyed, after_purpose, begins_a_part, purpose, read, strip_longest, unwrapped, wrapper};
use super::super::recognizer::{Objection, Recognizer, RecognizerInput, Surroundings};
use super::aws::is_secret;
use super::words::{SAMPLE, any_sample, head, is_scrambled, is_worded, tail};
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

const NAMED: &str = concat!(r"\b(?:", first!(), last!(), r"|(?i:tokens?|secret|bearer))", purpose!(), value!());

// Inside an identifier: after an underscore, or with a capital. Every letter of some text would be a start otherwise.
const NAMED_INSIDE: &str = concat!(
    "(?:(?:_",
    first!(),
    "|A(?i:pi|pp|pplication|ccess|ccount|uth)|B(?i:ot)|C(?i:lient|onsumer|srf)|D(?i:eploy)|E(?i:ncryption)|I(?i:d)|J(?i:wt)|L(?i:icense)|M(?i:aster)|O(?i:auth)|P(?i:ersonal|rivate|roject)|R(?i:efresh)|S(?i:ecret|ervice|ession|hared|igning|torage|ubscription)|U(?i:ser)|W(?i:ebhook)|api)",
    last!(),
    "|_(?i:tokens?|secret|bearer)|T(?i:okens?)|S(?i:ecret)|B(?i:earer)|(?i:api)[ -]?(?:密钥|密鑰|キー|키|ключ|(?i:schl)(?:ü|ue)(?i:ssel))|(?i:cl)(?:é|e)[ ](?i:d')?(?i:api)|(?i:clave|chave|chiave)(?: de)?[ ](?i:api)|密钥|密鑰|令牌|トークン|토큰|токен|Токен)",
    purpose!(),
    value!()
);

// The end of the name of a variable: `SPEECH_KEY=`.
const VARIABLE: &str = concat!("_(?:KEY|key|Key)", value!());

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(NAMED, LONGEST, named_key).with_value(named_value),
    exact(NAMED, LONGEST, named_key_by_its_end).with_value(named_value),
    exact(NAMED_INSIDE, LONGEST, inside_key).with_value(named_value),
    exact(NAMED_INSIDE, LONGEST, inside_key_by_its_end).with_value(named_value),
    exact(VARIABLE, LONGEST, variable).with_value(variable_value).with_veto(of_other_keys),
    exact(VARIABLE, LONGEST, variable_by_its_end).with_value(variable_value).with_veto(of_other_keys),
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
    "application", "anthropic", "account", "algolia", "access", "azure", "auth", "aes", "api", "app", "braintree", "bot", "consumer",
    "client", "cohere", "csrf", "deepgram", "datadog", "deploy", "encryption", "functions", "gemini", "hmac", "id", "jwt", "license",
    "mailgun", "mistral", "master", "openai", "oauth", "personal", "private", "project", "refresh", "subscription", "sendgrid",
    "service", "session", "signing", "storage", "secret", "shared", "stripe", "twilio", "user", "webhook",
];
const BETWEEN: &[&str] = &["access", "auth"];
const LAST: &[&str] = &["keys", "key", "secrets", "secret", "tokens", "token"];

/// Names in other languages.
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "API-Schlüssel", "API-Schluessel", "API Schlüssel", "API Schluessel", "APIschlüssel", "API ключ", "API-ключ", "APIключ", "API 密钥",
    "API 密鑰", "API キー", "API密钥", "API密鑰", "APIキー", "API 키", "API키", "chiave de api", "clave de api", "chave de api", "clé d'api",
    "chiave api", "cle d'api", "clave api", "chave api", "clé api", "cle api", "Токен", "токен", "トークン", "令牌", "密钥", "密鑰", "토큰",
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
        .or_else(|| strip_longest(text, &["bearer", "secret", "tokens", "token"]).map(|rest| (Name::Weak, rest)))
}

fn compound(text: &str) -> Option<(Name, &str)> {
    let first = strip_longest(text, FIRST)?;
    let first_part = after_gap(first);
    let between = strip_longest(first_part, BETWEEN).map_or(first_part, after_gap);
    let rest = strip_longest(between, LAST)?;
    let is_key = between.starts_with(['k', 'K']);
    let is_aws = is_key && (strip(text, "access").is_some() || strip(text, "secret").is_some());
    Some((if is_aws { Name::AccessKey } else { Name::Strong }, rest))
}

fn after_gap(text: &str) -> &str {
    text.strip_prefix([' ', '_', '-']).unwrap_or(text)
}

fn parse(text: &str) -> Option<(Name, Keyed<'_>, &str)> {
    let (name, rest) = name(text)?;
    let keyed = read(text, after_purpose(rest));
    let value = unwrapped(keyed.value);
    let key = strip_longest(value, &["base64:", "bearer ", "basic ", "token "]).unwrap_or(value);
    Some((name, keyed, key))
}

fn named_value(text: &str) -> Range<usize> {
    // A quote after the value is never a part of the candidate.
    text.len() - parse(text).map_or(0, |(_, _, key)| key.len())..text.len()
}

/// Parses a candidate.
type Read = for<'a> fn(&RecognizerInput<'a>) -> Option<Candidate<'a>>;

/// A candidate, parsed.
struct Candidate<'a> {
    key: &'a str,
    /// The name is specific, and a sign joins the key to it.
    is_strong: bool,
    /// Name, joint and key are as those of secrets are.
    is_whole: bool,
    /// A longer key is no secret either.
    is_over: bool,
    /// A key that does not begin randomly by now does not do so.
    is_long: bool,
}

/// Accepts a key whose start is random. A key may contain the starts of many others, so a longer one that is rejected is over.
fn by_its_start(c: &RecognizerInput<'_>, read: Read) -> Verdict {
    // An equals sign after the key is its padding, or joins the next key to its value.
    if c.text.len() < SHORTEST_VALUE || c.after != Some('=') && ends_inside(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(Candidate { key, is_strong, is_whole, is_over, is_long }) = read(c) else { return Verdict::Reject };
    if is_whole && key.len() >= SHORTEST_VALUE && is_random(head(key), is_strong) {
        return Verdict::Accept;
    }
    if is_over || is_long { Verdict::RejectStarts(1) } else { Verdict::Reject }
}

/// Accepts a long key whose end is random, where it cannot continue: it may begin with the words of a path.
fn by_its_end(c: &RecognizerInput<'_>, read: Read) -> Verdict {
    let is_inside = c
        .after
        .is_some_and(|after| after.is_ascii_alphanumeric() || matches!(after, '_' | '~' | '/' | '+' | '-' | '='));
    let end = tail(c.text).filter(|end| !is_inside && !ends_inside(c) && is_random(end, true));
    let Some(end) = end else { return Verdict::RejectBefore(c.text.len()) };
    match read(c) {
        Some(candidate) if candidate.is_over => Verdict::RejectStarts(1),
        Some(Candidate { key, is_strong, is_whole, .. }) => {
            accept_if(is_whole && key.len() > end.len() && is_random(end, is_strong))
        }
        None => Verdict::Reject,
    }
}

fn named_key(c: &RecognizerInput<'_>) -> Verdict {
    by_its_start(c, named)
}

fn named_key_by_its_end(c: &RecognizerInput<'_>) -> Verdict {
    by_its_end(c, named)
}

/// The other pattern covers an English name that begins a word.
fn inside_key(c: &RecognizerInput<'_>) -> Verdict {
    if begins_word(c) { Verdict::RejectStarts(1) } else { named_key(c) }
}

fn inside_key_by_its_end(c: &RecognizerInput<'_>) -> Verdict {
    if begins_word(c) { Verdict::RejectStarts(1) } else { named_key_by_its_end(c) }
}

fn begins_word(c: &RecognizerInput<'_>) -> bool {
    let is_after_word =
        c.before.is_some_and(|before| !before.is_ascii() || before.is_ascii_alphanumeric() || before == '_');
    let is_letter = |first: char| first.is_ascii_alphabetic();
    !is_after_word && c.text.starts_with(is_letter) && strip_longest(c.text, ABROAD).is_none()
}

fn named<'a>(c: &RecognizerInput<'a>) -> Option<Candidate<'a>> {
    let (name, keyed, key) = parse(c.text)?;
    let is_place = is_place(key);
    let is_complete = name != Name::Weak || begins_a_part(c.before, c.text);
    // A name next to a word is weaker evidence than a sign between them.
    let is_strong = name != Name::Weak && keyed.link != Link::Space;
    // Another type covers it.
    let is_aws = name == Name::AccessKey && is_secret(key);
    // The next argument is no key if it may be another name.
    let is_argument = keyed.link == Link::Next && (keyed.on_next_line || key.contains(['.', '_']));
    let is_joined = keyed.is_joined(c);
    let is_run = key.bytes().all(is_of_key);
    let is_whole = is_complete && is_joined && !is_argument && !is_place && !is_aws && is_run;
    // What a key is for may be long too: `token for the service x is`.
    let is_long = is_run && key.len() >= SAMPLE;
    Some(Candidate { key, is_strong, is_whole, is_over: (is_place || !is_joined) && keyed.is_begun(), is_long })
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

fn variable(c: &RecognizerInput<'_>) -> Verdict {
    by_its_start(c, set_variable)
}

fn variable_by_its_end(c: &RecognizerInput<'_>) -> Verdict {
    by_its_end(c, set_variable)
}

/// Parses a key that is set: the name alone says less than those of which more is known.
fn set_variable<'a>(c: &RecognizerInput<'a>) -> Option<Candidate<'a>> {
    let (keyed, key) = variable_key(c.text)?;
    let is_set = keyed.link == Link::Sign && c.before.is_some_and(|b| b.is_ascii_alphanumeric());
    let is_other = is_secret(key) || is_place(key) || key.contains('.');
    let is_long = key.len() >= SAMPLE;
    Some(Candidate {
        key,
        is_strong: true,
        is_whole: is_set && !is_other,
        is_over: !is_set && keyed.is_begun(),
        is_long,
    })
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
    let dots = value.bytes().filter(|&b| b == b'.').count();
    value.starts_with('/') || dots > 4 || dots > 0 && value.contains("example.com") || value.contains("://")
}
