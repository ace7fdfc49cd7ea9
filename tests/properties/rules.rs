//! Spans, async mode, odd text, and rules that could never find anything.

use banister::{Guardrail, Policy, Source};

use crate::cases;
use crate::generate::{Masks, Rng, Rules, Texts, run};

#[test]
fn spans_lie_on_character_boundaries() {
    run(110, |seed| {
        let mut rng = Rng::new(seed ^ 0x7777);
        let rules = Rules::random(&mut rng, Masks::Any);
        let guardrail = cases::guardrail(&rules.yaml());
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..20 {
            let text = maker.text(&mut rng, 24);
            for finding in guardrail.assess(Source::Output, &text).findings() {
                let span = finding.span();
                assert!(!span.is_empty(), "case {seed}: empty span");
                assert!(text.get(span.range()).is_some(), "case {seed}: {span:?} of {text:?}");
            }
        }
    });
}

/// In async mode text is released as it comes, up to the chunk in which a block is found; what is found is the same.
#[test]
fn async_mode_releases_at_once_and_finds_the_same() {
    let yaml =
        "{version: 1, name: late, mode: async, word_filters: [{name: w, words: [guaranteed return], action: block}]}";
    let guardrail = Guardrail::new(Policy::from_yaml(yaml).expect("valid"));
    let mut guard = banister::StreamGuard::new(&guardrail, Source::Output);
    assert_eq!(guard.push("It is a guaran"), "It is a guaran");
    assert_eq!(guard.push("teed"), "teed");
    assert_eq!(guard.buffered_bytes(), 0);
    assert_eq!(guard.push(" return, and"), "");
    assert!(guard.is_blocked());
    assert_eq!(guard.push(" more"), "");
    assert_eq!(guard.finish(), "");
    let whole = guardrail.assess(Source::Output, "It is a guaranteed return, and more");
    assert_eq!(whole.findings(), guard.assessment().findings());
    let mut input = banister::StreamGuard::new(&guardrail, Source::Input);
    assert_eq!(input.push("guaran"), "", "the mode is about answers");
}

/// Text that is all digits, signs and keywords, under every entity type: the validators take whatever their patterns let through.
#[test]
fn no_text_is_too_odd_for_the_recognizers() {
    const PIECES: &[&str] = &[
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "00",
        "+",
        "-",
        "(",
        ")",
        ".",
        " ",
        "/",
        ":",
        ",",
        "@",
        "%40",
        "#",
        "x",
        "ext",
        "A",
        "b",
        "é",
        "中",
        "\n",
        "'",
        "\"",
        "=",
        "_",
        "::",
        "://",
        "www.",
        ".com",
        "+1",
        "+44",
        "DE",
        "GB",
        "ssn",
        "pin",
        "cvv",
        "iban",
        "passport",
        "account number",
        "routing",
        "my name is ",
        "Mr. ",
        "Dear ",
        "born ",
        "aged ",
        "years old",
        "password: ",
        "user",
        "AKIA",
        "0x",
        "bc1",
        "eyJ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "Street",
        "St.",
        "PO Box",
        "Straße",
        "rue ",
        "Jan",
        "2024",
        "\u{200b}",
        "\u{a0}",
        "４",
        "＋",
        "NINO",
        "NHS",
        "UTR",
        "plate",
        "licence",
        "vin",
        "swift",
        "mac",
        "v1.2.3.4",
        "fe80",
        "ffff",
    ];
    let yaml = "{version: 1, name: all, pii: [{types: [ALL], action: mask, replacement: keep_last_4}]}";
    let guardrail = Guardrail::new(Policy::from_yaml(yaml).expect("valid"));
    run(2000, |seed| {
        let mut rng = Rng::new(seed ^ 0x0DD);
        let text: String = (0..rng.below(40)).map(|_| rng.pick(PIECES)).collect();
        let assessment = guardrail.assess(Source::Input, &text);
        assert!(
            assessment.findings().iter().all(|finding| text.get(finding.span().range()).is_some()),
            "seed {seed}: {text:?}"
        );
    });
}

/// Rules that could never find anything are errors, not silence.
#[test]
fn rules_that_find_nothing_are_refused() {
    for yaml in [
        "{version: 1, name: n, denied_topics: [{name: t, examples: ['?']}]}",
        "{version: 1, name: n, denied_topics: [{name: t, examples: [the]}]}",
        "{version: 1, name: n, word_filters: [{name: w, words: ['\u{200b}']}]}",
        "{version: 1, name: n, word_filters: [{name: w, words: ['\u{301}']}]}",
    ] {
        let error = Policy::from_yaml(yaml).expect_err(yaml).to_string();
        assert!(error.contains("can never match") || error.contains("no text is similar"), "{error}");
    }
}
