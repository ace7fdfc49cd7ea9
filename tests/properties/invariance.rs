//! Promises 1 to 3: however a text is cut, the released text, the findings and the decision are the same; nothing of a masked or
//! blocked span is ever released; what is held has a bound.

use banister::{Guardrail, Source, StreamGuard, Utf8Decoder};

use crate::cases;
use crate::generate::{Masks, Rng, Rules, Texts, run, shrunk};

/// What came out of a stream.
#[derive(Debug, PartialEq)]
struct Seen {
    released: String,
    blocked: bool,
    findings: Vec<String>,
}

/// How a text is cut into chunks.
#[derive(Clone, Copy, Debug)]
enum Cuts {
    /// One character a chunk.
    Characters,
    /// Up to so many bytes a chunk.
    Bytes(usize),
}

impl Cuts {
    fn random(rng: &mut Rng) -> Self {
        Self::Bytes(*rng.item(&[1, 2, 3, 4, 5, 7, 16, 30, 64, 300, 500]))
    }

    fn next(self, rest: &[u8], rng: &mut Rng) -> usize {
        match self {
            Self::Characters => rest.iter().skip(1).take_while(|&&byte| byte & 0xC0 == 0x80).count() + 1,
            Self::Bytes(most) => (1 + rng.below(most)).min(rest.len()),
        }
    }
}

fn stream(guardrail: &Guardrail, source: Source, text: &str, cuts: Cuts, rng: &mut Rng) -> Seen {
    let mut guard = StreamGuard::new(guardrail, source);
    let mut stitcher = Utf8Decoder::new();
    let mut released = String::new();
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at(cuts.next(rest, rng));
        rest = tail;
        let chunk = stitcher.push(chunk).expect("the text is UTF-8");
        released.push_str(guard.push(chunk));
        assert!(
            guard.buffered_bytes() <= guardrail.buffer_limit().bytes(),
            "{} bytes held of {text:?}",
            guard.buffered_bytes()
        );
    }
    stitcher.finish().expect("the text is complete");
    released.push_str(guard.finish());
    seen(text, released, &guard)
}

fn whole(guardrail: &Guardrail, source: Source, text: &str) -> Seen {
    let mut guard = StreamGuard::new(guardrail, source);
    let mut released = guard.push(text).to_owned();
    released.push_str(guard.finish());
    seen(text, released, &guard)
}

fn seen(text: &str, released: String, guard: &StreamGuard) -> Seen {
    let assessment = guard.assessment();
    for finding in assessment.findings() {
        assert_eq!(finding.matched_text(), text.get(finding.span().range()), "{finding:?} of {text:?}");
    }
    Seen {
        released,
        blocked: guard.is_blocked(),
        findings: assessment.findings().iter().map(|finding| format!("{finding:?}")).collect(),
    }
}

#[test]
fn cuts_change_nothing() {
    let mut texts = 0;
    run(110, |seed| {
        let mut rng = Rng::new(seed);
        let rules = Rules::random(&mut rng, Masks::Any);
        let guardrail = cases::guardrail(&rules.yaml()).dangerous_include_matches();
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..20 {
            let text = maker.text(&mut rng, 16);
            let source = if rng.chance(50) { Source::Input } else { Source::Output };
            let expected = whole(&guardrail, source, &text);
            for cuts in [Cuts::Characters, Cuts::random(&mut rng), Cuts::random(&mut rng)] {
                let actual = stream(&guardrail, source, &text, cuts, &mut rng);
                if actual != expected {
                    differs(&guardrail, source, &text, &format!("case {seed}, {cuts:?}\n{}", rules.yaml()));
                    assert_eq!(actual, expected, "case {seed}, {cuts:?}, {source:?}\ntext {text:?}\n{}", rules.yaml());
                }
                texts += 1;
            }
        }
    });
    println!("{texts} cut texts");
}

/// Fails with the shortest text found whose chunks of one character differ from the whole, if there is one.
/// What names by the model are made of, and what is around them.
const NAME_PARTS: &[&str] = &[
    "Anna",
    "anna",
    "Keller",
    "KELLER",
    "Dr.",
    "mr",
    "O'Brien",
    "Smith",
    "van",
    "der",
    " ",
    " ",
    " ",
    " ",
    ". ",
    ", ",
    "\n",
    "\n\n",
    "'s ",
    "-",
    "J.",
    "said",
    "the",
    "Boston",
    "@",
    "example.com",
    "1",
    "é",
    "\u{200b}",
    "中文",
    "Jesus",
    "{NAME}",
    "**",
    "_",
    "supercalifragilisticexpialidociousness",
    "Österreichischebundesbahnenangestellter",
    "%20",
    "my name is ",
    "\\n",
    "12 ",
    "350",
    "90210 ",
    "10:30 ",
    "Main Street ",
    "Apt. ",
    "Springfield, ",
    "rue de la ",
    "Lindenstra\u{df}e ",
    "#5, ",
    "IL ",
    "Address: ",
];

/// Names and addresses by the models, at every strictness: in any order of names, streets, numbers, words and signs, and in runs that are longer than a
/// name or an address may be.
#[test]
fn names_and_addresses_by_the_models_do_not_depend_on_cuts() {
    let rule = |entity: &str, strictness: &str| {
        format!("{{types: [{entity}], strictness: {strictness}, action: mask, replacement: '\u{2588}'}}")
    };
    let policies = ["low", "normal", "high"].map(|strictness| {
        [
            rule("NAME", strictness),
            rule("ADDRESS", strictness),
            format!("{}, {}", rule("NAME", "normal"), rule("ADDRESS", strictness)),
        ]
    });
    let guardrails = policies.as_flattened().iter().map(|rules| {
        cases::guardrail(&format!("{{version: 1, name: models, pii: [{rules}]}}")).dangerous_include_matches()
    });
    let guardrails: Vec<Guardrail> = guardrails.collect();
    run(300, |seed| {
        let mut rng = Rng::new(seed ^ 0x4A3E);
        let guardrail = rng.item(&guardrails);
        let parts = 1 + rng.below(40);
        let mut text: String = (0..parts).map(|_| *rng.item(NAME_PARTS)).collect();
        match rng.below(20) {
            0 | 1 => text.push_str(&"Anna Keller ".repeat(1 + rng.below(30))),
            2 | 3 => text.push_str(&"12 Main Street ".repeat(1 + rng.below(30))),
            _ => {}
        }
        let expected = whole(guardrail, Source::Output, &text);
        for cuts in [Cuts::Characters, Cuts::random(&mut rng), Cuts::random(&mut rng)] {
            let actual = stream(guardrail, Source::Output, &text, cuts, &mut rng);
            assert_eq!(actual, expected, "case {seed}: {text:?} cut by {cuts:?}");
        }
        no_prefix_leaks_of(guardrail, &text, &format!("case {seed}"));
    });
}

/// Content filters: terms at all distances, around the length of a window.
#[test]
fn content_filters_do_not_depend_on_cuts() {
    const PARTS: &[&str] = &[
        "idiot",
        "stupid",
        "ugly",
        "you",
        "piece of",
        "shit",
        "nasty",
        "pricks the",
        "ass",
        "u",
        "liar",
        "pig",
        "naïve",
        "shut\u{200b} up",
        "guinea pig",
        "{EMAIL}",
        ". ",
        "\n",
        "filler words to fill the space of it, ",
        "and so on ",
        "**",
        "you are such a loser",
    ];
    let strengths = ["low", "medium", "high"];
    let guardrails = strengths.map(|strength| {
        let other = if strength == "high" { "low" } else { "high" };
        cases::guardrail(&format!(
            "{{version: 1, name: c, content_filters: [{{category: insults, input_strength: {other}, output_strength: {strength}}}, \
             {{category: sexual, strength: {strength}, action: detect}}]}}"
        ))
        .dangerous_include_matches()
    });
    run(200, |seed| {
        let mut rng = Rng::new(seed ^ 0xC0F1);
        let guardrail = rng.item(&guardrails);
        let parts = 1 + rng.below(40);
        let joint = *rng.item(&[" ", " ", ", ", ""]);
        let text: String = (0..parts).map(|_| format!("{}{joint}", rng.item(PARTS))).collect();
        for source in [Source::Input, Source::Output] {
            let expected = whole(guardrail, source, &text);
            for cuts in [Cuts::Characters, Cuts::random(&mut rng), Cuts::random(&mut rng)] {
                let actual = stream(guardrail, source, &text, cuts, &mut rng);
                assert_eq!(actual, expected, "case {seed}: {source:?}, {text:?} cut by {cuts:?}");
            }
        }
        no_prefix_leaks_of(guardrail, &text, &format!("case {seed}"));
    });
}

/// A term is released once no term that is still to come is near enough, and text before it at once.
#[test]
fn a_content_filter_buffers_a_window_at_most() {
    let guardrail = cases::guardrail("{version: 1, name: c, content_filters: [{category: insults, strength: low}]}");
    let mut guard = StreamGuard::new(&guardrail, Source::Output);
    let plain = "so they put it there and went on to see it all from up there; ";
    assert_eq!(guard.push(plain), plain, "text without terms is released at once");
    let _ = guard.push("idiot ");
    let mut released = 0;
    while released == 0 {
        released = guard.push(plain).len();
        assert!(guard.buffered_bytes() <= 300 + plain.len() + 8, "{}", guard.buffered_bytes());
    }
    assert!(guard.buffered_bytes() < plain.len() + 8, "all of it is released: {}", guard.buffered_bytes());
    // A term that is enough by itself blocks with the first character after it.
    let _ = guard.push("piece of shit");
    assert!(!guard.is_blocked());
    let _ = guard.push("! ");
    assert!(guard.is_blocked());
}

fn differs(guardrail: &Guardrail, source: Source, text: &str, case: &str) {
    let both = |text: &str| {
        let pieces = stream(guardrail, source, text, Cuts::Characters, &mut Rng::new(0));
        (pieces, whole(guardrail, source, text))
    };
    let least = shrunk(text, |text| {
        let (pieces, whole) = both(text);
        pieces != whole
    });
    let (pieces, whole) = both(&least);
    assert_eq!(pieces, whole, "{case}, {source:?}, made shorter and cut into characters\ntext {least:?}");
}

/// At every push, no byte of the text released so far lies in a masked or blocked finding of the whole text.
#[test]
fn no_prefix_leaks() {
    run(110, |seed| {
        let mut rng = Rng::new(seed ^ 0xABCD);
        let rules = Rules::random(&mut rng, Masks::Block);
        let guardrail = cases::guardrail(&rules.yaml());
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..20 {
            let text = maker.text(&mut rng, 16);
            no_prefix_leaks_of(&guardrail, &text, &format!("case {seed}\ntext {text:?}\n{}", rules.yaml()));
        }
    });
}

fn no_prefix_leaks_of(guardrail: &Guardrail, text: &str, case: &str) {
    let assessment = guardrail.assess(Source::Output, text);
    let allowed = allowed_output(text, &assessment);
    let limit = format!("{allowed}\u{2588}");
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut released = String::new();
    let mut offset = 0;
    for c in text.chars() {
        let more = guard.push(c.encode_utf8(&mut [0; 4]));
        released.push_str(more);
        offset += c.len_utf8();
        if !more.is_empty() {
            let joined = joined(&released);
            assert!(
                limit.starts_with(&joined),
                "after {offset} bytes released {released:?}, allowed {allowed:?}\n{case}"
            );
        }
    }
    released.push_str(guard.finish());
    // A chain of masks that runs into a blocked span may be masked as far as it is settled.
    let end = |text: &str| text.trim_end_matches('\u{2588}').to_owned();
    assert_eq!(end(&joined(&released)), end(&allowed), "{case}");
}

/// Whatever came before: after enough text that has nothing to do with any rule, all of it is released or masked.
#[test]
fn plain_text_releases_what_came_before() {
    // Longer than the window of a topic's examples and the longest match of any rule but a private key and a token, which it ends.
    let plain = "so they put it there and went on to see it all from up there; ".repeat(40);
    run(60, |seed| {
        let mut rng = Rng::new(seed ^ 0x9807);
        let rules = Rules::random(&mut rng, Masks::Any);
        let guardrail = cases::guardrail(&rules.yaml());
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..15 {
            let text = maker.text(&mut rng, 12);
            let mut guard = StreamGuard::new(&guardrail, Source::Output);
            let _ = guard.push(&text);
            let _ = guard.push(&plain);
            let held = guard.buffered_bytes();
            assert!(held < plain.len(), "case {seed}: {held} bytes held\ntext {text:?}\n{}", rules.yaml());
        }
    });
}

/// The text with neighbouring masks as one: chains of overlaps are masked piece by piece.
fn joined(released: &str) -> String {
    let mut joined = String::new();
    for c in released.chars() {
        if c != '\u{2588}' || !joined.ends_with(c) {
            joined.push(c);
        }
    }
    joined
}

/// The text with every masked span, as the findings tell them, written as one block, cut at the first blocked span.
fn allowed_output(text: &str, assessment: &banister::Assessment) -> String {
    use banister::ActionTaken;
    let block = assessment
        .findings()
        .iter()
        .filter(|finding| finding.action() == ActionTaken::Blocked)
        .map(|finding| finding.span().start())
        .min();
    let mut masked: Vec<(usize, usize)> = Vec::new();
    for finding in assessment.findings().iter().filter(|finding| finding.action() == ActionTaken::Anonymized) {
        let (start, end) = (finding.span().start(), finding.span().end());
        match masked.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => masked.push((start, end)),
        }
    }
    let mut out = String::new();
    let mut at = 0;
    for (start, end) in masked {
        if block.is_some_and(|block| block < end) {
            let limit = block.map_or(start, |block| block.min(start)).max(at);
            out.push_str(&text[at..limit]);
            return out;
        }
        out.push_str(&text[at..start]);
        out.push('\u{2588}');
        at = end;
    }
    out.push_str(&text[at..block.unwrap_or(text.len()).max(at)]);
    out
}
