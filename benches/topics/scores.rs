//! Topics made of intents, and their scores.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};

use banister::{Guardrail, Policy, Source};

use super::EXAMPLES;
use super::curve::{Row, auprc, recall_at_percent, share};
use super::data::{Clinc, Draws, Utterance};

/// Which counter-examples the topics have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counters {
    None,
    Drawn(usize),
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no counter-examples"),
            Self::Drawn(count) => write!(f, "{count} counter-examples"),
        }
    }
}

/// Topics of one policy.
pub(crate) struct Topics<'a> {
    intents: Vec<&'a str>,
    /// What the policy was made of is not measured.
    used: HashSet<String>,
    guardrail: Guardrail,
}

/// The scores of a text, by topic, and the topics that were found.
struct Scored {
    scores: HashMap<String, f64>,
    found: HashSet<String>,
}

impl<'a> Topics<'a> {
    /// Makes a topic of each intent. Counter-examples are sentences of the other intents of `domain`.
    pub(crate) fn draw(
        clinc: &'a Clinc,
        intents: &[&'a str],
        domain: &[&str],
        counters: Counters,
        draws: &mut Draws,
    ) -> Self {
        let mut used = HashSet::new();
        let mut rules = String::new();
        let mut list = |rules: &mut String, key: &str, texts: Vec<&Utterance>| {
            if texts.is_empty() {
                return;
            }
            let _ = writeln!(rules, "    {key}:");
            for utterance in texts {
                let _ = writeln!(rules, "      - {}", serde_json::Value::from(utterance.text.as_str()));
                used.insert(utterance.text.clone());
            }
        };
        for (number, intent) in intents.iter().enumerate() {
            // Names are words of a topic too, and those of clinc150 tell more than examples do.
            let _ = writeln!(rules, "  - name: T{number}\n    action: detect");
            list(&mut rules, "examples", draws.choose(&clinc.of(&[intent]), EXAMPLES));
            if let Counters::Drawn(count) = counters {
                let others: Vec<&str> = domain.iter().filter(|other| *other != intent).copied().collect();
                list(&mut rules, "counter_examples", draws.choose(&clinc.of(&others), count));
            }
        }
        let text = format!("version: 1\nname: clinc\ndenied_topics:\n{rules}");
        let policy = Policy::from_yaml(&text).unwrap_or_else(|error| panic!("{error}"));
        Self { intents: intents.to_vec(), used, guardrail: Guardrail::new(policy).with_topic_scores() }
    }

    fn score(&self, text: &str) -> Scored {
        let assessment = self.guardrail.assess(Source::Input, text);
        let scores = assessment.topic_scores().iter();
        Scored {
            scores: scores.map(|topic| (topic.rule().to_owned(), f64::from(topic.score()))).collect(),
            found: assessment.findings().iter().map(|finding| finding.rule().to_owned()).collect(),
        }
    }

    /// Measures each topic: its sentences are those of its intent, the others those of all other intents of `domain`.
    pub(crate) fn measure(&self, clinc: &Clinc, domain: &[&str], chat: &[String]) -> Vec<Row> {
        let scored: Vec<(&str, Scored)> = clinc
            .of(domain)
            .into_iter()
            .filter(|utterance| !self.used.contains(&utterance.text))
            .map(|utterance| (utterance.intent.as_str(), self.score(&utterance.text)))
            .collect();
        let out_of_scope: Vec<Scored> = clinc.out_of_scope.iter().map(|text| self.score(text)).collect();
        let chat: Vec<Scored> = chat.iter().map(|text| self.score(text)).collect();
        let rows = self.intents.iter().enumerate();
        rows.map(|(number, intent)| row((&format!("T{number}"), intent), &scored, &out_of_scope, &chat)).collect()
    }
}

fn row((rule, intent): (&str, &str), scored: &[(&str, Scored)], out_of_scope: &[Scored], chat: &[Scored]) -> Row {
    let (own, other): (Vec<_>, Vec<_>) = scored.iter().partition(|(of, _)| *of == intent);
    let scores = |of: &[&(&str, Scored)]| -> Vec<f64> {
        of.iter().map(|(_, scored)| scored.scores.get(rule).copied().unwrap_or(-1.0)).collect()
    };
    let found = |of: &mut dyn Iterator<Item = &Scored>| -> f64 {
        let hits: Vec<f64> = of.map(|scored| f64::from(u8::from(scored.found.contains(rule)))).collect();
        share(&hits, |hit| hit > 0.0)
    };
    let (positives, negatives) = (scores(&own), scores(&other));
    Row {
        recall: found(&mut own.iter().map(|(_, scored)| scored)),
        others: found(&mut other.iter().map(|(_, scored)| scored)),
        out_of_scope: found(&mut out_of_scope.iter()),
        chat: found(&mut chat.iter()),
        recall_at_percent: recall_at_percent(&positives, &negatives),
        auprc: auprc(&positives, &negatives),
    }
}
