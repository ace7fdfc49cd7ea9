//! What works without any feature: text, streams and bodies. `.ci/run` runs this with `--no-default-features`.

use banister::{BodyGuard, Conversation, Guardrail, Operation, Outcome, Policy, Source, StreamGuard};

fn guardrail() -> Guardrail {
    let policy =
        "{version: 1, name: t, pii: [{types: [EMAIL, PHONE], action: mask}], word_filters: [{name: W, words: [Acme]}]}";
    Guardrail::new(Policy::from_yaml(policy).expect("a policy"))
}

#[test]
fn text_is_masked_and_blocked() {
    let guardrail = guardrail();
    let masked = guardrail.assess(Source::Input, "I am jane.roe@example.com");
    assert_eq!((masked.outcome(), masked.masked_text()), (Outcome::Masked, Some("I am {EMAIL}")));
    assert_eq!(guardrail.assess(Source::Output, "Acme").outcome(), Outcome::Blocked);
}

#[test]
fn streams_release_what_is_safe() {
    let guardrail = guardrail();
    let mut stream = StreamGuard::new(&guardrail, Source::Output);
    let mut released = String::new();
    for chunk in ["Call +1 415 5", "55 2671 ", "tomorrow"] {
        released.push_str(stream.push(chunk));
    }
    released.push_str(stream.finish());
    assert_eq!(released, "Call {PHONE} tomorrow");
}

#[test]
fn bodies_are_inspected() {
    let bodies = BodyGuard::new(&guardrail(), &Conversation::new());
    let body = br#"{"messages": [{"role": "user", "content": [{"text": "I am jane.roe@example.com"}]}]}"#;
    let guarded = bodies.inspect_request(Operation::Converse, body).expect("a request");
    let masked = br#"{"messages": [{"role": "user", "content": [{"text": "I am {EMAIL}"}]}]}"#;
    assert_eq!(guarded.masked_body(), Some(masked.as_slice()));
    let applied = bodies.apply_guardrail(br#"{"source": "INPUT", "content": [{"text": {"text": "Acme"}}]}"#);
    assert_eq!(applied.expect("a request").assessment.outcome(), Outcome::Blocked);
}
