//! The longest matches so far.

use super::reverse::SHORT_BYTES;
use super::starts::{StartSet, Starts};
use super::thread::{CompiledAlternative, End, Judge, Offer, PatternMatch, Verdict, first_in_reach, make_room};
use crate::text::view::ViewText;

/// Records the match of an alternative that ends here, with the earliest start from `first` on that a validator accepts. Returns the offset
/// before which the validator rejects all starts from `first` on, at this and every later end, if it says so.
#[inline]
pub(super) fn record(
    bests: &mut Vec<PatternMatch>,
    starts: &impl StartSet,
    (meta, at, first): (&CompiledAlternative, End, usize),
    view: &ViewText,
    to: &mut Judge<'_>,
) -> Option<usize> {
    let (tag, end) = (meta.tag, at.end);
    let expired = end.saturating_sub(meta.cap);
    make_room(bests, to.out, |best| best.tag == tag && best.starts.first() < Some(expired));
    let (mut needs_context, mut rejected) = (false, None);
    // All starts so far are rejected at this and every later end. One that may match at a later end is kept, and all after it.
    let mut are_rejected = true;
    // Only validators of long values use it.
    let accepted =
        |bests: &[PatternMatch], start| if meta.cap > SHORT_BYTES { accepted(bests, meta, start) } else { start };
    let (mut next, mut from) = (Some(first), first);
    while let Some(start) = next.take().or_else(|| at.next_start(starts, from)) {
        if !view.is_whole(start) {
            from = start + 1;
            continue;
        }
        if meta.pairs_markup && !meta.is_paired(view, start, end) {
            (from, are_rejected) = (start + 1, false);
            continue;
        }
        let accepted = accepted(bests, start);
        let offer = Offer { tag, start, end, accepted, lacks_context: at.lacks_context };
        let verdict = to.validator.validate(offer);
        are_rejected &= matches!(verdict, Verdict::RejectStarts(_));
        match verdict {
            Verdict::RejectBefore(bytes) => {
                from = view.next_start(start, bytes, end);
                continue;
            }
            Verdict::RejectStarts(bytes) => {
                from = view.next_start(start, bytes, end);
                if are_rejected {
                    rejected = Some(from);
                }
                continue;
            }
            _ => from = start + 1,
        }
        // A later start may need no context.
        if verdict == Verdict::Reject || (verdict == Verdict::NeedsContext && (needs_context || at.lacks_context)) {
            continue;
        }
        let first = first_in_reach(view, end, meta.cap);
        if start < first {
            from = first;
            continue;
        }
        keep(bests, PatternMatch { tag, starts: Starts::default(), end, verdict }, starts, start);
        if verdict == Verdict::Accept || meta.needs.is_never_sure {
            break;
        }
        needs_context = true;
    }
    rejected
}

/// Returns the end of the longest match that begins at `start` and was accepted, if need be with a context word; or `start`.
fn accepted(bests: &[PatternMatch], meta: &CompiledAlternative, start: usize) -> usize {
    let is_accepted = |best: &&PatternMatch| {
        best.tag == meta.tag
            && (best.verdict == Verdict::Accept || meta.needs.is_never_sure)
            && best.starts.first() == Some(start)
    };
    bests.iter().filter(is_accepted).map(|best| best.end).max().unwrap_or(start)
}

/// Records a match from `start` on, and replaces shorter ones from the same starts.
fn keep(bests: &mut Vec<PatternMatch>, mut found: PatternMatch, starts: &impl StartSet, start: usize) {
    let replaced = |best: &PatternMatch| {
        best.tag == found.tag
            && best.verdict == found.verdict
            && best.starts.first() >= Some(start)
            && starts.include(&best.starts)
    };
    if let Some(index) = bests.iter().position(replaced) {
        found.starts = bests.swap_remove(index).starts;
        bests.retain(|best| !replaced(best));
        found.starts.clear();
    }
    starts.copy_to(start, &mut found.starts);
    bests.push(found);
}
