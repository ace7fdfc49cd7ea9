//! Promise 5: the findings of a rule are a function of the text and that rule alone.

use std::collections::{BTreeSet, HashMap};

use banister::{Action, ActionTaken, Finding, Guardrail, RuleKind, Source};

use crate::cases;
use crate::generate::{Masks, Rng, Rule, Rules, Section, Texts, run, shrunk};

/// A finding without its action: kind, rule, span.
type Key = (RuleName, usize, usize);
type RuleName = (&'static str, String);

fn kind(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Topic => "topic",
        RuleKind::Word => "word",
        RuleKind::Pii => "pii",
        RuleKind::Regex => "regex",
        RuleKind::Content => "content",
        _ => "other",
    }
}

fn key(finding: &Finding) -> Key {
    let rule = (kind(finding.kind()), finding.rule().to_owned());
    (rule, finding.span().start(), finding.span().end())
}

/// Every finding, and what it says besides: the score, example and terms of a topic or a content filter.
fn findings(guardrail: &Guardrail, source: Source, text: &str) -> BTreeSet<(Key, String)> {
    let assessment = guardrail.assess(source, text);
    let why = |finding: &Finding| format!("{:?}{:?}", finding.explanation(), finding.content_explanation());
    assessment.findings().iter().map(|finding| (key(finding), why(finding))).collect()
}

/// A rule in a policy of its own. Those of entity types are kept: they come again and again.
struct Alone {
    seen: HashMap<String, Guardrail>,
}

impl Alone {
    fn findings(&mut self, rule: &Rule, source: Source, text: &str) -> BTreeSet<(Key, String)> {
        let yaml = Rules(vec![rule.clone()]).yaml();
        if rule.section != Section::Pii {
            self.seen.retain(|kept, _| kept.contains("\npii:") || *kept == yaml);
        }
        findings(self.seen.entry(yaml).or_insert_with_key(|yaml| cases::guardrail(yaml)), source, text)
    }
}

#[test]
fn a_policy_finds_what_its_rules_find_alone() {
    let mut alone = Alone { seen: HashMap::new() };
    run(60, |seed| {
        let mut rng = Rng::new(seed ^ 0x1234);
        let rules = Rules::random(&mut rng, Masks::Any);
        let together = cases::guardrail(&rules.yaml());
        let maker = Texts::new(&mut rng, &rules);
        let singles: Vec<Rule> = rules.0.iter().flat_map(Rule::single).collect();
        for _ in 0..12 {
            let text = maker.text(&mut rng, 20);
            let source = if rng.chance(50) { Source::Input } else { Source::Output };
            let mut differs = |text: &str| {
                let all = findings(&together, source, text);
                let union: BTreeSet<_> = singles.iter().flat_map(|rule| alone.findings(rule, source, text)).collect();
                (all != union).then(|| {
                    let gone: Vec<_> = union.difference(&all).collect();
                    let more: Vec<_> = all.difference(&union).collect();
                    format!("found alone only: {gone:?}\nfound together only: {more:?}")
                })
            };
            if differs(&text).is_some() {
                let least = shrunk(&text, |text| differs(text).is_some());
                let difference = differs(&least).unwrap_or_default();
                panic!("case {seed}, {source:?}\n{difference}\ntext, made shorter: {least:?}\n{}", rules.yaml());
            }
        }
    });
}

/// The action of each finding is the one that its rule gives for the direction.
#[test]
fn findings_have_the_action_of_their_rule() {
    run(60, |seed| {
        let mut rng = Rng::new(seed ^ 0x4321);
        let rules = Rules::random(&mut rng, Masks::Any);
        let policy = crate::cases::policy(&rules.yaml()).unwrap_or_else(|error| panic!("case {seed}: {error}"));
        let actions: HashMap<RuleName, [Action; 2]> = policy
            .rules()
            .map(|rule| ((kind(rule.kind()), rule.name().to_owned()), [rule.input(), rule.output()]))
            .collect();
        let guardrail = Guardrail::new(policy);
        let maker = Texts::new(&mut rng, &rules);
        for _ in 0..12 {
            let text = maker.text(&mut rng, 20);
            for (way, source) in [Source::Input, Source::Output].into_iter().enumerate() {
                for finding in guardrail.assess(source, &text).findings() {
                    let wanted = match actions[&key(finding).0][way] {
                        Action::Block => Some(ActionTaken::Blocked),
                        Action::Mask => Some(ActionTaken::Anonymized),
                        Action::Detect => Some(ActionTaken::None),
                        _ => None,
                    };
                    assert_eq!(
                        Some(finding.action()),
                        wanted,
                        "case {seed}: {finding:?} of {text:?}\n{}",
                        rules.yaml()
                    );
                }
            }
        }
    });
}

/// The cases that were reported: a rule that changes what another one finds.
#[test]
fn a_rule_takes_nothing_from_its_neighbour() {
    let alone = "pii: [{types: [CREDIT_DEBIT_CARD_NUMBER], action: detect}]";
    let digits = (0..40).map(|index| format!("{} 4111111111111111", "1 ".repeat(index)));
    let one = cases::guardrail(&format!("{{version: 1, name: one, {alone}}}"));
    let both = cases::guardrail(
        "{version: 1, name: two, pii: [{types: [CREDIT_DEBIT_CARD_NUMBER, UK_NATIONAL_HEALTH_SERVICE_NUMBER, DATE_OF_BIRTH, PHONE], action: detect}]}",
    );
    let cards = |guardrail: &Guardrail, text: &str| {
        let all = findings(guardrail, Source::Input, text);
        all.into_iter().filter(|finding| finding.0.0.1 == "CREDIT_DEBIT_CARD_NUMBER").collect::<Vec<_>>()
    };
    for text in digits {
        assert_eq!(cards(&one, &text), cards(&both, &text), "{text}");
        assert_eq!(cards(&one, &text).len(), 1, "{text}");
    }
}
