//! PII recognizers: for each entity type a candidate pattern, a validator and context words.

mod entity_type;
pub(crate) mod recognizer;

pub use entity_type::EntityType;

use recognizer::Recognizer;

/// The recognizers of a type.
pub(crate) fn recognizers_for(_entity: EntityType) -> &'static [Recognizer] {
    &[]
}
