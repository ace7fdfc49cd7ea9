//! What `evasion: strict` and `decode` see through, whole and in chunks.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{characters, guardrail, streamed};
use crate::guardrail::{Conversation, Evaluator, Guardrail, Position, Source, StreamGuard};

const POLICY: &str = "
version: 1
name: strict
decode: [base64, hex]
denied_topics:
  - name: laundering
    evasion: strict
    examples: [How can I launder dirty money through a shell company?]
    phrases: [tax loophole]
    patterns: ['insider (trading|tips)']
    exceptions: [anti laundering training]
    action: detect
word_filters:
  - name: rival
    words: [Zorblax]
    match: {evasion: strict}
    action: mask
pii:
  - types: [ALL]
    evasion: strict
    action: mask
";

fn spans(guardrail: &Guardrail, text: &str) -> Vec<String> {
    let assessment = guardrail.assess(Source::Input, text);
    let found = assessment.findings().iter();
    found.map(|finding| format!("{} {}", finding.rule(), &text[finding.span().start()..finding.span().end()])).collect()
}

#[test]
fn values_and_words_are_found_where_they_are() {
    let guardrail = guardrail(POLICY);
    for (text, found) in [
        ("write jane (at) example (dot) com now", "EMAIL jane (at) example (dot) com"),
        ("write jane&#64;example&period;com now", "EMAIL jane&#64;example&period;com"),
        ("write jane%40example%2Ecom now", "EMAIL jane%40example%2Ecom"),
        (r"write jane\@example\.com now", r"EMAIL jane\@example\.com"),
        ("card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ok", "CREDIT_DEBIT_CARD_NUMBER 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("card 4111**1111**1111**1111 ok", "CREDIT_DEBIT_CARD_NUMBER 4111**1111**1111**1111"),
        ("card <b>4111</b>1111<i>1111</i>1111 ok", "CREDIT_DEBIT_CARD_NUMBER 4111</b>1111<i>1111</i>1111"),
        (
            "my SSN is five three six nine zero four three nine nine ok",
            "US_SOCIAL_SECURITY_NUMBER five three six nine zero four three nine nine",
        ),
        ("我的卡 四一一一一一一一一一一一一一一一 ok", "CREDIT_DEBIT_CARD_NUMBER 四一一一一一一一一一一一一一一一"),
        (
            "card 4\u{fe0f}\u{20e3}111\u{1}1111\u{fffd}1111\u{e000}1111 ok",
            "CREDIT_DEBIT_CARD_NUMBER 4\u{fe0f}\u{20e3}111\u{1}1111\u{fffd}1111\u{e000}1111",
        ),
        ("buy z0rbl4x now", "rival z0rbl4x"),
        ("buy Z o r b l a x now", "rival Z o r b l a x"),
        ("buy Zor<b>bl</b>ax, Z&#111;rblax", "rival Zor<b>bl</b>ax\nrival Z&#111;rblax"),
        ("buy 🇿🇴🇷🇧🇱🇦🇽 now", "rival 🇿🇴🇷🇧🇱🇦🇽"),
        ("a t4x l00ph0le", "laundering t4x l00ph0le"),
        ("ins1der tr4ding", "laundering ins1der tr4ding"),
        // A combining mark belongs to the letter before it.
        ("write jane (at) example (dot) com\u{301} now", "EMAIL jane (at) example (dot) com\u{301}"),
        ("write jane (at) example (dot) com\u{301}", "EMAIL jane (at) example (dot) com\u{301}"),
        ("see amFuZS5yb2VAZXhhbXBsZS5jb20= ok", "EMAIL amFuZS5yb2VAZXhhbXBsZS5jb20"),
        ("see 6a616e6540782e636f6d6d ok", "EMAIL 6a616e6540782e636f6d6d"),
        ("a 3.5 b (at) c 1 2 3 [dot] &amp; 100%", ""),
    ] {
        assert_eq!(spans(&guardrail, text).join("\n"), found, "{text}");
    }
    for text in [
        "How can I l4under d1rty m0ney through a sh3ll company?",
        "see SG93IGNhbiBJIGxhdW5kZXIgZGlydHkgbW9uZXkgdGhyb3VnaCBhIHNoZWxsIGNvbXBhbnk/ ok",
        "h o w  c a n  I  l a u n d e r  d i r t y  m o n e y  through a shell company?",
    ] {
        assert_eq!(spans(&guardrail, text).len(), 1, "{text}");
    }
    assert!(spans(&guardrail, "the anti laundering training").is_empty());
}

const PARTS: &[&str] = &[
    "4 ",
    "1 ",
    "1",
    "1111",
    "four ",
    "one",
    "-",
    "\n",
    "&#64;",
    "&amp;",
    "%40",
    "\\",
    "<b>",
    "</b>",
    "<",
    " (at) ",
    "[dot]",
    "jane",
    "@",
    "example.com",
    ".",
    "z0r",
    "Z",
    " o ",
    "r.b",
    "blax",
    "blaaax",
    "l",
    "🇿",
    "\u{1}",
    "**",
    "_",
    "!",
    "<br>",
    "  ",
    "amFuZS5yb2VAZXhhbXBsZS5jb20",
    "6a616e6540782e636f6d6d",
    "=",
    "{EMAIL}",
    "tax ",
    "l00phole",
    "launder ",
    "d1rty money",
    " shell company? ",
    "SSN ",
    "536904399",
    "anti ",
    "training",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn chunks_change_nothing_under_strict(parts in prop::collection::vec(prop::sample::select(PARTS), 1..13)) {
        static GUARDRAIL: LazyLock<Guardrail> = LazyLock::new(|| guardrail(POLICY));
        let (guardrail, text) = (&*GUARDRAIL, parts.concat());
        let whole = streamed(guardrail, std::iter::once(text.as_str()));
        assert_eq!(streamed(guardrail, characters(&text)), whole, "{text:?}");
        let again = guardrail.assess(Source::Input, &whole.0);
        assert!(
            again.findings().iter().all(|finding| finding.rule() == "laundering"),
            "{text:?} {:?} {again:?}",
            whole.0
        );
    }
}

/// The name of a JSON field before some text reads it again. What that reading finds ends where it ends, whatever follows it.
#[test]
fn marks_after_a_value_with_a_name_are_cut_as_they_like() {
    let guardrail = guardrail("{version: 1, name: c, pii: [{types: [US_SOCIAL_SECURITY_NUMBER], evasion: strict}]}");
    let found = |chunks: &mut dyn Iterator<Item = &str>| {
        let evaluator = Evaluator::new(guardrail.clone(), Source::Input, Conversation::new());
        let (mut evaluator, mut out) = (evaluator.with_context("ssn: "), String::new());
        chunks.for_each(|chunk| evaluator.push(chunk, &mut out));
        evaluator.finish(&mut out);
        (out, evaluator.assessment().findings().to_vec())
    };
    for text in ["745102386\u{301}\u{301} x", "745102386\u{20dd}\u{20dd}\u{20dd}", "7 4 5 1 0 2 3 8 6\u{301}\u{301}, x"]
    {
        let whole = found(&mut std::iter::once(text));
        assert!(!whole.1.is_empty(), "{text}");
        assert_eq!(found(&mut characters(text)), whole, "{text}");
    }
}

/// A finding in rewritten text waits for the marks after it, not for the end of the text.
#[test]
fn text_is_released_after_a_value_in_disguise() {
    let guardrail = guardrail(POLICY);
    for marks in ["", "\u{301}"] {
        let mut guard = StreamGuard::new(&guardrail, Source::Input);
        let mut released = guard.push(&format!("write jane (at) example (dot) com{marks}")).to_owned();
        released.push_str(guard.push(&" plain words".repeat(2_000)));
        assert!(released.starts_with("write {EMAIL} plain words plain"), "{released:.60}");
    }
}

#[test]
fn strict_finds_what_standard_finds() {
    let standard = guardrail(&POLICY.replace("strict}", "standard}").replace("evasion: strict", "evasion: standard"));
    let strict = guardrail(POLICY);
    for text in
        ["jane@example.com, 4111 1111 1111 1111", "Zorblax and a tax loophole", "SSN 536-90-4399 at 10.20.30.40"]
    {
        assert_eq!(spans(&strict, text), spans(&standard, text), "{text}");
    }
}

/// The memory of one text is used for the next, which must not depend on it.
#[test]
fn a_text_is_evaluated_as_if_it_were_the_first() {
    let guardrail = guardrail(POLICY);
    let assess = |guardrail: &Guardrail, (context, is_alone, text): (&str, bool, &str)| {
        let direction = (Source::Input, Position::Current);
        let (assessment, replacements) =
            guardrail.assess_for_edits(&Conversation::new(), direction, (context, is_alone), text);
        (format!("{assessment:?}"), replacements.list)
    };
    let texts = [
        ("", false, "write jane (at) exam"),
        ("", false, "ple (dot) com, z0rb"),
        ("", false, "l4x or jane (at) example (dot) com"),
        ("cvv: ", true, "123"),
        ("", false, "buy z0rbl4x now"),
        ("e-mail: ", false, "jane (at) example (dot) com"),
        ("card cvv: ", false, "123"),
        ("", false, "{EMAIL}{EMAIL}{EMAIL} {EMA"),
        ("", false, "4111 1111 1111 1111"),
        ("", false, "an anti laundering training"),
        ("", false, "an insider trading, 20 bytes"),
        ("", false, "123 amFuZS5yb2VAZXhhbXBsZS5jb20="),
    ];
    for text in texts.into_iter().chain(texts.into_iter().rev()) {
        let other = Guardrail::new(guardrail.policy().clone());
        assert_eq!(assess(&guardrail, text), assess(&other, text), "{text:?}");
    }
}
