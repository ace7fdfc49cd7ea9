//! Content filters: what a policy may say, and what it may not.

use std::fs;

use crate::policy::{Action, Policy};
use crate::{ContentCategory, FilterStrength};

fn policy(filter: &str) -> Result<Policy, String> {
    let yaml = format!("{{version: 1, name: c, content_filters: [{{{filter}}}]}}");
    Policy::from_yaml(&yaml).map_err(|error| error.to_string())
}

#[test]
fn a_filter_has_a_category_strengths_and_actions() {
    use FilterStrength::{High, Low, None};
    let cases = [
        ("category: insults, strength: low", (Low, Low), (Action::Block, Action::Block)),
        ("category: sexual, input_strength: high, output_strength: low", (High, Low), (Action::Block, Action::Block)),
        ("category: sexual, input_strength: high", (High, None), (Action::Block, Action::Off)),
        ("category: sexual, strength: high, output_strength: none", (High, None), (Action::Block, Action::Off)),
        ("category: hate, strength: low, input: detect", (Low, Low), (Action::Detect, Action::Block)),
        ("category: violence, strength: high, action: detect", (High, High), (Action::Detect, Action::Detect)),
        ("category: prompt_attack, strength: low", (Low, None), (Action::Block, Action::Off)),
    ];
    for (filter, strengths, actions) in cases {
        let policy = policy(filter).unwrap_or_else(|error| panic!("{error}"));
        let rule = policy.rules().next().unwrap();
        assert_eq!(rule.strengths(), Some(strengths), "{filter}");
        assert_eq!((rule.input(), rule.output()), actions, "{filter}");
        assert_eq!(Some(rule.name()), rule.content_category().map(ContentCategory::name));
    }
}

/// Every category and strength, with and without consent: a filter that would block ordinary text does so only if that is accepted.
#[test]
fn blocking_ordinary_text_needs_consent() {
    for &category in ContentCategory::ALL {
        for strength in [FilterStrength::Low, FilterStrength::Medium, FilterStrength::High] {
            let filter = |rest: &str| policy(&format!("category: {category}, strength: {strength}{rest}"));
            let needs_consent = match category {
                ContentCategory::Violence | ContentCategory::Misconduct => true,
                ContentCategory::Hate => strength > FilterStrength::Low,
                _ => false,
            };
            assert!(filter(", action: detect").is_ok());
            assert_eq!(filter("").is_err(), needs_consent, "{category} {strength}");
            assert_eq!(filter(", accept_false_positives: true").is_ok(), needs_consent, "{category} {strength}");
            if let Err(error) = filter("") {
                assert!(
                    error.contains("would block ordinary text") && error.contains("accept_false_positives"),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn overrides_keep_what_a_filter_must_not_do() {
    let folder = std::env::temp_dir().join(format!("banister-filters-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let read = |own: &str| {
        let path = folder.join("own.yaml");
        fs::write(&path, format!("version: 1\nname: own\nextends: [content-filters]\noverrides:\n  - {own}\n"))
            .unwrap();
        Policy::from_file(&path).map_err(|error| error.to_string())
    };
    let detects = read("{rules: [insults], action: detect}").unwrap();
    assert!(detects.rules().any(|rule| rule.name() == "insults" && rule.input() == Action::Detect));
    assert!(read("{rules: [insults], action: disabled}").unwrap().rules().all(|rule| rule.name() != "insults"));
    for (own, reason) in [
        ("{rules: [violence], action: block}", "would block ordinary text"),
        ("{rules: [insults], action: mask}", "cannot mask"),
        ("{rules: [prompt_attack], output: detect}", "does not filter completions"),
    ] {
        let error = read(own).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn strengths_are_part_of_the_digest() {
    let digest = |filter: &str| policy(filter).unwrap().digest().to_owned();
    let both = digest("category: insults, strength: low");
    assert_eq!(both, digest("category: insults, input_strength: low, output_strength: low"));
    for other in ["strength: high", "input_strength: low", "strength: low, action: detect"] {
        assert_ne!(both, digest(&format!("category: insults, {other}")));
    }
}
