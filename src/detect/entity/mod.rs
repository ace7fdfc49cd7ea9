//! PII recognizers: for each entity type a candidate pattern, a validator and context words.
//!
//! The recognizers are grouped by domain, one table a file. A type may have several: a strict one that is accepted
//! wherever it stands, and loose ones that want a keyword before the value or a context word near it. What a table
//! promises is written down as data, in `tests/data/entities/<TYPE>.yaml`.

mod account;
mod address;
mod checksum;
mod contact;
mod crypto;
mod edges;
mod entity_type;
mod finance;
mod form;
mod given_names;
mod iban;
mod keyed;
mod name;
mod name_words;
mod national_ca_uk;
mod national_us;
mod network;
mod payment;
mod person;
mod phone;
mod phone_plan;
mod phone_words;
pub(crate) mod recognizer;
mod secret;
#[cfg(test)]
mod tests;
mod vehicle;

pub use entity_type::EntityType;
use recognizer::Recognizer;

/// Every recognizer there is, one table a domain. The order has no meaning.
static RECOGNIZERS: &[&[Recognizer]] = &[
    address::RECOGNIZERS,
    contact::RECOGNIZERS,
    crypto::RECOGNIZERS,
    finance::RECOGNIZERS,
    name::RECOGNIZERS,
    national_ca_uk::RECOGNIZERS,
    national_us::RECOGNIZERS,
    network::RECOGNIZERS,
    payment::RECOGNIZERS,
    person::RECOGNIZERS,
    phone::RECOGNIZERS,
    vehicle::RECOGNIZERS,
];

/// Every recognizer, in a fixed order.
pub(crate) fn all() -> impl Iterator<Item = &'static Recognizer> {
    RECOGNIZERS.iter().chain(&account::TABLES).chain(&secret::TABLES).copied().flatten()
}

/// The recognizers of one type; never empty.
pub(crate) fn recognizers_for(entity: EntityType) -> impl Iterator<Item = &'static Recognizer> {
    all().filter(move |r| r.entity == entity)
}

#[cfg(test)]
mod engine_tests {
    use super::all;
    use crate::detect::pattern::{ParsedPattern, Syntax, check_pattern};

    #[test]
    fn the_engine_takes_every_pattern() {
        let refused: Vec<_> = all()
            .filter_map(|recognizer| {
                let pattern = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii).expect("a pattern");
                let problem = check_pattern(&pattern, Some(recognizer.max_bytes)).err()?;
                Some((recognizer.entity, recognizer.pattern, problem.message))
            })
            .collect();
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
