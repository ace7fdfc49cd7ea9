//! What is allocated for text in which nothing is found: nothing, once the memory of earlier text can be used again.

use allocation_counter::{AllocationInfo, measure};
use banister::{EntityType, Guardrail, Policy, Source, StreamGuard};

/// Bedrock's 31 entity types.
fn types() -> String {
    let types = EntityType::ALL.iter().filter(|entity| entity.is_bedrock()).map(|entity| entity.name());
    format!("pii: [{{types: [{}], action: mask}}]", types.collect::<Vec<_>>().join(", "))
}

/// Types, words, regexes, and topics with phrases and patterns.
fn rules() -> String {
    format!(
        "{}\nword_filters: [{{name: words, words: [xylophone, zeppelin tour]}}]\n\
         regexes: [{{name: ticket, pattern: '\\b[A-Z]{{2,4}}-\\d{{3,6}}\\b', action: mask}}]\n\
         denied_topics: [{{name: shares, phrases: [stock tips], patterns: ['\\b(?:buy|sell)\\s+shares\\b'], exceptions: [photo stock tips]}}]",
        types()
    )
}

/// The same, and a topic with examples.
fn examples() -> String {
    format!(
        "{}\ndenied_topics: [{{name: shares, examples: [Which shares should I buy this year?, Is it wise to sell my bonds now?]}}]",
        types()
    )
}

/// Names and addresses by models.
fn tagged() -> String {
    "pii: [{types: [NAME, ADDRESS], action: mask, strictness: normal}]".to_owned()
}

fn guardrail(rules: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(&format!("version: 1\nname: allocation\n{rules}\n")).expect("a policy"))
}

/// Clean text of so many bytes.
fn prose(bytes: usize) -> String {
    const SENTENCES: &str = "the answer goes on with plain words, and each of them is short. some of it is about the weather, some of it \
        is about how bread is baked at home on a slow day. ";
    SENTENCES.chars().cycle().take(bytes).collect()
}

/// What is allocated for text after warm-up.
fn of_text(rules: &str, text: &str) -> AllocationInfo {
    let guardrail = guardrail(rules);
    let assess = || {
        let assessment = guardrail.assess(Source::Input, text);
        assert!(assessment.findings().is_empty(), "the text is clean");
    };
    (0..3).for_each(|_| assess());
    measure(assess)
}

/// What is allocated for the last half of the chunks of a stream.
fn of_stream(rules: &str) -> AllocationInfo {
    let (guardrail, text) = (guardrail(rules), prose(64 << 10));
    let mut guard = StreamGuard::new(&guardrail, Source::Output);
    let chunks: Vec<&str> = text.as_bytes().chunks(4).map(|chunk| std::str::from_utf8(chunk).expect("ASCII")).collect();
    let (first, last) = chunks.split_at(chunks.len() / 2);
    let mut released = 0;
    first.iter().for_each(|chunk| released += guard.push(chunk).len());
    let allocated = measure(|| last.iter().for_each(|chunk| released += guard.push(chunk).len()));
    released += guard.finish().len();
    assert_eq!(released, text.len(), "the text is clean");
    allocated
}

#[test]
fn clean_text_allocates_nothing() {
    for (name, rules) in [("types", types()), ("rules", rules()), ("examples", examples()), ("tagged", tagged())] {
        for bytes in [0, 1, 20, 500] {
            let allocated = of_text(&rules, &prose(bytes));
            assert_eq!(allocated.count_total, 0, "{name}, {bytes} bytes: {allocated:?}");
        }
    }
}

/// Long text uses buffers that are too large to be kept. Their number does not depend on the text.
#[test]
fn long_text_allocates_its_buffers() {
    for bytes in [64 << 10, 1 << 20] {
        let allocated = of_text(&rules(), &prose(bytes));
        assert!(allocated.count_total < 40, "{bytes} bytes: {allocated:?}");
        // A window of the text, in each view of it.
        assert!(allocated.bytes_max < 1 << 20, "{bytes} bytes: {allocated:?}");
    }
}

#[test]
fn a_chunk_allocates_nothing() {
    for (name, rules) in [("types", types()), ("rules", rules()), ("examples", examples()), ("tagged", tagged())] {
        let allocated = of_stream(&rules);
        assert_eq!(allocated.count_total, 0, "{name}: {allocated:?}");
    }
}

/// An open stream holds little more than the text that it buffers.
#[test]
fn a_new_stream_is_small() {
    let guardrail = guardrail(&types());
    let mut guard = None;
    let allocated = measure(|| guard = Some(StreamGuard::new(&guardrail, Source::Output)));
    println!("a new stream: {allocated:?}, and {} bytes", size_of::<StreamGuard>());
    assert!(allocated.bytes_current < 3072, "{allocated:?}");
}
