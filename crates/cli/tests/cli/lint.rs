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
    assert!(run.stdout.contains("\nwarning: disabled in completions: two\n"), "{run:?}");
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
    assert_eq!(codes(&run.json()), [("matches-ordinary-text", "russian"), ("wider-pattern", "russian")], "{run:?}");
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

/// The page of the guide that explains the warnings.
const GUIDE: &str = include_str!("../../../../src/guide/commands.md");

/// A policy with one rule under a section, as one line of YAML.
fn policy(section: &str, rule: &str) -> String {
    format!("version: 1\nname: p\n{section}:\n  - {{{rule}}}\n")
}

/// Natural mistakes, each with its warning. The word file is `words.txt`.
#[test]
fn mistakes() {
    let regex = |pattern: &str| policy("regexes", &format!("name: x, action: block, pattern: '{pattern}'"));
    let words = |words: &str| policy("word_filters", &format!("name: x, words: [{words}]"));
    let phrases = |phrases: &str| policy("denied_topics", &format!("name: x, phrases: [{phrases}]"));
    let patterns = |patterns: &str| policy("denied_topics", &format!("name: x, patterns: [{patterns}]"));
    let allow = |types: &str, value: &str| policy("pii", &format!("types: [{types}], allow: ['{value}']"));
    let (written, anchored) = ("literally", "at the start of the text");
    let cases = [
        (regex(r"/EMP-\d{6}/i"), "delimited-pattern", "write `(?i)EMP-\\d{6}`"),
        (regex(r"/EMP-\d{6}/"), "delimited-pattern", "write `EMP-\\d{6}`"),
        (regex(r"/EMP-\d{6}/gm"), "delimited-pattern", "write `(?m)EMP-\\d{6}`"),
        (regex(r"/EMP\/\d{6}/"), "delimited-pattern", r"write `EMP/\d{6}`"),
        (regex("m/EMP-[0-9]{6}/"), "delimited-pattern", written),
        (regex("r\"EMP-[0-9]{6}\""), "delimited-pattern", written),
        (regex("`EMP-[0-9]{6}`"), "delimited-pattern", written),
        (patterns(r"'/stock tips?/'"), "delimited-pattern", written),
        (regex(r"^EMP-\d{6}$"), "anchored-pattern", "whole text"),
        (regex(r"\AEMP-\d{6}\z"), "anchored-pattern", "whole text"),
        (regex(r"^(?:EMP|ID)-\d{6}"), "anchored-pattern", anchored),
        (regex(r"EMP-\d{6}$"), "anchored-pattern", "at the end of the text"),
        (regex(r"\\bEMP-\\d{6}"), "doubled-backslash", "matches a backslash"),
        (regex(r"EMP-\\d{6}"), "doubled-backslash", "write one backslash: `EMP-\\d{6}`"),
        (regex(r"(?:\d[ -]?){13,19}"), "slow-pattern", "begin it with `\\b`"),
        (regex("[0-9a-f]{32}"), "slow-pattern", "can begin at 31 characters"),
        (patterns("'[a-z]{30} secret'"), "slow-pattern", "each adds its work"),
        (regex(r"\w"), "matches-ordinary-text", "of 309"),
        (regex("."), "matches-ordinary-text", "of 309"),
        (regex(r"\d{1,9}"), "matches-ordinary-text", "strings of ordinary text"),
        (regex("[A-Z]{1,20}"), "matches-ordinary-text", "309 of 309"),
        (regex("(?i)[a-z ]{3}"), "matches-ordinary-text", "309 of 309"),
        (words("the"), "matches-ordinary-text", "it finds `the`"),
        (words("Please, globex"), "matches-ordinary-text", "remove common words"),
        (words("A"), "matches-ordinary-text", "it finds `a`"),
        (words("x"), "short-word", "words of ordinary text: `x`"),
        (words("'7'"), "short-word", "`7`"),
        (phrases("you can"), "matches-ordinary-text", "more specific"),
        (words("'invest*'"), "wildcard-word", "`invest*`"),
        (words("'*coin'"), "wildcard-word", "`*coin`"),
        (words("'colou?r'"), "wildcard-word", "only as written"),
        (words("'invest%'"), "wildcard-word", "only as written"),
        (words("'invest.*'"), "wildcard-word", "regexes"),
        (words(r"'\binvest\b'"), "wildcard-word", "regexes"),
        (words("'(buy|sell)'"), "wildcard-word", "regexes"),
        (words("'inv[a-z]st'"), "wildcard-word", "regexes"),
        (phrases("'invest*'"), "wildcard-word", "patterns"),
        (words("'acme, globex, initech'"), "list-in-word", "each word an element"),
        (words("acme; globex"), "list-in-word", "each word an element"),
        (allow("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1112"), "dead-allow", "check its digits"),
        (allow("EMAIL", "@example.com"), "dead-allow", "never found as EMAIL: `@example.com`"),
        (allow("EMAIL", "*@example.com"), "dead-allow", "never found as EMAIL"),
        (allow("EMAIL, PHONE", "example.com"), "dead-allow", "EMAIL, PHONE"),
        (allow("IP_ADDRESS", "10.0.0.0/33"), "dead-allow", "a whole value"),
    ];
    for (policy, code, message) in cases {
        let files = Directory::new();
        let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", &policy)], "").json();
        let text = |warning: &Value| format!("{} {}", warning["message"], warning["help"]).replace(r"\\", r"\");
        let has = |warning: &Value| warning["code"] == code && text(warning).contains(message);
        assert!(
            lint["warnings"].as_array().is_some_and(|all| all.iter().any(has)),
            "{code} {message:?}\n{policy}\n{lint:#}"
        );
        assert!(GUIDE.contains(&format!("`{code}`")), "the guide does not explain {code}");
        let strings = format!("out of {} prompts", lint["ordinaryStrings"]);
        assert!(GUIDE.contains(&strings), "the guide does not say {strings:?}");
        assert_eq!(lint["warnings"][0]["line"], 4, "{lint:#}");
        assert!(lint["warnings"][0]["help"].is_string(), "{lint:#}");
    }
}

#[test]
fn word_files_that_are_no_lists_of_words() {
    let policy = policy("word_filters", "name: x, file: words.txt");
    for (words, line, message) in [
        ("acme,rival\nglobex,rival\n", 1, "columns separated by commas"),
        ("\u{feff}acme;1\r\nglobex;2\r\n", 1, "columns separated by semicolons"),
        ("# rivals\nacme\t1\nglobex\t2\n", 2, "tabs"),
        ("[\"acme\", \"globex\"]\n", 1, "JSON"),
        ("{\"words\": [\"acme\"]}\n", 1, "JSON"),
        ("\"acme\"\n\"globex\"\n", 1, "quotes"),
        ("'acme',\n'globex',\n", 1, "quotes"),
        ("acme,\nglobex,\n", 1, "commas"),
        ("- acme\n- globex\n", 1, "list marks"),
        ("1. acme\n2. globex\n", 1, "numbers"),
        ("acme\n// rivals abroad\nglobex\ninitech\n", 2, "comments"),
        ("acme\nglobex # since 2020\ninitech\n", 2, "comments"),
    ] {
        let files = Directory::new();
        files.file("words.txt", words);
        let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", &policy)], "").json();
        let warning = &lint["warnings"][0];
        assert_eq!(warning["code"], "word-file-format", "{words:?} {lint:#}");
        assert!(warning["message"].as_str().is_some_and(|text| text.contains(message)), "{words:?} {warning:#}");
        assert!(warning["file"].as_str().is_some_and(|file| file.ends_with("words.txt")), "{warning:#}");
        assert_eq!(warning["line"], line, "{words:?} {warning:#}");
    }
}

/// No setting does nothing without being named.
#[test]
fn settings_that_concern_no_rule() {
    let mail = |effect: &str| format!("pii: [{{types: [EMAIL]{effect}}}]\n");
    let masks = mail("");
    for (settings, rules, unused) in [
        ("history: block\n", &masks, Some("history")),
        ("history: replace\n", &masks, None),
        ("history: block\n", &mail(", output: block"), Some("history")),
        ("history: block\n", &mail(", input: block"), None),
        ("history: block\n", &mail(", action: detect"), None),
        ("operator_text: block\n", &mail(", input: block"), Some("operator_text")),
        ("operator_text: disabled\n", &masks, Some("operator_text")),
        ("operator_text: detect\n", &masks, None),
        ("operator_text: block\n", &"word_filters: [{name: w, words: [Acme]}]\n".to_owned(), None),
        (
            "operator_text: block\n",
            &"word_filters: [{name: w, words: [Acme], input: mask}]\n".to_owned(),
            Some("operator_text"),
        ),
        ("operator_text: block\n", &"extends: [banking]\n".to_owned(), None),
        ("messages: {blocked_input: No.}\n", &masks, Some("messages.blocked_input")),
        ("messages:\n  blocked_output: No.\n", &mail(", input: block"), Some("messages.blocked_output")),
        ("messages: {blocked_input: No.}\n", &mail(", input: block"), None),
        ("messages: {blocked_input: No.}\n", &mail(", input: block, message: Mine."), Some("messages.blocked_input")),
        (
            "messages: {blocked_output: No.}\n",
            &"extends: [pii]\noverrides: [{rules: [EMAIL], output: block}]\n".to_owned(),
            None,
        ),
        ("mode: async\n", &mail(", input: mask, output: disabled"), Some("mode")),
        ("mode: async\n", &mail(", input: mask, output: detect"), None),
    ] {
        let files = Directory::new();
        let policy = format!("version: 1\nname: p\n{settings}{rules}");
        let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", &policy)], "").json();
        let all = lint["warnings"].as_array().expect("warnings").iter();
        let found: Vec<&Value> = all.filter(|warning| warning["code"] == "unused-setting").collect();
        assert_eq!(found.len(), usize::from(unused.is_some()), "{policy}{lint:#}");
        if let (Some(warning), Some(setting)) = (found.first(), unused) {
            let message = warning["message"].as_str().unwrap_or_default();
            assert!(message.starts_with(&format!("`{setting}` has no effect")), "{policy}{message}");
            assert_eq!(warning["line"], 3 + usize::from(settings.contains("\n  ")), "{policy}");
        }
    }
    assert!(GUIDE.contains("`unused-setting`"));
}

#[test]
fn exceptions_that_never_apply() {
    for (topic, dead) in [
        ("phrases: [stock tip], exceptions: [stock photo]", true),
        ("phrases: [stock tip], exceptions: [in stock]", true),
        ("phrases: [stock tip], exceptions: [stock tip jar]", false),
        ("phrases: [stock tip], exceptions: ['Stöck\u{200b} tip jar']", false),
        ("phrases: [stock tip], exceptions: [stock tips jar]", true),
        ("patterns: ['\\b(?:buy|sell) \\w{1,8}\\b'], exceptions: [buy time]", false),
        ("patterns: ['\\b(?:buy|sell) \\w{1,8}\\b'], exceptions: [buy]", true),
        ("patterns: ['^buy shares$'], exceptions: [buy shares]", false),
        ("phrases: [election], patterns: ['buy \\w{1,8}'], exceptions: [buy time, the election of officers]", false),
        ("examples: [Who will win the election next year?], exceptions: [in stock]", false),
    ] {
        let files = Directory::new();
        let policy = policy("denied_topics", &format!("name: t, {topic}"));
        let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", &policy)], "").json();
        let has = codes(&lint).contains(&("dead-exception", "t"));
        assert_eq!(has, dead, "{topic} {lint:#}");
    }
    assert!(GUIDE.contains("`dead-exception`"));
}

/// What looks like a mistake, and is none.
#[test]
fn no_wrong_warnings() {
    let rules = r"
denied_topics:
  - name: topic
    phrases: [who are you?, 'stock tip, please']
    patterns: ['\binvest(?:ing|or)?\b']
word_filters:
  - name: words
    words: [f*ck, 'Acme, Inc.', C++, 100% Acme, .NET, 'Yahoo!', 'AT&T', '*** confidential ***', 中]
  - name: upper
    words: [IT, US]
    match: {case_sensitive: true}
  - name: file
    file: words.txt
pii:
  - types: [EMAIL, PHONE, NAME]
    allow: [support@example.com, +1 415 555 0132, Jane Roe]
  - types: [IP_ADDRESS]
    allow: [127.0.0.1, '::1']
  - types: [CREDIT_DEBIT_CARD_NUMBER]
    allow: ['4111-1111-1111-1111']
regexes:
  - name: lines
    pattern: '(?m)^EMP-\d{6}$'
  - name: path
    pattern: '/api/v\d/users/'
  - name: share
    pattern: 'C:\\data\\\w{1,20}'
  - name: ticket
    pattern: '\bT-[0-9]{4}\b'
  - name: long-ticket
    pattern: '\bT-[0-9]{5}\b'
";
    let files = Directory::new();
    files.file("words.txt", "# rivals\nInitech, Inc.\nGlobex Corp\nUmbrella (UK)\nC#\n3. Liga\n");
    let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", format!("version: 1\nname: p\n{rules}"))], "");
    assert_eq!(codes(&lint.json()), [], "{lint:?}");
}

#[test]
fn patterns_within_patterns() {
    let policy = |one: &str, other: &str| {
        let regexes = format!("{{name: one, {one}}}, {{name: other, {other}}}");
        format!("version: 1\nname: p\nregexes: [{regexes}]\n")
    };
    for (one, other, contained) in [
        (r"pattern: '\bEMP-[0-9]{6}\b'", r"pattern: '\b[A-Z]{3}-[0-9]{6}\b'", Some("one")),
        (r"pattern: '\bEMP-[0-9]{6}\b'", r"pattern: 'EMP-[0-9]{4,8}'", Some("one")),
        (r"pattern: 'EMP-[0-9]{6}'", r"pattern: '(?i)emp-\d{6}'", Some("one")),
        (r"pattern: 'EMP-(?:1|2)'", r"pattern: 'EMP-[12]'", Some("other")),
        (r"pattern: 'EMP-[0-9]{6}'", r"pattern: '\b[A-Z]{3}-[0-9]{6}\b'", None),
        (r"pattern: 'EMP-[0-9]{6}'", r"pattern: 'EMP-[0-9]{5}'", None),
        (r"pattern: 'EMP-\d{6}'", r"pattern: 'EMP-[0-9]{6}'", Some("other")),
        ("pattern: 'ab', action: block", "pattern: 'a[bc]', action: mask", None),
        ("pattern: 'ab', action: mask", "pattern: 'a[bc]', action: block", Some("one")),
        ("pattern: 'a{9}'", "pattern: 'a+', max_length: 8", None),
        ("pattern: 'a{8}'", "pattern: 'a+', max_length: 8", Some("one")),
    ] {
        let files = Directory::new();
        let lint = banister(&["lint", "-f", "json", &files.file("p.yaml", policy(one, other))], "").json();
        let found =
            codes(&lint).into_iter().find(|(code, _)| *code == "contained-pattern").map(|(_, rule)| rule.to_owned());
        assert_eq!(found.as_deref(), contained, "{one} {other} {lint:#}");
    }
}

/// Each policy of `tests/data/lint` has its exact report. `UPDATE_GOLDEN=1` writes what is reported now.
#[test]
fn reports_are_as_recorded() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint");
    let entries = std::fs::read_dir(&directory).expect("the policies").map(|entry| entry.expect("a file").path());
    let mut policies: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    policies.sort();
    assert!(policies.len() >= 6);
    for policy in policies {
        let name = policy.file_name().and_then(|name| name.to_str()).expect("a name");
        let mut command = crate::support::command(&["lint", name]);
        command.current_dir(&directory);
        let report = crate::support::run(command, b"").stdout;
        let golden = policy.with_extension("stdout");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &report).expect("the report");
        }
        assert_eq!(std::fs::read_to_string(&golden).unwrap_or_default(), report, "{name}");
    }
}

#[test]
fn directories_are_searched() {
    let files = Directory::new();
    banister(&["lint", files.path()], "").assert_fails(&["no policy"]);
    files.file("one.yaml", policy("pii", "types: [EMAIL]"));
    files.file("two.yml", policy("pii", "types: [EMIAL]"));
    files.file("one.test.yaml", "cases: [{name: a, text: b, blocked_by: EMIAL}]\n");
    let run = banister(&["lint", "-f", "json", files.path()], "");
    assert_eq!(run.code, Some(1), "{run:?}");
    let lines = run.json_lines();
    assert_eq!(lines.len(), 3, "{run:?}");
    assert_eq!(lines[0]["errors"][0]["help"], "did you mean `EMAIL`?");
    assert_eq!((lines[1]["name"].as_str(), lines[2]["errors"][0]["line"].as_u64()), (Some("p"), Some(4)));
    assert_eq!(
        (lines[1]["rules"][0]["file"].as_str(), lines[1]["rules"][0]["line"].as_u64()),
        (lines[1]["policy"].as_str(), Some(4))
    );
    let run = banister(&["lint", files.path()], "");
    assert!(run.stdout.contains("1 rule; a stream buffers"), "{run:?}");
}

#[test]
fn the_schema_is_json() {
    let suite = banister(&["schema", "suite"], "").json();
    assert!(
        suite["properties"]["cases"].is_object() && suite["$defs"]["CaseEntry"]["properties"]["detects"].is_object()
    );
    let run = banister(&["schema"], "");
    assert_eq!(run.code, Some(0));
    assert!(run.json()["properties"]["pii"].is_object());
}
