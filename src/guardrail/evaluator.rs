//! Evaluation of text, whole or in chunks.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::assessment::{Assessment, Outcome};
use super::confirm::{ConfirmedFinding, Reason};
use super::conversation::Conversation;
use super::explanation::{ContentExplanation, FilterScore, TopicExplanation, TopicScore};
use super::finding::{ActionTaken, Finding, Matched};
use super::guard::Guardrail;
use super::overlap::{Blocked, PendingSpan, Resolver};
use super::position::{Position, Treatment};
use super::reading::Reading;
use super::replacement::{fingerprint, replacement_of_blocked};
use super::side::SideReading;
use super::sink::{Discard, Sink};
use super::source::Source;
use super::within;
use crate::detect::Signs;
use crate::detect::spec::RuleId;
use crate::policy::Action;
use crate::text::Span;

/// Long text is read in slices of this many bytes, to keep intermediate buffers small.
const SLICE_BYTES: usize = 16 << 10;

/// Evaluates text that arrives in chunks.
#[derive(Debug)]
pub(crate) struct Evaluator {
    guardrail: Guardrail,
    source: Source,
    position: Position,
    conversation: Conversation,
    reading: Reading,
    /// Readings that add findings: after a context, or of rewritten text.
    sides: Vec<SideReading>,
    confirmed: Vec<ConfirmedFinding>,
    resolver: Resolver,
    findings: Vec<Finding>,
    chars: usize,
    /// Text is released before it is evaluated, until it is blocked.
    is_async: bool,
    /// The first rule for which all the text is replaced.
    replaced_by: Option<RuleId>,
    /// Only findings that depend on the context count.
    context_alone: bool,
}

impl Evaluator {
    pub(crate) fn new(guardrail: Guardrail, source: Source, conversation: Conversation) -> Self {
        let rewritings = guardrail.detectors().rewritings();
        Self {
            reading: Reading::new(&guardrail, guardrail.detectors(), guardrail.topics().cloned()),
            sides: rewritings.map(|rewriting| SideReading::rewritten(rewriting, "", &guardrail)).collect(),
            resolver: Resolver::new(guardrail.max_merged_bytes()),
            guardrail,
            source,
            position: Position::Current,
            conversation,
            confirmed: Vec::new(),
            findings: Vec::new(),
            chars: 0,
            is_async: false,
            replaced_by: None,
            context_alone: false,
        }
    }

    /// Sets the position of the text in its conversation.
    pub(crate) fn at(self, position: Position) -> Self {
        Self { position, ..self }
    }

    /// Reads `context` before the text. The context is not part of the text: it is not counted, not released, and has no findings.
    pub(crate) fn with_context(mut self, context: &str) -> Self {
        let detectors = self.guardrail.detectors();
        if !context.is_empty() && !detectors.recognizers().is_empty() {
            self.sides.push(SideReading::after(context, &self.guardrail));
            let rewritings =
                detectors.rewritings().filter(|&rewriting| !detectors.of_rewriting(rewriting).recognizers().is_empty());
            self.sides.extend(rewritings.map(|rewriting| SideReading::rewritten(rewriting, context, &self.guardrail)));
        }
        self
    }

    /// Like [`Self::with_context`], but findings that do not depend on the context do not count.
    pub(crate) fn with_context_alone(self, context: &str) -> Self {
        let mut alone = Self { context_alone: true, ..self.with_context(context) };
        alone.sides.retain(SideReading::has_context);
        alone
    }

    /// Creates an evaluator for a stream, which `mode: async` applies to.
    pub(crate) fn of_stream(guardrail: Guardrail, source: Source, conversation: Conversation) -> Self {
        let is_async = source == Source::Output && guardrail.policy().is_async();
        Self { is_async, ..Self::new(guardrail, source, conversation) }
    }

    /// Evaluates the next chunk, and adds text that is safe to release to `out`.
    pub(crate) fn push(&mut self, chunk: &str, out: &mut dyn Sink) {
        if !self.is_async {
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
            self.chars += slice.chars().count();
            self.reading.push(&self.guardrail, slice);
            for side in &mut self.sides {
                side.push(&self.guardrail, slice);
            }
            self.advance(out);
            self.check_limit();
            self.guardrail.pause();
        }
    }

    /// Blocks the text if more than the limit is buffered. The limit is computed from the policy, so that would be a bug.
    fn check_limit(&mut self) {
        let (held, limit) = (self.unconfirmed_bytes(), self.guardrail.enforced_limit());
        if held <= limit {
            return;
        }
        debug_assert!(
            held <= self.guardrail.buffer_limit().bytes(),
            "{held} bytes are buffered, more than the {limit} of the policy"
        );
        if self.is_blocked() {
            return;
        }
        tracing::error!(
            buffered_bytes = held,
            buffer_limit = limit,
            policy = self.guardrail.policy().name(),
            policy_digest = self.guardrail.policy().digest(),
            "text was blocked because more of it was buffered than its policy allows; please report this bug"
        );
        self.resolver.refuse(self.text_end());
    }

    /// Ends the text, and adds the rest that is safe to release to `out`.
    pub(crate) fn finish(&mut self, out: &mut dyn Sink) {
        if self.is_over_limit() {
            return;
        }
        self.reading.finish();
        for side in &mut self.sides {
            side.finish(&self.guardrail);
        }
        if self.is_async {
            self.advance(&mut Discard);
        } else {
            self.advance(out);
        }
    }

    fn text_end(&self) -> usize {
        self.reading.text().end()
    }

    /// Returns the number of bytes currently buffered.
    pub(crate) fn buffered_bytes(&self) -> usize {
        if self.is_async { 0 } else { self.unconfirmed_bytes() }
    }

    fn unconfirmed_bytes(&self) -> usize {
        self.text_end().saturating_sub(self.resolver.written())
    }

    /// Returns true if the text is blocked. All text before the blocked span has been released.
    pub(crate) fn is_blocked(&self) -> bool {
        self.resolver.blocked().is_some()
    }

    fn is_over_limit(&self) -> bool {
        self.resolver.blocked() == Some(Blocked::OverLimit)
    }

    /// Returns the assessment so far, without masked text.
    pub(crate) fn assessment(&self) -> Assessment {
        let is_rewritten = self.resolver.has_masked() || self.replaced_by.is_some();
        let outcome = match (self.is_blocked(), is_rewritten) {
            (true, _) => Outcome::Blocked,
            (false, true) => Outcome::Masked,
            (false, false) => Outcome::Passed,
        };
        let mut findings = self.findings.clone();
        drop_repeated(&mut findings);
        findings.sort_by_key(|finding| (finding.span, finding.number));
        within::mark(&mut findings);
        Assessment {
            source: self.source,
            outcome,
            findings,
            masked: None,
            message: self.resolver.blocked().map(|blocked| self.guardrail.blocked_message(blocked, self.source)),
            over_limit: self.is_over_limit(),
            topic_scores: self.topic_scores(),
            filter_scores: self.filter_scores(),
            // Text that counts only with its context is not counted by itself.
            inspected_bytes: if self.context_alone { 0 } else { self.text_end() },
            inspected_chars: if self.context_alone { 0 } else { self.chars },
        }
    }

    /// Returns the best score of each topic with examples, if scores are kept.
    fn topic_scores(&self) -> Vec<TopicScore> {
        let (Some(topics), Some((best, decided))) = (self.guardrail.topics(), self.reading.best_scores()) else {
            return Vec::new();
        };
        let scores = topics.thresholds().filter_map(|(rule, threshold)| {
            let name = Arc::clone(&self.guardrail.rules().get(rule as usize)?.name);
            Some(TopicScore { rule: name, score: best.of(rule).max(decided.of(rule)), threshold })
        });
        scores.collect()
    }

    fn filter_scores(&self) -> Vec<FilterScore> {
        let Some(best) = self.reading.best_content_scores() else { return Vec::new() };
        let scores = self.guardrail.rules().iter().zip(0..).filter_map(|(rule, number)| {
            let filter = rule.filter?;
            Some(FilterScore::new(filter.category, filter.strength(self.source), best.of(number)))
        });
        scores.collect()
    }

    /// Returns the replacement of the whole text, if it is replaced.
    pub(crate) fn replacement(&self) -> Option<String> {
        let rule = self.guardrail.rules().get(self.replaced_by? as usize)?;
        Some(replacement_of_blocked(rule, "", &self.conversation))
    }

    /// Records confirmed findings, and releases the text before which everything is confirmed.
    fn advance(&mut self, out: &mut dyn Sink) {
        let mut confirmed_until =
            self.reading.confirm(&self.guardrail, self.guardrail.detectors(), (self.source, self.position));
        self.confirmed.append(self.reading.confirmed());
        if self.context_alone {
            self.confirmed.clear();
        }
        self.record(0);
        for number in 0..self.sides.len() {
            if let Some(side) = self.sides.get_mut(number) {
                let known = side.confirm(
                    &self.guardrail,
                    (self.source, self.position),
                    self.reading.text(),
                    &mut self.confirmed,
                );
                confirmed_until = confirmed_until.min(known);
            }
            self.record(number + 1);
        }
        self.resolver.write(confirmed_until, self.reading.text(), self.guardrail.rules(), &self.conversation, out);
        self.reading.forget_before(confirmed_until.min(self.resolver.written()));
    }

    /// Records the findings that a reading confirmed.
    fn record(&mut self, reading: usize) {
        for found in self.confirmed.drain(..) {
            let Some(rule) = self.guardrail.rules().get(found.rule as usize) else { continue };
            let Treatment { action, taken, replaces_all } = self.guardrail.treatment(rule, self.source, self.position);
            if action == Action::Off {
                continue;
            }
            let observes = self.guardrail.observes();
            if replaces_all && !observes {
                self.replaced_by.get_or_insert(found.rule);
            }
            let is_replaced = taken == ActionTaken::Replaced;
            self.resolver.add(PendingSpan {
                start: found.start,
                end: found.end,
                rule: found.rule,
                action: if observes { Action::Detect } else { action },
                is_replaced,
            });
            let (mut explanation, mut content, mut signs) = (None, None, Signs::default());
            match found.reason {
                Some(Reason::Topic(why)) => explanation = Some(TopicExplanation::new(why)),
                Some(Reason::Content(why)) => content = Some(ContentExplanation::new(why)),
                Some(Reason::Model(why)) => signs = why,
                None => {}
            }
            self.findings.push(Finding {
                rule: Arc::clone(&rule.name),
                number: found.rule,
                kind: rule.kind,
                entity: rule.entity,
                managed: rule.managed,
                action: taken,
                span: Span::new(found.start, found.end),
                explanation,
                content,
                signs,
                // Text is forgotten only before what was confirmed last time.
                matched: self.guardrail.keeps_matches().then(|| {
                    let text = self.reading.text().slice(found.start, found.end);
                    Matched::new(text)
                }),
                fingerprint: self.guardrail.fingerprint_key().map(|key| {
                    let text = self.reading.text().slice(found.start, found.end);
                    fingerprint(key, rule.entity, text)
                }),
                reading,
                within: None,
            });
        }
    }
}

/// Drops findings of later readings inside findings of earlier readings by the same rule.
fn drop_repeated(findings: &mut Vec<Finding>) {
    if findings.iter().all(|finding| finding.reading == 0) {
        return;
    }
    // A finding that contains another sorts before it.
    findings.sort_by_key(|finding| (finding.span.start(), Reverse(finding.span.end()), finding.reading));
    // For each rule, the furthest end of the findings of each reading.
    let mut reach: HashMap<u32, Vec<usize>> = HashMap::new();
    findings.retain(|finding| {
        let ends = reach.entry(finding.number).or_default();
        let is_repeated = ends.iter().take(finding.reading).any(|&end| end >= finding.span.end());
        if ends.len() <= finding.reading {
            ends.resize(finding.reading + 1, 0);
        }
        if let Some(end) = ends.get_mut(finding.reading) {
            *end = finding.span.end().max(*end);
        }
        !is_repeated
    });
}
