//! Resolves findings that share bytes, and writes the text out.

use std::collections::BTreeMap;

use super::conversation::Conversation;
use super::mask::{mask, replacement};
use super::sink::Sink;
use crate::policy::rule::Rule;
use crate::policy::{Action, RuleKind};
use crate::text::buffer::TextBuffer;

/// A span that a rule wants something done about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
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
struct Cluster {
    start: usize,
    end: usize,
    strongest: Claim,
}

/// Where the writing stands.
#[derive(Debug)]
pub(super) struct Resolver {
    claims: BTreeMap<(usize, usize, u32, usize), Claim>,
    arrived: usize,
    cluster: Option<Cluster>,
    /// Overlapping spans are joined up to this length: what is held must have a bound, and chains of overlaps have none.
    max_cluster: usize,
    written: usize,
    blocked: Option<Blocked>,
    has_masked: bool,
}

impl Resolver {
    pub(super) fn new(max_cluster: usize) -> Self {
        Self {
            claims: BTreeMap::new(),
            arrived: 0,
            cluster: None,
            max_cluster,
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
        self.cluster = None;
        self.claims.clear();
        self.written = end;
    }

    /// Whether a mask was written.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    /// Takes in a claim.
    pub(super) fn claim(&mut self, claim: Claim) {
        self.arrived += 1;
        self.claims.insert((claim.start, claim.end, claim.rule, self.arrived), claim);
    }

    /// Writes what is certain: no claim that is still to come begins before `settled`.
    pub(super) fn write(
        &mut self,
        settled: usize,
        text: &TextBuffer,
        rules: &[Rule],
        conversation: &Conversation,
        out: &mut dyn Sink,
    ) {
        while let Some(entry) = self.claims.first_entry().filter(|entry| entry.key().0 < settled) {
            let claim = entry.remove();
            if self.blocked.is_some() {
                continue;
            }
            let mut write = Writer { text, rules, conversation, out };
            match claim.action {
                Action::Block => self.block(claim, &mut write),
                Action::Mask => self.mask(claim, &mut write),
                Action::Detect | Action::Off => {}
            }
        }
        let settled = settled.min(text.end());
        if self.blocked.is_some() {
            self.written = self.written.max(settled);
            return;
        }
        let mut write = Writer { text, rules, conversation, out };
        if self.cluster.as_ref().is_some_and(|cluster| cluster.end <= settled) {
            self.end_cluster(&mut write);
        }
        let limit = self.cluster.as_ref().map_or(settled, |cluster| cluster.start);
        self.write_text(limit, &mut write);
    }

    /// Nothing of the blocked span is written, nor of masked spans that share bytes with it, nor anything behind.
    fn block(&mut self, claim: Claim, write: &mut Writer<'_>) {
        match &self.cluster {
            Some(cluster) if cluster.end > claim.start => {
                let start = cluster.start;
                self.write_text(start, write);
            }
            _ => {
                self.end_cluster(write);
                self.write_text(claim.start, write);
            }
        }
        self.cluster = None;
        self.blocked = Some(Blocked::By(claim.rule));
    }

    fn mask(&mut self, mut claim: Claim, write: &mut Writer<'_>) {
        if let Some(cluster) = &mut self.cluster {
            let end = cluster.end.max(claim.end);
            if claim.start < cluster.end && end - cluster.start <= self.max_cluster {
                cluster.end = end;
                if is_stronger(&claim, &cluster.strongest, write.rules) {
                    cluster.strongest = claim;
                }
                return;
            }
            // Past the longest cluster: what sticks out begins the next one.
            claim.start = claim.start.max(cluster.end);
            self.end_cluster(write);
            if claim.start >= claim.end {
                return;
            }
        }
        self.cluster = Some(Cluster { start: claim.start, end: claim.end, strongest: claim });
    }

    fn end_cluster(&mut self, write: &mut Writer<'_>) {
        let Some(cluster) = self.cluster.take() else { return };
        self.write_text(cluster.start, write);
        let Some(rule) = write.rules.get(cluster.strongest.rule as usize) else { return };
        // The value is the strongest claim's own: what others add to the span is hidden, and does not change a number or a hash.
        let strongest = &cluster.strongest;
        let value = write.text.slice(strongest.start, strongest.end);
        let write_mask = if strongest.is_replaced { replacement } else { mask };
        write.out.replace(cluster.end - cluster.start, &write_mask(rule, value, write.conversation));
        self.written = cluster.end;
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
fn is_stronger(claim: &Claim, other: &Claim, rules: &[Rule]) -> bool {
    let rank = |claim: &Claim| {
        let kind = match rules.get(claim.rule as usize).map(|rule| rule.kind) {
            Some(RuleKind::Pii) => 3,
            Some(RuleKind::Regex) => 2,
            Some(RuleKind::Word) => 1,
            Some(RuleKind::Topic) | None => 0,
        };
        (claim.is_replaced, claim.end - claim.start, kind, std::cmp::Reverse(claim.rule))
    };
    rank(claim) > rank(other)
}
