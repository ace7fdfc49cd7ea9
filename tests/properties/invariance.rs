//! Promises 1 to 3: however a text is cut, the released text, the findings and the decision are the same; nothing of a masked or
//! blocked span is ever released; what is held has a bound.

use banister::{Guardrail, Policy, Source, StreamGuard, Utf8Stitcher};

use crate::generate::{Rng, Rules, run, text};

/// What came out of a stream.
#[derive(Debug, PartialEq)]
struct Seen {
    released: String,
    blocked: bool,
    findings: Vec<String>,
}

fn stream(guardrail: &Guardrail, source: Source, text: &str, rng: &mut Rng) -> Seen {
    let mut guard = StreamGuard::new(guardrail, source);
    let mut stitcher = Utf8Stitcher::new();
    let mut released = String::new();
    let widest = [1, 2, 3, 7, 30, 500][rng.below(6)];
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at((1 + rng.below(widest)).min(rest.len()));
        rest = tail;
        let chunk = stitcher.push(chunk).expect("the text is UTF-8");
        released.push_str(guard.push(chunk));
        assert!(guard.held_bytes() <= guardrail.hold_bound().bytes());
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
    run(1500, |seed| {
        let mut rng = Rng::new(seed);
        let rules = Rules::random(&mut rng);
        if rules.is_empty() {
            return;
        }
        let policy =
            Policy::from_yaml(&rules.yaml()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", rules.yaml()));
        let guardrail = Guardrail::new(policy).dangerous_keep_matches();
        for _ in 0..6 {
            let text = text(&mut rng, 24);
            let source = if rng.chance(50) { Source::Input } else { Source::Output };
            let expected = whole(&guardrail, source, &text);
            for _ in 0..3 {
                let actual = stream(&guardrail, source, &text, &mut rng);
                assert_eq!(actual, expected, "seed {seed}\ntext {text:?}\n{}", rules.yaml());
            }
        }
    });
}

/// At every push, no byte of the text released so far lies in a masked or blocked finding of the whole text.
#[test]
fn no_prefix_leaks() {
    run(1500, |seed| {
        let mut rng = Rng::new(seed ^ 0xABCD);
        let mut rules = Rules::random(&mut rng);
        // Every mask a text that cannot be mistaken for the text's own bytes, so that what is released can be told apart.
        let fix = |rule: &mut String| {
            if rule.contains("mask") && !rule.contains("replacement") {
                let end = rule.len() - 1;
                rule.insert_str(end, ", replacement: \"\u{2588}\"");
            }
        };
        rules.pii.iter_mut().chain(&mut rules.regexes).chain(&mut rules.words).for_each(fix);
        rules.pii.retain(|rule| !rule.contains("numbered") && !rule.contains("keep_last_4"));
        if rules.is_empty() {
            return;
        }
        let policy =
            Policy::from_yaml(&rules.yaml()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", rules.yaml()));
        let guardrail = Guardrail::new(policy);
        let text = text(&mut rng, 30);
        let source = Source::Output;
        let assessment = guardrail.assess(source, &text);
        let allowed = allowed_output(&text, &assessment);
        let mut guard = StreamGuard::new(&guardrail, source);
        let mut released = String::new();
        let mut offset = 0;
        for c in text.chars() {
            released.push_str(guard.push(c.encode_utf8(&mut [0; 4])));
            offset += c.len_utf8();
            assert!(
                format!("{allowed}\u{2588}").starts_with(&joined(&released)),
                "seed {seed}: after {offset} bytes of {text:?} released {released:?}, allowed {allowed:?}\n{}",
                rules.yaml()
            );
        }
        released.push_str(guard.finish());
        // A chain of masks that runs into a blocked span may be masked as far as it is settled.
        let end = |text: &str| text.trim_end_matches('\u{2588}').to_owned();
        assert_eq!(end(&joined(&released)), end(&allowed), "seed {seed}\ntext {text:?}\n{}", rules.yaml());
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
