//! The memory of one text is used for the next ones of the same guardrail. Nothing of a text may be seen in what comes of another.

use banister::{Assessment, BodyGuard, Conversation, Guardrail, Operation, Source, StreamGuard};

use crate::cases;
use crate::generate::{Masks, Rng, Rules, Texts, run};

/// A guardrail of the same policy that has evaluated nothing.
fn fresh(guardrail: &Guardrail) -> Guardrail {
    with_everything(Guardrail::new(guardrail.policy().clone()))
}

fn with_everything(guardrail: Guardrail) -> Guardrail {
    guardrail.dangerous_include_matches().with_topic_scores().with_fingerprints(*b"0123456789abcdef0123456789abcdef")
}

/// A stream, to its end or not.
fn stream(guardrail: &Guardrail, text: &str, is_ended: bool) -> (String, Assessment) {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let middle = text.floor_char_boundary(text.len() / 2);
    let mut released = guard.push(&text[..middle]).to_owned();
    released.push_str(guard.push(&text[middle..]));
    if is_ended {
        released.push_str(guard.finish());
    }
    (released, guard.assessment())
}

/// A body in which text is in a field without a name, in one with a name, and a number.
fn body(guardrail: &Guardrail, text: &str, number: usize) -> (Option<Vec<u8>>, String) {
    let input = serde_json::json!({"cvv": number, "password": text, "list": [text]});
    let call = serde_json::json!({"type": "tool_use", "id": "1", "name": "f", "input": input});
    let messages = serde_json::json!([{"role": "user", "content": text}, {"role": "assistant", "content": [call]}]);
    let body = serde_json::json!({"anthropic_version": "x", "max_tokens": 1, "messages": messages}).to_string();
    let bodies = BodyGuard::new(guardrail, &Conversation::new());
    let guarded = bodies.inspect_request(Operation::InvokeModel, body.as_bytes()).expect("a request");
    (guarded.masked_body().map(<[u8]>::to_vec), format!("{:?}", guarded.assessment()))
}

#[test]
fn a_text_does_not_depend_on_those_before_it() {
    run(60, |seed| {
        let mut rng = Rng::new(seed);
        let rules = Rules::random(&mut rng, Masks::Any);
        let reused = with_everything(cases::guardrail(&rules.yaml()));
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..24 {
            let words = *rng.item(&[1, 4, 16, 16, 300]);
            let text = maker.text(&mut rng, words);
            let source = if rng.chance(50) { Source::Input } else { Source::Output };
            let about = || format!("case {seed}, {source:?}\ntext {text:?}\n{}", rules.yaml());
            match rng.below(4) {
                0 => {
                    let is_ended = rng.chance(70);
                    let expected = stream(&fresh(&reused), &text, is_ended);
                    assert_eq!(stream(&reused, &text, is_ended), expected, "{}", about());
                }
                1 => {
                    let number = rng.below(2_000_000);
                    assert_eq!(body(&reused, &text, number), body(&fresh(&reused), &text, number), "{}", about());
                }
                _ => assert_eq!(reused.assess(source, &text), fresh(&reused).assess(source, &text), "{}", about()),
            }
        }
    });
}

/// Memory is taken and given back on any thread, also within an evaluation.
#[test]
fn evaluations_may_be_nested_and_on_many_threads() {
    let policy = "{version: 1, name: nested, pii: [{types: [EMAIL, PHONE], action: mask}]}";
    let inner = cases::guardrail(policy);
    let (text, masked) = ("write to jane.roe@example.com ".repeat(1000), "write to {EMAIL} ".repeat(1000));
    let nested = inner.clone().with_pauses({
        let inner = inner.clone();
        move || assert_eq!(inner.assess(Source::Input, "a@example.com").masked_text(), Some("{EMAIL}"))
    });
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(nested.assess(Source::Input, &text).masked_text(), Some(masked.as_str()));
                    assert_eq!(inner.assess(Source::Input, "nothing").findings(), []);
                }
            });
        }
    });
}
