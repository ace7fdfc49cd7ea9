//! The kinds of fault that public reports name, as a table: `tests/data/reported.yaml`.
//!
//! ```yaml
//! - kind: what is wrong
//!   policy: default          # a pack, or `types: [..]`, or a policy's rules in flow style
//!   cases:
//!     - {in: text, out: text as it is forwarded}    # `passes: true` and `blocked: true` instead of `out`
//!     - {in: text, without: [..], with: [..]}       # parts that must be gone and parts that must stay
//!     - {request: body, without: [..], with: [..]}  # or `response`; `operation: Converse` unless it says otherwise
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use banister::{BodyGuard, Operation};
use banister::{Conversation, Guardrail, Policy, Source};
use serde_yaml::Value;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    policy: Value,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "in")]
    text: Option<String>,
    request: Option<String>,
    response: Option<String>,
    #[serde(default)]
    invoke: bool,
    /// Assess as a prompt; completions are the default, for packs mask more of them.
    #[serde(default)]
    input: bool,
    /// Instead of the policy of the kind.
    policy: Option<Value>,
    out: Option<String>,
    #[serde(default)]
    passes: bool,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
}

fn policy(value: &Value) -> Result<Policy, String> {
    if let Some(pack) = value.as_str() {
        return Policy::from_pack(pack).map_err(|error| error.to_string());
    }
    let mut document = serde_yaml::Mapping::new();
    document.insert("version".into(), 1.into());
    document.insert("name".into(), "reported".into());
    for (key, rules) in value.as_mapping().expect("a pack or rules") {
        if key.as_str() == Some("types") {
            let mut rule = serde_yaml::Mapping::new();
            rule.insert("types".into(), rules.clone());
            document.insert("pii".into(), Value::Sequence(vec![Value::Mapping(rule)]));
        } else {
            document.insert(key.clone(), rules.clone());
        }
    }
    let yaml = serde_yaml::to_string(&document).map_err(|error| error.to_string())?;
    Policy::from_yaml(&yaml).map_err(|error| error.to_string())
}

/// What a text or body became: blocked, or what is forwarded.
enum Became {
    Blocked,
    Forwarded(String),
}

fn became(guardrail: &Guardrail, case: &Case) -> Result<Became, String> {
    let operation = if case.invoke { Operation::InvokeModel } else { Operation::Converse };
    let bodies = BodyGuard::new(guardrail, &Conversation::new());
    let guarded = match (&case.text, &case.request, &case.response) {
        (Some(text), None, None) => {
            let source = if case.input { Source::Input } else { Source::Output };
            let assessment = guardrail.assess(source, text);
            let blocked = assessment.is_blocked();
            return Ok(if blocked { Became::Blocked } else { Became::Forwarded(assessment.apply_to(text).to_owned()) });
        }
        (None, Some(body), None) => bodies.inspect_request(operation, body.as_bytes()),
        (None, None, Some(body)) => bodies.inspect_response(operation, body.as_bytes()),
        _ => return Err("one of in, request and response".to_owned()),
    };
    let guarded = guarded.map_err(|error| error.to_string())?;
    if guarded.assessment().is_blocked() {
        return Ok(Became::Blocked);
    }
    // A body without changes is not written anew.
    let given = case.request.as_ref().or(case.response.as_ref()).map(String::as_bytes);
    let body = guarded.masked_body().map(|body| body.to_vec()).or(given.map(<[u8]>::to_vec)).unwrap_or_default();
    String::from_utf8(body).map(Became::Forwarded).map_err(|error| error.to_string())
}

/// Returns what is wrong with a case.
fn problem(guardrail: &Guardrail, case: &Case) -> Option<String> {
    let given = [&case.text, &case.request, &case.response].into_iter().flatten().next()?;
    let said = |what: String| Some(format!("{given:?}: {what}"));
    match became(guardrail, case) {
        Err(error) => said(error),
        Ok(Became::Blocked) if case.blocked => None,
        Ok(Became::Blocked) => said("is blocked".to_owned()),
        Ok(Became::Forwarded(text)) if case.blocked => said(format!("became {text:?}, and is not blocked")),
        Ok(Became::Forwarded(text)) => {
            let wanted = if case.passes { Some(given) } else { case.out.as_ref() };
            let same = wanted.is_none_or(|wanted| *wanted == text);
            let gone = case.without.iter().all(|part| !text.contains(part));
            let stays = case.with.iter().all(|part| text.contains(part));
            if same && gone && stays { None } else { said(format!("became {text:?}")) }
        }
    }
}

/// Returns the problems of each kind, and its number of cases.
fn problems(name: &str) -> BTreeMap<String, (Vec<String>, usize)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let kinds: Vec<Kind> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all: BTreeMap<String, (Vec<String>, usize)> = BTreeMap::new();
    for kind in kinds {
        let guardrail =
            |value| policy(value).map(Guardrail::new).unwrap_or_else(|error| panic!("{}: {error}", kind.kind));
        let common = guardrail(&kind.policy);
        let (wrong, count) = all.entry(kind.kind.clone()).or_default();
        for case in &kind.cases {
            let decides = case.out.is_some() || case.passes || case.blocked || !case.without.is_empty();
            assert!(decides, "{}: nothing is wanted of {:?}", kind.kind, case.text);
            let own = case.policy.as_ref().map(guardrail);
            wrong.extend(problem(own.as_ref().unwrap_or(&common), case));
            *count += 1;
        }
    }
    all
}

#[test]
fn reported_kinds_come_out_right() {
    let kinds = problems("reported.yaml");
    assert!(kinds.len() >= 14, "{} kinds", kinds.len());
    let mut report = String::new();
    for (kind, (wrong, count)) in &kinds {
        assert!(*count >= 10, "{kind}: {count} cases");
        if !wrong.is_empty() {
            report.push_str(&format!("{kind}: {} of {count} are wrong\n  {}\n", wrong.len(), wrong.join("\n  ")));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// Patterns in double quotes, where YAML makes backspaces of `\b`, and patterns with a line break that nobody meant: a rule that
/// would never find anything is an error that says what to write.
#[test]
fn patterns_that_yaml_has_changed_are_errors() {
    let patterns = [
        r#""\bEMP-[0-9]{6}\b""#,
        r#""\bfoo""#,
        r#""foo\b""#,
        r#""(?:a|\bb)c""#,
        r#""[\b]x""#,
        r#""x{1,3}\bfoo""#,
        r#""\b\b""#,
        r#""(?i)\bacme""#,
        "|\n      \\bEMP-[0-9]{6}\\b\n",
        "|\n      foo\n",
        "|+\n      foo\n\n",
        ">\n      foo\n",
    ];
    let mut accepted = Vec::new();
    for pattern in patterns {
        for rule in ["regexes:\n  - name: r\n    pattern: ", "denied_topics:\n  - name: t\n    patterns:\n    - "] {
            let yaml = format!("version: 1\nname: p\n{rule}{pattern}\n");
            match Policy::from_yaml(&yaml) {
                Ok(_) => accepted.push(yaml),
                Err(error) if !pattern.contains('\n') => {
                    let error = error.to_string();
                    assert!(error.contains("single quotes") || error.contains("'"), "{yaml}: {error}");
                }
                Err(_) => {}
            }
        }
    }
    assert!(
        accepted.is_empty(),
        "{} policies with a pattern that finds nothing:\n{}",
        accepted.len(),
        accepted.join("\n")
    );
    // What was meant is accepted.
    for pattern in [r"'\bEMP-[0-9]{6}\b'", r#""\\bEMP-[0-9]{6}\\b""#, "|-\n      \\bEMP-[0-9]{6}\\b\n", r"'foo\n'"] {
        let yaml = format!("version: 1\nname: p\nregexes:\n  - name: r\n    pattern: {pattern}\n");
        assert!(Policy::from_yaml(&yaml).is_ok(), "{yaml}");
    }
}

/// A byte order mark before the policy, the text, or the body.
#[test]
fn byte_order_marks_are_no_part_of_the_data() {
    let yaml = "{version: 1, name: b, pii: [{types: [US_SOCIAL_SECURITY_NUMBER, EMAIL]}], regexes: [{name: R, pattern: '^start'}]}";
    let guardrail =
        Guardrail::new(Policy::from_yaml(&format!("\u{feff}{yaml}")).expect("a mark is no part of the document"));
    for (text, wanted) in [
        ("\u{feff}536-90-4399", "\u{feff}{US_SOCIAL_SECURITY_NUMBER}"),
        ("\u{feff}jane.roe@example.com", "\u{feff}{EMAIL}"),
        ("\u{feff}start", "\u{feff}{R}"),
    ] {
        let assessment = guardrail.assess(Source::Input, text);
        assert!(
            assessment.apply_to(text).ends_with(wanted.trim_start_matches('\u{feff}')),
            "{text:?} became {:?}",
            assessment.apply_to(text)
        );
    }
}
