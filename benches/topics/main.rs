//! Measures topics by examples on clinc150: what a topic finds of its own intent, and what it finds elsewhere. Run it before a change and
//! after it. It counts, it does not take times.
//!
//! `BANISTER_TOPICS` names `clinc150_full.json`; `BANISTER_CHAT`, if set, a file of chat messages (`.jsonl` with a field `text`).

mod curve;
mod data;
#[path = "../../src/detect/tagger/random.rs"]
mod random;
mod scores;

use std::env;
use std::process::ExitCode;

use banister::{Guardrail, Policy, Source};

use self::curve::{Means, Row};
use self::data::{Clinc, Draws, Utterance};
use self::scores::{Counters, Topics};

/// Draws of topics. Weights and thresholds were chosen on the first half; the second half is reported.
const DRAWS: usize = 12;

/// Topics of a draw.
const TOPICS: usize = 10;

/// Examples and counter-examples of a topic.
const EXAMPLES: usize = 5;
const COUNTERS: usize = 20;

/// Random intents as topics, among all other intents.
fn random_intents(clinc: &Clinc, chat: &[String], counters: Counters) -> [Row; 2] {
    let mut halves = [Means::default(), Means::default()];
    for draw in 0..DRAWS {
        let mut draws = Draws::new(draw);
        let intents = draws.choose(&clinc.intents(), TOPICS);
        let topics = Topics::draw(clinc, &intents, &clinc.intents(), counters, &mut draws);
        halves[draw * 2 / DRAWS].add(&topics.measure(clinc, &clinc.intents(), chat));
    }
    halves.map(Means::row)
}

/// Each intent of a domain as a topic, among the other intents of the domain.
fn near_domain(clinc: &Clinc, counters: Counters) -> Row {
    let domain: Vec<&str> = data::MONEY.to_vec();
    let mut means = Means::default();
    for (draw, intents) in domain.chunks(TOPICS).enumerate() {
        let mut draws = Draws::new(100 + draw);
        let topics = Topics::draw(clinc, intents, &domain, counters, &mut draws);
        means.add(&topics.measure(clinc, &domain, &[]));
    }
    means.row()
}

/// How many of the domain's questions the pack `banking` stops.
fn pack(clinc: &Clinc) -> Result<(), banister::PolicyError> {
    let guardrail = Guardrail::new(Policy::from_pack("banking")?);
    let questions: Vec<&Utterance> = clinc.of(data::MONEY);
    let mut stopped = std::collections::BTreeMap::<String, usize>::new();
    let mut any = 0;
    for question in &questions {
        let assessment = guardrail.assess(Source::Input, &question.text);
        any += usize::from(assessment.is_blocked());
        for finding in assessment.findings().iter().filter(|finding| finding.explanation().is_some()) {
            let key = format!("{} / {}", finding.rule(), question.intent);
            *stopped.entry(key).or_default() += 1;
        }
    }
    println!(
        "\npack banking: {any} of {} questions stopped, {:.2} %",
        questions.len(),
        100.0 * any as f64 / questions.len() as f64
    );
    let mut stopped: Vec<_> = stopped.into_iter().collect();
    stopped.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    stopped.iter().take(12).for_each(|(key, count)| println!("  {key}: {count}"));
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = env::var_os("BANISTER_TOPICS") else {
        eprintln!("set BANISTER_TOPICS to the path of clinc150_full.json");
        return ExitCode::FAILURE;
    };
    let clinc = match Clinc::read(path.as_ref()) {
        Ok(clinc) => clinc,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    };
    let chat = env::var_os("BANISTER_CHAT").map_or_else(Vec::new, |path| data::chat(path.as_ref()));
    println!(
        "{} utterances, {} out of scope, {} chat messages",
        clinc.utterances.len(),
        clinc.out_of_scope.len(),
        chat.len()
    );
    println!("{:<44} {}", "per topic, %", Row::HEAD);
    for counters in [Counters::None, Counters::Drawn(COUNTERS)] {
        let [chosen, reported] = random_intents(&clinc, &chat, counters);
        println!("{:<44} {chosen}", format!("random intents, {counters}, draws 1 to 6"));
        println!("{:<44} {reported}", format!("random intents, {counters}, draws 7 to 12"));
        println!("{:<44} {}", format!("money intents, {counters}"), near_domain(&clinc, counters));
    }
    if let Err(error) = pack(&clinc) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
