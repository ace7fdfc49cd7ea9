//! One table of cases, on every way to a guarded model: all of them must come to the same.
//!
//! What is expected is in `expected/`, and is written anew, for review, where `PARITY_UPDATE` is set.

mod case;
mod input;
mod replay;
mod sdk;
mod ways;

use std::collections::BTreeMap;

use banister::Policy;
use serde_json::{Value, json};

use crate::case::{Case, Part};
use crate::ways::{Outcome, Way, run};

/// What is wrong with a case.
type Wrong = Vec<String>;

fn compare(case: &Case, outcomes: &[(Way, Outcome)]) -> Wrong {
    let mut wrong = Wrong::new();
    let (_, first) = &outcomes[0];
    for (way, outcome) in outcomes {
        let parts = [
            (Part::Sent, outcome.sent == first.sent, format!("{:#?}\n{:#?}", outcome.sent, first.sent)),
            (
                Part::Got,
                outcome.answer.got == first.answer.got && is_same(outcome, first),
                format!("{:#?}\n{:#?}", outcome.answer.got, first.answer.got),
            ),
            (Part::Seen, outcome.seen == first.seen, format!("{:#?}\n{:#?}", outcome.seen, first.seen)),
        ];
        for (part, is_equal, both) in parts {
            match (is_equal, case.is_apart(*way, part)) {
                (true, false) | (false, true) => {}
                (false, false) => wrong.push(format!("{part:?} differs on {way:?}:\n{both}")),
                (true, true) => wrong.push(format!("{part:?} is the same on {way:?}, though it is said to differ")),
            }
        }
        // What nothing was found in goes on byte for byte.
        let given = case.body();
        let changed = |body: &&bytes::Bytes| {
            let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
            value(body) == value(&given) && ***body != *given
        };
        if outcome.raw.is_some() && outcome.bodies.iter().any(|body| changed(&body)) {
            wrong.push(format!("the body was written anew on {way:?}"));
        }
        let sent = format!("{:?}", outcome.sent);
        let raw = outcome.raw.as_ref().map(|raw| raw.shown().to_string()).unwrap_or_default();
        for hidden in &case.hidden {
            for (place, text) in [("sent", &sent), ("got", &outcome.answer.shown), ("got in bytes", &raw)] {
                if text.contains(hidden.as_str()) {
                    wrong.push(format!("{hidden:?} is in what was {place} on {way:?}: {text:.400}"));
                }
            }
        }
    }
    wrong
}

/// Whether two answers are the same in their bytes, if both have any.
fn is_same(one: &Outcome, other: &Outcome) -> bool {
    match (&one.raw, &other.raw) {
        (Some(one), Some(other)) => one.shown() == other.shown() && one.notes() == other.notes(),
        _ => true,
    }
}

fn result(outcome: &Outcome) -> Value {
    let got = outcome.raw.as_ref().map(replay::Raw::shown);
    json!({"sent": outcome.sent, "got": got, "seen": outcome.seen})
}

/// Runs the cases of a file; gives what is wrong, and how many times a case was sent.
async fn run_file(file: &str, policies: &BTreeMap<String, Policy>) -> (Vec<String>, usize) {
    let is_writing = std::env::var_os("PARITY_UPDATE").is_some();
    let expected = if is_writing { BTreeMap::new() } else { case::expected(file) };
    let (mut results, mut wrong, mut sent) = (BTreeMap::new(), Vec::new(), 0);
    let cases = case::cases(file);
    for case in &cases {
        let policy = policies.get(&case.policy).unwrap_or_else(|| panic!("no policy {}", case.policy));
        let mut outcomes = Vec::new();
        for way in Way::ALL.into_iter().filter(|way| case.is_for(*way)) {
            outcomes.push((way, run(way, case, policy).await));
        }
        sent += outcomes.len();
        let mut found = compare(case, &outcomes);
        let got = result(&outcomes[0].1);
        if !is_writing && expected.get(&case.name) != Some(&got) {
            let expected = expected.get(&case.name).unwrap_or(&Value::Null);
            found.push(format!("not as expected:\n{got:#}\n{expected:#}"));
        }
        wrong.extend(found.into_iter().map(|found| format!("{file}, {}: {found}", case.name)));
        assert!(results.insert(case.name.clone(), got).is_none(), "two cases are called {:?}", case.name);
    }
    if is_writing {
        case::write_expected(file, &results);
    }
    let gone = expected.keys().filter(|name| !results.contains_key(*name));
    wrong.extend(gone.map(|name| format!("{file}, {name}: there is no such case")));
    (wrong, sent)
}

async fn check(file: &str) {
    let (wrong, sent) = run_file(file, &case::policies()).await;
    println!("{file}: {sent} calls");
    assert!(wrong.is_empty(), "{} differences in {file}:\n{}", wrong.len(), wrong.join("\n\n"));
}

macro_rules! files {
    ($($file:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $file() {
                check(stringify!($file)).await;
            }
        )+

        #[test]
        fn every_file_is_run() {
            let known = [$(stringify!($file)),+];
            let forgotten: Vec<_> = case::files().into_iter().filter(|file| !known.contains(&file.as_str())).collect();
            assert!(forgotten.is_empty(), "{forgotten:?}");
        }
    };
}

files!(calls, content, errors, families, reasoning, streams, traces, turns, unread);
