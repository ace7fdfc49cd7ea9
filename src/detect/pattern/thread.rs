//! Threads: starts that are alive, and their matches so far.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::assertions::EdgeSet;
use super::count::Needs;
use super::dfa::StateRef;
use super::starts::{StartSet, Starts};
use super::tails::Tails;
use crate::text::reset::Reset;
use crate::text::view::{ViewText, text_bytes};

/// An alternative of a pattern, compiled.
#[derive(Debug)]
pub(super) struct CompiledAlternative {
    /// The number that its matches are reported with.
    pub(super) tag: u32,
    /// The assertions at the start of a match.
    pub(super) start: EdgeSet,
    /// The assertions at the end of a match.
    pub(super) end: EdgeSet,
    /// A `_` next to a match is a boundary only if there is one on both sides.
    pub(super) pairs_markup: bool,
    /// The maximum length of a match, in bytes of the view.
    pub(super) cap: usize,
    /// What the validator requires of a match.
    pub(super) needs: Needs,
}

impl CompiledAlternative {
    /// Returns `true` unless the match needs the `_` on one side of it as markup, and has none on the other.
    pub(super) fn is_paired(&self, view: &ViewText, start: usize, end: usize) -> bool {
        let (opens, closes) = (view.last_before(start) == Some('_'), view.first_from(end) == Some('_'));
        if opens == closes {
            return true;
        }
        let starts = self.start.holds(view.class_before(start), view.class_at(start));
        let ends = self.end.holds(view.class_before(end), view.class_at(end));
        (starts || !opens) && (ends || !closes)
    }
}

/// The longest match from each of some starts.
#[derive(Clone, Debug)]
pub(crate) struct PatternMatch {
    /// The number that the pattern was added with.
    pub(crate) tag: u32,
    /// The offsets at which the match may begin. The earliest counts unless it is in an earlier match of the same rule.
    pub(crate) starts: Starts,
    /// The offset just after the match.
    pub(crate) end: usize,
    /// The result of the validator.
    pub(crate) verdict: Verdict,
}

/// The result of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not a match.
    Reject,
    /// Not a match, and neither is any candidate with the same end that begins before this byte of it. The length of the candidate
    /// rejects the end. A validator may see any number of starts, so frequent rejections must use this, cheaply.
    RejectBefore(usize),
    /// The same of this and of every later end: none of their values begins from the start of the candidate up to before this byte. Those are
    /// not offered again, unless an earlier start may still become a match.
    RejectStarts(usize),
    /// A match only if a context word is near.
    NeedsContext,
    /// A match, whatever its context.
    Accept,
}

/// The end of a match of an alternative, and where the match may begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) alternative: u32,
    pub(super) end: usize,
    /// The first and the last start by the number of its characters.
    pub(super) first: usize,
    pub(super) last: usize,
    /// For an alternative with forms, the lengths of those that are there: one bit each.
    pub(super) lengths: Option<u64>,
    /// No context word is near: a match that needs one is none.
    pub(super) lacks_context: bool,
}

impl End {
    /// Returns `true` if some start of a thread may be its start, as far as a short look shows.
    pub(super) fn may_begin_in(&self, thread: &Thread) -> bool {
        let last = thread.starts.last().unwrap_or(thread.first);
        thread.first <= self.last && last >= self.first
    }

    /// Returns the earliest of some starts, from `from` on, with which a match may begin.
    #[inline]
    pub(super) fn next_start(&self, starts: &impl StartSet, from: usize) -> Option<usize> {
        let Some(mut lengths) = self.lengths else {
            return starts.first_from(from).filter(|&start| start <= self.last);
        };
        // The longest begins first.
        while let Some(length) = lengths.checked_ilog2() {
            lengths ^= 1 << length;
            let start = self.end.checked_sub(length as usize);
            if start.is_some_and(|start| (from..=self.last).contains(&start) && starts.contains(start)) {
                return start;
            }
        }
        None
    }
}

/// The alternatives of which a match may end at a position.
#[derive(Clone, Copy)]
pub(super) enum Ends<'a> {
    /// Any.
    All,
    /// None.
    None,
    /// These.
    Of(&'a [End]),
}

/// A possible match, which a validator decides on. It is as the validator [needs](Needs) it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    /// The number that the pattern was added with.
    pub(crate) tag: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The end of the longest match that begins here and was accepted, if need be with a context word, or the start. Of a short pattern always
    /// the start.
    pub(crate) accepted: usize,
    /// No context word is near.
    pub(crate) lacks_context: bool,
}

/// Decides on possible matches.
pub(crate) trait Validator {
    /// Validates a possible match.
    fn validate(&mut self, offer: Offer) -> Verdict;

    /// Returns the first position at which a match that ends at `end` can begin: all before are rejected.
    fn first_start(&self, _end: usize) -> usize {
        0
    }

    /// Returns `true` if no context word is near a match that ends at `end`, of a pattern that needs one.
    fn has_no_context(&mut self, _end: usize) -> bool {
        false
    }

    /// Returns `true` if no context word of the pattern with this number is near a match that ends at `end` and begins at or after `first`.
    fn has_no_context_of(&mut self, _tag: u32, _first: usize, _end: usize) -> bool {
        false
    }
}

impl<V: FnMut(Offer) -> Verdict> Validator for V {
    fn validate(&mut self, offer: Offer) -> Verdict {
        self(offer)
    }
}

/// What decides where matches end, and where they go.
pub(super) struct Judge<'a> {
    pub(super) validator: &'a mut dyn Validator,
    pub(super) out: &'a mut Vec<PatternMatch>,
    pub(super) tails: Tails,
}

/// A start that is alive, or several that have reached the same state.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) reached: StateRef,
    /// Something matches in this state, if it has a number, or that was not looked at.
    pub(super) may_match: bool,
    pub(super) starts: Starts,
    pub(super) first: usize,
    /// The longest match of each pattern so far.
    pub(super) bests: Vec<PatternMatch>,
    /// The offset of the thread, if its state has matches whose end depends on the next character.
    pub(super) waiting: Option<usize>,
    /// Patterns, and the offset before which their validator rejects all starts.
    rejected: Vec<(u32, usize)>,
}

impl Thread {
    /// Returns the thread of one start, in its first state.
    pub(super) fn new(reached: StateRef, start: usize) -> Self {
        Self {
            reached,
            may_match: true,
            starts: Starts::one(start),
            first: start,
            bests: Vec::new(),
            waiting: None,
            rejected: Vec::new(),
        }
    }
}

impl Thread {
    /// Returns `true` if the first start of a match is one of its starts: the match can still grow.
    pub(super) fn has_start_of(&self, best: &PatternMatch) -> bool {
        best.starts.first().is_some_and(|first| self.starts.contains(first))
    }

    /// Returns the offset before which the validator of a pattern rejects all starts.
    #[inline]
    pub(super) fn rejected_before(&self, tag: u32) -> usize {
        let known = self.rejected.iter().find(|&&(known, _)| known == tag);
        known.map_or(self.first, |&(_, offset)| offset)
    }

    /// Returns `true` if the validator of some pattern rejects starts.
    pub(super) fn rejects(&self) -> bool {
        !self.rejected.is_empty()
    }

    /// Rejects the starts before an offset.
    pub(super) fn reject_before(&mut self, tag: u32, offset: usize) {
        match self.rejected.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, known)) => *known = offset.max(*known),
            None => self.rejected.push((tag, offset)),
        }
    }

    /// Adds the starts and the matches of a thread in the same state.
    fn merge(&mut self, other: Self) {
        // A thread has no start before its first.
        let rejected = |tag| self.rejected_before(tag).min(other.rejected_before(tag));
        let is_known = |tag| self.rejected.iter().any(|&(known, _)| known == tag);
        let mut both: Vec<_> = self.rejected.iter().map(|&(tag, _)| (tag, rejected(tag))).collect();
        both.extend(other.rejected.iter().filter(|&&(tag, _)| !is_known(tag)).map(|&(tag, _)| (tag, rejected(tag))));
        self.rejected = both;
        self.starts.merge(other.starts);
        self.first = self.first.min(other.first);
        self.bests.extend(other.bests);
    }
}

/// A start that is alive, the earliest of a view: offsets in the view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    pub(super) start: usize,
    /// It was followed up to here, and reached this state.
    pub(super) read: usize,
    pub(super) reached: u32,
}

/// Forgets starts whose matches would be too long by now, and reports their matches. Returns `false` if no start is left.
pub(super) fn expire(thread: &mut Thread, earliest: usize, out: &mut Vec<PatternMatch>) -> bool {
    thread.starts.forget_before(earliest);
    let Some(first) = thread.starts.first() else { return false };
    thread.first = first;
    flush(&mut thread.bests, out, |best| best.starts.first() < Some(first));
    true
}

/// Reports the matches that can no longer grow.
pub(super) fn flush(
    bests: &mut Vec<PatternMatch>,
    out: &mut Vec<PatternMatch>,
    is_over: impl Fn(&PatternMatch) -> bool,
) {
    let mut index = 0;
    while index < bests.len() {
        if is_over(&bests[index]) {
            out.push(bests.swap_remove(index));
        } else {
            index += 1;
        }
    }
}

/// Makes room for one more match, by reporting those that can no longer grow, or by taking more memory if few are. To look at all of them is
/// worth it once for many that are added.
pub(super) fn make_room(
    bests: &mut Vec<PatternMatch>,
    out: &mut Vec<PatternMatch>,
    is_over: impl Fn(&PatternMatch) -> bool,
) {
    if bests.len() < bests.capacity() {
        return;
    }
    flush(bests, out, is_over);
    if bests.len() > bests.capacity() / 2 {
        bests.reserve(bests.len());
    }
}

/// Returns the earliest start of a match that ends at `end`, as limited by its bytes of the text.
pub(super) fn first_in_reach(view: &ViewText, end: usize, cap: usize) -> usize {
    if cap + view.surplus() <= text_bytes(cap) {
        return 0;
    }
    let text_end = view.text_end(end);
    view.view_at(text_end.saturating_sub(text_bytes(cap)))
}

/// Up to this number, threads are compared with each other; more are looked up.
const FEW: usize = 8;

/// Room for this number is kept for the next text.
const MANY: usize = 64;

/// The index of the thread in each state, kept for its allocation.
#[derive(Debug, Default)]
pub(super) struct ByState(FxHashMap<u32, usize>);

impl Reset for ByState {
    fn reset(&mut self) {
        self.0.clear();
        self.0.shrink_to(MANY);
    }
}

/// Merges threads in the same state: what follows is the same for all of them. Takes time linear in the threads.
pub(super) fn merge(threads: &mut Vec<Thread>, by_state: &mut ByState) {
    let are_many = threads.len() > FEW;
    by_state.0.clear();
    let mut index = 0;
    while index < threads.len() {
        let twin = match threads[index].reached {
            StateRef::State(state) if are_many => match by_state.0.entry(state) {
                Entry::Occupied(twin) => Some(*twin.get()),
                Entry::Vacant(free) => {
                    free.insert(index);
                    None
                }
            },
            ref reached => threads[..index].iter().position(|other| other.reached == *reached),
        };
        let Some(twin) = twin else {
            index += 1;
            continue;
        };
        let thread = threads.swap_remove(index);
        threads[twin].merge(thread);
    }
}
