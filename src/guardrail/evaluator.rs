//! The machinery of every evaluation, of whole texts and of streams alike.

use std::collections::HashSet;
use std::sync::Arc;

use super::assessment::{Assessment, Outcome};
use super::conversation::Conversation;
use super::decide::{Decider, Ground, Settled};
use super::finding::{ActionTaken, Explanation, Finding, Matched, TopicScore};
use super::guard::{Guardrail, Source};
use super::labels::Labels;
use super::lead::ContextReading;
use super::resolve::{Blocked, Claim, Resolver};
use super::sink::{Discard, Sink};
use crate::detect::detectors::Found;
use crate::detect::scanner::Scanner;
use crate::detect::spec::RuleId;
use crate::policy::{Action, RuleKind};
use crate::text::Span;
use crate::text::buffer::TextBuffer;

/// A long text is read in slices of this many bytes, so that what is held in between stays small.
const SLICE_BYTES: usize = 16 << 10;

/// Text kept behind what is written, for the character before a span.
pub(super) const LOOKBEHIND_BYTES: usize = 64;

/// Evaluates one text that arrives in pieces.
#[derive(Debug)]
pub(crate) struct Evaluator {
    guardrail: Guardrail,
    source: Source,
    conversation: Conversation,
    text: TextBuffer,
    scanner: Scanner,
    found: Found,
    labels: Labels,
    decider: Decider,
    settled: Vec<Settled>,
    resolver: Resolver,
    findings: Vec<Finding>,
    chars: usize,
    /// Text is released as it comes, until it is blocked.
    at_once: bool,
    context: Option<Box<ContextReading>>,
    /// Only findings that need the context count.
    context_alone: bool,
    /// Findings so far, while there are two readings that may bring the same.
    reported: HashSet<(RuleId, usize, usize)>,
}

impl Evaluator {
    pub(crate) fn new(guardrail: Guardrail, source: Source, conversation: Conversation) -> Self {
        Self {
            decider: Decider::new(guardrail.rules().len()),
            resolver: Resolver::new(guardrail.max_cluster()),
            scanner: Scanner::with_topics(guardrail.topics().cloned(), guardrail.keeps_topic_scores()),
            guardrail,
            source,
            conversation,
            text: TextBuffer::default(),
            found: Found::default(),
            labels: Labels::default(),
            settled: Vec::new(),
            findings: Vec::new(),
            chars: 0,
            at_once: false,
            context: None,
            context_alone: false,
            reported: HashSet::new(),
        }
    }

    /// Reads `context` before the text. It is not part of the text: offsets, counts and what is released are those of the text, and what
    /// lies in the context is no finding.
    pub(crate) fn with_context(mut self, context: &str) -> Self {
        let has_entities = || self.guardrail.rules().iter().any(|rule| rule.kind == RuleKind::Pii);
        if !context.is_empty() && has_entities() {
            self.context = Some(Box::new(ContextReading::new(context, &self.guardrail)));
        }
        self
    }

    /// As [`Self::with_context`], for text that means nothing without its context: what the text alone brings is no finding.
    pub(crate) fn with_context_alone(self, context: &str) -> Self {
        Self { context_alone: true, ..self.with_context(context) }
    }

    /// An evaluator of a stream, which a policy may have release text at once.
    pub(crate) fn of_stream(guardrail: Guardrail, source: Source, conversation: Conversation) -> Self {
        let at_once = source == Source::Output && guardrail.policy().releases_at_once();
        Self { at_once, ..Self::new(guardrail, source, conversation) }
    }

    /// Reads on. What may be released is added to `out`.
    pub(crate) fn push(&mut self, chunk: &str, out: &mut dyn Sink) {
        if !self.at_once {
            return self.read(chunk, out);
        }
        self.read(chunk, &mut Discard);
        if !self.is_blocked() {
            out.keep(chunk);
        }
    }

    fn read(&mut self, mut chunk: &str, out: &mut dyn Sink) {
        while !chunk.is_empty() && !self.is_over_limit() {
            let (slice, rest) = chunk.split_at(chunk.floor_char_boundary(SLICE_BYTES));
            chunk = rest;
            let offset = self.text.end();
            self.chars += slice.chars().count();
            self.text.push(slice);
            self.labels.scan(self.guardrail.labels(), slice, offset);
            self.scanner.push(self.guardrail.detectors(), &self.text, slice, offset, &mut self.found);
            if let Some(context) = &mut self.context {
                context.push(&self.guardrail, slice);
            }
            let frontier = self.scanner.frontier(self.guardrail.detectors(), &self.text);
            let words_known = self.scanner.open_word(self.guardrail.detectors(), &self.text);
            self.settle(frontier, words_known.unwrap_or(self.text.end()), out);
            self.check_limit();
        }
    }

    /// The bound is computed from the policy, so text beyond it is a fault of ours. It is refused: not released, and not read on.
    fn check_limit(&mut self) {
        let (held, limit) = (self.unsettled_bytes(), self.guardrail.hold_limit());
        if held <= limit {
            return;
        }
        debug_assert!(
            held <= self.guardrail.hold_bound().bytes(),
            "a text holds {held} bytes, more than the {limit} its policy allows"
        );
        if self.is_blocked() {
            return;
        }
        tracing::error!(
            held_bytes = held,
            hold_bound = limit,
            policy = self.guardrail.policy().name(),
            policy_digest = self.guardrail.policy().digest(),
            "a text is blocked: more of it is held than its policy allows; please report this"
        );
        self.resolver.refuse(self.text.end());
    }

    /// Ends the text. The rest of what may be released is added to `out`.
    pub(crate) fn finish(&mut self, out: &mut dyn Sink) {
        if self.is_over_limit() {
            return;
        }
        self.text.finish();
        self.labels.finish();
        self.scanner.finish(self.guardrail.detectors(), &self.text, &mut self.found);
        if let Some(context) = &mut self.context {
            context.finish(&self.guardrail);
        }
        if self.at_once {
            self.settle(usize::MAX, usize::MAX, &mut Discard);
        } else {
            self.settle(usize::MAX, usize::MAX, out);
        }
    }

    /// Bytes that were read and neither released nor given up.
    pub(crate) fn held_bytes(&self) -> usize {
        if self.at_once { 0 } else { self.unsettled_bytes() }
    }

    fn unsettled_bytes(&self) -> usize {
        self.text.end().saturating_sub(self.resolver.written())
    }

    /// Whether the text is blocked. Everything before the blocked span has been released by then, masked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.resolver.blocked().is_some()
    }

    fn is_over_limit(&self) -> bool {
        self.resolver.blocked() == Some(Blocked::OverLimit)
    }

    /// All that was found so far, as an assessment without a text.
    pub(crate) fn assessment(&self) -> Assessment {
        let outcome = match (self.is_blocked(), self.resolver.has_masked()) {
            (true, _) => Outcome::Blocked,
            (false, true) => Outcome::Masked,
            (false, false) => Outcome::Passed,
        };
        let mut findings = self.findings.clone();
        findings.sort_by_key(|finding| (finding.span, finding.number));
        if self.context.is_some() {
            // What is found with the context and without it is one finding.
            findings.dedup_by_key(|finding| (finding.span, finding.number));
        }
        Assessment {
            source: self.source,
            outcome,
            findings,
            masked: None,
            message: self.resolver.blocked().map(|blocked| self.guardrail.blocked_message(blocked, self.source)),
            over_limit: self.is_over_limit(),
            topic_scores: self.topic_scores(),
            // What counts with its context alone is no text by itself.
            examined_bytes: if self.context_alone { 0 } else { self.text.end() },
            examined_chars: if self.context_alone { 0 } else { self.chars },
        }
    }

    /// The best score of each topic with examples, if they are kept.
    fn topic_scores(&self) -> Vec<TopicScore> {
        let (Some(topics), Some(best)) = (self.guardrail.topics(), self.scanner.best_scores()) else {
            return Vec::new();
        };
        let decided = self.decider.best_scores();
        let scores = topics.thresholds().filter_map(|(rule, threshold)| {
            let name = Arc::clone(&self.guardrail.rules().get(rule as usize)?.name);
            Some(TopicScore { rule: name, score: best.of(rule).max(decided.of(rule)), threshold })
        });
        scores.collect()
    }

    fn settle(&mut self, frontier: usize, words_known: usize, out: &mut dyn Sink) {
        self.decider.take(&mut self.found, &self.text, &self.labels);
        let ground = Ground {
            guardrail: &self.guardrail,
            source: self.source,
            text: &self.text,
            views: self.scanner.views(),
            labels: &self.labels,
            words_known,
        };
        let mut settled = self.decider.settle(frontier, ground, &mut self.settled);
        let reach = self.guardrail.detectors().reach();
        self.decider.forget_before(settled, self.scanner.open_window(), reach);
        self.labels.forget_before(settled.saturating_sub(reach + LOOKBEHIND_BYTES));
        if self.context_alone {
            self.settled.clear();
        }
        if let Some(context) = &mut self.context {
            settled = settled.min(context.settle(&self.guardrail, self.source, &mut self.settled));
            let reported = &mut self.reported;
            self.settled.retain(|found| reported.insert((found.rule, found.start, found.end)));
        }
        for found in self.settled.drain(..) {
            let Some(rule) = self.guardrail.rules().get(found.rule as usize) else { continue };
            let action = rule.action(self.source);
            if action == Action::Off {
                continue;
            }
            self.resolver.claim(Claim { start: found.start, end: found.end, rule: found.rule, action });
            self.findings.push(Finding {
                rule: Arc::clone(&rule.name),
                number: found.rule,
                kind: rule.kind,
                entity: rule.entity,
                managed: rule.managed,
                action: ActionTaken::of(action),
                span: Span::new(found.start, found.end),
                explanation: found.likeness.map(Explanation::new),
                // Nothing before what was settled last time is forgotten yet.
                matched: self.guardrail.keeps_matches().then(|| Matched::new(self.text.slice(found.start, found.end))),
            });
        }
        self.resolver.write(settled, &self.text, self.guardrail.rules(), &self.conversation, out);
        let done = settled.min(self.resolver.written());
        self.text.forget_before(done.saturating_sub(LOOKBEHIND_BYTES));
        self.scanner.forget_before(self.guardrail.detectors(), done.saturating_sub(LOOKBEHIND_BYTES));
    }
}
