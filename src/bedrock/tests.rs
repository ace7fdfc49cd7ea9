use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::json::FieldEdit;

pub(super) struct Case {
    pub(super) name: String,
    pub(super) operation: Operation,
    pub(super) is_request: bool,
    pub(super) format: String,
    pub(super) body: String,
    pub(super) fields: Vec<(String, Option<String>, String)>,
    pub(super) skipped: Vec<(String, String)>,
}

fn case_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .flat_map(|path| if path.is_dir() { case_files(&path) } else { vec![path] })
        .collect();
    files.sort();
    files
}

pub(super) fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bodies");
    case_files(&root).iter().map(|path| read_case(&root, path)).collect()
}

fn read_case(root: &Path, path: &Path) -> Case {
    let name = path.strip_prefix(root).expect("below").display().to_string();
    let case: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable"))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = |value: &Value, member: &str| value[member].as_str().map(str::to_owned);
    let list = |member: &str| case[member].as_array().cloned().unwrap_or_default();
    Case {
        operation: case["operation"]
            .as_str()
            .and_then(Operation::from_name)
            .unwrap_or_else(|| panic!("{name}: no operation")),
        is_request: case.get("request").is_some(),
        format: text(&case, "shape").expect("a format"),
        body: serde_json::to_string_pretty(case.get("request").unwrap_or(&case["response"]))
            .expect("values can be written"),
        fields: list("slots")
            .iter()
            .map(|field| {
                (
                    text(field, "pointer").expect("a pointer"),
                    text(field, "inner_pointer"),
                    text(field, "text").expect("a text"),
                )
            })
            .collect(),
        skipped: list("skipped")
            .iter()
            .map(|s| (text(s, "pointer").expect("there"), text(s, "reason").expect("there")))
            .collect(),
        name,
    }
}

fn visit(case: &Case, body: &str, f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    // Tokens, and numbers that are text for their name alone, have tests of their own.
    let mut f =
        |field: TextField<'_>| if field.kind() == FieldKind::Token || field.context().1 { None } else { f(field) };
    if case.is_request {
        visit_request(case.operation, body.as_bytes(), &mut f)
    } else {
        visit_response(case.operation, body.as_bytes(), &mut f)
    }
}

#[test]
fn every_family_offers_its_texts_and_nothing_else() {
    let cases = cases();
    assert!(cases.len() > 50, "cases are missing");
    for case in &cases {
        let mut found = Vec::new();
        let visited = visit(case, &case.body, &mut |field| {
            if !field.is_key() {
                found.push((field.pointer(), field.inner_pointer(), field.text().to_owned()));
            }
            Some(FieldEdit::default())
        })
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        // serde_json sorts members; the walk goes by the order in the body.
        let mut expected = case.fields.clone();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{}", case.name);
        assert_eq!(visited.body, None, "{}", case.name);
        assert_eq!(format!("{:?}", visited.format), case.format, "{}", case.name);
        let mut skipped: Vec<_> =
            visited.summary.skipped.iter().map(|s| (s.pointer.clone(), s.reason.as_str().to_owned())).collect();
        skipped.sort();
        let mut expected = case.skipped.clone();
        expected.sort();
        assert_eq!(skipped, expected, "{}", case.name);
    }
}

/// Returns the text fields of a rewritten case.
fn texts(case: &Case, body: &str) -> BTreeMap<(String, Option<String>), String> {
    let mut found = BTreeMap::new();
    visit(case, body, &mut |field| {
        if !field.is_key() {
            found.insert((field.pointer(), field.inner_pointer()), field.text().to_owned());
        }
        None
    })
    .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rewrites_change_the_chosen_texts_only(
        picks in prop::collection::vec(any::<bool>(), 1..20),
        // It begins as no JSON does: a number that becomes a string of JSON is read as one.
        replacement in "([a-z\\\\\u{e9}][a-z\"\\\\\u{e9}\n]{0,4})?",
    ) {
        for case in cases() {
            let before = texts(&case, &case.body);
            let mut expected = before.clone();
            let mut at = 0;
            let visited = visit(&case, &case.body, &mut |field| {
                if field.is_key() {
                    return None;
                }
                at += 1;
                let first = field.text().chars().next()?;
                // Signed reasoning takes more with it than its text: `reasoning_tests`.
                let is_signed = field.kind() == FieldKind::Reasoning && case.body.contains("\"signature\"");
                if is_signed || !picks[at % picks.len()] {
                    return None;
                }
                let changed = format!("{replacement}{}", &field.text()[first.len_utf8()..]);
                expected.insert((field.pointer(), field.inner_pointer()), changed);
                Some(FieldEdit::new(vec![(0..first.len_utf8(), replacement.clone())]))
            }).expect("known");
            let Some(body) = visited.body else {
                prop_assert_eq!(before, expected);
                continue;
            };
            let body = String::from_utf8(body).expect("UTF-8");
            prop_assert_eq!(texts(&case, &body), expected, "{}", case.name);
            // What is not text is the same value as before.
            let old: Value = serde_json::from_str(&case.body).expect("JSON");
            let mut new: Value = serde_json::from_str(&body).expect("still JSON");
            let tokens = ["token", "bytes"];
            restore(&mut new, &old, &before, &tokens, &mut String::new());
            prop_assert_eq!(new, old, "{}", case.name);
        }
    }
}

/// Restores the old value of each field and token.
fn restore(
    new: &mut Value,
    old: &Value,
    fields: &BTreeMap<(String, Option<String>), String>,
    tokens: &[&str],
    pointer: &mut String,
) {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            for (name, value) in new {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                if tokens.contains(&name.as_str()) {
                    *value = old[name].clone();
                }
                restore(value, &old[name], fields, tokens, pointer);
                pointer.truncate(length);
            }
        }
        (Value::Array(new), Value::Array(old)) => {
            for (at, value) in new.iter_mut().enumerate() {
                let length = pointer.len();
                pointer.push_str(&format!("/{at}"));
                restore(value, &old[at], fields, tokens, pointer);
                pointer.truncate(length);
            }
        }
        (new @ Value::String(_), old) if fields.keys().any(|(p, _)| p == pointer) => {
            *new = old.clone();
        }
        _ => {}
    }
}

#[test]
fn member_names_of_free_json_are_offered() {
    let body = r#"{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"f","input":{"jane\u00e9":{"a":1}}}}]}]}"#;
    let visited = visit_request(Operation::Converse, body.as_bytes(), &mut |field| {
        (field.is_key() && field.text() == "jane\u{e9}").then(|| {
            assert_eq!(field.pointer(), "/messages/0/content/0/toolUse/input/jane\u{e9}");
            FieldEdit::new(vec![(0..4, "X".into())])
        })
    })
    .expect("known");
    let changed = String::from_utf8(visited.body.expect("changed")).expect("UTF-8");
    assert_eq!(changed, body.replace("jane", "X"));
}

#[test]
fn roles_give_kinds() {
    let body = r#"{"anthropic_version":"v","system":"s","messages":[{"content":"u","role":"user"},{"role":"assistant","content":[{"type":"text","text":"a"}]},{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"t"}]}]}]}"#;
    let mut kinds = Vec::new();
    visit_request(Operation::InvokeModel, body.as_bytes(), &mut |field| {
        kinds.push((field.text().to_owned(), field.kind()));
        None
    })
    .expect("known");
    let expected = [
        ("s", FieldKind::System),
        ("u", FieldKind::UserText),
        ("a", FieldKind::AssistantText),
        ("t", FieldKind::ToolResult),
    ];
    assert_eq!(kinds, expected.map(|(text, kind)| (text.to_owned(), kind)));
}

#[test]
fn a_token_that_is_found_by_itself_takes_all_with_it() {
    let body = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"mail me"},"logprobs":{"content":[
        {"token":"mail","bytes":[109],"top_logprobs":[{"token":"a@example.com","bytes":[97,64]}]}]}}]}"#;
    let visited = visit_response(Operation::InvokeModel, body.as_bytes(), &mut |field| {
        field.text().contains('@').then(|| FieldEdit::whole(field.text().len(), "{EMAIL}"))
    });
    let changed = visited.expect("known").body.expect("changed");
    let changed: Value = serde_json::from_slice(&changed).expect("JSON");
    let token = &changed["choices"][0]["logprobs"]["content"][0];
    assert_eq!(token["top_logprobs"][0], serde_json::json!({"token": "", "bytes": []}));
    assert_eq!(*token, serde_json::json!({"token": "", "bytes": [], "top_logprobs": [{"token": "", "bytes": []}]}));
    assert_eq!(changed["choices"][0]["message"]["content"], "mail me");
}

/// Tokens as the names of fields, as numbers, and in lists, which the formats of vLLM and OpenAI completions have.
#[test]
fn tokens_in_any_form_go_when_anything_changes() {
    let tokens = serde_json::json!({
        "logprobs": {
            "tokens": ["Ja", "ne"], "token_logprobs": [-1.5, null], "text_offset": [0, 2],
            "top_logprobs": [{"Ja": -1.5, "41": -2}, {"ne": -1.5}],
            "content": [{"token": "Ja", "token_id": 41, "logprob": -1.5, "bytes": [74, 97], "top_logprobs": []}],
            "refusal": [{"token": "ne", "bytes": null}],
        },
        "token_ids": [4111, 1111], "prompt_token_ids": [4111], "prompt_logprobs": [null, {"41": {"decoded_token": "Ja"}}],
    });
    let without = serde_json::json!({
        "logprobs": {
            "tokens": ["", ""], "token_logprobs": [-1.5, null], "text_offset": [0, 2],
            "top_logprobs": [],
            "content": [{"token": "", "token_id": null, "logprob": -1.5, "bytes": [], "top_logprobs": []}],
            "refusal": [{"token": "", "bytes": null}],
        },
        "token_ids": [], "prompt_token_ids": [], "prompt_logprobs": [],
    });
    for (text, found, is_changed) in [("Jane", "Jane", true), ("Jane", "ne", true), ("Jane", "nothing", false)] {
        let body = |text: &str, tokens: &Value| {
            let mut choice = tokens.clone();
            choice["text"] = text.into();
            let top = if tokens == &without { serde_json::json!([]) } else { serde_json::json!([15339]) };
            serde_json::json!({"choices": [choice], "prompt_token_ids": top})
        };
        let original = body(text, &tokens).to_string();
        let visited = visit_response(Operation::InvokeModel, original.as_bytes(), &mut |field| {
            (field.text() == found).then(|| FieldEdit::whole(field.text().len(), "{NAME}"))
        });
        let changed = visited.expect("known").body;
        let changed: Option<Value> = changed.map(|body| serde_json::from_slice(&body).expect("JSON"));
        let masked = if text == found { "{NAME}" } else { text };
        assert_eq!(changed, is_changed.then(|| body(masked, &without)), "{found}");
    }
}

#[test]
fn tokens_go_when_anything_changes() {
    let body = r#"{"id":1,"prompt":{"text":"Jane","tokens":[{"generatedToken":{"token":"Ja"}}]},"completions":[]}"#;
    let visited = visit_response(Operation::InvokeModel, body.as_bytes(), &mut |field| {
        Some(FieldEdit::whole(field.text().len(), "{NAME}"))
    })
    .expect("known");
    let changed = String::from_utf8(visited.body.expect("changed")).expect("UTF-8");
    assert_eq!(changed, body.replace("Jane", "{NAME}").replace("Ja", ""));
}

#[test]
fn paths_name_operations() {
    for (method, path, expected) in [
        ("POST", "/model/anthropic.claude-v2%3A1/invoke", Some((Operation::InvokeModel, "anthropic.claude-v2:1"))),
        (
            "POST",
            "/model/arn%3Aaws%3Abedrock%3Ax%3A1%3Ainference-profile%2Fus.a/converse",
            Some((Operation::Converse, "arn:aws:bedrock:x:1:inference-profile/us.a")),
        ),
        ("POST", "/model/arn:aws:x/y/converse-stream?q=1", Some((Operation::ConverseStream, "arn:aws:x/y"))),
        ("POST", "/model/m/invoke-with-response-stream", Some((Operation::InvokeModelWithResponseStream, "m"))),
        ("POST", "/model/m/count-tokens", Some((Operation::CountTokens, "m"))),
        ("POST", "/guardrail/g%2F1/version/DRAFT/apply", Some((Operation::ApplyGuardrail, "g/1"))),
        ("POST", "/async-invoke", Some((Operation::StartAsyncInvoke, ""))),
        ("POST", "/openai/v1/chat/completions", Some((Operation::ChatCompletions, ""))),
        ("POST", "/openai/v1/responses?x=1", Some((Operation::Responses, ""))),
        ("POST", "/anthropic/v1/messages", Some((Operation::Messages, ""))),
        ("POST", "/openai/v1/responses/resp_1", None),
        ("GET", "/openai/v1/responses", None),
        ("POST", "/openai/v1/embeddings", None),
        ("POST", "/anthropic/v1/messages/batches", None),
        ("GET", "/async-invoke", None),
        ("POST", "/model/m/invoke-with-bidirectional-stream", None),
        ("POST", "/model//invoke", None),
        ("POST", "/model/%ff/invoke", None),
        ("POST", "/model/%/invoke", None),
        ("POST", "/model/a.b/../c/invoke", None),
        ("POST", "/model/../../../admin/invoke", None),
        ("POST", "/model/..%2f..%2fadmin/invoke", None),
        ("POST", "/model/%2e%2E%2Fadmin/converse", None),
        ("POST", "/model/%252e%252e%252fadmin/converse", None),
        ("POST", "/model/..;/admin/invoke", None),
        ("POST", "/model/a%5C..%5Cadmin/invoke", None),
        ("POST", "/model/a%2F%2Fb/invoke", None),
        ("POST", "/model/./invoke", None),
        ("POST", "/model/a%3Fb/invoke", None),
        ("POST", "/model/a%0D%0Ab/invoke", None),
        ("POST", "/guardrail/..%2F..%2Fadmin/version/1/apply", None),
        ("POST", "/guardrail/g/version/../apply", None),
        ("POST", "/guardrail/legal%20team/version/1/apply", Some((Operation::ApplyGuardrail, "legal team"))),
        ("POST", "/", None),
    ] {
        let found = Operation::from_path(method, path);
        assert_eq!(found, expected.map(|(op, id)| (op, id.to_owned())), "{path}");
    }
}
