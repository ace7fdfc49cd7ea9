//! The digest: the same for the same meaning, different for any other.

use std::collections::HashSet;

use crate::policy::Policy;

const BASE: &str = "version: 1
name: bot
denied_topics:
  - name: t
    examples: [one two three]
    phrases: [a b]
word_filters:
  - name: w
    words: [x, y]
pii:
  - types: [EMAIL, PHONE]
regexes:
  - name: r
    pattern: 'ab{1,3}'
";

fn digest(text: &str) -> String {
    let policy = Policy::loader().hash_key(Some(vec![7; 32])).from_yaml(text).unwrap_or_else(|error| panic!("{error}"));
    policy.digest().to_owned()
}

#[test]
fn formatting_comments_and_defaults_do_not_count() {
    let same = [
        format!("# comment\n{}", BASE.replace('\n', "\r\n")),
        BASE.replace("[x, y]", "\n      - 'x'\n      - \"y\" # why"),
        BASE.replace("version: 1\nname: bot\n", "name: bot\nversion: 1\n"),
        BASE.replace("words: [x, y]", "words: [x, y]\n    action: block\n    match: {evasion: standard}"),
        BASE.replace("[EMAIL, PHONE]", "[EMAIL]\n    replacement: label\n  - types: [PHONE]\n    input: mask"),
        format!("mode: sync\n{BASE}"),
        BASE.replace("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    evasion: standard"),
        format!("history: replace\noperator_text: detect\n{BASE}"),
        format!("messages: {{blocked_output: \"Sorry, I can't share that answer.\"}}\n{BASE}"),
    ];
    for text in same {
        assert_eq!(digest(&text), digest(BASE), "{text}");
    }
    assert_eq!(digest(BASE).len(), 64);
}

#[test]
fn every_change_of_a_rule_counts() {
    let changes = [
        ("name: bot", "name: bots"),
        ("name: bot", "name: bot\ndescription: d"),
        ("name: bot", "name: bot\nmessages: {blocked_input: m}"),
        ("name: bot", "name: bot\nmessages: {blocked_output: m}"),
        ("name: bot", "name: bot\nextends: [profanity]"),
        ("name: bot", "name: bot\nhistory: block"),
        ("name: bot", "name: bot\ncontent_filters: [{category: insults, strength: low}]"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE, NAME]\n    strictness: normal"),
        ("name: bot", "name: bot\noperator_text: block"),
        ("name: bot", "name: bot\noperator_text: off"),
        ("name: t", "name: u"),
        ("[one two three]", "[one two four]"),
        ("[one two three]", "[one two three]\n    threshold: 0.5"),
        ("[a b]", "[a b, c d]"),
        ("[a b]", "[a b]\n    patterns: [p]"),
        ("[a b]", "[a b]\n    exceptions: [p]"),
        ("[a b]", "[a b]\n    definition: d"),
        ("[a b]", "[a b]\n    action: detect"),
        ("[a b]", "[a b]\n    message: m"),
        ("[a b]", "[a b]\n    evasion: strict"),
        ("name: bot", "name: bot\ndecode: [hex]"),
        ("name: bot", "name: bot\ndecode: [base64, hex]"),
        ("words: [x, y]", "words: [x]"),
        ("words: [x, y]", "words: [y, x]"),
        ("words: [x, y]", "managed: profanity"),
        ("words: [x, y]", "words: [x, y]\n    match: {whole_word: false}"),
        ("words: [x, y]", "words: [x, y]\n    match: {case_sensitive: true}"),
        ("words: [x, y]", "words: [x, y]\n    match: {evasion: off}"),
        ("words: [x, y]", "words: [x, y]\n    match: {evasion: strict}"),
        ("words: [x, y]", "words: [x, y]\n    output: mask"),
        ("words: [x, y]", "words: [x, y]\n    action: mask"),
        ("words: [x, y]", "words: [x, y]\n    action: mask\n    replacement: '*'"),
        ("[EMAIL, PHONE]", "[EMAIL]"),
        ("[EMAIL, PHONE]", "[PHONE, EMAIL]"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    allow: [a]"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    evasion: strict"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    replacement: numbered"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    replacement: keep_last_4"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    replacement: hash"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    replacement: {fixed: hash}"),
        ("[EMAIL, PHONE]", "[EMAIL, PHONE]\n    input: off"),
        ("'ab{1,3}'", "'ab{1,4}'"),
        ("'ab{1,3}'", "'ab{1,3}'\n    max_length: 3"),
    ];
    let mut seen = HashSet::from([digest(BASE)]);
    for (from, to) in changes {
        assert!(BASE.contains(from), "{from}");
        assert!(seen.insert(digest(&BASE.replacen(from, to, 1))), "{from} -> {to}");
    }
}

#[test]
fn a_key_is_not_part_of_it() {
    let text = "version: 1\nname: bot\npii:\n  - types: [EMAIL]\n    replacement: hash\n";
    let digest = |key| Policy::loader().hash_key(Some(vec![key; 16])).from_yaml(text).unwrap().digest().to_owned();
    assert_eq!(digest(1), digest(2));
}

/// Decision records name digests: one that changes for the same policy makes old records unverifiable.
#[test]
fn the_digest_of_a_policy_never_changes() {
    let text = "version: 1\nname: bot\npii:\n  - types: [EMAIL]\n";
    assert_eq!(digest(text), "f0c72dbdeab4686171b75dd7e8584e51d2fc8fec37ede10c79ec0816a26e6deb");
}
