//! Topics by examples in streams: scores, and sentence models from outside.

use std::sync::Arc;

use super::{characters, guardrail};
use crate::detect::Embedder;
use crate::guardrail::StreamGuard;
use crate::guardrail::{Assessment, Guardrail, Source};

const TOPICS: &str = "{version: 1, name: t, denied_topics: [
    {name: stocks, examples: [Which stocks should I buy this year?, Should I sell my shares?], action: detect},
    {name: votes, examples: [Who will win the election?], counter_examples: [Who will win the match?], exceptions: [election day],
     action: detect}]}";

const TEXTS: &[&str] = &[
    "",
    "Hello there.",
    "Which shares should I buy? Who wins the match on Sunday? Is the shop open on election day?",
    "Do you sell shares on election day\nor the day after? Who is elected?",
    "Qui va gagner? 株を買うべきですか。 1234 5678",
];

fn in_characters(guardrail: &Guardrail, text: &str) -> Assessment {
    let mut guard = StreamGuard::new(guardrail, Source::Input);
    for chunk in characters(text) {
        guard.push(chunk);
    }
    guard.finish();
    guard.assessment()
}

/// A model of which nothing is known but that it is a function.
#[derive(Debug)]
struct Letters;

impl Embedder for Letters {
    fn dimensions(&self) -> usize {
        32
    }

    fn embed(&self, sentence: &str, vector: &mut [f32]) {
        for (at, byte) in sentence.bytes().enumerate() {
            vector[usize::from(byte) % 32] += 1.0 + (at % 3) as f32;
        }
    }
}

/// A model that fails.
#[derive(Debug)]
struct Broken;

impl Embedder for Broken {
    fn dimensions(&self) -> usize {
        3
    }

    fn embed(&self, _: &str, vector: &mut [f32]) {
        vector[0] = f32::NAN;
        vector[1] = f32::INFINITY;
    }
}

#[test]
fn scores_and_findings_do_not_depend_on_cuts() {
    let plain = guardrail(TOPICS).with_topic_scores();
    for guardrail in
        [plain.clone(), plain.clone().with_embedder(Arc::new(Letters)), plain.with_embedder(Arc::new(Broken))]
    {
        for text in TEXTS {
            let whole = guardrail.assess(Source::Input, text);
            let cut = in_characters(&guardrail, text);
            assert_eq!(cut.topic_scores(), whole.topic_scores(), "{text:?}");
            assert_eq!(cut.findings(), whole.findings(), "{text:?}");
            let names: Vec<_> = whole.topic_scores().iter().map(|topic| topic.rule().to_owned()).collect();
            assert_eq!(names, ["stocks", "votes"]);
        }
    }
}

#[test]
fn the_best_score_is_at_least_that_of_each_finding() {
    let guardrail = guardrail(TOPICS).with_topic_scores();
    let assessment = guardrail.assess(Source::Input, TEXTS[2]);
    assert!(!assessment.findings().is_empty());
    for finding in assessment.findings() {
        let (score, topic) = (
            finding.explanation().unwrap().score(),
            assessment.topic_scores().iter().find(|topic| topic.rule() == finding.rule()).unwrap(),
        );
        assert!(score >= topic.threshold() && score <= topic.score(), "{finding:?} {topic:?}");
    }
    let passed = guardrail.assess(Source::Input, "Is bread a stock of the kitchen?");
    assert!(passed.findings().is_empty() && passed.topic_scores()[0].score() > 0.0, "{passed:?}");
    // Of a topic with exceptions as well, the windows of which wait for them.
    let score = |text: &str| guardrail.assess(Source::Input, text).topic_scores()[1].score();
    assert!(score("Who will win the election?") > 0.9 && score("Who will win on election day?") < 0.9);
    let unasked = super::guardrail(TOPICS).assess(Source::Input, TEXTS[2]);
    assert!(unasked.topic_scores().is_empty());
}

/// A model decides what is alike: this one sees one thing only.
#[test]
fn a_model_takes_the_place_of_the_table() {
    #[derive(Debug)]
    struct Bitter;
    impl Embedder for Bitter {
        fn dimensions(&self) -> usize {
            2
        }

        fn embed(&self, sentence: &str, vector: &mut [f32]) {
            let is_bitter = ["coffee", "zorble"].iter().any(|word| sentence.split(' ').any(|other| other == *word));
            vector[usize::from(is_bitter)] = 1.0;
        }
    }
    let plain = guardrail(
        "{version: 1, name: t, decode: [base64], denied_topics: [{name: coffee, examples: [Make me some coffee]}]}",
    );
    let with_model = plain.clone().with_embedder(Arc::new(Bitter));
    let text = "A ZORBLE, if you please!";
    assert!(with_model.assess(Source::Input, text).is_blocked());
    assert!(!with_model.assess(Source::Input, "Lemonade, please!").is_blocked());
    // What is decoded is compared by the model, too, of which the table knows nothing.
    let encoded = "see QSBaT1JCTEUsIGlmIHlvdSBwbGVhc2Uh ok";
    assert!(with_model.assess(Source::Input, encoded).is_blocked());
    assert!(!plain.assess(Source::Input, text).is_blocked() && !plain.assess(Source::Input, encoded).is_blocked());
}
