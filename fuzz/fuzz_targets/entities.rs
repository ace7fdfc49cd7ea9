//! Entity types over text with junk around every keyword and separator: no panic, and streamed equals whole.
//!
//! The input is `types 0xFF pieces 0xFF text`: a byte of `types` chooses an entity type, a byte of `pieces` a keyword, separator, value or
//! junk, and `text` is put between the pieces, a few characters at a time. So the fuzzer finds the words without having to spell them.

#![no_main]

use banister::{Assessment, EntityType, Guardrail, Policy, Source, StreamGuard};
use libfuzzer_sys::fuzz_target;

/// Keywords, separators, the beginnings of values, values, and junk.
const PIECES: [&str; 128] = [
    "pwd",
    "password",
    "passwd",
    "passphrase",
    "pin",
    "cvv",
    "ssn",
    "dob",
    "born on ",
    "age",
    "username",
    "user",
    "login",
    "api_key",
    "secret",
    "token",
    "bearer ",
    "account",
    "routing",
    "iban",
    "swift",
    "passport",
    "license",
    "plate",
    "vin",
    "nhs",
    "utr",
    "sin",
    "phn",
    "ramq",
    "my name is ",
    "Mr. ",
    "Dear ",
    "call ",
    "tel",
    "exp ",
    "IDENTIFIED BY ",
    "CREATE USER ",
    "AWS_SECRET_ACCESS_KEY",
    "zip code",
    "=",
    ":",
    "|",
    "/",
    ";",
    ",",
    "&",
    "?",
    "_",
    ".",
    "-",
    "\"",
    "'",
    "(",
    "[",
    "{",
    "<",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\\n",
    "\\\"",
    "\\u003c",
    "%20",
    "@",
    "%40",
    "://",
    "::",
    "\\",
    "http://",
    "www.",
    "AKIA",
    "eyJ",
    "0x",
    "bc1q",
    "ghp_",
    "sk-",
    "hf_",
    "+1",
    "+44 ",
    "DE89",
    "GB29 ",
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "-----END ",
    "4111 1111 1111 1111",
    "4111",
    "536-90-4399",
    "10.0.0.1",
    "fe80::1",
    "00:1A:2B:3C:4D:5E",
    "jane@example.com",
    "hunter22",
    "021000021",
    "123456789",
    "12/27",
    "1990-01-02",
    "1HGBH41JXMN109186",
    "AB123456C",
    "415-555-0132",
    "DEUTDEFF",
    "12 Main Street",
    "AKIAIOSFODNN7EXAMPLE",
    "中",
    "é",
    "ß",
    "æ",
    "ﬁ",
    "²",
    "™",
    "①",
    "①①",
    "４",
    "𝟗",
    "٣",
    "а",
    "\u{200b}",
    "\u{ad}",
    "\u{301}",
    "\u{feff}",
    "\u{202e}",
    "\u{a0}",
    "\u{3000}",
    "\u{2011}",
    "＝",
    "：",
    "＠",
];

/// Returns the text: every piece, and after it as many characters of the rest as the piece's high bit asks for.
fn text(pieces: &[u8], rest: &str) -> String {
    let mut rest = rest.chars();
    let mut text = String::new();
    for &piece in pieces.iter().take(200) {
        text.push_str(PIECES[usize::from(piece & 0x7F)]);
        if piece & 0x80 != 0 {
            text.extend(rest.by_ref().take(1));
        }
    }
    text.extend(rest);
    text
}

fn guardrail(types: &[u8]) -> Guardrail {
    let mut names: Vec<&str> =
        types.iter().take(4).map(|&byte| EntityType::ALL[usize::from(byte) % EntityType::ALL.len()].name()).collect();
    names.sort_unstable();
    names.dedup();
    let replacement = ["label", "numbered", "keep_last_4"][types.len() % 3];
    let types = if names.is_empty() { "ALL".to_owned() } else { names.join(", ") };
    let yaml =
        format!("{{version: 1, name: fuzz, pii: [{{types: [{types}], action: mask, replacement: {replacement}}}]}}");
    Guardrail::new(Policy::from_yaml(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}")))
}

/// What was released, and what was found, in chunks of so many characters.
fn stream(guardrail: &Guardrail, text: &str, size: usize) -> (String, Assessment) {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut released = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.char_indices().nth(size).map_or(rest.len(), |(at, _)| at);
        let (chunk, tail) = rest.split_at(end);
        rest = tail;
        released.push_str(guard.push(chunk));
        assert!(guard.buffered_bytes() <= guardrail.buffer_limit().bytes());
    }
    released.push_str(guard.finish());
    (released, guard.assessment())
}

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(3, |&byte| byte == 0xFF);
    let (Some(types), Some(pieces), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let guardrail = guardrail(types);
    let text = text(pieces, rest);
    let whole = stream(&guardrail, &text, usize::MAX);
    for finding in whole.1.findings() {
        assert!(text.get(finding.span().range()).is_some_and(|value| !value.is_empty()), "{finding:?} of {text:?}");
    }
    assert_eq!(stream(&guardrail, &text, 1), whole, "{text:?}");
    assert_eq!(stream(&guardrail, &text, 7), whole, "{text:?}");
});
