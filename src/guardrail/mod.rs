//! Guardrails: evaluation of text, whole or in chunks. It is synchronous and cannot fail.
//!
//! Evaluation has three stages:
//!
//! 1. The detectors report *candidates* (`reading`).
//! 2. Candidates are confirmed as *findings*, in text order: overlaps of one rule, context words, exceptions and allowed values decide
//!    (`confirm`).
//! 3. Overlapping findings are resolved, and the text is written with replacements (`overlap`, `replacement`).
//!
//! # Precedence
//!
//! Every finding is reported. Where findings overlap, block takes precedence over mask, and mask over detect. Overlapping masked spans
//! become one span. It has the replacement of the longest; of spans of equal length, that of an entity type before a regex before a word
//! filter, then that of the earlier rule. A chain of overlaps is joined up to twice the policy's longest match, and the rest begins
//! the next span.
//!
//! # Positions
//!
//! A blocking rule blocks in the last turn. In earlier turns, which clients repeat with every call, its findings are replaced instead. In
//! system prompts and tool definitions, topics, word filters and content filters only report. Both are settings of the policy.
//!
//! # Labels
//!
//! The replacements `label`, `numbered` and `hash` are recognized when masked text is evaluated again. A label is neither a value nor
//! context, and nothing matches across it.

// Offsets come from the text under evaluation, so indexing with them must not be able to panic.
#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod assess;
mod assessment;
mod confirm;
mod context;
mod conversation;
mod cover;
mod decision;
mod enforced;
mod evaluator;
mod evidence;
mod explanation;
mod finding;
mod guard;
mod labels;
mod near_label;
mod overlap;
mod position;
mod reading;
mod replacement;
mod scratch;
mod side;
mod sink;
mod source;
mod stream;
mod within;

#[cfg(test)]
mod tests;

pub use assessment::{Assessment, Outcome};
pub use conversation::Conversation;
pub use enforced::BufferLimit;
pub(crate) use evaluator::Evaluator;
pub use explanation::{ContentExplanation, FilterScore, TopicExplanation, TopicScore};
pub use finding::{ActionTaken, Container, Finding};
pub use guard::Guardrail;
pub(crate) use position::Position;
pub(crate) use sink::Sink;
pub use source::Source;
pub use stream::StreamGuard;
