//! Exceptions are there for as long as a window, a phrase or a pattern can still ask for them.

use super::{Rng, characters, guardrail, streamed};
use crate::guardrail::Source;

const ELECTION: &str =
    "{version: 1, name: t, denied_topics: [{name: T0, examples: [Who will win the election next year?],
    exceptions: [in stock], action: block}]}";

#[test]
fn an_exception_before_the_first_word_of_the_topic_is_not_forgotten() {
    let guardrail = guardrail(ELECTION);
    for text in ["in stock\"win\n", "in stock win\n", "in stock, in stock, win, in stock\n", "x in stock\"win"] {
        let whole = streamed(&guardrail, std::iter::once(text));
        assert_eq!(streamed(&guardrail, characters(text)), whole, "{text:?}");
        assert_eq!(guardrail.assess(Source::Input, text).findings().len(), whole.1.len(), "{text:?}");
    }
}

/// The exception of a window's last words ends behind the window.
#[test]
fn an_exception_that_goes_on_behind_the_window_counts() {
    let guardrail = guardrail(
        "{version: 1, name: t, denied_topics: [{name: T0, examples: [buy shares], exceptions: [buy it, 'shares. Of course'],
            action: block}]}",
    );
    for (text, blocked) in [("buy it shares. Of course not", false), ("buy it shares. Of cours", true)] {
        let seen = streamed(&guardrail, characters(text));
        assert_eq!(seen, streamed(&guardrail, std::iter::once(text)), "{text:?}");
        assert_eq!(!seen.1.is_empty(), blocked, "{text:?}");
    }
}

#[test]
fn cuts_change_nothing_for_topics_with_exceptions() {
    const TOPICS: &[&str] = &[
        "examples: [Who will win the election next year?], exceptions: [in stock, win the lottery, next]",
        "examples: [buy shares now, sell shares], exceptions: [buy shares of mind, shares. Of course, sell]",
        "phrases: [stock tip, win], exceptions: [in stock tip jar, stock tip jar, win win]",
        "patterns: ['(?:buy|sell) \\w{1,8}'], exceptions: [buy time, would sell time]",
        "examples: [in stock], phrases: [election], exceptions: [election in stock, in stock election]",
    ];
    const PIECES: &[&str] = &[
        "win",
        "election",
        "who",
        "will",
        "the",
        "next",
        "year",
        "in stock",
        "in",
        "stock",
        "stock tip",
        "jar",
        "buy",
        "sell",
        "shares",
        "shares. Of course",
        "of mind",
        "time",
        "lottery",
        "would",
        " ",
        " ",
        " ",
        " ",
        ". ",
        "\n",
        "\"",
        "? ",
        ", ",
        "é",
        "\u{200b}",
        "{",
        "中",
    ];
    let mut rng = Rng(0x5EED);
    for case in 0..400 {
        let rules: Vec<String> = (0..=rng.below(3))
            .map(|index| {
                let (topic, tenths) = (rng.pick(TOPICS), 1 + rng.below(6));
                let threshold =
                    if topic.contains("examples") { format!(", threshold: 0.{tenths}") } else { String::new() };
                format!("{{name: T{index}, {topic}{threshold}, action: detect}}")
            })
            .collect();
        let yaml = format!("{{version: 1, name: t, denied_topics: [{}]}}", rules.join(", "));
        let guardrail = guardrail(&yaml);
        for _ in 0..4 {
            let text: String = (0..rng.below(60)).map(|_| rng.pick(PIECES)).collect();
            let whole = streamed(&guardrail, std::iter::once(text.as_str()));
            assert_eq!(streamed(&guardrail, characters(&text)), whole, "case {case}: {text:?}\n{yaml}");
            let widest = 1 + rng.below(20);
            let mut rest = text.as_str();
            let chunks = std::iter::from_fn(|| {
                let at = rest.ceil_char_boundary(1 + rng.below(widest));
                let (chunk, behind) = rest.split_at(at);
                rest = behind;
                (!chunk.is_empty()).then_some(chunk)
            });
            assert_eq!(streamed(&guardrail, chunks), whole, "case {case}: {text:?}\n{yaml}");
        }
    }
}
