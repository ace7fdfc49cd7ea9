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
        run.stdout.ends_with("3 of 4 rules reached\n  no case for ticket\n2 passed, 1 failed  (seed 3)\n"),
        "{}",
        run.stdout
    );

    let report = banister(&["test", "-f", "json", &suite], "").json();
    assert_eq!((report["passed"].as_u64(), report["failed"].as_u64()), (Some(2), Some(1)));
    assert_eq!(report["suites"][0]["cases"][2]["status"], "failed");
    assert_eq!(report["coverage"][0]["unreached"][0], "ticket");
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
    fails("policy: default\ncases:\n  - name: x\n    text: a\n    passes: true\n    note: what\n", &["note", "line 6"]);
    fails("policy: default\nstrict: yes\ncases: []\n", &["strict", "line 2"]);
    fails("policy: default\ncases: [{name: x, text: a}]\n", &["cases[0]", "exactly one of `passes: true`"]);
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
    fails("policy: default\ncases: [{name: x, text: a, source: up, passes: true}]\n", &["up"]);
    fails(
        "policy: default\ncases: [{name: x, text: a, passes: true, evasions: leetspeak}]\n",
        &["`evasions`", "`text`"],
    );
    fails(
        "policy: default\ncases: [{name: x, text: a, masked: b, evasions: [leet]}]\n",
        &["`leet`", "leetspeak, leet-signs"],
    );
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
