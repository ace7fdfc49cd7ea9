//! Machine credentials: AWS keys, keys and tokens of other services, private keys, JSON web tokens.

use super::EntityType::{ApiKey, AwsAccessKey, AwsSecretKey, Jwt, PrivateKey};
use super::checksum::entropy;
use super::form::{accept_if, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

/// A 4096-bit RSA key in PEM has 3.2 KiB, a PGP block rarely more than twice that.
const PEM_MAX: usize = 8 * 1024;
const JWT_MAX: usize = 8 * 1024;

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    // Long-term, temporary, bearer and context keys (IAM user guide, "unique identifiers"). Glued to a card number it
    // must still be found, hence no boundary.
    plain(AwsAccessKey, r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}", 20, aws_access_key),
    // A pattern of forty characters anywhere would multiply the states of all others, so a keyword or the key id leads.
    plain(
        AwsSecretKey,
        r"(?i:secret(?:[_ -]?(?:access)?[_ -]?key)?|credentials?)['\x22]?[ ]*(?:is|=>|:=|[:=])?[ ]*['\x22]?[A-Za-z0-9/+]+",
        100,
        aws_secret_named,
    )
    .value(last_forty),
    plain(
        AwsSecretKey,
        r"A(?:KIA|SIA)[A-Z0-9]+['\x22]?[ \t,:;|/\n]+['\x22]?[A-Za-z0-9/+]+",
        80,
        aws_secret_paired,
    )
    .value(last_forty),
    plain(ApiKey, r"\b(?:gh[pousr]_|github_pat_|glpat-|npm_|hf_|dop_v1_|shp(?:at|ca|pa|ss)_|dckr_pat_|lin_api_|figd_|gsk_|whsec_|pypi-AgEI|GOCSPX-|ATATT3|sq0(?:atp|csp)-|xai-|pplx-|r8_|NRAK-|tvly-|AIza|ya29\.)[A-Za-z0-9_.=-]+", 512, prefixed),
    plain(ApiKey, r"\bxox[abeprs]-[A-Za-z0-9-]+|\bxapp-[A-Za-z0-9-]+", 256, prefixed),
    plain(ApiKey, r"\b(?:sk|rk|pk)(?:_live_|_test_|-)[A-Za-z0-9_-]+", 256, secret_key),
    plain(ApiKey, r"\bSG\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", 80, sendgrid),
    // Twilio: an API key SID or an account SID.
    plain(ApiKey, r"\b(?:SK|AC)[0-9a-f]{32}\b", 34, twilio),
    plain(
        ApiKey,
        r"(?i:api[_ -]?(?:key|token|secret)|access[_-]?token|auth[_-]?token|client[_-]?secret|secret[_-]?key|subscription[_-]?key|signing[_-]?key|encryption[_-]?key)(?: for [a-z]+)?['\x22]?[ ]*(?:is|=>|:=|[:=])?[ ]*['\x22]?[A-Za-z0-9_./+=-]+",
        320,
        named_key,
    )
    .value(key_value),
    plain(ApiKey, r"\b(?i:bearer|token)['\x22]?[ ]*(?:=>|:=|[:=])?[ ]*['\x22]?[A-Za-z0-9_./+=-]+", 320, named_key).value(key_value),
    plain(
        PrivateKey,
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-[^-])*-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
        PEM_MAX,
        pem,
    ),
    // Header and payload are JSON objects, so both begin with the base64url of `{"` (RFC 7519); encrypted ones have five parts.
    plain(Jwt, r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?", JWT_MAX, jwt),
];

fn aws_access_key(c: &Candidate<'_>) -> Verdict {
    let longer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_uppercase() || matches!(c, '/' | '+'));
    accept_if(!longer(c.before) && !longer(c.after) && !c.after.is_some_and(|a| a.is_ascii_digit()))
}

fn is_base64(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '+'))
}

/// Forty base64 characters that look drawn at random: all three kinds of characters and more than four bits a character
/// (git hashes are hexadecimal and stay below four; CamelCase names and paths seldom have digits).
fn secret_shape(value: &str) -> bool {
    value.len() == 40
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && entropy(value) > 4.0
}

fn last_forty(text: &str) -> std::ops::Range<usize> {
    text.len().saturating_sub(40)..text.len()
}

fn aws_secret_named(c: &Candidate<'_>) -> Verdict {
    let range = last_forty(c.text);
    let joined = c.text.as_bytes()[..range.start].last().is_some_and(|&b| is_base64(Some(char::from(b))));
    let value = &c.text[range.clone()];
    // Where the name says it, made-up ones with less entropy count too; "secret" and "credentials" alone say less.
    let named = c.text[..range.start].trim_end_matches([' ', '=', ':', '"', '\'', '>']).to_ascii_lowercase();
    let named = named.trim_end_matches(" is").ends_with("key");
    accept_if(
        !joined && !is_base64(c.after) && value.len() == 40 && (secret_shape(value) || (named && entropy(value) > 3.0)),
    )
}

fn aws_secret_paired(c: &Candidate<'_>) -> Verdict {
    let range = last_forty(c.text);
    let joined = c.text.as_bytes()[..range.start].last().is_some_and(|&b| b.is_ascii_alphanumeric());
    accept_if(!joined && range.start >= 21 && !is_base64(c.after) && secret_shape(&c.text[range]))
}

/// Whether a token is complete: no character that could belong to it follows.
fn token_ends(c: &Candidate<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_ascii_alphanumeric() || a == '_') && !c.text.ends_with(['.', '-', '='].as_slice())
        || (c.text.ends_with('=') && !is_base64(c.after))
}

fn prefixed(c: &Candidate<'_>) -> Verdict {
    // The shortest of the lengths their issuers publish; most are fixed, some grew over the years.
    const SHORTEST: &[(&str, usize)] = &[
        ("gh", 40),
        ("github_pat_", 40),
        ("glpat-", 26),
        ("npm_", 40),
        ("hf_", 37),
        ("dop_v1_", 71),
        ("shp", 38),
        ("dckr_pat_", 36),
        ("lin_api_", 40),
        ("figd_", 40),
        ("gsk_", 40),
        ("whsec_", 32),
        ("pypi-", 60),
        ("GOCSPX-", 35),
        ("ATATT3", 60),
        ("sq0", 28),
        ("xai-", 60),
        ("pplx-", 40),
        ("r8_", 40),
        ("NRAK-", 32),
        ("tvly-", 20),
        ("AIza", 39),
        ("ya29.", 40),
        ("xox", 20),
        ("xapp-", 30),
    ];
    let shortest = SHORTEST.iter().rev().find(|(prefix, _)| c.text.starts_with(prefix)).map_or(usize::MAX, |&(_, n)| n);
    accept_if(c.text.len() >= shortest && token_ends(c) && c.text.bytes().any(|b| b.is_ascii_digit()))
}

fn secret_key(c: &Candidate<'_>) -> Verdict {
    // `sk-` is OpenAI's and Anthropic's, `sk_live_` Stripe's. Words with hyphens ("sk-learn-contrib-...") have no digits.
    let stripe = c.text.as_bytes().get(2) == Some(&b'_');
    let value = if stripe { &c.text[8..] } else { &c.text[3..] };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let good = if stripe {
        value.len() >= 10 && digits > 0
    } else {
        c.text.starts_with("sk") && value.len() >= 20 && (digits >= 2 || random_case(value)) && entropy(value) > 3.0
    };
    accept_if(good && token_ends(c) && !matches!(c.before, Some('-')))
}

/// Long, without hyphens and in both cases: no name in words looks like that.
fn random_case(value: &str) -> bool {
    let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
    value.len() >= 32 && !value.contains('-') && upper >= 4 && upper + 4 <= value.len()
}

fn sendgrid(c: &Candidate<'_>) -> Verdict {
    accept_if(c.text.len() >= 60 && token_ends(c))
}

fn twilio(c: &Candidate<'_>) -> Verdict {
    accept_if(c.stands_alone())
}

fn key_value(text: &str) -> std::ops::Range<usize> {
    // Padding "=" at the end is the value's own.
    let body = text.trim_end_matches('=').len();
    let start = tail(&text[..body], |c| matches!(c, ' ' | ':' | '"' | '\'' | '=' | '>')).start;
    start..text.len()
}

fn named_key(c: &Candidate<'_>) -> Verdict {
    let range = key_value(c.text);
    let strong = c.text.get(..5).is_none_or(|p| !p.eq_ignore_ascii_case("token"));
    let value = &c.text[range.clone()];
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // Entropy parts keys from file names and identifiers; the shortest keys in use have 16 characters.
    let random = value.len() >= 16 && digits >= 2 && letters >= 2 && entropy(value) > if strong { 2.8 } else { 3.2 };
    let place = value.contains("example.com")
        || value.contains("://")
        || value.starts_with('/')
        || value.matches('.').count() > 4;
    accept_if(range.start > 0 && random && !place && token_ends(c))
}

fn pem(_: &Candidate<'_>) -> Verdict {
    Verdict::Accept
}

fn jwt(c: &Candidate<'_>) -> Verdict {
    let mut parts = c.text.split('.');
    let header = parts.next().unwrap_or_default();
    let payload = parts.next().unwrap_or_default();
    let dots = c.text.matches('.').count();
    let signed = dots == 2 && payload.starts_with("eyJ");
    accept_if(
        (signed || dots == 4) && header.len() >= 12 && payload.len() >= if signed { 6 } else { 1 } && !ends_inside(c),
    )
}

fn ends_inside(c: &Candidate<'_>) -> bool {
    c.after.is_some_and(|a| a.is_ascii_alphanumeric() || matches!(a, '_'))
}
