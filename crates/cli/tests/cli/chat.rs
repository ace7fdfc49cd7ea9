use serde_json::json;

use crate::support::banister;

const MODELS: [&str; 4] = [
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.amazon.nova-lite-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "mistral.mistral-7b",
];

#[test]
fn a_call_is_masked_on_both_sides() {
    for model in MODELS {
        for flags in [&["--operation", "invoke"][..], &["--operation", "invoke", "--stream"], &[], &["--stream"]] {
            let args =
                [&["chat", "-f", "json", "--model", model][..], flags, &["contact jane.roe@example.com"]].concat();
            let run = banister(&args, "");
            assert_eq!(run.code, Some(0), "{run:?}");
            let told = run.json();
            assert_eq!(told["modelGot"], "contact {EMAIL}", "{model}");
            assert_eq!(
                told["modelSaid"], "You can reach Jane Roe at jane.roe@example.com or +1 (415) 555-0132.",
                "{model}"
            );
            assert_eq!(told["callerGot"], "You can reach Jane Roe at {EMAIL} or {PHONE}.", "{model}");
            let outcomes = [&told["assessments"][0]["outcome"], &told["assessments"][1]["outcome"]];
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
        assert!(run.stdout.contains("Your message contains a password or key."), "{run:?}");
    }
}

#[test]
fn a_blocked_answer() {
    for stream in [&[][..], &["--stream"]] {
        let run = banister(&[&["chat", "-p", "banking", "-f", "json"][..], stream, &["invest"]].concat(), "");
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = run.json();
        assert!(
            told["callerGot"]
                .as_str()
                .is_some_and(|text| text.ends_with("I can't give investment advice. Our licensed advisers can."))
        );
        assert!(!run.json()["callerGot"].to_string().contains("guaranteed"), "{run:?}");
    }
}

#[test]
fn calls_that_cannot_be_made() {
    banister(&["chat", "--endpoint", "http://127.0.0.1:9/", "hi"], "").assert_refused(&["onnect"]);
    banister(&["chat", "--endpoint", "nowhere", "hi"], "")
        .assert_refused(&["neither `simulator`, nor `aws`, nor a URL"]);
    banister(&["chat", "--operation", "invoke", "--model", "none", "hi"], "")
        .assert_refused(&["no request body", "none"]);
    banister(&["chat", "-p", "none", "hi"], "").assert_refused(&["no pack"]);
}
