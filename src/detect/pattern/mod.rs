//! Patterns over text that arrives in chunks.
//!
//! # Design
//!
//! The patterns of a group run as one anchored automaton, which is started wherever one of them may begin. Every byte of a view is read
//! once for all patterns of the group, and nothing is read again. Two things are known at any time: the matches so far, and the earliest
//! start that can still become a match, before which text can be released.
//!
//! - **States** ([`dfa`]). A state is a set of NFA states. It is computed when some text first reaches it, gets a number, and is shared by
//!   all text and threads. States are never dropped: a number stays valid as long as the automaton lives, so readers hold numbers
//!   across calls and load transitions without a lock. Only the computation of a new transition takes the lock. Memory is bounded by
//!   [`MAX_STATES`](dfa::MAX_STATES) instead of by eviction. Past that number, a thread holds its set of NFA states itself and steps it
//!   directly ([`StateRef::Unnumbered`](dfa::StateRef)): slower, with the same matches. Hostile text cannot make the automaton thrash.
//! - **Starts** ([`starts`]). The automaton is anchored, so every offset at which a match may begin starts it anew. A table of the first
//!   bytes of all patterns, for each class of the character before, rules out most offsets. [`prefilter`] rules out more, for patterns
//!   of which every match contains one of two bytes.
//! - **Threads** ([`thread`]). A thread is a state together with all starts that have reached it. Threads that meet in one state merge,
//!   since what follows is the same for all of their starts. So there are never more threads than states, and the number of starts does
//!   not matter: consecutive starts are kept as one run. [`fast_path`] reads most text with one thread or none.
//! - **Gate** ([`gate`]). Most text never reaches the threads. One unanchored automaton, derived from simplified patterns, reads it first
//!   and shows where no start is alive and where a match may end ([`gated`]). The threads read only up to such ends, and there validate
//!   only the patterns that the gate names. A group with a prefilter has no need of it. The states of the gate are many more than those of the
//!   automaton, so its [table](gate_table) begins small, grows, and begins anew when it is full. A reader keeps no state of it but between
//!   two chunks; if that is of an earlier table, the gate reads again from the earliest open start on.
//! - **Reverse** ([`reverse`]). Short patterns need no threads where the next character is known: from an end that the gate shows, their reversed automaton
//!   reads back to the starts.
//! - **Lead** ([`lead`]). At the end of a chunk, a stream asks for the earliest open start only. It is followed without threads, from
//!   chunk to chunk, until a match may end. Bytes from which no start can be open are passed over: the gate knows whether a long match is
//!   open, and a short one begins near the end.
//! - **Few bytes** ([`few`]). Most chunks of a stream are short, and no match ends in them: where no thread is alive, the gate or the prefilter and
//!   the lead are all that is read.
//! - **Counts** ([`count`], [`tails`]). The validator of a pattern may accept only matches with some number of digits or letters. The
//!   gate counts them, so a short number asks no validator. At a possible end, the offsets of the last digits and letters show which
//!   starts leave the right number: they are found once for all patterns, and only those starts are validated. If no pattern has such a
//!   start, the threads do not run. In a list of numbers nearly every number is a start and an end of every numeric pattern, and only a
//!   few pairs have the right number of digits.
//! - **Context.** Some recognizers accept no value without a context word. Where a text has many numbers, nearly each is a candidate of several
//!   of them. Once three ends are close to each other, the [`Validator`] reads the words around the next ones first, and only what has a word
//!   near is looked at. Where it cannot know the words yet, it is asked as everywhere else.
//! - **Forms** ([`form`]). Most numbers are written in a few forms. Where the last bytes before an end have none of them, the pattern does not
//!   end there; where they have one, it shows the start.
//! - **Caps.** Every pattern has a maximum match length in bytes of the view. A state knows the largest cap of the patterns that can still
//!   match in it. A thread drops starts that are farther back than that, which bounds what a stream buffers.
//! - **Assertions** ([`assertions`]). [`expand`] splits a pattern into alternatives that have assertions at their edges only. The
//!   characters on both sides of a match decide them, outside of the automaton. The end of a match may have to wait for the next
//!   character.
//! - **Validation** ([`commit`]). A recognizer validates each possible match at each end, from the earliest start on. See [`Verdict`].
//!
//! The matches of a rule are leftmost-longest and do not overlap. Rules do not affect each other.

#![allow(
    clippy::indexing_slicing,
    reason = "indexes are states of an automaton that numbers them itself, and bytes below the limit of a loop; text is never sliced"
)]

mod alternatives;
mod assertions;
mod bests;
mod byte_classes;
mod commit;
mod compile;
mod count;
mod dfa;
mod expand;
mod fast_path;
mod few;
mod form;
mod gate;
mod gate_nfa;
mod gate_table;
mod gated;
mod input;
mod lead;
mod matcher;
mod nfa;
mod normalize_hir;
mod parse;
mod prefilter;
mod relax;
mod reverse;
mod starts;
mod sync;
mod tails;
#[cfg(test)]
mod tests;
mod thread;

pub(crate) use compile::{Group, NFA_SIZE_LIMIT, check_can_match, check_pattern};
pub(crate) use count::{Count, Needs};
pub(crate) use form::Form;
pub(crate) use matcher::{MatcherState, PatternMatcher};
pub(crate) use parse::{ParsedPattern, PatternProblem, Syntax};
pub(crate) use starts::Starts;
pub(crate) use thread::{Offer, PatternMatch, Validator, Verdict};
