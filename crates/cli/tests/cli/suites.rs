use crate::support::{Directory, POLICY, banister, packs};

#[test]
fn packs_pass_their_test_suites() {
    let run = banister(&["test", &packs()], "");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains(" passed, 0 failed"), "{run:?}");
}

const SUITE: &str = r#"
cases:
  - name: right
    text: Write to a@example.com
    masked: Write to {EMAIL}
  - name: blocked
    text: a stock tip
    blocked_by: [stocks]
  - name: wrong <&">
    source: output
    text: "Ask Globex\u0001"
    passes: true
"#;

#[test]
fn failed_cases_show_expected_and_actual() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    let suite = files.file("p.test.yaml", SUITE);
    let run = banister(&["test", files.path(), "--seed", "3"], "");
    assert_eq!(run.code, Some(1), "{run:?}");
    let expected = format!(
        "failed  {suite}: wrong <&\">\n  expected: passed\n    actual: masked \"Ask {{rivals}}\\u{{1}}\"\n            rivals (word) ANONYMIZED at 4..10 \"Globex\"\n"
    );
    assert!(run.stdout.starts_with(&expected), "{}", run.stdout);
    assert!(
        run.stdout.ends_with("2 of 4 rules reached\n  no case for rivals, ticket\n2 passed, 1 failed  (seed 3)\n"),
        "{}",
        run.stdout
    );

    let report = banister(&["test", "-f", "json", &suite], "").json();
    assert_eq!((report["passed"].as_u64(), report["failed"].as_u64()), (Some(2), Some(1)));
    assert_eq!(report["suites"][0]["cases"][2]["status"], "failed");
    assert_eq!(report["coverage"][0]["unreached"], serde_json::json!(["rivals", "ticket"]));
}

/// Editors and shells of Windows write files like this.
#[test]
fn byte_order_marks_and_crlf_change_nothing() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let files = Directory::new();
    files.file("words.txt", windows("# competitors\nGlobex\nInitech\n"));
    let policy = "version: 1\nname: p\nword_filters:\n  - name: rivals\n    file: words.txt\n    action: mask\n";
    files.file("p.yaml", windows(policy));
    let suite = "cases:\n  - name: first\n    text: Ask Globex\n    masked: Ask {rivals}\n  - name: last\n    text: Ask Initech\n    masked: Ask {rivals}\n";
    let suite = files.file("p.test.yaml", windows(suite));
    let run = banister(&["test", &suite], "");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("2 passed, 0 failed"), "{run:?}");
}

#[test]
fn junit() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    let suite = files.file("p.test.yaml", SUITE);
    let run = banister(&["test", "-f", "junit", &suite], "");
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains(r#"<testsuites name="banister" tests="3" failures="1" errors="0">"#), "{run:?}");
    assert!(run.stdout.contains(r#"name="wrong &lt;&amp;&quot;&gt;"><failure message="expected: passed">"#), "{run:?}");
    assert!(!run.stdout.contains('\u{1}'));
}

#[test]
fn invalid_test_suites_are_errors() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    let mut number = 0;
    let mut fails = |suite: &str, words: &[&str]| {
        number += 1;
        let suite = files.file(&format!("{number}.test.yaml"), suite);
        banister(&["test", &suite], "").assert_fails(words);
    };
    fails("", &["1.test.yaml"]);
    fails("policy: default\ncases: []\n", &["the test suite has no cases"]);
    fails(
        "policy: default\ncases:\n  - name: x\n    text: a\n    passes: true\n    note: what\n",
        &["`note` is not a known key", "test.yaml:6"],
    );
    fails("policy: default\nstrict: yes\ncases: []\n", &["`strict` is not a known key", "test.yaml:2"]);
    fails(
        "policy: default\ncases: [{name: x, text: a}]\n",
        &["cases[0]", "expects nothing", "at least one of `passes: true`"],
    );
    fails(
        "policy: default\ncases: [{name: x, text: a, body: b, passes: true}]\n",
        &["exactly one of `text` and `body`"],
    );
    fails("policy: default\ncases: [{name: x, text: a, passes: false}]\n", &["use `masked` or `blocked_by`"]);
    fails(
        "policy: nowhere\ncases: [{name: x, text: a, passes: true}]\n",
        &["8.test.yaml", "no policy pack", "nowhere"],
    );
    fails("cases: [{name: x, text: a, passes: true}]\n", &["`policy` is missing"]);
    fails("policy: default\ncases: [{name: x, text: a, source: up, passes: true}]\n", &["up", "cases[0]"]);
    fails(
        "policy: default\ncases: [{name: x, text: a, passes: true, evasions: leetspeak}]\n",
        &["`evasions`", "`text`"],
    );
    fails(
        "policy: default\ncases: [{name: x, text: a, masked: b, evasions: [leet]}]\n",
        &["`leet`", "leetspeak, leet-signs"],
    );
}

/// Each problem of a suite, with its line. The policy is that of `support::POLICY`.
#[test]
fn problems_of_test_suites() {
    let case = |keys: &str| format!("cases:\n  - name: x\n    text: a\n    {keys}\n");
    for (suite, line, message) in [
        (case("blocked_by: stokcs"), 4, "did you mean `stocks`?"),
        (case("detects: [EMAIL, EMIAL]"), 4, "did you mean `EMAIL`?"),
        (case("not: tickets"), 4, "did you mean `ticket`?"),
        (case("findings: [{rule: PHONE}]"), 4, "`PHONE` is not a rule of the policy"),
        (case("blocked_by: EMAIL"), 4, "`EMAIL` never blocks prompts: its action is `mask`"),
        (case("findings: [{rule: EMAIL, action: MASKED}]"), 4, "write BLOCKED, ANONYMIZED, REPLACED or NONE"),
        (case("findings: [{rule: EMAIL, span: 3}]"), 4, "the keys here are action, end, pointer, rule, start, text"),
        (case("findings: []\n    masked: b\n    passes: true"), 2, "only one of"),
        (case("detects: []"), 4, "`detects` names no rule"),
        (case("detects: 3"), 4, "a name, or a list of names"),
        (case("not: EMAIL\n    evasions: leetspeak"), 5, "an expected finding"),
        (case("passes: true\n  - {name: x, text: b, passes: true}"), 5, "first used in line 2"),
        (case("passes: true\nsamples:\n  - {name: x, texts: [a], passes: true}"), 6, "first used in line 2"),
        ("cases: {name: x}\n".to_owned(), 1, "`cases` is not a list"),
        ("policy: [p]\ncases: [{name: x, text: a, passes: true}]\n".to_owned(), 1, "not the name of a pack"),
        ("cases: [\n".to_owned(), 2, "not valid YAML"),
    ] {
        let files = Directory::new();
        files.file("p.yaml", POLICY);
        let file = files.file("p.test.yaml", &suite);
        let run = banister(&["test", &file], "");
        run.assert_fails(&[message, &format!("{file}:{line}")]);
    }
}

#[test]
fn all_problems_of_all_test_suites_are_reported_at_once() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    files.file(
        "p.test.yaml",
        "cases:\n  - {name: a, text: b, blocked_by: stokcs, note: x}\n  - {name: a, passes: true}\n",
    );
    files.file("q.test.yaml", "policy: nowhere\ncases: [{name: a, text: b}]\n");
    let run = banister(&["test", files.path()], "");
    run.assert_fails(&[
        "did you mean `stocks`?",
        "`note` is not a known key",
        "first used in line 2",
        "exactly one of `text` and `body`",
        "no policy pack or file named `nowhere`",
        "expects nothing",
    ]);
    assert_eq!(run.stderr.matches("error: ").count(), 6, "{run:?}");
    let run = banister(&["lint", "-f", "json", files.path()], "");
    assert_eq!((run.code, run.json_lines()[0]["errors"].as_array().map(Vec::len)), (Some(1), Some(4)), "{run:?}");
}

/// Cases that hold for `support::POLICY`, with the rules that they reach, and what makes each fail.
#[test]
fn cases_assert_findings() {
    let text = "text: Ask Globex about T-0042 of a@example.com";
    for (holds, fails, reached) in [
        ("detects: rivals", "not: rivals", 1),
        ("detects: [rivals, ticket]", "detects: [rivals, stocks]", 2),
        ("not: stocks", "detects: stocks", 0),
        ("masked: Ask Globex about {ticket} of {EMAIL}", "masked: Ask Globex", 2),
        ("masked: 'Ask Globex about {ticket} of {EMAIL}'\n    detects: rivals", "passes: true\n    detects: rivals", 3),
        ("findings: [{rule: rivals, text: Globex}, {rule: ticket}, {rule: EMAIL}]", "findings: [{rule: rivals}]", 3),
        (
            "findings: [{rule: rivals, start: 4, end: 10, action: NONE}, {rule: ticket}, {rule: EMAIL}]",
            "findings: [{rule: rivals, start: 5}, {rule: ticket}, {rule: EMAIL}]",
            3,
        ),
        ("findings: [{rule: rivals}, {rule: ticket, action: ANONYMIZED}, {rule: EMAIL}]", "findings: []", 3),
        (
            "findings: [{rule: rivals}, {rule: ticket}, {rule: EMAIL, end: 40}]",
            "findings: [{rule: rivals, text: globex}, {rule: ticket}, {rule: EMAIL}]",
            3,
        ),
    ] {
        let files = Directory::new();
        files.file("p.yaml", POLICY);
        let run = |expected: &str| {
            let suite = files.file("p.test.yaml", format!("cases:\n  - name: x\n    {text}\n    {expected}\n"));
            banister(&["test", "-f", "json", &suite], "").json()
        };
        let report = run(holds);
        assert_eq!(
            (report["passed"].as_u64(), report["coverage"][0]["reached"].as_u64()),
            (Some(1), Some(reached)),
            "{holds} {report:#}"
        );
        assert_eq!(run(fails)["failed"], 1, "{fails}");
    }
}

#[test]
fn findings_in_bodies_have_pointers() {
    let body = r#"{"messages": [{"role": "user", "content": [{"text": "Ask Globex"}]}]}"#;
    for (pointer, failed) in [("/messages/0/content/0/text", 0), ("/messages/0/content/1/text", 1)] {
        let files = Directory::new();
        files.file("p.yaml", POLICY);
        let finding = format!("{{rule: rivals, text: Globex, start: 4, pointer: {pointer}}}");
        let suite = format!("cases:\n  - name: x\n    body: '{body}'\n    findings: [{finding}]\n");
        let report = banister(&["test", "-f", "json", &files.file("p.test.yaml", suite)], "").json();
        assert_eq!(report["failed"], failed, "{report:#}");
    }
}

#[test]
fn samples_of_a_trial_run() {
    let files = Directory::new();
    files.file(
        "p.yaml",
        "version: 1\nname: p\ndenied_topics: [{name: t, phrases: [stock tip], action: detect, message: No.}]\n",
    );
    let suite = "samples:\n  - {name: tips, texts: [a stock tip, shares], detects: t, allowed: 1}\n  - {name: others, texts: [hello], not: t}\n";
    let run = banister(&["test", "-f", "json", &files.file("p.test.yaml", suite)], "");
    let report = run.json();
    assert_eq!((report["passed"].as_u64(), report["coverage"][0]["reached"].as_u64()), (Some(2), Some(1)), "{run:?}");
    assert_eq!(report["suites"][0]["samples"][0]["measure"], "misses");
    assert_eq!(report["suites"][0]["samples"][1]["measure"], "false-refusals");
}

/// The shipped suites, and the keys of the guide, are valid by the schema.
#[test]
fn the_schema_of_suites_lists_every_key() {
    let schema = banister(&["schema", "suite"], "").json();
    for (name, keys) in [("CaseEntry", 11), ("SampleEntry", 8), ("FindingEntry", 6)] {
        let properties = schema["$defs"][name]["properties"].as_object().expect("keys");
        assert_eq!(properties.len(), keys, "{name}");
        assert!(properties.values().all(|property| property["description"].is_string()), "{name}");
    }
}

#[test]
fn evasions_of_a_case() {
    let files = Directory::new();
    let policy = |level: &str| {
        let words = format!("word_filters: [{{name: w, words: [malware], match: {{evasion: {level}}}}}]");
        format!("version: 1\nname: p\n{words}\npii: [{{types: [EMAIL], action: detect, evasion: {level}}}]\n")
    };
    let suite = "cases: [{name: a, text: malware for jane@example.com, blocked_by: w, evasions: [leetspeak, spaced, at-dot]}]\n";
    files.file("strict.yaml", policy("strict"));
    let run = banister(&["test", &files.file("strict.test.yaml", suite)], "");
    assert_eq!(run.code, Some(0), "{run:?}");
    files.file("standard.yaml", policy("standard"));
    let run = banister(&["test", &files.file("standard.test.yaml", suite)], "");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("evasion leetspeak: w does not find \"m4lw4re\""), "{run:?}");
}

#[test]
fn directories_without_test_suites_are_errors() {
    let files = Directory::new();
    banister(&["test", files.path()], "").assert_fails(&["no test suite"]);
    banister(&["test", "no-such-path"], "").assert_fails(&["no-such-path"]);
}

const SAMPLES: &str = r#"
samples:
  - name: ordinary questions
    passes: true
    allowed: 1
    texts: [Hello there, a stock tip, Good morning]
  - name: stock tips
    blocked_by: stocks
    texts: [a stock tip, shares to buy]
"#;

#[test]
fn samples_report_rates_and_fail_beyond_what_they_allow() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    let suite = files.file("p.test.yaml", SAMPLES);
    let run = banister(&["test", &suite, "--seed", "3"], "");
    assert_eq!(run.code, Some(1), "{run:?}");
    for line in [
        "stock tips\n  misses: 1 of 2 (50.0 %), 0 allowed\n  \"shares to buy\"\n    expected: blocked by stocks\n",
        "false refusals 1 of 3 (33.3 %)\n  ordinary questions: 1 of 3 (33.3 %), 1 allowed\n",
        "misses 1 of 2 (50.0 %)\n  stock tips: 1 of 2 (50.0 %), 0 allowed\n",
        "1 passed, 1 failed",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
    let report = banister(&["test", "-f", "json", &suite], "").json();
    assert_eq!(report["suites"][0]["samples"][0]["measure"], "false-refusals");
    assert_eq!(report["suites"][0]["samples"][1]["wrong"][0]["text"], "shares to buy");
    assert!(banister(&["test", "-f", "junit", &suite], "").stdout.contains(r#"tests="2" failures="1""#));

    for (sample, problem) in [
        ("{name: x, texts: [], passes: true}", "no `texts`"),
        ("{name: x, texts: [a], passes: true, allowed: 1}", "allows all"),
        ("{name: x, texts: [a]}", "needs exactly one"),
    ] {
        let suite = files.file("bad.test.yaml", format!("policy: p\nsamples: [{sample}]\n"));
        banister(&["test", &suite], "").assert_fails(&["samples[0]", problem]);
    }
}

/// Before, the first value of another type was an error of the whole case, without help.
#[test]
fn each_value_of_another_type_has_its_line() {
    let files = Directory::new();
    files.file("p.yaml", POLICY);
    let suite = "cases:
  - name: 12
    text: 4111
    passes: yes
  - name: body
    body: {prompt: a}
    detects: [rivals]
    not: rivals
  - name: source
    source: in
    text: a
    masked: true
samples:
  - name: sample
    texts: [a, 1]
    passes: true
    allowed: -1
";
    let suite = files.file("p.test.yaml", suite);
    let run = banister(&["test", &suite], "");
    assert_eq!(run.code, Some(2), "{run:?}");
    for (line, path, message, help) in [
        (2, "cases[0].name", "integer `12`, expected a string", "put it in quotes: '12'"),
        (3, "cases[0].text", "integer `4111`, expected a string", "put it in quotes: '4111'"),
        (4, "cases[0].passes", "string \"yes\", expected a boolean", ""),
        (6, "cases[1].body", "map, expected a string", "put it in quotes, or write it as a block"),
        (10, "cases[2].source", "unknown variant `in`", ""),
        (12, "cases[2].masked", "boolean `true`, expected a string", "put it in quotes: 'true'"),
        (15, "samples[0].texts", "integer `1`, expected a string", ""),
        (17, "samples[0].allowed", "integer `-1`", ""),
    ] {
        let place = format!(" --> {suite}:{line}\n  = at: {path}\n");
        let (before, after) = run.stderr.split_once(&place).unwrap_or_else(|| panic!("{place}{}", run.stderr));
        assert!(before.lines().next_back().is_some_and(|found| found.contains(message)), "{path}: {before}");
        assert!(after.lines().next().unwrap_or_default().contains(help), "{path}: {after}");
    }

    let suite = "cases:\n  - {name: a, text: Globex, detects: [rivals], not: rivals}\n";
    let run = banister(&["test", &files.file("p.test.yaml", suite)], "");
    assert!(run.stderr.contains("`rivals` is in `detects`, too"), "{run:?}");
}
