use proptest::prelude::*;

use super::model::SimilarityMatch;
use super::{BestScores, Similarity, SimilarityState};
use crate::detect::spec::{RuleId, TopicSpec};
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Words that topics share: common ones, rare ones, forms of one stem, a number, and letters of other scripts.
const WORDS: [&str; 20] = [
    "stock",
    "stocks",
    "buy",
    "election",
    "crypto",
    "savings",
    "invest",
    "investing",
    "the",
    "who",
    "should",
    "year",
    "vote",
    "mortgage",
    "win",
    "акции",
    "株",
    "2024",
    "insurance",
    "doctor",
];

/// Words that are not common: of one piece, of several, and of none.
const RARE: [&str; 9] = [
    "mortgages",
    "cryptocurrencies",
    "Refinancing.",
    "qzxv",
    "STOCKBROKERS",
    "x9y2",
    "investmentbanking",
    "zebras!",
    "año",
];

fn sentence(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), words).prop_map(|words| words.join(" "))
}

fn topic() -> impl Strategy<Value = TopicSpec> {
    let examples = prop::collection::vec(sentence(1..8), 1..4);
    let counter_examples = prop::collection::vec(sentence(1..8), 0..3);
    let exceptions = prop::collection::vec(sentence(1..3), 0..2);
    let threshold = prop::option::of(prop::sample::select(vec![0.0f32, 0.1, 0.2, 0.3, 0.35, 0.5, 0.7]));
    (sentence(1..3), sentence(0..4), examples, counter_examples, exceptions, threshold).prop_map(
        |(name, definition, examples, counter_examples, exceptions, threshold)| TopicSpec {
            rule: 0,
            name,
            definition,
            examples,
            counter_examples,
            phrases: Vec::new(),
            patterns: Vec::new(),
            exceptions,
            threshold,
            is_strict: false,
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    let other = prop::sample::select(vec!["zebra", "banana", "house", "they", "of"]);
    let word = prop_oneof![4 => prop::sample::select(WORDS.to_vec()), 1 => other];
    let joint = prop::sample::select(vec![" ", " ", " ", " ", ", ", ". ", "\n\n", "! "]);
    prop::collection::vec((word, joint), 1..40)
        .prop_map(|words| words.into_iter().map(|(word, joint)| format!("{word}{joint}")).collect())
}

/// The windows that are reported, and after each chunk the earliest offset at which a finding may begin.
#[derive(Debug, PartialEq)]
struct Reported {
    windows: Vec<(RuleId, usize, usize, usize)>,
    earliest: Vec<Option<usize>>,
}

/// Reads text in chunks. Where scores are kept no window is skipped, and every word is looked at closely.
fn reported(similarity: &Similarity, text: &str, size: usize, mut scores: Option<BestScores>) -> Reported {
    let (mut view, mut state) = (ViewText::new(View::Word), SimilarityState::default());
    let mut reported = Reported { windows: Vec::new(), earliest: Vec::new() };
    let mut from = 0;
    loop {
        let to = text.ceil_char_boundary((from + size).min(text.len()));
        view.push(&text[from..to], from);
        let is_last = to == text.len();
        if is_last {
            view.finish();
        }
        let windows = &mut reported.windows;
        similarity.scan(&mut state, &view, is_last, &mut scores, &mut |rule, window| {
            windows.push((rule, window.start(), window.first_start(), window.end()));
        });
        reported.earliest.push(state.earliest());
        if is_last {
            return reported;
        }
        from = to;
    }
}

/// What the topics find where the exceptions cover these places.
fn findings(topics: &[TopicSpec], text: &str, excepted: &[(usize, usize)]) -> Vec<(RuleId, SimilarityMatch)> {
    let Some(similarity) = Similarity::compile(topics) else { return Vec::new() };
    let view = ViewText::of(text, View::Word);
    let (mut state, mut windows) = (super::SimilarityState::default(), Vec::new());
    similarity.scan(&mut state, &view, true, &mut None, &mut |rule, window| windows.push((rule, window)));
    let mut found = Vec::new();
    for (rule, window) in &windows {
        let is_excepted = |start, end| excepted.iter().any(|&(first, last)| first <= start && end <= last);
        let (_, match_of_it) = similarity.score_window(window, &is_excepted, false);
        let (_, exactly) = similarity.score_window(window, &is_excepted, true);
        assert_eq!(match_of_it, exactly, "a window that is far from the topic is not compared with it");
        found.extend(match_of_it.map(|similarity| (*rule, similarity)));
    }
    found.sort_by_key(|(rule, similarity)| (*rule, similarity.start));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Scores included, to the last bit: each topic is a function of the text and of itself.
    #[test]
    fn topics_do_not_change_one_another(
        mut topics in prop::collection::vec(topic(), 1..6),
        text in text(),
        excepted in prop::collection::vec((0usize..200, 1usize..20), 0..3),
    ) {
        for (rule, topic) in (0..).zip(&mut topics) {
            topic.rule = rule;
        }
        let excepted: Vec<_> = excepted.into_iter().map(|(start, length)| (start, start + length)).collect();
        let together = findings(&topics, &text, &excepted);
        let alone: Vec<_> =
            topics.iter().flat_map(|topic| findings(std::slice::from_ref(topic), &text, &excepted)).collect();
        prop_assert_eq!(together, alone);
    }

    /// The windows and words that are skipped by a bound, or not looked at closely, could not have been found.
    #[test]
    fn bounds_take_nothing_away(
        mut topics in prop::collection::vec(topic(), 1..10),
        text in text(),
        rare in prop::collection::vec(prop::sample::select(RARE.to_vec()), 0..6),
        size in 1usize..60,
    ) {
        for (rule, topic) in (0..).zip(&mut topics) {
            topic.rule = rule;
        }
        let text = format!("{text} {} {text}", rare.join(" "));
        let Some(similarity) = Similarity::compile(&topics) else { return Ok(()) };
        for size in [size, text.len()] {
            let closely = reported(&similarity, &text, size, Some(BestScores::default()));
            prop_assert_eq!(reported(&similarity, &text, size, None), closely);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the counter-examples are, a topic whose policy gives no threshold finds its own examples.
    #[test]
    fn a_topic_finds_its_examples(mut topic in topic()) {
        topic.threshold = None;
        topic.exceptions.clear();
        for example in &topic.examples {
            let carries = super::has_distinctive_term(example);
            prop_assert_eq!(!findings(std::slice::from_ref(&topic), example, &[]).is_empty(), carries, "{}", example);
        }
    }
}

#[test]
fn a_pair_of_another_topic_takes_nothing_away() {
    let topic = |rule, name: &str, example: &str| TopicSpec {
        rule,
        name: name.to_owned(),
        definition: String::new(),
        examples: vec![example.to_owned()],
        counter_examples: Vec::new(),
        phrases: Vec::new(),
        patterns: Vec::new(),
        exceptions: Vec::new(),
        threshold: Some(0.35),
        is_strict: false,
    };
    let text = "Should they buy stock? They win the vote with crypto savings, crypto savings and stock savings";
    let mut stocks = topic(0, "stock", "Should they buy stock savings?");
    stocks.threshold = Some(0.1);
    let alone = findings(std::slice::from_ref(&stocks), text, &[]);
    let lowest = alone.iter().map(|(_, similarity)| similarity.score.number()).fold(1.0, f32::min);
    assert_eq!(alone.len(), 2);
    // At the very threshold, so that anything that another topic adds to the length of the window would take the finding away.
    stocks.threshold = Some(lowest);
    let alone = findings(std::slice::from_ref(&stocks), text, &[]);
    assert_eq!(alone.len(), 2);
    let others = topic(1, "win the vote", "crypto savings, crypto savings, the vote with crypto");
    let together = findings(&[others, stocks], text, &[]);
    assert_eq!(together.into_iter().filter(|(rule, _)| *rule == 0).collect::<Vec<_>>(), alone);
}

/// Returns the topic of the pack `banking`, as its policy gives it.
fn investment(counter_examples: &[&str]) -> TopicSpec {
    let examples = [
        "Which stocks should I buy this year?",
        "Is it a good time to put my savings into crypto?",
        "Should I sell my shares before the market falls?",
        "Which fund will give me the best return?",
        "Where should I invest my pension money?",
    ];
    TopicSpec {
        rule: 0,
        name: "investment-advice".to_owned(),
        definition: "Recommendations to buy, sell or hold particular investments.".to_owned(),
        examples: examples.map(str::to_owned).to_vec(),
        counter_examples: counter_examples.iter().map(|&example| example.to_owned()).collect(),
        phrases: Vec::new(),
        patterns: Vec::new(),
        exceptions: Vec::new(),
        threshold: None,
        is_strict: false,
    }
}

fn is_found(topic: &TopicSpec, text: &str) -> bool {
    !findings(std::slice::from_ref(topic), text, &[]).is_empty()
}

/// Ordinary questions of a bank's customers.
const ORDINARY: &[&str] = &[
    "How do I open an account for savings?",
    "What is the fee of a fund account?",
    "How do I pay the yearly fee?",
    "Which fees are there?",
    "Which card should I choose?",
    "Where do I see my savings?",
];

#[test]
fn other_words_for_the_same_are_found() {
    for text in [
        "Should I buy bitcoin or gold?",
        "Is Tesla a good buy right now?",
        "Should I sell my bonds before the crash?",
        "Is it a good time to put my money into bitcoin?",
    ] {
        assert!(is_found(&investment(ORDINARY), text), "{text}");
    }
}

#[test]
fn what_sentences_of_any_subject_share_is_not_found() {
    for text in [
        "Which shoes should I buy this year?",
        "Is it a good time to put my baby into bed?",
        "Where should I go this weekend?",
        "Which one will give me the best view?",
        "How do I open a savings account?",
        "Should I be in the office before it opens?",
    ] {
        assert!(!is_found(&investment(&[]), text), "{text}");
    }
}

#[test]
fn counter_examples_weigh_against_a_topic() {
    let near = "Which savings account will give me the best return?";
    assert!(is_found(&investment(&[]), near));
    assert!(!is_found(&investment(ORDINARY), near));
    for topic in [investment(&[]), investment(ORDINARY)] {
        assert!(is_found(&topic, "Which stocks should I buy now?"));
    }
    for text in ORDINARY {
        assert!(!is_found(&investment(ORDINARY), text), "{text}");
    }
}
