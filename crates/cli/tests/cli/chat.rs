use serde_json::json;

use crate::support::banister;

const MODELS: [&str; 4] = [
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.amazon.nova-lite-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "mistral.mistral-7b",
];

#[test]
fn a_call_is_masked_in_both_directions() {
    for model in MODELS {
        for flags in [&["--operation", "invoke"][..], &["--operation", "invoke", "--stream"], &[], &["--stream"]] {
            let args =
                [&["chat", "-f", "json", "--model", model][..], flags, &["contact jane.roe@example.com"]].concat();
            let run = banister(&args, "");
            assert_eq!(run.code, Some(0), "{run:?}");
            let report = run.json();
            assert_eq!(report["modelGot"], "contact {EMAIL}", "{model}");
            assert_eq!(
                report["modelSaid"], "You can reach Jane Roe at jane.roe@example.com or +1 (415) 555-0132.",
                "{model}"
            );
            assert_eq!(report["callerGot"], "You can reach Jane Roe at {EMAIL} or {PHONE}.", "{model}");
            let outcomes = [&report["assessments"][0]["outcome"], &report["assessments"][1]["outcome"]];
            assert_eq!(outcomes, [&json!("masked"), &json!("masked")]);
        }
    }
}

#[test]
fn a_blocked_prompt_does_not_reach_the_model() {
    for stream in [&[][..], &["--stream"]] {
        let run = banister(&[&["chat"][..], stream, &["-"]].concat(), "my password: Tr0ub4dor&3xyz");
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stdout.contains("The model was not called.\n"), "{run:?}");
        assert!(run.stdout.contains("Your message contains a password, a key or other content"), "{run:?}");
    }
}

#[test]
fn a_blocked_answer() {
    for stream in [&[][..], &["--stream"]] {
        let run = banister(&[&["chat", "-p", "banking", "-f", "json"][..], stream, &["invest"]].concat(), "");
        assert_eq!(run.code, Some(1), "{run:?}");
        let report = run.json();
        assert!(
            report["callerGot"]
                .as_str()
                .is_some_and(|text| text.ends_with("I can't give investment advice. Our licensed advisers can."))
        );
        assert!(!run.json()["callerGot"].to_string().contains("guaranteed"), "{run:?}");
    }
}

#[test]
fn failed_calls_are_errors() {
    banister(&["chat", "--endpoint", "http://127.0.0.1:9/", "hi"], "").assert_fails(&["onnect"]);
    banister(&["chat", "--endpoint", "nowhere", "hi"], "").assert_fails(&["expected `simulator`, `aws` or a URL"]);
    banister(&["chat", "--operation", "invoke", "--model", "none", "hi"], "").assert_fails(&[
        "request body",
        "none",
        "unknown",
    ]);
    banister(&["chat", "-p", "none", "hi"], "").assert_fails(&["no policy pack"]);
}

#[test]
fn the_answer_of_the_model_can_be_given() {
    let run = banister(&["chat", "-f", "json", "--answer", "Write to jane.roe@example.com", "Hello"], "");
    let report = run.json();
    assert_eq!(report["modelSaid"], "Write to jane.roe@example.com", "{run:?}");
    assert_eq!(report["callerGot"], "Write to {EMAIL}", "{run:?}");
    banister(&["chat", "--answer", "x", "--endpoint", "http://127.0.0.1:1", "Hello"], "")
        .assert_fails(&["--answer", "simulator"]);
}
