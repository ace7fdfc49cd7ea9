//! Floor 3. One text in, one [`Assessment`] out: synchronous, and it cannot fail.
//!
//! A text goes through three stages, whole or in pieces. The detectors report *candidates*; [`decide`](self) settles in text
//! order which of them are findings (one rule's overlaps, context words, exceptions, allowed values); then overlapping findings are
//! resolved and the text is written out.
//!
//! # Precedence
//!
//! Every finding is reported. Where findings share bytes, block beats mask beats detect. Overlapping masked spans become one span,
//! written as its strongest member writes itself: the longest; then an entity type before a regex before a word filter; then the
//! earlier rule of the policy.

mod assessment;
mod context;
mod conversation;
mod decide;
mod evaluator;
mod finding;
mod guard;
mod mask;
mod resolve;
mod sink;

pub use assessment::{Assessment, Outcome};
pub use conversation::Conversation;
pub(crate) use evaluator::Evaluator;
pub use finding::{ActionTaken, Explanation, Finding};
pub use guard::{Guardrail, HoldBound, Source};
pub(crate) use sink::Sink;
