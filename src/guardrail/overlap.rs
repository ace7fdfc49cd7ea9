//! Resolves overlapping findings, and writes the text with replacements.

use std::collections::BTreeMap;

use super::conversation::Conversation;
use super::replacement::{replacement_of_blocked, replacement_text};
use super::sink::Sink;
use crate::policy::rule::Rule;
use crate::policy::{Action, RuleKind};
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;

/// The span of a finding that has not been written yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingSpan {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: u32,
    pub(super) action: Action,
    /// The rule blocks, but the span is replaced instead.
    pub(super) is_replaced: bool,
}

/// The reason why text is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    /// A rule blocked it.
    By(u32),
    /// More of it was buffered than the limit of the policy.
    OverLimit,
}

/// Overlapping masked spans that are written as one.
#[derive(Debug)]
struct MergedSpan {
    start: usize,
    end: usize,
    first: PendingSpan,
}

/// Resolves overlaps in text order.
#[derive(Debug)]
pub(super) struct Resolver {
    /// By start, end and rule. Spans that are equal in all three are one.
    pending: BTreeMap<(usize, usize, u32), PendingSpan>,
    merged: Option<MergedSpan>,
    /// Overlapping spans are joined up to this length: chains of overlaps have no limit, but buffering must.
    max_merged_bytes: usize,
    written: usize,
    blocked: Option<Blocked>,
    has_masked: bool,
}

impl Reset for Resolver {
    fn reset(&mut self) {
        *self = Self::new(self.max_merged_bytes);
    }
}

impl Resolver {
    pub(super) fn new(max_merged_bytes: usize) -> Self {
        Self { pending: BTreeMap::new(), merged: None, max_merged_bytes, written: 0, blocked: None, has_masked: false }
    }

    /// Returns the offset up to which the text is written, or never will be.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Returns the reason, if the text is blocked.
    pub(super) fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }

    /// Blocks the text without a rule: no more of it is written. `end` is where it ends now.
    pub(super) fn refuse(&mut self, end: usize) {
        self.blocked = Some(Blocked::OverLimit);
        self.merged = None;
        self.pending.clear();
        self.written = end;
    }

    /// Returns true if a replacement was written.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    pub(super) fn add(&mut self, span: PendingSpan) {
        self.pending.insert((span.start, span.end, span.rule), span);
    }

    /// Writes the text that is safe to release: no span that is added later begins before `confirmed_until`.
    pub(super) fn write(
        &mut self,
        confirmed_until: usize,
        text: &TextBuffer,
        rules: &[Rule],
        conversation: &mut Option<Conversation>,
        out: &mut dyn Sink,
    ) {
        while let Some(entry) = self.pending.first_entry().filter(|entry| entry.key().0 < confirmed_until) {
            let span = entry.remove();
            if self.blocked.is_some() {
                continue;
            }
            let mut write = Writer { text, rules, conversation, out };
            match span.action {
                Action::Block => self.block(span, &mut write),
                Action::Mask => self.mask(span, &mut write),
                Action::Detect | Action::Off => {}
            }
        }
        let confirmed_until = confirmed_until.min(text.end());
        if self.blocked.is_some() {
            self.written = self.written.max(confirmed_until);
            return;
        }
        let mut write = Writer { text, rules, conversation, out };
        if self.merged.as_ref().is_some_and(|merged| merged.end <= confirmed_until) {
            self.end_merged(&mut write);
        }
        let limit = self.merged.as_ref().map_or(confirmed_until, |merged| merged.start);
        self.write_text(limit, &mut write);
    }

    /// Blocks the text: neither the blocked span, nor masked spans that overlap it, nor text after it is written.
    fn block(&mut self, span: PendingSpan, write: &mut Writer<'_>) {
        match &self.merged {
            Some(merged) if merged.end > span.start => {
                let start = merged.start;
                self.write_text(start, write);
            }
            _ => {
                self.end_merged(write);
                self.write_text(span.start, write);
            }
        }
        self.merged = None;
        self.blocked = Some(Blocked::By(span.rule));
    }

    fn mask(&mut self, mut span: PendingSpan, write: &mut Writer<'_>) {
        if let Some(merged) = &mut self.merged {
            let end = merged.end.max(span.end);
            if span.start < merged.end && end - merged.start <= self.max_merged_bytes {
                merged.end = end;
                if takes_precedence(&span, &merged.first, write.rules) {
                    merged.first = span;
                }
                return;
            }
            // Past the longest merged span: the rest begins the next one.
            span.start = span.start.max(merged.end);
            self.end_merged(write);
            if span.start >= span.end {
                return;
            }
        }
        self.merged = Some(MergedSpan { start: span.start, end: span.end, first: span });
    }

    fn end_merged(&mut self, write: &mut Writer<'_>) {
        let Some(merged) = self.merged.take() else { return };
        self.write_text(merged.start, write);
        let Some(rule) = write.rules.get(merged.first.rule as usize) else { return };
        // The value is that of the first span in precedence: what others add is replaced, but does not change a number or a hash.
        let first = &merged.first;
        let value = write.text.slice(first.start, first.end);
        let write_mask = if first.is_replaced { replacement_of_blocked } else { replacement_text };
        write
            .out
            .replace(merged.end - merged.start, &write_mask(rule, value, write.conversation.get_or_insert_default()));
        self.written = merged.end;
        self.has_masked = true;
    }

    fn write_text(&mut self, limit: usize, write: &mut Writer<'_>) {
        if limit > self.written {
            write.out.keep(write.text.slice(self.written, limit));
            self.written = limit;
        }
    }
}

/// The text, and where it is written to.
struct Writer<'a> {
    text: &'a TextBuffer,
    rules: &'a [Rule],
    /// Created by the first replacement that needs it, unless the text belongs to one.
    conversation: &'a mut Option<Conversation>,
    out: &'a mut dyn Sink,
}

/// Returns true if `span` determines the replacement: replaced spans before masked ones, then the longest, then entity types before
/// regexes before word filters, then the earlier rule.
fn takes_precedence(span: &PendingSpan, other: &PendingSpan, rules: &[Rule]) -> bool {
    let rank = |span: &PendingSpan| {
        let kind = match rules.get(span.rule as usize).map(|rule| rule.kind) {
            Some(RuleKind::Pii) => 3,
            Some(RuleKind::Regex) => 2,
            Some(RuleKind::Word) => 1,
            Some(RuleKind::Topic | RuleKind::Content) | None => 0,
        };
        (span.is_replaced, span.end - span.start, kind, std::cmp::Reverse(span.rule))
    };
    rank(span) > rank(other)
}

#[cfg(test)]
mod tests {
    use super::{Blocked, PendingSpan, Resolver, takes_precedence};
    use crate::policy::rule::{ReplacementStyle, Rule, RuleOrigin};
    use crate::policy::{Action, RuleKind};
    use crate::text::buffer::TextBuffer;

    const TEXT: &str = "0123456789";

    /// Rules that are named by their number.
    fn rules() -> Vec<Rule> {
        let kinds = [RuleKind::Word, RuleKind::Regex, RuleKind::Pii, RuleKind::Pii];
        let rule = |(number, kind): (usize, RuleKind)| Rule {
            name: format!("r{number}").into(),
            kind,
            entity: None,
            managed: None,
            filter: None,
            pattern: None,
            input: Action::Mask,
            output: Action::Mask,
            style: ReplacementStyle::Label,
            message: None,
            origin: RuleOrigin::default(),
        };
        kinds.into_iter().enumerate().map(rule).collect()
    }

    fn mask(start: usize, end: usize, rule: u32) -> PendingSpan {
        PendingSpan { start, end, rule, action: Action::Mask, is_replaced: false }
    }

    fn block(start: usize, end: usize) -> PendingSpan {
        PendingSpan { action: Action::Block, ..mask(start, end, 0) }
    }

    /// Writes the text with these spans, which are confirmed up to each offset in turn.
    fn written(spans: &[PendingSpan], max_merged: usize, confirmed: &[usize]) -> (String, Option<Blocked>) {
        let mut text = TextBuffer::default();
        text.push(TEXT);
        let (mut resolver, mut out) = (Resolver::new(max_merged), String::new());
        spans.iter().for_each(|&span| resolver.add(span));
        for &until in confirmed {
            resolver.write(until, &text, &rules(), &mut None, &mut out);
        }
        (out, resolver.blocked())
    }

    #[test]
    fn overlapping_masks_become_one_of_the_first_in_precedence() {
        let replaced = PendingSpan { is_replaced: true, ..mask(3, 5, 0) };
        let detected = PendingSpan { action: Action::Detect, ..mask(0, 9, 2) };
        for (case, spans, expected) in [
            ("nothing", vec![], "0123456789"),
            ("one span", vec![mask(2, 4, 0)], "01{r0}456789"),
            ("spans that touch stay apart", vec![mask(2, 4, 0), mask(4, 6, 1)], "01{r0}{r1}6789"),
            ("the longest", vec![mask(2, 6, 0), mask(4, 7, 2)], "01{r0}789"),
            ("an entity type before a regex", vec![mask(2, 5, 1), mask(3, 6, 2)], "01{r2}6789"),
            ("a regex before a word filter", vec![mask(2, 5, 0), mask(3, 6, 1)], "01{r1}6789"),
            ("the earlier rule", vec![mask(2, 5, 3), mask(3, 6, 2)], "01{r2}6789"),
            ("replaced before masked", vec![mask(2, 6, 2), replaced], "01{r0}6789"),
            ("a chain", vec![mask(0, 3, 0), mask(2, 5, 0), mask(4, 8, 1)], "{r1}89"),
            ("detected spans stay", vec![detected, mask(2, 4, 0)], "01{r0}456789"),
        ] {
            for confirmed in [vec![usize::MAX], (0..=10).chain([usize::MAX]).collect()] {
                assert_eq!(written(&spans, 20, &confirmed), (expected.to_owned(), None), "{case}, {confirmed:?}");
            }
        }
    }

    #[test]
    fn a_chain_ends_at_the_limit_and_the_rest_begins_the_next_span() {
        let spans = [mask(0, 4, 0), mask(3, 6, 1), mask(5, 9, 2)];
        assert_eq!(written(&spans, 6, &[usize::MAX]).0, "{r0}{r2}9");
        let later = [mask(4, 7, 0), mask(6, 9, 0)];
        assert_eq!(written(&later, 5, &[usize::MAX]).0, "0123{r0}9", "the length counts from its start");
        assert_eq!(written(&later, 4, &[usize::MAX]).0, "0123{r0}{r0}9");
    }

    /// The value of the first span makes the number or the hash, wherever the text was split.
    #[test]
    fn of_equal_spans_the_first_takes_precedence() {
        assert!(!takes_precedence(&mask(3, 6, 0), &mask(2, 5, 0), &rules()));
        assert!(takes_precedence(&mask(3, 7, 0), &mask(2, 5, 0), &rules()));
    }

    #[test]
    fn nothing_of_a_blocked_span_and_nothing_after_it_is_written() {
        for (case, spans, expected) in [
            ("before it the text is released", vec![block(4, 6)], "0123"),
            ("an earlier mask is written", vec![mask(0, 2, 0), block(4, 6)], "{r0}23"),
            ("and one that touches it", vec![mask(2, 4, 0), block(4, 6)], "01{r0}"),
            ("an overlapping mask is not", vec![mask(2, 5, 0), block(4, 6)], "01"),
            ("a later mask is not", vec![block(4, 6), mask(7, 9, 0)], "0123"),
        ] {
            assert_eq!(written(&spans, 20, &[usize::MAX]), (expected.to_owned(), Some(Blocked::By(0))), "{case}");
        }
    }

    /// Another span may still be added that begins there, and comes first.
    #[test]
    fn a_span_waits_until_all_that_begin_with_it_are_added() {
        let mut text = TextBuffer::default();
        text.push(TEXT);
        let (mut resolver, mut out) = (Resolver::new(20), String::new());
        for (rule, end, until) in [(1, 8, 4), (0, 6, usize::MAX)] {
            resolver.add(PendingSpan { rule, ..block(4, end) });
            resolver.write(until, &text, &rules(), &mut None, &mut out);
        }
        assert_eq!((out.as_str(), resolver.blocked()), ("0123", Some(Blocked::By(0))));
    }

    #[test]
    fn text_is_written_up_to_the_first_span_that_may_grow() {
        let spans = [mask(2, 4, 0)];
        for (until, expected) in [(0, ""), (2, "01"), (3, "01"), (4, "01{r0}"), (7, "01{r0}456")] {
            assert_eq!(written(&spans, 20, &[until]).0, expected, "{until}");
        }
    }
}
