//! Resolves findings that share bytes, and writes the text out.

use std::collections::BTreeMap;

use super::conversation::Conversation;
use super::replacement::{replacement_of_blocked, replacement_text};
use super::sink::Sink;
use crate::policy::rule::Rule;
use crate::policy::{Action, RuleKind};
use crate::text::buffer::TextBuffer;

/// A span that a rule wants something done about.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingSpan {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: u32,
    pub(super) action: Action,
    /// The rule blocks, and the span is replaced instead.
    pub(super) is_replaced: bool,
}

/// Why a text is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    /// By this rule.
    By(u32),
    /// More of it is held than the policy allows.
    OverLimit,
}

/// Masked spans that overlap and are written as one.
#[derive(Debug)]
struct MergedSpan {
    start: usize,
    end: usize,
    strongest: PendingSpan,
}

/// Where the writing stands.
#[derive(Debug)]
pub(super) struct Resolver {
    pending: BTreeMap<(usize, usize, u32, usize), PendingSpan>,
    arrived: usize,
    merged: Option<MergedSpan>,
    /// Overlapping spans are joined up to this length: what is held must have a bound, and chains of overlaps have none.
    max_merged_bytes: usize,
    written: usize,
    blocked: Option<Blocked>,
    has_masked: bool,
}

impl Resolver {
    pub(super) fn new(max_merged_bytes: usize) -> Self {
        Self {
            pending: BTreeMap::new(),
            arrived: 0,
            merged: None,
            max_merged_bytes,
            written: 0,
            blocked: None,
            has_masked: false,
        }
    }

    /// Offset up to which the text is written, or never will be.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// Why the text is blocked, if it is.
    pub(super) fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }

    /// Blocks the text without a rule. Nothing up to `end`, or behind it, is written any more.
    pub(super) fn refuse(&mut self, end: usize) {
        self.blocked = Some(Blocked::OverLimit);
        self.merged = None;
        self.pending.clear();
        self.written = end;
    }

    /// Whether a mask was written.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    /// Takes in a span.
    pub(super) fn span(&mut self, span: PendingSpan) {
        self.arrived += 1;
        self.pending.insert((span.start, span.end, span.rule, self.arrived), span);
    }

    /// Writes what is certain: no span that is still to come begins before `confirmed_until`.
    pub(super) fn write(
        &mut self,
        confirmed_until: usize,
        text: &TextBuffer,
        rules: &[Rule],
        conversation: &Conversation,
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

    /// Nothing of the blocked span is written, nor of masked spans that share bytes with it, nor anything behind.
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
                if takes_precedence(&span, &merged.strongest, write.rules) {
                    merged.strongest = span;
                }
                return;
            }
            // Past the longest merged: what sticks out begins the next one.
            span.start = span.start.max(merged.end);
            self.end_merged(write);
            if span.start >= span.end {
                return;
            }
        }
        self.merged = Some(MergedSpan { start: span.start, end: span.end, strongest: span });
    }

    fn end_merged(&mut self, write: &mut Writer<'_>) {
        let Some(merged) = self.merged.take() else { return };
        self.write_text(merged.start, write);
        let Some(rule) = write.rules.get(merged.strongest.rule as usize) else { return };
        // The value is the strongest span's own: what others add to the span is hidden, and does not change a number or a hash.
        let strongest = &merged.strongest;
        let value = write.text.slice(strongest.start, strongest.end);
        let write_mask = if strongest.is_replaced { replacement_of_blocked } else { replacement_text };
        write.out.replace(merged.end - merged.start, &write_mask(rule, value, write.conversation));
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

/// What writing needs.
struct Writer<'a> {
    text: &'a TextBuffer,
    rules: &'a [Rule],
    conversation: &'a Conversation,
    out: &'a mut dyn Sink,
}

/// Replaced before masked, as block beats mask; then the longest, then entity types before regexes before words, then the earlier rule.
fn takes_precedence(span: &PendingSpan, other: &PendingSpan, rules: &[Rule]) -> bool {
    let rank = |span: &PendingSpan| {
        let kind = match rules.get(span.rule as usize).map(|rule| rule.kind) {
            Some(RuleKind::Pii) => 3,
            Some(RuleKind::Regex) => 2,
            Some(RuleKind::Word) => 1,
            Some(RuleKind::Topic) | None => 0,
        };
        (span.is_replaced, span.end - span.start, kind, std::cmp::Reverse(span.rule))
    };
    rank(span) > rank(other)
}
