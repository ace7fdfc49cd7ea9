//! Names and addresses by the trained models, for rules with `strictness`.

use banister::EntityType;

use crate::cases::unmark;
use crate::corpus::{Document, overlaps, read, shared_data, type_of};
use crate::{Matcher, data};

/// Names that no title or keyword introduces, which the patterns do not find, and text that names nobody.
const CASES: &[(&str, &[&str])] = &[
    ("Katrin Vogel and Tomasz Nowak signed the contract.", &["Katrin Vogel", "Tomasz Nowak"]),
    ("Yesterday Marcus Whitfield met the board in Vienna.", &["Marcus Whitfield"]),
    ("can you ask jennifer about the invoice", &["jennifer"]),
    ("Attendees: Priya Raman, Luis Ortega", &["Priya Raman", "Luis Ortega"]),
    ("The General Motors plant closed.", &[]),
    ("We met in New York City on Monday.", &[]),
    ("Install Visual Studio Code and restart Windows.", &[]),
    ("see https://example.com/Anna/Keller and anna.keller@example.com", &[]),
    ("Praise God and Allah!", &[]),
    ("the quick brown fox jumps over the lazy dog", &[]),
];

/// The findings on fixed text are the same on every machine.
#[test]
fn names_are_found_without_a_word_that_introduces_them() {
    let matcher = Matcher::with("types: [NAME], strictness: normal");
    let mut wrong = Vec::new();
    for (text, expected) in CASES {
        let found: Vec<_> = matcher.find(text).into_iter().map(|span| &text[span]).collect();
        if found != *expected {
            wrong.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines as people write them, by kind: `tests/data/names/*.txt`. A line is right if each marked name is found, at least half of it and of what is found,
/// and nothing else.
#[test]
fn names_are_found_in_mail_pages_forms_and_messages() {
    let matcher = Matcher::with("types: [NAME], strictness: normal");
    let mut wrong = Vec::new();
    for kind in ["mail", "web", "form", "social"] {
        let path = data().join(format!("names/{kind}.txt"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let gaps = lines.iter().filter(|line| line.starts_with('~')).count();
        assert!(lines.len() >= 30 && 8 * gaps <= lines.len(), "{kind}: {gaps} of {} lines are not read", lines.len());
        for line in lines {
            let (text, names) = unmark(&line.trim_start_matches('~').replace("\\n", "\n"));
            let found = matcher.find(&text);
            let is_right = found.len() == names.len() && found.iter().zip(&names).all(|(a, b)| overlaps(a, b));
            if is_right == line.starts_with('~') {
                let found: Vec<_> = found.into_iter().map(|span| &text[span]).collect();
                wrong.push(format!("{kind}: {line:?}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Text of names, for which a higher strictness finds at least as many.
#[test]
fn strictness_orders_what_is_found() {
    let text =
        "Katrin met Vogel. anna likes Tomasz. Ask Nowak, Osei or Lindqvist. Mira wrote to Brandt & Sons. ".repeat(3);
    let count = |strictness: &str| Matcher::with(&format!("types: [NAME], strictness: {strictness}")).find(&text).len();
    let (none, low, normal, high) =
        (Matcher::new(EntityType::Name).find(&text).len(), count("low"), count("normal"), count("high"));
    assert!(none < low && low <= normal && normal <= high && low < high, "{none} {low} {normal} {high}");
}

/// Addresses that the patterns do not find or find in part, and text that has none.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("Ship it to Rua das Flores 45, 1200-192 Lisboa please", &["Rua das Flores 45, 1200-192 Lisboa"]),
    ("Her house is 4411 Birch Hollow Dr Apt 9, Tulsa, OK 74103.", &["4411 Birch Hollow Dr Apt 9, Tulsa, OK 74103"]),
    ("Lindenstraße 12, 10969 Berlin", &["Lindenstraße 12, 10969 Berlin"]),
    ("The order of 300 chairs shipped on May 3, 2021.", &[]),
    ("BP 120/80, HR 72, RR 16", &[]),
    ("commit 432aba13e1feceb8dffe8ecabafd8cff", &[]),
    ("Version 2.4 of the kernel", &[]),
];

#[test]
fn addresses_are_found_in_any_form() {
    let matcher = Matcher::with("types: [ADDRESS], strictness: normal");
    let mut wrong = Vec::new();
    for (text, expected) in ADDRESSES {
        let found: Vec<_> = matcher.find(text).into_iter().map(|span| &text[span]).collect();
        if found != *expected {
            wrong.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The model finds no name in an address, whether the policy has addresses or not.
#[test]
fn a_name_in_an_address_is_none() {
    let text = "Katrin Vogel lives at 1200 Nowak Whitfield Blvd, Franklin, TN 37064.";
    for types in ["[NAME]", "[NAME, ADDRESS]"] {
        let guardrail = banister::Guardrail::new(
            banister::Policy::from_yaml(&format!(
                "{{version: 1, name: n, pii: [{{types: {types}, strictness: normal}}]}}"
            ))
            .expect("a policy"),
        );
        let assessment = guardrail.assess(banister::Source::Input, text);
        let names = assessment.findings().iter().filter(|finding| finding.entity_type() == Some(EntityType::Name));
        let names: Vec<_> = names.map(|finding| &text[finding.span().range()]).collect();
        assert_eq!(names, ["Katrin Vogel"], "{types}");
    }
}

/// A finding of a model tells why, without its text.
#[test]
fn findings_tell_their_signs() {
    let policy = "{version: 1, name: n, pii: [{types: [NAME, ADDRESS], strictness: normal}]}";
    let guardrail = banister::Guardrail::new(banister::Policy::from_yaml(policy).expect("a policy"));
    for (text, expected) in [
        ("Yesterday Jennifer met the board.", "a given name"),
        ("Ask teacher Brunnwald about it.", "before it"),
        ("Ship it to Rua das Flores 45, 1200-192 Lisboa please", "a number"),
    ] {
        let assessment = guardrail.assess(banister::Source::Input, text);
        let signs = assessment.findings().first().map(banister::Finding::signs).unwrap_or_default();
        assert!(signs.iter().any(|sign| sign.contains(expected)) && signs.len() <= 3, "{text}: {signs:?}");
    }
    let patterns = banister::Guardrail::new(
        banister::Policy::from_yaml("{version: 1, name: n, pii: [{types: [EMAIL]}]}").expect("a policy"),
    );
    assert!(patterns.assess(banister::Source::Input, "a@example.com").findings()[0].signs().is_empty());
}

#[test]
fn what_is_allowed_is_no_finding() {
    let addresses = Matcher::with("types: [ADDRESS], strictness: normal, allow: ['Lindenstraße 12, 10969 Berlin']");
    assert!(addresses.find("We moved to Lindenstraße 12, 10969 Berlin.").is_empty());
    let matcher = Matcher::with("types: [NAME], strictness: normal, allow: [Katrin Vogel]");
    assert!(matcher.find("Katrin Vogel signed the contract.").is_empty());
}

fn f1(matcher: &Matcher, documents: &[Document]) -> (f64, f64, f64) {
    let (mut gold_count, mut found_count, mut hits) = (0, 0, 0);
    for document in documents {
        let offsets: Vec<usize> = document.text.char_indices().map(|(i, _)| i).chain([document.text.len()]).collect();
        let gold: Vec<_> = (document.spans.iter())
            .filter(|span| type_of(&span.r#type) == Some(EntityType::Name))
            .map(|span| offsets[span.start]..offsets[span.end])
            .collect();
        let found = matcher.find(&document.text);
        let mut used = vec![false; gold.len()];
        for name in &found {
            if let Some(at) = (0..gold.len()).find(|&at| !used[at] && overlaps(name, &gold[at])) {
                used[at] = true;
                hits += 1;
            }
        }
        (gold_count, found_count) = (gold_count + gold.len(), found_count + found.len());
    }
    let (p, r) = (hits as f64 / found_count.max(1) as f64, hits as f64 / gold_count.max(1) as f64);
    (p, r, 2.0 * hits as f64 / (gold_count + found_count).max(1) as f64)
}

/// The model does better than the patterns on sets that it was not trained on, and keeps to its floors.
#[test]
fn the_model_does_better_than_the_patterns() {
    let Some(folder) = shared_data() else {
        eprintln!("SKIPPED: no labelled sets beside the project (../shared/data/pii); the model was not measured");
        return;
    };
    let row = |name: &str, keys: &str, documents: &[Document]| {
        let (p, r, f) = f1(&Matcher::with(keys), documents);
        println!("{name:<20} {keys:<40} P {p:.3} R {r:.3} F1 {f:.3}");
        f
    };
    for (set, floor) in [("presidio_synth_v2", 0.80), ("piianon_sample", 0.90)] {
        let documents = read(&folder.join(format!("pii/{set}.jsonl")));
        let patterns = row(set, "types: [NAME]", &documents);
        for strictness in ["low", "normal", "high"] {
            let model = row(set, &format!("types: [NAME], strictness: {strictness}"), &documents);
            let floor = if strictness == "normal" { floor } else { 0.7 };
            assert!(model >= floor, "{set}, {strictness}: {model:.3} is below {floor}");
            assert!(set != "presidio_synth_v2" || model > patterns, "{set}: {model:.3}, patterns {patterns:.3}");
        }
    }
    for chat in ["oasst-chat", "hh-chat"] {
        let documents = read(&folder.join(format!("text/{chat}.jsonl")));
        let megabytes = documents.iter().map(|document| document.text.len()).sum::<usize>() as f64 / 1e6;
        for keys in ["types: [NAME]", "types: [NAME], strictness: low", "types: [NAME], strictness: normal"] {
            let matcher = Matcher::with(keys);
            let count: usize = documents.iter().map(|document| matcher.find(&document.text).len()).sum();
            println!("{chat:<20} {keys:<40} {:.0} a MB", count as f64 / megabytes);
        }
    }
}
