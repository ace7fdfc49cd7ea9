//! Random policies, and random texts made of what almost matches.

use std::fmt::Write;

/// A small generator (SplitMix64), so that a case is known by its seed alone.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("small")
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Seed and number of cases of a run.
pub(crate) fn run(cases: u64, mut case: impl FnMut(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("BANISTER_SEED").unwrap_or(0x5EED);
    let cases = number("BANISTER_CASES").unwrap_or(cases);
    println!("BANISTER_SEED={seed} BANISTER_CASES={cases}");
    for index in 0..cases {
        case(seed.wrapping_mul(0x1000_0000_01B3).wrapping_add(index));
    }
}

const FRAGMENTS: &[&str] = &[
    " ",
    " ",
    " ",
    "\n",
    ". ",
    ", ",
    "a",
    "ab",
    "abc",
    "b",
    "acme",
    "Acme",
    "ACM",
    "cme",
    "globex",
    " corp",
    "globex corp",
    "corp",
    "stock",
    "stock tip",
    "stock photo",
    "in stock",
    " tip",
    "guaranteed",
    " return",
    "EMP-",
    "EMP-123456",
    "123",
    "456",
    "7",
    "0",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "5500",
    "AKIAIOSFODNN7EXAMPLE",
    "AKIA",
    "jane.roe@example.com",
    "jane",
    "@",
    "example.com",
    ".com",
    "x@y.z",
    "123-45-6789",
    "123-45",
    "-6789",
    "ssn",
    "social security",
    "+1 (415) 555-0132",
    "415-555-0132",
    "(",
    ")",
    "192.168.0.1",
    "10.0.",
    "fe80::1",
    "https://example.com/a?b=c",
    "http://",
    "www.",
    "password: hunter22",
    "password",
    "is",
    ":",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29",
    "buy shares",
    "buy",
    "shares",
    "sell stocks",
    "my savings",
    "which stocks should I buy",
    "is it a good time to invest my savings",
    "中文",
    "电话",
    "号码",
    "é",
    "e\u{301}",
    "ß",
    "Асме",
    "ａｃｍｅ",
    "４１１１",
    "＠",
    "\u{200b}",
    "\u{200b}\u{200b}",
    "\u{ad}",
    "–",
    "\u{a0}",
    "🎉",
    "{EMAIL}",
    "\"",
    "\\",
    "start",
    "end",
    "line",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "foobar",
    "foo",
    "bar",
    "----",
    "1111111111111111111111",
    "aaaaaaaaaaaa",
    "eyJhbGciOiJIUzI1NiJ9",
    ".",
    "-----BEGIN PRIVATE KEY-----",
    "MIIEv",
    "-----END PRIVATE KEY-----",
    "Mr. John Smith",
    "born 1990-01-02",
];

/// Fragments with spaces between.
pub(crate) fn spaced_text(rng: &mut Rng, pieces: usize) -> String {
    let pieces: Vec<&str> = (0..rng.below(pieces + 1)).map(|_| rng.pick(FRAGMENTS)).collect();
    pieces.join(" ")
}

/// A text of up to about `pieces` fragments.
pub(crate) fn text(rng: &mut Rng, pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..rng.below(pieces + 1) {
        text.push_str(rng.pick(FRAGMENTS));
        if rng.chance(5) {
            let run = rng.below(40);
            let c = *[' ', 'a', '1', '中', '\u{301}', 'x'].get(rng.below(6)).expect("in range");
            text.extend(std::iter::repeat_n(c, run));
        }
    }
    text
}

const PATTERNS: &[(&str, bool)] = &[
    (r"\bEMP-\d{6}\b", false),
    (r"^start", false),
    (r"end$", false),
    (r"(?m)^line", false),
    (r"(?m)line$", false),
    (r"\d{3,5}", false),
    (r"[a-z]+@x", true),
    (r"[a-z]{2,8}@[a-z]{1,8}", false),
    (r"\bfoo(?:bar)?\b", false),
    (r"(?:^|\s)foo", false),
    (r"a+b", true),
    (r"\w+", true),
    (r"[^ ]+", true),
    (r"(?i)acme", false),
    (r"中.", false),
    (r"\d+-\d+", true),
    (r"1{4,30}", false),
    (r"(?:buy|sell)\s+shares", true),
    (r"x{3}", false),
    (r".{10}", false),
    (r"(?s)e.{0,20}d", false),
];

const TYPES: &[&str] = &[
    "EMAIL",
    "PHONE",
    "CREDIT_DEBIT_CARD_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "IP_ADDRESS",
    "URL",
    "PASSWORD",
    "NAME",
    "AWS_ACCESS_KEY",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "ADDRESS",
    "DATE_OF_BIRTH",
    "API_KEY",
    "JWT",
    "PRIVATE_KEY",
    "PIN",
    "USERNAME",
    "AGE",
    "SWIFT_CODE",
    "US_BANK_ACCOUNT_NUMBER",
    "MAC_ADDRESS",
    "DRIVER_ID",
    "AWS_SECRET_KEY",
    "CREDIT_DEBIT_CARD_EXPIRY",
];

fn actions(rng: &mut Rng, mask: bool) -> String {
    let pick = |rng: &mut Rng| match rng.below(if mask { 4 } else { 2 }) {
        0 => "block",
        1 => "detect",
        _ => "mask",
    };
    if rng.chance(60) {
        format!("action: {}", pick(rng))
    } else {
        format!("input: {}, output: {}", pick(rng), pick(rng))
    }
}

fn actions_rarely_blocking(rng: &mut Rng) -> String {
    if rng.chance(80) { format!("action: {}", rng.pick(&["mask", "mask", "detect"])) } else { actions(rng, true) }
}

/// The rules of a random policy, each as YAML of one line, by section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) topics: Vec<String>,
    pub(crate) words: Vec<String>,
    pub(crate) pii: Vec<String>,
    pub(crate) regexes: Vec<String>,
}

impl Rules {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let mut rules = Self::default();
        if rng.chance(40) {
            let action = actions(rng, false);
            let parts = [
                "examples: [Which stocks should I buy this year?, Is it a good time to invest my savings?], threshold: 0.4",
                "phrases: [stock tip, guaranteed return, stock]",
                r"phrases: [stock], patterns: ['(?:buy|sell)\s+(?:shares|stocks?)\b'], exceptions: [stock photo, in stock]",
                "examples: [buy shares], phrases: [acme], exceptions: [acme corp, buy shares acme]",
            ];
            for index in 0..=rng.below(2) {
                let part = rng.pick(&parts);
                rules.topics.push(format!("{{name: topic-{index}, {part}, {action}}}"));
            }
        }
        for index in 0..rng.below(3) {
            let lists = [
                "[acme, globex corp]",
                "[a, ab, abc]",
                "[stock, in stock, stock tip]",
                "[中文, 文电]",
                "[corp, globex, '1111']",
                "[éa, ße]",
            ];
            let matching = [
                "",
                ", match: {whole_word: false}",
                ", match: {case_sensitive: true}",
                ", match: {evasion: \"off\"}",
                ", match: {whole_word: false, evasion: standard}",
            ];
            let (list, matching, action) = (rng.pick(&lists), rng.pick(&matching), actions_rarely_blocking(rng));
            rules.words.push(format!("{{name: words-{index}, words: {list}{matching}, {action}}}"));
        }
        let mut types: Vec<&str> = TYPES.to_vec();
        for _ in 0..rng.below(5) {
            let entity = types.swap_remove(rng.below(types.len()));
            let action = actions_rarely_blocking(rng);
            let replacement = match rng.below(4) {
                0 if action.contains("mask") => ", replacement: numbered",
                1 if action.contains("mask") => ", replacement: keep_last_4",
                _ => "",
            };
            let allow = if rng.chance(10) { ", allow: ['4111 1111 1111 1111', 'jane.roe@example.com']" } else { "" };
            rules.pii.push(format!("{{types: [{entity}], {action}{replacement}{allow}}}"));
        }
        for index in 0..rng.below(4) {
            let (pattern, unbounded) = PATTERNS[rng.below(PATTERNS.len())];
            let length = if unbounded { format!(", max_length: {}", 10 + rng.below(34)) } else { String::new() };
            let action = actions_rarely_blocking(rng);
            rules.regexes.push(format!("{{name: regex-{index}, pattern: '{pattern}'{length}, {action}}}"));
        }
        rules
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.topics.is_empty() && self.words.is_empty() && self.pii.is_empty() && self.regexes.is_empty()
    }

    pub(crate) fn yaml(&self) -> String {
        let mut yaml = "version: 1\nname: random\n".to_owned();
        for (section, rules) in [
            ("denied_topics", &self.topics),
            ("word_filters", &self.words),
            ("pii", &self.pii),
            ("regexes", &self.regexes),
        ] {
            if !rules.is_empty() {
                let _ = writeln!(yaml, "{section}:");
                for rule in rules {
                    let _ = writeln!(yaml, "  - {rule}");
                }
            }
        }
        yaml
    }
}
