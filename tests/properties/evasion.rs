//! What each level of evasion sees through: the table of the threat model, kept by the techniques of `banister-evasion`.

use banister::{EntityType, Guardrail, Source};
use banister_evasion::{Level, TECHNIQUES, Technique};

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use crate::cases::{self, Case, guardrail, must};
use crate::table::{Exceptions, Table};

/// Types of which the digits and letters are put together.
const PUT_TOGETHER: &[EntityType] = &[
    EntityType::Email,
    EntityType::Phone,
    EntityType::CreditDebitCardCvv,
    EntityType::CreditDebitCardNumber,
    EntityType::Pin,
    EntityType::InternationalBankAccountNumber,
    EntityType::UsBankAccountNumber,
    EntityType::UsBankRoutingNumber,
    EntityType::UsIndividualTaxIdentificationNumber,
    EntityType::UsPassportNumber,
    EntityType::UsSocialSecurityNumber,
    EntityType::CaHealthNumber,
    EntityType::CaSocialInsuranceNumber,
    EntityType::UkNationalHealthServiceNumber,
    EntityType::UkNationalInsuranceNumber,
    EntityType::UkUniqueTaxpayerReferenceNumber,
];

/// Techniques that are seen through for those types only.
const JOINING: &[&str] =
    &["spaced", "dotted", "hyphenated", "line-end", "markdown", "number-words", "ideographs", "at-dot"];

/// The settings of each level, in the order of what they see through.
const LEVELS: [(Level, &str, &str); 3] = [
    (Level::Standard, "", "standard"),
    (Level::Strict, "", "strict"),
    (Level::Decode, "decode: [base64, hex], ", "standard"),
];

fn reaches(set: Level, needed: Level) -> bool {
    needed == Level::Standard || set == needed
}

fn found(guardrail: &Guardrail, text: &str) -> bool {
    !guardrail.assess(Source::Input, text).findings().is_empty()
}

fn check(what: &str, needed: impl Fn(&Technique) -> Level, rule: impl Fn(&str) -> String, texts: &[&str]) {
    let mut problems = Vec::new();
    for (level, top, evasion) in LEVELS {
        let guardrail = guardrail(&format!("{{version: 1, name: e, {top}{}}}", rule(evasion)));
        for technique in TECHNIQUES {
            for text in texts {
                let Some(written) = technique.apply(text) else { continue };
                let text = format!("well, {written}, ok");
                if found(&guardrail, &text) != reaches(level, needed(technique)) {
                    problems.push(format!("{} {what} at {level:?}: {text}", technique.name()));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} wrong:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn words_are_found_at_their_level() {
    let rule = |evasion: &str| {
        format!(
            "word_filters: [{{name: w, words: [Zorblax, malware, guaranteed return], match: {{evasion: {evasion}}}, action: detect}}]"
        )
    };
    check("words", Technique::words, rule, &["Zorblax", "malware", "guaranteed return"]);
    let rule = |evasion: &str| {
        format!(
            "denied_topics: [{{name: t, evasion: {evasion}, phrases: [malware kit, guaranteed return], action: detect}}]"
        )
    };
    let words =
        |technique: &Technique| if technique.name() == "turned-around" { Level::Never } else { technique.words() };
    check("phrases", words, rule, &["malware kit", "guaranteed return"]);
}

#[test]
fn topics_are_found_at_their_level() {
    let rule = |evasion: &str| {
        format!(
            "denied_topics: [{{name: t, evasion: {evasion}, patterns: ['insider (trading|tips)'], action: detect}}]"
        )
    };
    check("patterns", Technique::topics, rule, &["insider trading"]);
    let examples = "denied_topics: [{name: t, evasion: E, examples: ['How can I launder dirty money through a shell company?'], action: detect}]";
    let sentence = &["How can I launder dirty money through a shell company?"];
    let strict = guardrail(&format!("{{version: 1, name: e, {}}}", examples.replace('E', "strict")));
    for technique in TECHNIQUES.iter().filter(|technique| technique.topics() == Level::Strict) {
        let Some(written) = technique.apply(sentence[0]) else { continue };
        assert!(found(&strict, &written), "{}: {written}", technique.name());
    }
}

/// Pairs that are not seen through for every form of the value, with the reason.
const EXCEPTIONS: Exceptions = &[
    ("ideographs", EntityType::UsPassportNumber, "one ideograph between letters may be a word"),
    ("negative-squares", EntityType::Url, "the squares are capitals, and a host without its scheme has none"),
    ("negative-squares", EntityType::CryptoWallet, "the squares are capitals, and the case of an address counts"),
    ("negative-squares", EntityType::ApiKey, "the squares are capitals, and the case of a key's prefix counts"),
];

/// Returns `true` if nothing in a case stands in the way of a technique, whatever the level.
fn is_plain(case: &Case) -> bool {
    let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_free = |span: &Range<usize>| {
        let (before, after) = (&case.text[..span.start], &case.text[span.end..]);
        // A digit that stands alone next to the digits of a value is one of them.
        let numbers_before = before.trim_end().ends_with(|c: char| c.is_ascii_digit());
        !touches(before.chars().next_back()) && !touches(after.chars().next()) && !numbers_before
    };
    !case.text.contains(['\\', '%']) && case.spans.iter().all(is_free)
}

/// Returns `true` if the digits of each value, put together, are the value.
fn is_found_together(entity: EntityType, case: &Case) -> bool {
    let together = case.rewritten(("", ""), |value| value.chars().filter(char::is_ascii_digit).collect());
    let spans = cases::found(entity, &together.text);
    case.values().all(|value| !value.contains(char::is_alphabetic))
        && together.spans.iter().all(|span| spans.contains(span))
}

fn check_value(table: &mut Table, technique: &Technique, guardrail: &Guardrail, entity: EntityType, case: &Case) {
    let written = case.rewritten(("", ""), |value| technique.apply_to_value(value).unwrap_or_default());
    if written.spans.iter().any(Range::is_empty) {
        return;
    }
    let assessment = guardrail.assess(Source::Input, &written.text);
    let spans: Vec<_> = assessment.findings().iter().map(|finding| finding.span().range()).collect();
    let covers = |wanted: &Range<usize>| {
        // The padding of base64 and a closing tag may stay.
        let end = written.text[wanted.clone()].trim_end_matches('=').trim_end_matches("</b>").len() + wanted.start;
        spans.iter().any(|span| span.start <= wanted.start && span.end >= end)
    };
    let right = written.spans.iter().all(covers);
    table.add(technique.name(), entity, right, || {
        format!("{:?} found at {spans:?}, not {:?}", written.text, written.spans)
    });
}

#[test]
fn values_are_found_at_their_level() {
    let mut table = Table::default();
    for &entity in EntityType::ALL {
        let rule = |top: &str, evasion: &str| {
            guardrail(&format!("{{version: 1, name: e, {top}pii: [{{types: [{entity}], evasion: {evasion}}}]}}"))
        };
        let guardrails = LEVELS.map(|(level, top, evasion)| (level, rule(top, evasion)));
        for technique in TECHNIQUES {
            if JOINING.contains(&technique.name()) && !PUT_TOGETHER.contains(&entity) {
                continue;
            }
            let Some((_, guardrail)) = guardrails.iter().find(|(level, _)| reaches(*level, technique.values())) else {
                continue;
            };
            let cases = must(entity).iter().filter(|case| is_plain(case));
            for case in cases.filter(|case| !technique.separates() || is_found_together(entity, case)) {
                check_value(&mut table, technique, guardrail, entity, case);
            }
        }
    }
    table.check("evasion", EXCEPTIONS);
}

/// The table in the threat model is this list. `UPDATE_GOLDEN=1` writes it.
#[test]
fn the_threat_model_shows_the_techniques() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/threat_model.md");
    let guide = std::fs::read_to_string(&path).expect("the guide");
    let (head, rest) = guide.split_once("<!-- evasions -->\n").expect("where the table begins");
    let (table, tail) = rest.split_once("<!-- end of evasions -->").expect("where the table ends");
    let mut wanted =
        "| technique | example | words, phrases | patterns, examples | values |\n|---|---|---|---|---|\n".to_owned();
    for technique in TECHNIQUES {
        let cells = (technique.words(), technique.topics(), technique.values());
        let _ = writeln!(
            wanted,
            "| {} | `{}` | {} | {} | {} |",
            technique.name(),
            technique.example(),
            cells.0,
            cells.1,
            cells.2
        );
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{head}<!-- evasions -->\n{wanted}<!-- end of evasions -->{tail}"))
            .expect("written");
    } else {
        assert_eq!(table, wanted);
    }
}

#[test]
fn ordinary_words_are_no_evasion() {
    let strict = guardrail(
        "{version: 1, name: e, word_filters: [{name: p, managed: profanity, match: {evasion: strict}}, \
         {name: w, words: [ass, shit, cunt, dick, cock, tit, bit, later, test], match: {evasion: strict}}]}",
    );
    for text in [
        "Scunthorpe, shiitake, assassin, cocktail and Dickens",
        "Penistone is in Middlesex; Essex and Sussex are not.",
        "the class is at 4:55, as sold",
        "I pass this item, as she said. His hit song was it.",
        "latter days, good food, a grass-eating bass",
        "A55 and B00 and 5H17 are roads",
    ] {
        assert!(!found(&strict, text), "{text}: {:?}", strict.assess(Source::Input, text));
    }
}
