use serde_json::Value;

use crate::support::{Directory, banister};

const POLICY: &str = "
version: 1
name: linted
denied_topics:
  - name: stocks
    phrases: [stock tip, hot stock tip, in stock]
    exceptions: [in stock]
word_filters:
  - name: profanity
    managed: profanity
    action: mask
  - name: rude
    words: [bullshit, darn]
    action: detect
  - name: tips
    words: [stock tip]
    action: detect
  - name: one
    file: words.txt
    action: mask
  - name: two
    words: [acme]
    action: mask
    output: off
";

fn codes(lint: &Value) -> Vec<(&str, &str)> {
    let warnings = lint["warnings"].as_array().expect("warnings").iter();
    warnings.filter_map(|warning| warning["code"].as_str().zip(warning["rules"][0].as_str())).collect()
}

#[test]
fn warnings() {
    let files = Directory::new();
    files.file("words.txt", "# rivals\nAcme\nGlobex Corp\n");
    let policy = files.file("p.yaml", POLICY);
    let run = banister(&["lint", "-f", "json", &policy], "");
    assert_eq!(run.code, Some(0), "{run:?}");
    let lint = run.json();
    let expected = [
        ("duplicate-word", "two"),
        ("contained-phrase", "stocks"),
        ("dead-word", "stocks"),
        ("shadowed-word", "rude"),
        ("shadowed-rule", "tips"),
        ("dead-word", "stocks"),
        ("shadowed-word", "rude"),
        ("shadowed-rule", "tips"),
        ("off", "two"),
    ];
    assert_eq!(codes(&lint), expected, "{run:?}");
    assert_eq!(lint["rules"][1]["managed"], "profanity");
    assert!(lint["bufferLimit"].as_u64() > Some(0) && lint["bufferLimitRule"].is_string());
    let run = banister(&["lint", &policy], "");
    assert!(run.stdout.contains("a stream buffers at most"), "{run:?}");
    assert!(run.stdout.contains("\nwarning: off in completions: two\n"), "{run:?}");
}

#[test]
fn errors_have_locations() {
    let files = Directory::new();
    let wrong = files.file("wrong.yaml", "version: 1\nname: bot\npii:\n  - types: [EMIAL]\n");
    let run = banister(&["lint", &wrong], "");
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert!(run.stdout.contains("wrong.yaml:4:13"), "{run:?}");
    let run = banister(&["lint", "-f", "json", &wrong, "default"], "");
    assert_eq!(run.code, Some(1));
    let lines = run.json_lines();
    assert_eq!(
        (lines[0]["errors"][0]["line"].as_u64(), lines[0]["errors"][0]["path"].as_str()),
        (Some(4), Some("pii[0].types[0]"))
    );
    assert_eq!(lines[1]["name"], "default");
    banister(&["lint", "default", "missing.yaml"], "").assert_fails(&["missing.yaml"]);
}

#[test]
fn patterns_that_match_more_than_they_list() {
    let files = Directory::new();
    let topic = "denied_topics:\n  - name: russian\n    patterns: ['[а-я]{6}', '(купить|продать) акции']\n";
    let policy = files.file("p.yaml", format!("version: 1\nname: bot\n{topic}"));
    let run = banister(&["lint", "-f", "json", &policy], "");
    assert_eq!(codes(&run.json()), [("wider-pattern", "russian")], "{run:?}");
    let run = banister(&["lint", &policy], "");
    assert!(run.stdout.contains("`[а-я]{6}` also matches `abcehkmoptxy`"), "{run:?}");
}

#[test]
fn packs_have_no_warnings() {
    for pack in ["banking", "default", "pii", "profanity", "world-ids"] {
        let run = banister(&["lint", "-f", "json", &format!("{}/{pack}.yaml", crate::support::packs())], "");
        assert_eq!(codes(&run.json()), [], "{run:?}");
    }
}

#[test]
fn the_schema_is_json() {
    let run = banister(&["schema"], "");
    assert_eq!(run.code, Some(0));
    assert!(run.json()["properties"]["pii"].is_object());
}
