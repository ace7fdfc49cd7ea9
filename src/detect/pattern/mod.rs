//! Patterns over a text that arrives in pieces.
//!
//! All patterns of a group run as one anchored automaton, started wherever one of them may begin. Each start that is still
//! alive is a thread; threads in the same automaton state are one thread with several starts. So every byte is read once for
//! all patterns, nothing is read again, and the earliest live start says what may be released.
//!
//! A rule's matches are the leftmost-longest, non-overlapping ones, each rule for itself: no rule hides another.

#![allow(
    clippy::indexing_slicing,
    reason = "indexes are states of an automaton that numbers them itself, and bytes below the limit of a loop; text is never sliced"
)]

mod assertions;
mod compile;
mod dfa;
mod expand;
mod fast_path;
mod matcher;
mod normalize_hir;
mod parse;
mod prefilter;
mod problem;
mod starts;
mod thread;
mod verdict;

pub(crate) use compile::{Group, check_pattern};
pub(crate) use matcher::{MatcherState, PatternMatcher};
pub(crate) use parse::{ParsedPattern, Syntax};
pub(crate) use problem::PatternProblem;
pub(crate) use starts::Starts;
pub(crate) use thread::PatternMatch;
pub(crate) use verdict::Verdict;
