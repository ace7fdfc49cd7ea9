//! Which disguises of a word are recognized, and which words are none.

use crate::detect::detectors::Detectors;
use crate::detect::output::ScanOutput;
use crate::detect::scanner::Scanner;
use crate::detect::spec::{DetectorSpec, WordSpec};
use crate::text::buffer::TextBuffer;

fn detectors(words: &[&str], case_sensitive: bool) -> Detectors {
    let words = WordSpec {
        rule: 0,
        words: words.iter().map(|&word| word.to_owned()).collect(),
        whole_word: true,
        case_sensitive,
        is_normalized: true,
        is_strict: true,
    };
    Detectors::compile_one(&DetectorSpec { words: vec![words], ..DetectorSpec::default() }, true).unwrap()
}

/// What is found in `text`, read in chunks of so many characters.
fn found<'t>(detectors: &Detectors, text: &'t str, chars: usize) -> Vec<&'t str> {
    let (mut buffer, mut found) = (TextBuffer::default(), ScanOutput::default());
    let mut scanner = Scanner::new(detectors, None);
    let mut rest = text;
    while !rest.is_empty() {
        let cut = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
        let (chunk, after) = rest.split_at(cut);
        let offset = buffer.end();
        buffer.push(chunk);
        let before = scanner.frontier(&buffer);
        scanner.read(&buffer, false, &mut found);
        let late = found.candidates.iter().filter(|candidate| candidate.end > offset);
        for candidate in late {
            assert!(candidate.starts.first() >= Some(before.min(offset)), "{text}: released before it was known");
        }
        rest = after;
    }
    buffer.finish();
    scanner.read(&buffer, false, &mut found);
    let spans = found.candidates.iter().filter_map(|candidate| text.get(candidate.starts.first()?..candidate.end));
    let mut spans: Vec<_> = spans.collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

#[test]
fn disguises_are_recognized() {
    let detectors = detectors(&["zorblax", "shit", "ass", "guaranteed return", "killer", "c3po unit"], false);
    for text in [
        "z0rblax",
        "Z0RB1AX",
        "zorb|ax",
        "z0rbl@x",
        "z o r b l a x",
        "z.o.r.b.l.a.x",
        "z-o-r-b-l-a-x",
        "z|o|r|b|l|a|x",
        "z+o+r+b+l+a+x",
        "zor.blax",
        "zor*blax",
        "zor--blax",
        "zzoorrbbllaaxx",
        "zorrrrblax",
        "zorblaxxxxx",
        "z  o  r  b  l  a  x",
        "z_0_r_b_l_4_x",
        "$hit",
        "sh!t",
        "5h1t",
        "shiiit",
        "s h i t",
        "s-h-i-t",
        "a$$",
        "@ss",
        "a s s",
        "asss",
        "guaranteedreturn",
        "guarant33d r3turn",
        "g u a r a n t e e d  r e t u r n",
        "guaranteed-return",
        "k1ller",
        "ki11er",
        "kill3r",
        "kkkiller",
        "c3p0 unit",
        "fullwidth zorbｌax",
        "sssssssssssshit",
        "shittttttttt",
        "shit1",
        "shit_",
        "zorblax2024",
        "zorblax_x",
    ] {
        let whole = found(&detectors, text, usize::MAX);
        assert!(!whole.is_empty(), "{text}");
        for chars in [1, 2, 3] {
            assert_eq!(found(&detectors, text, chars), whole, "{text}");
        }
        let set = format!("well, {text}! top");
        assert_eq!(found(&detectors, &set, usize::MAX), whole, "{set}");
    }
}

#[test]
fn other_words_are_none() {
    let detectors = detectors(
        &["ass", "shit", "god", "dick", "cock", "cunt", "hell", "later", "bit", "test", "sit", "asshole"],
        false,
    );
    for text in [
        "Scunthorpe shiitake assassin cocktail Dickens",
        "good class as a ass-et",
        "A55 455 1,455",
        "as s",
        "his hit",
        "clas shit-take x",
        "latter",
        "wish it",
        "this. Hit",
        "push it",
        "b i",
        "hello shell",
        "bass",
        "a.s",
        "tes tting",
        "s it",
        "is it",
        "was sold",
        "has seen",
        "this item",
        "as she",
        "s.i",
        "hel l",
        "pass hole",
        "4 5 5",
        "grass hole",
    ] {
        let found = found(&detectors, text, usize::MAX);
        let text = text.to_lowercase();
        assert!(
            found
                .iter()
                .all(|word| ["ass-et", "shit-take"].iter().any(|part| part.starts_with(word) && text.contains(part))),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn case_is_kept_where_it_counts() {
    let detectors = detectors(&["ACME"], true);
    assert_eq!(found(&detectors, "A C M E, 4CME and a c m e, 4cme", usize::MAX), ["4CME", "A C M E"]);
}
