//! What a regex of a policy finds is what `regex-automata` finds: from the left, the longest match, then on behind it.

use banister::{Guardrail, Source};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::{Anchored, Input, MatchKind};

use crate::generate::{Rng, run};

const PATTERNS: &[&str] = &[
    r"\bEMP-\d{6}\b",
    r"^start",
    r"end$",
    r"(?m)^line",
    r"(?m)line$",
    r"\d{3,5}",
    r"[a-z]+@x",
    r"[a-z]{2,8}@[a-z]{1,8}",
    r"\bfoo(?:bar)?\b",
    r"(?:^|\s)foo",
    r"a+b",
    r"\w+",
    r"[^ ]+",
    r"(?i)acme",
    r"\d+-\d+",
    r"1{4,30}",
    r"x{3}",
    r".{10}",
    r"(?s)e.{0,20}d",
    r"a|ab|abc",
    r"(?:ab)+a?",
    r"\b\d+(?:[ .-]\d+)*\b",
    r"[a-c]{2}\b",
    r"\B\d",
    r"(?:foo|bar)\b,?",
    r"b\b-?",
    r"(?:\bab|cd\b)e?",
];

const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "ab",
    "abc",
    "foo",
    "bar",
    "foobar",
    " ",
    " ",
    "\n",
    "-",
    ",",
    ".",
    "1",
    "12",
    "123",
    "EMP-",
    "EMP-123456",
    "@",
    "x",
    "@x",
    "start",
    "end",
    "line",
    "acme",
    "ACME",
    "e",
    "d",
    "111111",
    "cd",
    "cde",
    "_",
];

/// The spans, by trying every start.
fn expected(dfa: &dense::DFA<Vec<u32>>, text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        match dfa.try_search_fwd(&input).expect("ASCII") {
            Some(found) if found.offset() > at => {
                spans.push((at, found.offset()));
                at = found.offset();
            }
            _ => at += 1,
        }
    }
    spans
}

/// Returns the text without all `_` but the first: a match between two of them is marked up, and has boundaries that the engine does not know.
fn with_one_underscore(text: String) -> String {
    match text.split_once('_') {
        Some((head, tail)) => format!("{head}_{}", tail.replace('_', "")),
        None => text,
    }
}

#[test]
fn regexes_find_what_the_regex_engine_finds() {
    for pattern in PATTERNS {
        let dfa = dense::Builder::new()
            .configure(dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Anchored))
            // The texts are ASCII; a dense automaton of Unicode classes takes minutes to build.
            .syntax(regex_automata::util::syntax::Config::new().unicode(false).utf8(false))
            .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
            .build(pattern)
            .expect("a pattern");
        let yaml = format!(
            "{{version: 1, name: one, regexes: [{{name: r, pattern: '{pattern}', max_length: 4000, action: detect}}]}}"
        );
        let guardrail = Guardrail::new(crate::cases::policy(&yaml).unwrap_or_else(|error| panic!("{error}")));
        run(60, |seed| {
            let mut rng = Rng::new(seed ^ 0x0_0AC1E);
            let text = with_one_underscore((0..rng.below(30)).map(|_| rng.pick(PIECES)).collect());
            let found: Vec<_> = guardrail
                .assess(Source::Input, &text)
                .findings()
                .iter()
                .map(|finding| (finding.span().start(), finding.span().end()))
                .collect();
            assert_eq!(found, expected(&dfa, &text), "seed {seed}, pattern {pattern}, text {text:?}");
        });
    }
}
