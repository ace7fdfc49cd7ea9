//! What is beside a value and is not seen, or is known late, decides the same whole and in chunks: runs of signs, marks, invisible characters
//! and escapes, and the labels after them.

use std::sync::LazyLock;

use banister::{Guardrail, Source, StreamGuard};

use crate::cases::policy;
use crate::generate::{Rng, run};

const VALUES: &[&str] = &[
    "tm",
    "abc",
    "black bear",
    "xrstx",
    "QQ",
    "123",
    "pin 1234",
    "a@b.com",
    "536-90-4399",
    "https://x.org/a",
    "Mr. John Smith",
    "password: Zw8kQ1x2",
    "10.1.2.3",
    "4111 1111 1111 1111",
    "4111111111111111",
];

const PARTS: &[&str] = &[
    "_",
    "*",
    "~",
    "`",
    "\u{ff3f}",
    "\\u005f",
    "&#95;",
    "-",
    "--",
    "->",
    ">",
    "\u{2014}",
    ".",
    "%",
    "%20",
    "\\",
    "\\n",
    "\\u200b",
    "&",
    "\u{1b}",
    "\u{1b}[31m",
    "\u{fe0f}",
    "\u{e0100}",
    "\u{200b}",
    "\u{200d}",
    "\u{ad}",
    "\u{34f}",
    "\u{feff}",
    "\u{2060}",
    "\u{e0041}",
    "\u{301}",
    "\u{20dd}",
    "\u{93f}",
    "²",
    "①",
    " ",
    "\n",
    "\t",
    "\u{3000}",
];

const ENDS: &[&str] = &["{EMAIL}", " {EMAIL}", "{PIN} x", "{w}", "{EM", "x", "", "\n"];

static GUARDRAILS: LazyLock<[Guardrail; 2]> = LazyLock::new(|| {
    ["standard", "strict"].map(|evasion| {
        Guardrail::new(policy(&format!(
            "{{version: 1, name: beside, word_filters: [
                {{name: w, words: [tm, abc, black bear], match: {{evasion: {evasion}}}, action: mask}},
                {{name: part, words: [rst, ear], match: {{whole_word: false, evasion: {evasion}}}, action: mask}}],
              regexes: [{{name: r, pattern: '\\b[0-9]{{3}}\\b'}}, {{name: q, pattern: 'Q{{1,5}}\\b'}}],
              pii: [{{types: [PIN, EMAIL, US_SOCIAL_SECURITY_NUMBER, URL, NAME, PASSWORD, IP_ADDRESS, CREDIT_DEBIT_CARD_NUMBER],
                action: mask{}}}]}}",
            if evasion == "strict" { ", evasion: strict" } else { "" }
        ))
        .unwrap_or_else(|error| panic!("{error}")))
    })
});

/// Up to `most` of two parts, in any order.
fn random_run(rng: &mut Rng, most: usize) -> String {
    let (often, other, share) = (rng.pick(PARTS), rng.pick(PARTS), 10 + rng.below(80));
    (0..rng.below(most)).map(|_| if rng.chance(share) { often } else { other }).collect()
}

fn streamed<'t>(guardrail: &Guardrail, chunks: impl Iterator<Item = &'t str>) -> (String, usize) {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut released: String = chunks.map(|chunk| guard.push(chunk).to_owned()).collect();
    released.push_str(guard.finish());
    (released, guard.assessment().findings().len())
}

#[test]
fn what_is_beside_a_value_does_not_depend_on_chunks() {
    run(6_000, |seed| {
        let mut rng = Rng::new(seed ^ 0xBE51DE);
        let mut text = if rng.chance(30) { rng.pick(ENDS).to_owned() } else { String::new() };
        for _ in 0..=rng.below(3) {
            text.push_str(&random_run(&mut rng, 12));
            text.push_str(rng.pick(VALUES));
            text.push_str(&random_run(&mut rng, 30));
            text.push_str(rng.pick(ENDS));
        }
        let size = 1 + rng.below(7);
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        for guardrail in GUARDRAILS.iter() {
            let chunks = chars.chunks(size).map(|chunk| {
                let (first, &(last, c)) = (chunk[0].0, chunk.last().expect("a chunk"));
                &text[first..last + c.len_utf8()]
            });
            let whole = streamed(guardrail, std::iter::once(text.as_str()));
            assert_eq!(streamed(guardrail, chunks), whole, "seed {seed}, {size} characters a chunk: {text:?}");
        }
    });
}
