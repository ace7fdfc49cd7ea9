//! One table of cases, run through every integration. The results must be equal.
//!
//! The expected results are in `expected/`, one file per case. Set `PARITY_UPDATE` to write them again, for review.

mod case;
mod input;
mod integrations;
mod replay;
mod sdk;

use std::collections::BTreeMap;

use banister::Policy;
use serde_json::{Value, json};

use crate::case::{Case, Part};
use crate::integrations::{Integration, Outcome, run};

fn compare(case: &Case, outcomes: &[(Integration, Outcome)]) -> Vec<String> {
    let (_, first) = &outcomes[0];
    outcomes.iter().flat_map(|(integration, outcome)| problems(case, *integration, outcome, first)).collect()
}

/// Returns the problems of an outcome. All of it must equal the first one, except for known differences.
fn problems(case: &Case, integration: Integration, outcome: &Outcome, first: &Outcome) -> Vec<String> {
    let mut problems = Vec::new();
    let (received, expected) = (&outcome.response.received, &first.response.received);
    let parts = [
        (Part::Sent, outcome.sent == first.sent, format!("{:#?}\n{:#?}", outcome.sent, first.sent)),
        (Part::Received, received == expected && is_same(outcome, first), format!("{received:#?}\n{expected:#?}")),
        (
            Part::Assessments,
            outcome.assessments == first.assessments,
            format!("{:#?}\n{:#?}", outcome.assessments, first.assessments),
        ),
    ];
    for (part, is_equal, both) in parts {
        match (is_equal, case.is_known_difference(integration, part)) {
            (true, false) | (false, true) => {}
            (false, false) => problems.push(format!("{part:?} differs on {integration:?}:\n{both}")),
            (true, true) => problems.push(format!("{part:?} is equal on {integration:?}, but listed as a difference")),
        }
    }
    // A body without masked text is forwarded byte for byte.
    let request = case.body();
    let is_reformatted = |body: &bytes::Bytes| {
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
        value(body) == value(&request) && **body != *request
    };
    if outcome.raw.is_some() && outcome.bodies.iter().any(is_reformatted) {
        problems.push(format!("the body was reformatted on {integration:?}"));
    }
    let sent = format!("{:?}", outcome.sent);
    let raw = outcome.raw.as_ref().map(|raw| raw.shown().to_string()).unwrap_or_default();
    for hidden in &case.hidden {
        for (side, text) in [("sent", &sent), ("received", &outcome.response.shown), ("received in bytes", &raw)] {
            if text.contains(hidden.as_str()) {
                problems.push(format!("{hidden:?} was {side} on {integration:?}: {text:.400}"));
            }
        }
    }
    problems
}

/// Returns `true` if two responses have the same bytes, as far as both have any.
fn is_same(one: &Outcome, other: &Outcome) -> bool {
    match (&one.raw, &other.raw) {
        (Some(one), Some(other)) => one.shown() == other.shown() && one.bedrock_headers() == other.bedrock_headers(),
        _ => true,
    }
}

fn result(outcome: &Outcome) -> Value {
    let received = outcome.raw.as_ref().map(replay::Raw::shown);
    json!({"sent": outcome.sent, "received": received, "assessments": outcome.assessments})
}

/// Runs the cases of a file. Returns the problems, and the number of calls.
async fn run_file(file: &str, policies: &BTreeMap<String, Policy>) -> (Vec<String>, usize) {
    let is_update = std::env::var_os("PARITY_UPDATE").is_some();
    let expected = if is_update { BTreeMap::new() } else { case::expected(file) };
    let (mut results, mut problems, mut calls) = (BTreeMap::new(), Vec::new(), 0);
    for case in &case::cases(file) {
        let policy = policies.get(&case.policy).unwrap_or_else(|| panic!("no policy {}", case.policy));
        let mut outcomes = Vec::new();
        for integration in Integration::ALL.into_iter().filter(|integration| case.is_for(*integration)) {
            outcomes.push((integration, run(integration, case, policy).await));
        }
        calls += outcomes.len();
        let (slug, actual) = (case::slug(&case.name), result(&outcomes[0].1));
        let mut found = compare(case, &outcomes);
        if !is_update && expected.get(&slug) != Some(&actual) {
            let expected = expected.get(&slug).unwrap_or(&Value::Null);
            found.push(format!("not as expected:\n{actual:#}\n{expected:#}"));
        }
        problems.extend(found.into_iter().map(|problem| format!("{file}, {}: {problem}", case.name)));
        assert!(results.insert(slug, actual).is_none(), "two cases have the file name of {:?}", case.name);
    }
    if is_update {
        case::write_expected(file, &results);
    }
    let stale = expected.keys().filter(|slug| !results.contains_key(*slug));
    problems.extend(stale.map(|slug| format!("{file}, {slug}: there is no such case")));
    (problems, calls)
}

async fn check(file: &str) {
    let (problems, calls) = run_file(file, &case::policies()).await;
    println!("{file}: {calls} calls");
    assert!(problems.is_empty(), "{} differences in {file}:\n{}", problems.len(), problems.join("\n\n"));
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
            let missing: Vec<_> = case::files().into_iter().filter(|file| !known.contains(&file.as_str())).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    };
}

files!(calls, content, errors, families, reasoning, streams, traces, turns, unread);
