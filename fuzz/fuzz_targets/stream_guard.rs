//! A random policy, text and cuts: streamed equals whole, and what is held keeps to its bound.
//!
//! The input is `rules 0xFF cuts 0xFF text`: each byte of `rules` chooses a rule and what it does, each byte of `cuts` the length of a
//! chunk. So the fuzzer can change each without moving the others.

#![no_main]

use std::fmt::Write;

use banister::{Assessment, Guardrail, Policy, Source, StreamGuard, Utf8Decoder};
use libfuzzer_sys::fuzz_target;

/// Words, by section, without the brace that ends them.
const RULES: [(&str, &str); 30] = [
    ("word_filters", "words: [acme, globex corp]"),
    ("word_filters", "words: [a, ab, abc], match: {whole_word: false}"),
    ("word_filters", "words: [stock, in stock, stock tip]"),
    ("word_filters", "words: [中文, 文电], match: {whole_word: false}"),
    ("word_filters", "words: [Ab, bA], match: {case_sensitive: true, evasion: \"off\"}"),
    ("denied_topics", "phrases: [stock tip], exceptions: [stock tip jar]"),
    ("denied_topics", "examples: [Which stocks should I buy this year?], threshold: 0.4"),
    ("denied_topics", "patterns: ['buy\\s+(?:stocks|shares)']"),
    ("regexes", "pattern: '^ab'"),
    ("regexes", "pattern: 'ab$'"),
    ("regexes", "pattern: '(?m)^a{1,9}$'"),
    ("regexes", "pattern: '\\bEMP-\\d{2,6}\\b'"),
    ("regexes", "pattern: '[^ ]+@', max_length: 24"),
    ("regexes", "pattern: '(?s).{0,7}b'"),
    ("regexes", "pattern: '(?i)a(?:b|bc|bcd)'"),
    ("pii", "types: [EMAIL]"),
    ("pii", "types: [PHONE]"),
    ("pii", "types: [CREDIT_DEBIT_CARD_NUMBER]"),
    ("pii", "types: [US_SOCIAL_SECURITY_NUMBER]"),
    ("pii", "types: [IP_ADDRESS]"),
    ("pii", "types: [AWS_ACCESS_KEY]"),
    ("pii", "types: [PASSWORD]"),
    ("pii", "types: [NAME]"),
    ("pii", "types: [INTERNATIONAL_BANK_ACCOUNT_NUMBER]"),
    ("pii", "types: [PIN, US_BANK_ROUTING_NUMBER], evasion: strict"),
    ("pii", "types: [API_KEY, URL], evasion: strict"),
    ("word_filters", "words: [zorblax, guaranteed return, ass], match: {evasion: strict}"),
    ("denied_topics", "phrases: [tax loophole], evasion: strict"),
    ("denied_topics", "examples: [How do I launder money?], evasion: strict"),
    ("denied_topics", "patterns: ['insider (?:trading|tips)'], evasion: strict"),
];

fn policy(choices: &[u8]) -> Option<String> {
    let mut sections: [(&str, String); 4] =
        ["denied_topics", "word_filters", "pii", "regexes"].map(|name| (name, String::new()));
    let mut used = [false; RULES.len()];
    // Few rules at a time find more: with many, the first that blocks hides the rest.
    for &choice in choices.iter().take(6) {
        let number = usize::from(choice & 0x1F) % RULES.len();
        if std::mem::replace(&mut used[number], true) {
            continue;
        }
        let (section, rule) = RULES[number];
        let action = match (choice >> 5, section) {
            (0, _) => "block",
            (1, _) | (_, "denied_topics") => "detect",
            _ => "mask",
        };
        let name = if section == "pii" { String::new() } else { format!("name: r{number}, ") };
        let (_, text) = sections.iter_mut().find(|(name, _)| *name == section)?;
        writeln!(text, "  - {{{name}{rule}, action: {action}}}").ok()?;
    }
    let mut yaml = String::from("version: 1\nname: fuzz\n");
    for (name, rules) in sections.iter().filter(|(_, rules)| !rules.is_empty()) {
        write!(yaml, "{name}:\n{rules}").ok()?;
    }
    used.contains(&true).then_some(yaml)
}

/// What was released, and what was found.
fn stream(guardrail: &Guardrail, text: &[u8], cuts: &[u8]) -> (String, Assessment) {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut stitcher = Utf8Decoder::new();
    let mut released = String::new();
    let mut sizes = cuts.iter().cycle().map(|&cut| usize::from(cut).max(1));
    let mut rest = text;
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(rest.len()).min(rest.len());
        let (chunk, tail) = rest.split_at(size);
        rest = tail;
        released.push_str(guard.push(stitcher.push(chunk).expect("the text is UTF-8")));
        assert!(guard.buffered_bytes() <= guardrail.buffer_limit().bytes());
    }
    released.push_str(guard.finish());
    (released, guard.assessment())
}

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(3, |&byte| byte == 0xFF);
    let (Some(rules), Some(cuts), Some(text)) = (parts.next(), parts.next(), parts.next()) else { return };
    if std::str::from_utf8(text).is_err() {
        return;
    }
    let Some(yaml) = policy(rules) else { return };
    let guardrail = Guardrail::new(Policy::from_yaml(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}")));
    let whole = stream(&guardrail, text, &[]);
    assert_eq!(stream(&guardrail, text, cuts), whole, "{yaml}");
    assert_eq!(stream(&guardrail, text, &[1]), whole, "{yaml}");
});
