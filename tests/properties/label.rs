//! Masked text has nothing left to mask.

use banister::{ActionTaken, EntityType, Guardrail, Source};

use crate::cases::{guardrail, must};
use crate::generate::{Rng, Texts, run};
use crate::table::Table;

/// The replacements that leave nothing of the value.
const REPLACEMENTS: [&str; 3] = ["label", "numbered", "hash"];

/// The masking findings of the masked text.
fn again(guardrail: &Guardrail, text: &str) -> Option<String> {
    let assessment = guardrail.assess(Source::Output, text);
    let masked = assessment.apply_to(text);
    let second = guardrail.assess(Source::Output, masked);
    let left: Vec<_> = second
        .findings()
        .iter()
        .filter(|finding| finding.action() == ActionTaken::Anonymized)
        .map(|f| (f.rule().to_owned(), f.span()))
        .collect();
    (!left.is_empty()).then(|| format!("{text:?} became {masked:?}, where {left:?} are found"))
}

#[test]
fn masked_text_has_no_finding_of_its_type() {
    let mut table = Table::default();
    for replacement in REPLACEMENTS {
        for &entity in EntityType::ALL {
            let guardrail = guardrail(&format!(
                "{{version: 1, name: one, pii: [{{types: [{entity}], action: mask, replacement: {replacement}}}]}}"
            ));
            for case in must(entity) {
                let left = again(&guardrail, &case.text);
                table.add(replacement, entity, left.is_none(), || left.unwrap_or_default());
            }
        }
    }
    table.check("again-alone", &[]);
}

/// Under all types together, values of two types side by side: the label of one is the neighbour of the other.
#[test]
fn masked_text_has_no_finding_of_any_type() {
    let mut table = Table::default();
    for replacement in REPLACEMENTS {
        let guardrail = guardrail(&format!(
            "{{version: 1, name: all, pii: [{{types: [ALL], action: mask, replacement: {replacement}}}]}}"
        ));
        run(8, |seed| {
            let mut rng = Rng::new(seed ^ 0x1ABE1);
            for &entity in EntityType::ALL {
                for case in must(entity) {
                    let other = must(*rng.item(EntityType::ALL));
                    let other = &rng.item(other).text;
                    let joint = rng.pick(&[" ", "", ": ", "=", "\n", ", "]);
                    let word = rng.pick(&["", "swift ", "1234 ", "4821 ", "Keller ", "2027 ", "123456789 "]);
                    let text = format!("{}{joint}{word}{other}", case.text);
                    let left = again(&guardrail, &text);
                    table.add(replacement, entity, left.is_none(), || left.unwrap_or_default());
                }
            }
        });
    }
    table.check("again-all", &[]);
}

/// Every label before every kind of value that wants a word near it.
#[test]
fn labels_are_no_context() {
    let guardrail = guardrail("{version: 1, name: all, pii: [{types: [ALL], action: detect}]}");
    let values = [
        "1234",
        "swift",
        "987 swift",
        "123456789",
        "12/27",
        "Keller",
        "hunter2x",
        "ABC1234",
        "021000021",
        "4821 Main",
        "1990-01-02",
        "x7Kq",
    ];
    let mut left = Vec::new();
    for &entity in EntityType::ALL {
        for label in [format!("{{{entity}}}"), format!("{{{entity}_1}}"), format!("{{{entity}:0123456789ab}}")] {
            for value in values {
                for joint in [" ", ": ", "=", "\n"] {
                    let text = format!("{label}{joint}{value}");
                    let bare = format!("{{X}}{joint}{value}");
                    let count = |text: &str| guardrail.assess(Source::Input, text).findings().len();
                    if count(&text) > count(&bare) {
                        left.push(text);
                    }
                }
            }
        }
    }
    assert!(left.is_empty(), "{} labels count as words near a value: {left:?}", left.len());
}

/// What is masked is not found again in random text either, with types that need no context: a mask that is shorter than what it replaces
/// brings context words nearer. And with spaces between, for a mask is a boundary where there was none.
#[test]
fn masking_leaves_no_finding() {
    let words = ["acme", "globex corp", "stock tip"];
    let types = ["EMAIL", "AWS_ACCESS_KEY", "MAC_ADDRESS", "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "JWT"];
    let yaml = format!(
        "{{version: 1, name: m, word_filters: [{{name: w, words: {words:?}, action: mask}}],
        pii: [{{types: {types:?}, action: mask, replacement: '[...]'}}]}}"
    );
    let guardrail = guardrail(&yaml);
    let values =
        types.iter().filter_map(|name| EntityType::from_name(name)).flat_map(must).flat_map(|case| case.values());
    let material = words.into_iter().chain(values).map(str::to_owned).collect();
    let maker = Texts::of(material);
    run(1500, |seed| {
        let mut rng = Rng::new(seed ^ 0x3A5C);
        let text = maker.spaced(&mut rng, 40);
        let left = again(&guardrail, &text);
        assert!(left.is_none(), "case {seed}: {}", left.unwrap_or_default());
    });
}
