//! The name of a JSON field tells what its value is.

use banister::{BodyGuard, Operation};
use banister::{Conversation, Outcome};
use serde_json::{Value, json};

use super::support::guardrail;

fn guard() -> BodyGuard {
    let policy = "version: 1
name: t
pii:
  - types: [PASSWORD, PIN, CREDIT_DEBIT_CARD_CVV, US_SOCIAL_SECURITY_NUMBER, AWS_SECRET_KEY, EMAIL]
    action: mask
word_filters:
  - {name: W, words: ['secret plan', 'plan: zorblax', zorblax], action: mask}
denied_topics:
  - {name: T, phrases: ['order weapons'], action: block}
";
    BodyGuard::new(&guardrail(policy), &Conversation::new())
}

/// What tools are given and give back, and what is forwarded of it.
fn cases() -> Vec<(Value, Value)> {
    let password = "{PASSWORD}";
    let ssn = "{US_SOCIAL_SECURITY_NUMBER}";
    vec![
        (json!({"password": "Zw8kQ1x2", "ssn": "745102386"}), json!({"password": password, "ssn": ssn})),
        (
            json!({"SecretAccessKey": "1tUm636uS1yOEcfP5pvfqJ/ml36mF7AkyHsEU0IU"}),
            json!({"SecretAccessKey": "{AWS_SECRET_KEY}"}),
        ),
        (json!({"order": "745102386"}), json!({"order": "745102386"})),
        (json!({"order": 745_102_386, "count": 123}), json!({"order": 745_102_386, "count": 123})),
        (json!({"ssn": 745_102_386}), json!({"ssn": ssn})),
        (json!({"ssn": 745_102_386.0, "n": 1.5e300}), json!({"ssn": ssn, "n": 1.5e300})),
        (json!({"cvv": 123.0, "sum": 123.0}), json!({"cvv": "{CREDIT_DEBIT_CARD_CVV}", "sum": 123.0})),
        (json!({"card": {"cvv": "123"}}), json!({"card": {"cvv": "{CREDIT_DEBIT_CARD_CVV}"}})),
        (json!({"card": {"cvv": 123, "sum": 123}}), json!({"card": {"cvv": "{CREDIT_DEBIT_CARD_CVV}", "sum": 123}})),
        (json!({"ssn": {"value": "745102386"}}), json!({"ssn": {"value": ssn}})),
        (json!({"ssn": ["745102386", ["745102387"]]}), json!({"ssn": [ssn, [ssn]]})),
        (json!({"ssn": [{"value": "745102386"}]}), json!({"ssn": [{"value": ssn}]})),
        (json!({"ssn": {"of": {"it": "745102386"}}}), json!({"ssn": {"of": {"it": "745102386"}}})),
        // What the name adds takes nothing away, and what stands in the value alone is found as before.
        (json!({"note": "a zorblax, jane.roe@example.com"}), json!({"note": "a {W}, {EMAIL}"})),
        (json!({"secret": "plan", "plan": "zorblax"}), json!({"secret": "plan", "plan": "{W}"})),
        (json!({"order": "weapons"}), json!({"order": "weapons"})),
        (json!({"ssn": ""}), json!({"ssn": ""})),
    ]
}

/// A request and a response of each family, around a value of a tool; and whether it is JSON in a string.
fn places(value: &Value) -> Vec<(&'static str, Operation, bool, Value)> {
    let text = value.to_string();
    let user = |content: Value| json!({"role": "user", "content": content});
    let converse = |block: Value| json!({"messages": [user(json!([block]))]});
    let openai = |arguments: &Value| {
        json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]})
    };
    vec![
        (
            "/messages/0/content/0/toolUse/input",
            Operation::Converse,
            true,
            converse(json!({"toolUse": {"toolUseId": "t", "name": "f", "input": value}})),
        ),
        (
            "/messages/0/content/0/toolUse/input",
            Operation::Converse,
            true,
            converse(json!({"toolUse": {"toolUseId": "t", "name": "f", "input": text}})),
        ),
        (
            "/messages/0/content/0/toolResult/content/0/json",
            Operation::Converse,
            true,
            converse(json!({"toolResult": {"toolUseId": "t", "content": [{"json": value}]}})),
        ),
        (
            "/additionalModelRequestFields/more",
            Operation::Converse,
            true,
            json!({"messages": [], "additionalModelRequestFields": {"more": value}}),
        ),
        (
            "/output/message/content/0/toolUse/input",
            Operation::Converse,
            false,
            json!({"stopReason": "tool_use", "output": {"message": {"role": "assistant", "content": [
                {"toolUse": {"toolUseId": "t", "name": "f", "input": value}}]}}}),
        ),
        (
            "/messages/0/content/0/toolUse/input",
            Operation::InvokeModel,
            true,
            json!({"inferenceConfig": {}, "messages": [user(json!([
                {"toolUse": {"toolUseId": "t", "name": "f", "input": value}}]))]}),
        ),
        (
            "/messages/0/content/0/input",
            Operation::InvokeModel,
            true,
            json!({"anthropic_version": "v", "messages": [user(json!([
                {"type": "tool_use", "id": "t", "name": "f", "input": value}]))]}),
        ),
        (
            "/content/0/input",
            Operation::InvokeModel,
            false,
            json!({"type": "message", "role": "assistant", "content": [
                {"type": "tool_use", "id": "t", "name": "f", "input": value}]}),
        ),
        (
            "/messages/0/tool_calls/0/function/arguments",
            Operation::InvokeModel,
            true,
            json!({"messages": [openai(&Value::from(text.clone()))]}),
        ),
        (
            "/choices/0/message/tool_calls/0/function/arguments",
            Operation::InvokeModel,
            false,
            json!({"choices": [{"index": 0, "message": openai(&Value::from(text))}]}),
        ),
        ("/documents/0", Operation::InvokeModel, true, json!({"message": "m", "documents": [value]})),
        ("/more", Operation::InvokeModel, true, json!({"message": "m", "more": value})),
        ("/choices/0/more", Operation::InvokeModel, false, json!({"choices": [{"index": 0, "more": value}]})),
        ("/metadata/more", Operation::ChatCompletions, true, json!({"messages": [], "metadata": {"more": value}})),
        (
            "/tool_results/0/outputs/0",
            Operation::InvokeModel,
            true,
            json!({"message": "m", "tool_results": [{"call": {"name": "f", "parameters": {}}, "outputs": [value]}]}),
        ),
        (
            "/tool_calls/0/parameters",
            Operation::InvokeModel,
            false,
            json!({"text": "t", "generation_id": "g", "tool_calls": [{"name": "f", "parameters": value}]}),
        ),
    ]
}

#[test]
fn a_value_is_read_with_the_name_of_its_field() {
    let guard = guard();
    for (value, expected) in cases() {
        for (pointer, operation, is_request, body) in places(&value) {
            let bytes = body.to_string();
            let guarded = if is_request {
                guard.inspect_request(operation, bytes.as_bytes())
            } else {
                guard.inspect_response(operation, bytes.as_bytes())
            };
            let guarded = guarded.unwrap_or_else(|error| panic!("{body}: {error}"));
            let changed = guarded.masked_body().unwrap_or(bytes.as_bytes());
            let changed: Value = serde_json::from_slice(changed).expect("JSON");
            let found = changed.pointer(pointer).expect("there");
            let found = match found {
                Value::String(text) => serde_json::from_str(text).expect("JSON in a string"),
                other => other.clone(),
            };
            assert_eq!(found, expected, "{body}");
            assert_ne!(guarded.assessment().outcome(), Outcome::Blocked, "{body}");
        }
    }
}

/// A number that a format has, and one in a field that no format has.
#[test]
fn numbers_of_the_format_are_no_data() {
    for (name, is_masked) in [
        ("seed", false),
        ("max_tokens", false),
        ("created", false),
        ("budget_tokens", false),
        ("more", true),
        ("n2", true),
    ] {
        for (operation, is_request, pointer, mut body) in [
            (Operation::InvokeModel, true, "", json!({"prompt": "hi"})),
            (Operation::ChatCompletions, true, "", json!({"messages": []})),
            (Operation::ChatCompletions, false, "/choices/0", json!({"choices": [{"index": 0}]})),
            (
                Operation::Converse,
                true,
                "/additionalModelRequestFields",
                json!({"messages": [], "additionalModelRequestFields": {}}),
            ),
            (
                Operation::Converse,
                true,
                "/additionalModelRequestFields/more",
                json!({"messages": [], "additionalModelRequestFields": {"more": {}}}),
            ),
            (Operation::Converse, true, "", json!({"messages": []})),
        ] {
            body.pointer_mut(pointer).expect("there")[name] = json!(745_102_386);
            let policy = "{version: 1, name: t, regexes: [{name: R, pattern: '745102386', action: mask}]}";
            let guard = BodyGuard::new(&guardrail(policy), &Conversation::new());
            let bytes = body.to_string();
            let guarded = match is_request {
                true => guard.inspect_request(operation, bytes.as_bytes()),
                false => guard.inspect_response(operation, bytes.as_bytes()),
            };
            assert_eq!(guarded.expect("known").masked_body().is_some(), is_masked, "{body}");
        }
    }
}

/// An image is not text, but a field that no format has is, wherever it is.
#[test]
fn what_is_next_to_an_image_is_inspected() {
    let user = |content: Value| json!({"role": "user", "content": [content]});
    let unknown = json!({"alt": "jane.roe@example.com", "jane.roe@example.com": {"n": ["ssn: 745-10-2386", 1]}});
    let masked = json!({"alt": "{EMAIL}", "{EMAIL}": {"n": ["ssn: {US_SOCIAL_SECURITY_NUMBER}", 1]}});
    let with = |mut image: Value, more: &Value| {
        image.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        image
    };
    for (operation, image, around) in [
        (
            Operation::ChatCompletions,
            json!({"url": "data:image/png;base64,aGk=", "detail": "low"}),
            &(|image| json!({"messages": [user(json!({"type": "image_url", "image_url": image}))]}))
                as &dyn Fn(Value) -> Value,
        ),
        (
            Operation::Messages,
            json!({"type": "base64", "media_type": "image/png", "data": "aGk="}),
            &|image| json!({"messages": [user(json!({"type": "image", "source": image}))]}),
        ),
        (
            Operation::Converse,
            json!({"bytes": "aGk="}),
            &|image| json!({"messages": [user(json!({"image": {"format": "png", "source": image}}))]}),
        ),
    ] {
        for (more, expected) in [(&unknown, Some(&masked)), (&json!({}), None)] {
            let body = around(with(image.clone(), more)).to_string();
            let guarded = guard().inspect_request(operation, body.as_bytes()).expect("known");
            let changed: Option<Value> = guarded.masked_body().map(|body| serde_json::from_slice(body).expect("JSON"));
            assert_eq!(changed, expected.map(|more| around(with(image.clone(), more))), "{body}");
            assert_eq!(guarded.assessment().skipped().len(), 1, "{body}");
        }
    }
}

/// A mark before a body is no JSON. Some readers skip it and others fail, so the body is rejected.
#[test]
fn a_body_with_a_byte_order_mark_is_rejected() {
    let body = format!("\u{feff}{}", json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}));
    let error = guard().inspect_request(Operation::Converse, body.as_bytes()).expect_err("a mark");
    assert!(error.to_string().contains("byte order mark"), "{error}");
}

/// JSON in a string of free-form JSON hid its values behind escapes, where no table said that the string holds JSON: in documents of
/// Command R, in a Converse input given as a string, and wherever an unrelated field makes the body one of another family.
#[test]
fn escapes_in_json_in_strings_hide_nothing() {
    let email = "jane.roe\\u0040example.com";
    let word = "\\u007aorblax";
    let call = |arguments: &str| json!({"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]});
    let guard = guard();
    for (text, expected) in [
        (format!(r#"{{"to":"{email}","n":1.50}}"#), r#"{"to":"{EMAIL}","n":1.50}"#.to_owned()),
        (format!(r#"["{email}", "{word}"]"#), r#"["{EMAIL}", "{W}"]"#.to_owned()),
        (format!("\n {{\"a\":{{\"b\":[\"x {word} y\"]}}}}"), "\n {\"a\":{\"b\":[\"x {W} y\"]}}".to_owned()),
        (format!(r#""{email}""#), r#""{EMAIL}""#.to_owned()),
        (
            r#"{"pass\u0077ord":"Zw8kQ1x2","a":"\u0041"}"#.to_owned(),
            r#"{"pass\u0077ord":"{PASSWORD}","a":"\u0041"}"#.to_owned(),
        ),
        (
            r#"{"ssn":745102386,"a":"\u0041"}"#.to_owned(),
            r#"{"ssn":"{US_SOCIAL_SECURITY_NUMBER}","a":"\u0041"}"#.to_owned(),
        ),
    ] {
        // Once more in a string, in which nothing but JSON's own escapes are needed.
        let twice = json!({"inner": text}).to_string();
        let twice_expected = json!({"inner": expected}).to_string();
        for (text, expected) in [(&text, &expected), (&twice, &twice_expected)] {
            let mut bodies = vec![
                (Operation::InvokeModel, json!({"message": "m", "documents": text}), "/documents".to_owned()),
                (Operation::InvokeModel, json!({"message": "m", "documents": [text]}), "/documents/0".to_owned()),
                (
                    Operation::InvokeModel,
                    json!({"message": "m", "documents": [{"snippet": text}]}),
                    "/documents/0/snippet".to_owned(),
                ),
                (
                    Operation::InvokeModel,
                    json!({"message": "m", "tool_results": [{"call": {"parameters": text}}]}),
                    "/tool_results/0/call/parameters".to_owned(),
                ),
                (
                    Operation::Converse,
                    json!({"messages": [{"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": text}}]}]}),
                    "/messages/0/content/0/toolUse/input".to_owned(),
                ),
                (
                    Operation::Converse,
                    json!({"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"json": {"log": text}}]}}]}]}),
                    "/messages/0/content/0/toolResult/content/0/json/log".to_owned(),
                ),
            ];
            for (more, value) in [
                ("user", json!("u")),
                ("unknown", json!([1])),
                ("max_tokens", json!(5)),
                ("inferenceConfig", json!({})),
                ("max_tokens_to_sample", json!(5)),
                ("anthropic_version", json!("v")),
                ("taskType", json!("x")),
            ] {
                let mut body = json!({"messages": [call(text)]});
                body[more] = value;
                bodies.push((Operation::InvokeModel, body, "/messages/0/tool_calls/0/function/arguments".to_owned()));
            }
            for (operation, body, pointer) in bodies {
                let guarded = guard
                    .inspect_request(operation, body.to_string().as_bytes())
                    .unwrap_or_else(|error| panic!("{body}: {error}"));
                let changed: Value =
                    serde_json::from_slice(guarded.masked_body().unwrap_or_else(|| panic!("{body}"))).expect("JSON");
                assert_eq!(changed.pointer(&pointer).and_then(Value::as_str), Some(expected.as_str()), "{body}");
            }
        }
    }
}
