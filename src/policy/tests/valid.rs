//! What valid policies compile to.

use std::path::Path;

use super::golden::policies;
use crate::detect::EntityType;
use crate::policy::rule::ReplacementStyle;
use crate::policy::{Action, Policy, RuleKind};

const FOLDER: &str = "tests/data/policies/valid";

const KEY: &[u8] = b"0123456789abcdef";

/// A valid policy of the test data.
fn valid(name: &str) -> Policy {
    let path = Path::new(FOLDER).join(name).with_extension("yaml");
    Policy::loader().hash_key(Some(KEY.to_vec())).from_file(&path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn all_valid_policies_compile() {
    for path in policies(FOLDER) {
        if let Err(error) = Policy::loader().hash_key(Some(KEY.to_vec())).from_file(&path) {
            panic!("{error}");
        }
    }
}

#[test]
fn rules_are_numbered_in_the_order_of_the_sections() {
    let policy = valid("full");
    let names: Vec<_> = policy.rules().map(|rule| rule.name()).collect();
    assert_eq!(
        names,
        [
            "investment-advice",
            "competitors",
            "profanity",
            "codenames",
            "EMAIL",
            "PHONE",
            "NAME",
            "CREDIT_DEBIT_CARD_NUMBER",
            "US_SOCIAL_SECURITY_NUMBER",
            "URL",
            "PIN",
            "IP_ADDRESS",
            "employee-id",
            "insults",
            "violence",
        ]
    );
    let spec = policy.spec();
    let numbers = spec.topics.iter().map(|topic| topic.rule);
    let numbers = numbers.chain(spec.words.iter().map(|words| words.rule));
    let numbers = numbers.chain(spec.entities.iter().map(|entity| entity.rule));
    let numbers = numbers.chain(spec.patterns.iter().map(|pattern| pattern.rule));
    let numbers: Vec<_> = numbers.chain(spec.content.iter().map(|filter| filter.rule)).collect();
    assert_eq!(numbers, (0..15).collect::<Vec<u32>>());
    assert_eq!(spec.words[2].words, ["Blue Heron", "nightjar"]);
    assert!(spec.words[1].words.len() > 200);
    assert!(!spec.words[0].is_normalized && spec.words[1].is_normalized);
    assert_eq!(spec.entities[3].allow, ["4111 1111 1111 1111"]);
    assert_eq!(spec.topics[0].threshold, Some(0.6));
    assert_eq!(spec.patterns[0].max_length, Some(64));
}

#[test]
fn actions_and_masks_are_as_written_or_the_default() {
    let policy = valid("full");
    let find = |name: &str| policy.compiled_rules().iter().find(|rule| &*rule.name == name).unwrap();
    let actions = |name: &str| (find(name).input, find(name).output);
    assert_eq!(actions("investment-advice"), (Action::Block, Action::Block));
    assert_eq!(actions("competitors"), (Action::Detect, Action::Mask));
    assert_eq!(actions("codenames"), (Action::Block, Action::Block));
    assert_eq!(actions("URL"), (Action::Mask, Action::Mask));
    assert_eq!(actions("CREDIT_DEBIT_CARD_NUMBER"), (Action::Block, Action::Mask));
    assert_eq!(actions("IP_ADDRESS"), (Action::Mask, Action::Off));
    assert!(find("EMAIL").style == ReplacementStyle::Label);
    assert!(find("US_SOCIAL_SECURITY_NUMBER").style == ReplacementStyle::KeepLast4);
    assert!(find("URL").style == ReplacementStyle::Fixed("[link]".to_owned()));
    assert!(find("PIN").style == ReplacementStyle::Fixed("hash".to_owned()));
    assert!(find("IP_ADDRESS").style == ReplacementStyle::Hash(KEY.into()));
    assert_eq!(find("profanity").managed, Some("profanity"));
    assert_eq!(find("EMAIL").entity, Some(EntityType::Email));
    assert_eq!(find("employee-id").kind, RuleKind::Regex);
    assert_eq!(find("investment-advice").message.as_deref(), Some("I can't give investment advice."));
    assert_eq!(&*policy.messages().blocked_input, "Sorry, I can't help with that request.");
}

#[test]
fn extending_takes_over_and_replaces() {
    let policy = valid("extends");
    let find = |name: &str| policy.rules().find(|rule| rule.name() == name).unwrap();
    assert_eq!(policy.rules().filter(|rule| rule.name() == "EMAIL").count(), 1);
    assert_eq!(find("EMAIL").input(), Action::Block, "its own rule wins");
    assert_eq!(find("URL").input(), Action::Detect, "the later policy wins over the earlier");
    assert_eq!(find("JWT").input(), Action::Block, "what only one has is kept");
    assert_eq!(find("id").kind(), RuleKind::Regex);
    assert_eq!(&*policy.messages().blocked_input, "Mine.");
    assert_eq!(&*policy.messages().blocked_output, "Base.");
    assert_eq!(policy.name(), "child");
    assert_eq!(policy.description(), None);
}

#[test]
fn a_policy_extended_over_two_ways_counts_once() {
    let policy = valid("diamond");
    let names: Vec<_> = policy.rules().map(|rule| rule.name()).collect();
    assert_eq!(names, ["EMAIL", "URL", "left", "id"]);
    assert_eq!(policy.spec().patterns[1].pattern.source(), "RIGHT[0-9]{4}");
}

#[test]
fn all_means_all() {
    let policy = valid("all_types");
    let found: Vec<_> = policy.rules().filter_map(|rule| rule.entity_type()).collect();
    let wanted = EntityType::ALL.iter().copied().filter(|entity| !entity.is_world_id());
    assert_eq!(found, wanted.collect::<Vec<_>>());
}

/// A group that later versions may fill further does not change what `ALL` means.
#[test]
fn the_numbers_of_countries_are_a_group_of_their_own() {
    let yaml = |types: &str| format!("{{version: 1, name: t, pii: [{{types: {types}}}]}}");
    let count = |types: &str| Policy::from_yaml(&yaml(types)).map(|policy| policy.rules().len());
    assert_eq!(count("[ALL]").unwrap(), 36);
    assert_eq!(count("[ALL, WORLD_IDS]").unwrap(), EntityType::ALL.len());
    assert_eq!(count("[ALL, BR_CPF]").unwrap(), 37);
    for (types, message) in [
        ("[WORLD_IDS, BR_CPF]", "`BR_CPF` is already included in `WORLD_IDS` in line 1"),
        ("[BR_CPF, WORLD_IDS]", "`WORLD_IDS` already includes `BR_CPF` in line 1"),
        ("[EMAIL, ALL]", "`ALL` already includes `EMAIL` in line 1"),
    ] {
        let error = count(types).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn text_that_looks_like_other_things_stays_text() {
    let policy = valid("off_words");
    assert_eq!(policy.spec().words[0].words, ["no", "off", "yes", "0x", "007", "1.2.3"]);
    assert_eq!(valid("crlf_bom").spec().words[0].words, ["alpha", "beta"]);
    assert_eq!(valid("block_scalars").spec().patterns[1].pattern.source(), "a[0-9]{3}");
}

#[test]
fn a_short_hash_key_is_refused() {
    let text = "version: 1\nname: bot\npii:\n  - types: [EMAIL]\n    replacement: hash\n";
    let error = Policy::loader().hash_key(Some(b"short".to_vec())).from_yaml(text).unwrap_err().to_string();
    assert!(error.contains("has 5 bytes"), "{error}");
    assert!(!error.contains("short"), "{error}");
    assert!(Policy::loader().hash_key(Some(KEY.to_vec())).from_yaml(text).is_ok());
}

#[test]
fn a_text_has_no_files() {
    for line in ["word_filters: [{name: x, file: words.txt}]", "extends: [./other.yaml]"] {
        let error = Policy::from_yaml(&format!("version: 1\nname: bot\n{line}\n")).unwrap_err().to_string();
        assert!(error.contains("Policy::from_file"), "{error}");
    }
}

#[test]
fn a_file_that_is_not_there() {
    let error = Policy::from_file("nowhere/policy.yaml").unwrap_err();
    assert_eq!(error.problems().next().unwrap().line(), None);
    assert!(error.to_string().starts_with("error: the policy cannot be read: "), "{error}");
}

#[test]
fn public_types_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Policy>();
    shared::<crate::policy::PolicyError>();
}

#[test]
fn patterns_of_several_lines_may_end_with_a_line_break_where_it_means_nothing() {
    let text = "version: 1\nname: bot\nregexes:\n  - name: id\n    pattern: |\n      (?x)\n      EMP-     # the prefix\n      [0-9]{6} # the number\n";
    assert!(Policy::from_yaml(text).is_ok());
    let text =
        r#"{version: 1, name: bot, regexes: [{name: id, pattern: "a\tb\nc"}, {name: hex, pattern: '\x{8}\bx'}]}"#;
    assert!(Policy::from_yaml(text).is_ok());
}

#[test]
fn patterns_that_match_more_than_they_list_are_told() {
    let policy = Policy::from_yaml(
        "
version: 1
name: bot
denied_topics:
  - name: russian
    patterns: ['[а-я]{6}', '[a-zа-я]{6}', 'привет']
regexes:
  - {name: greek, pattern: '[α-ω]{6}'}
  - {name: wide, pattern: '[０-１]x\\d'}
",
    )
    .unwrap();
    let warnings = policy.pattern_warnings();
    let told: Vec<_> = warnings.iter().map(|w| (w.rule(), w.pattern(), w.also_matches())).collect();
    assert_eq!(told, [("russian", "[а-я]{6}", "abcehkmoptxy"), ("wide", "[０-１]x\\d", "01")]);
}

#[test]
fn what_is_not_stated_is_taken_from_the_base() {
    let folder = std::env::temp_dir().join(format!("banister-inherit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("base.yaml"),
        "version: 1\nname: base\nhistory: block\noperator_text: off\npii:\n  - types: [EMAIL]\n",
    )
    .unwrap();
    let read = |own: &str| {
        let path = folder.join("own.yaml");
        std::fs::write(&path, format!("version: 1\nname: own\nextends: [base.yaml]\n{own}")).unwrap();
        let policy = Policy::from_file(&path).unwrap();
        (policy.replaces_history(), policy.block_in_operator_text(RuleKind::Topic))
    };
    assert_eq!(read(""), (false, Action::Off));
    assert_eq!(read("history: replace\n"), (true, Action::Off));
    assert_eq!(read("operator_text: detect\n"), (false, Action::Detect));
    assert_eq!(read("operator_text: block\n"), (false, Action::Block));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn operator_text_is_for_topics_words_and_content() {
    let policy =
        |own: &str| Policy::from_yaml(&format!("version: 1\nname: a\n{own}\npii:\n  - types: [EMAIL]\n")).unwrap();
    for (own, expected) in
        [("", Action::Detect), ("operator_text: off", Action::Off), ("operator_text: block", Action::Block)]
    {
        let policy = policy(own);
        for (kind, expected) in [
            (RuleKind::Topic, expected),
            (RuleKind::Word, expected),
            (RuleKind::Content, expected),
            (RuleKind::Pii, Action::Block),
            (RuleKind::Regex, Action::Block),
        ] {
            assert_eq!(policy.block_in_operator_text(kind), expected, "{own} {kind:?}");
        }
        assert!(policy.replaces_history());
    }
}

#[test]
fn overrides_change_the_actions_of_inherited_rules_only() {
    let (policy, base) = (valid("overrides"), Policy::from_pack("banking").unwrap());
    let rules = |policy: &Policy| -> Vec<(String, Action, Action)> {
        policy.rules().map(|rule| (rule.name().to_owned(), rule.input(), rule.output())).collect()
    };
    let mut expected = rules(&base);
    expected.retain(|(name, ..)| !["profanity", "EMAIL"].contains(&&**name));
    for (name, input, output) in &mut expected {
        match &**name {
            "investment-advice" | "tax-advice" => (*input, *output) = (Action::Detect, Action::Detect),
            "PHONE" => *output = Action::Off,
            _ => {}
        }
    }
    let topics = expected.iter().position(|(name, ..)| name == "tipping-off").unwrap();
    expected.insert(topics, ("trial".to_owned(), Action::Detect, Action::Detect));
    assert_eq!(rules(&policy), expected);
    assert_ne!(policy.digest(), base.digest());
}

#[test]
fn off_and_disabled_mean_the_same() {
    let off = |word: &str| {
        let rules = format!("word_filters: [{{name: w, words: [acme], input: {word}, match: {{evasion: {word}}}}}]");
        Policy::from_yaml(&format!("{{version: 1, name: p, operator_text: {word}, {rules}}}")).unwrap()
    };
    assert_eq!(off("off").digest(), off("disabled").digest());
    assert_eq!(off("'off'").digest(), off("disabled").digest());
}

#[test]
fn rules_know_where_they_are_defined() {
    let policy = valid("overrides");
    let origin = |name: &str| {
        let rule = policy.rules().find(|rule| rule.name() == name).unwrap();
        (rule.file().replace('\\', "/"), rule.line())
    };
    assert_eq!(origin("trial"), (format!("{FOLDER}/overrides.yaml"), 12));
    assert_eq!(origin("claim-number").0, "<pack banking>");
    assert_eq!(origin("PHONE"), ("<pack default>".to_owned(), 41));
}
