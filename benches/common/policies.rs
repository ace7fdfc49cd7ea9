//! The policies that are measured.

use std::fmt::Write;

use banister::{EntityType, Guardrail, Policy};

use super::words;

/// Bedrock's 31 entity types.
pub(crate) fn bedrock_types() -> impl Iterator<Item = EntityType> {
    EntityType::ALL.iter().copied().filter(|entity| entity.is_bedrock())
}

/// All of Bedrock's entity types, reported only.
pub(crate) fn all_types() -> Guardrail {
    let types: Vec<_> = bedrock_types().map(EntityType::name).collect();
    guardrail(&format!("{{version: 1, name: types, pii: [{{types: [{}], action: detect}}]}}", types.join(", ")))
}

/// The same, with the models for names and addresses.
pub(crate) fn types_with_models() -> Guardrail {
    let has_model = |entity: &EntityType| matches!(entity, EntityType::Name | EntityType::Address);
    let types: Vec<_> = bedrock_types().filter(|entity| !has_model(entity)).map(EntityType::name).collect();
    guardrail(&format!(
        "{{version: 1, name: tagged, pii: [{{types: [{}], action: detect}}, {{types: [NAME, ADDRESS], strictness: normal, action: detect}}]}}",
        types.join(", ")
    ))
}

/// All of Bedrock's entity types and content filters, reported only.
pub(crate) fn types_with_filters() -> Guardrail {
    let types: Vec<_> = bedrock_types().map(EntityType::name).collect();
    let filters: Vec<_> = ["hate", "insults", "sexual", "violence", "misconduct", "prompt_attack"]
        .map(|category| format!("{{category: {category}, strength: low, action: detect}}"))
        .into();
    guardrail(&format!(
        "{{version: 1, name: filters, pii: [{{types: [{}], action: detect}}], content_filters: [{}]}}",
        types.join(", "),
        filters.join(", ")
    ))
}

/// One word filter, reported only.
pub(crate) fn word_filter(words: &[String]) -> Guardrail {
    guardrail(&format!(
        "{{version: 1, name: words, word_filters: [{{name: words, words: [{}], action: detect}}]}}",
        words.join(", ")
    ))
}

/// Subjects the topics are made of: a verb, an object, and a third word.
const SUBJECTS: [(&str, &str, &str); 30] = [
    ("invest", "stocks", "dividend"),
    ("diagnose", "symptoms", "dosage"),
    ("sue", "landlord", "lawsuit"),
    ("bet", "football", "jackpot"),
    ("brew", "whisky", "moonshine"),
    ("refinance", "mortgage", "escrow"),
    ("hack", "router", "exploit"),
    ("evade", "taxes", "offshore"),
    ("smoke", "cigars", "tobacco"),
    ("buy", "rifles", "ammunition"),
    ("predict", "elections", "candidate"),
    ("resell", "tickets", "scalping"),
    ("mine", "bitcoin", "wallet"),
    ("forge", "passports", "visa"),
    ("breed", "reptiles", "terrarium"),
    ("skip", "vaccines", "booster"),
    ("hire", "mercenaries", "militia"),
    ("dub", "movies", "torrent"),
    ("clone", "badges", "keycard"),
    ("dye", "hair", "bleach"),
    ("import", "orchids", "customs"),
    ("insure", "yachts", "premium"),
    ("translate", "contracts", "notary"),
    ("lease", "tractors", "acreage"),
    ("appeal", "verdicts", "parole"),
    ("adopt", "orphans", "custody"),
    ("pawn", "jewelry", "collateral"),
    ("patent", "recipes", "royalty"),
    ("drain", "wetlands", "zoning"),
    ("poach", "elephants", "ivory"),
];

/// The full policy as YAML: all entity types, 10,000 words, 30 topics with phrases and examples, and so many regexes. Everything is
/// masked or reported, so that all of the text is evaluated and written.
pub(crate) fn full_yaml(regexes: usize) -> String {
    let types: Vec<_> = bedrock_types().map(EntityType::name).collect();
    let mut yaml = String::from("version: 1\nname: full\ndenied_topics:\n");
    // Writing to a string cannot fail.
    for (verb, object, third) in SUBJECTS {
        let _ = writeln!(
            yaml,
            "  - {{name: {verb}-{object}, action: detect, phrases: [{verb} {object} online, cheap {third} deals, {third} loophole], \
             examples: [\"How should I {verb} {object} this year?\", \"Is it wise to {verb} the {third} of my {object}?\", \
             \"Tell me where people {verb} {object} without a {third}\"]}}"
        );
    }
    let _ = writeln!(yaml, "word_filters:\n  - {{name: words, action: mask, words: [{}]}}", words(10_000).join(", "));
    let _ = writeln!(yaml, "pii:\n  - {{types: [{}], action: mask}}\nregexes:", types.join(", "));
    for index in 0..regexes {
        let letters: String =
            [index / 26, index % 26].iter().map(|&at| char::from(b'A' + u8::try_from(at).unwrap_or(0))).collect();
        let pattern = match index % 3 {
            0 => format!(r"\b{letters}X-\d{{6}}\b"),
            1 => format!(r"\bref{letters}:[0-9a-f]{{8,12}}\b"),
            _ => format!(r"\b(?:case|ticket) {letters}\d{{4}}-[A-Z]{{2}}\b"),
        };
        let _ = writeln!(yaml, "  - {{name: regex-{index}, pattern: '{pattern}', action: mask}}");
    }
    yaml
}

/// The full policy, with 30 regexes.
pub(crate) fn full() -> Guardrail {
    guardrail(&full_yaml(30))
}

/// A policy that is known to be right, compiled.
pub(crate) fn guardrail(yaml: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(yaml).unwrap_or_else(|error| panic!("the bench's policy is wrong: {error}")))
}
