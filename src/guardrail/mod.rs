//! One text in, one [`Assessment`] out: synchronous, and it cannot fail.
//!
//! A text goes through three stages, whole or in pieces. The detectors report *candidates*; [`decide`](self) settles in text
//! order which of them are findings (one rule's overlaps, context words, exceptions, allowed values); then overlapping findings are
//! resolved and the text is written out.
//!
//! # Precedence
//!
//! Every finding is reported. Where findings share bytes, block beats mask beats detect. Overlapping masked spans become one span,
//! written as its strongest member writes itself: the longest; then an entity type before a regex before a word filter; then the
//! earlier rule of the policy. A chain of overlaps is joined up to twice the policy's longest match; what would make it longer begins the
//! next span.
//!
//! # Positions
//!
//! A rule that blocks does so in the turn that the model is to answer. In the turns before it, which clients repeat with every call, what
//! it finds is replaced, and in what the operator writes topics and word filters report only; both are settings of the policy.
//!
//! # Labels
//!
//! What `label`, `numbered` and `hash` write is opaque when the text is assessed again: no value, no context, and nothing that looks past it.

// Offsets come from the text under evaluation. What indexes with them must not be able to fail.
#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod assess;
mod assessment;
mod confirm;
mod context;
mod conversation;
mod cover;
mod evaluator;
mod finding;
mod guard;
mod labels;
mod overlap;
mod position;
mod reading;
mod replacement;
mod side;
mod sink;
mod source;
mod stream;
mod within;

#[cfg(test)]
mod tests;

pub use assessment::{Assessment, Outcome};
pub use conversation::Conversation;
pub(crate) use evaluator::Evaluator;
pub use finding::{ActionTaken, Container, Finding, TopicExplanation, TopicScore};
pub use guard::{BufferLimit, Guardrail};
pub(crate) use position::Position;
pub(crate) use sink::Sink;
pub use source::Source;
pub use stream::StreamGuard;
