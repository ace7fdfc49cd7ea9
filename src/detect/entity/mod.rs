//! PII recognizers: for each entity type a candidate pattern, a validator and context words.
//!
//! The recognizers are grouped by domain, one table a file. A type may have several: a strict one that is accepted
//! in any context, and loose ones that want a keyword before the value or a context word near it. What a table
//! promises is written down as data, in `tests/data/entities/<TYPE>.yaml`.

mod account;
mod address;
mod builders;
mod checksum;
mod contact;
mod crypto;
mod description;
mod edges;
mod entity_type;
mod finance;
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

pub(crate) use description::{Certainty, Comparison};
pub use entity_type::EntityType;
