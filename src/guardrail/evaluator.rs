//! Evaluation of text, whole or in chunks.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::assessment::{Assessment, Outcome};
use super::conversation::Conversation;
use super::decision::Reason;
use super::explanation::{ContentExplanation, FilterScore, TopicExplanation, TopicScore};
use super::finding::{ActionTaken, Finding, Matched};
use super::guard::Guardrail;
use super::overlap::{Blocked, PendingSpan};
use super::position::{Position, Treatment};
use super::replacement::{fingerprint, replacement_of_blocked};
use super::scratch::Scratch;
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
    /// Created when a replacement first needs it, unless the text belongs to one.
    conversation: Option<Conversation>,
    scratch: Box<Scratch>,
    findings: Vec<Finding>,
    chars: usize,
    /// The offset before which all was confirmed, and written unless it is part of a span.
    confirmed_until: usize,
    /// Text is released before it is evaluated, until it is blocked.
    is_async: bool,
    /// The first rule for which all the text is replaced.
    replaced_by: Option<RuleId>,
    /// Only findings that depend on the context count.
    context_alone: bool,
}

impl Evaluator {
    /// Creates an evaluator of text of a conversation, or of a new one.
    pub(crate) fn new(guardrail: Guardrail, source: Source, conversation: impl Into<Option<Conversation>>) -> Self {
        let scratch = guardrail.scratch().take(guardrail.enforced());
        Self::with_scratch(scratch, guardrail, source, conversation.into())
    }

    /// Creates an evaluator for a stream, which `mode: async` applies to. A stream may be open for long, so its memory is small and its
    /// own.
    pub(crate) fn of_stream(
        guardrail: Guardrail,
        source: Source,
        conversation: impl Into<Option<Conversation>>,
    ) -> Self {
        let is_async = source == Source::Output && guardrail.policy().is_async();
        let scratch = Box::new(Scratch::new(guardrail.enforced()));
        Self { is_async, ..Self::with_scratch(scratch, guardrail, source, conversation.into()) }
    }

    fn with_scratch(
        scratch: Box<Scratch>,
        guardrail: Guardrail,
        source: Source,
        conversation: Option<Conversation>,
    ) -> Self {
        Self {
            guardrail,
            source,
            position: Position::Current,
            conversation,
            scratch,
            findings: Vec::new(),
            chars: 0,
            confirmed_until: 0,
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
        let policy = self.guardrail.enforced();
        if !context.is_empty() && !policy.detectors().recognizers().is_empty() {
            self.scratch.read_after(context, policy);
        }
        self
    }

    /// Like [`Self::with_context`], but findings that do not depend on the context do not count.
    pub(crate) fn with_context_alone(self, context: &str) -> Self {
        let mut alone = Self { context_alone: true, ..self.with_context(context) };
        alone.scratch.sides.retain(SideReading::has_context);
        alone
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
            let policy = self.guardrail.enforced();
            self.scratch.reading.push(policy, slice);
            for side in &mut self.scratch.sides {
                side.push(policy, slice);
            }
            self.advance(out);
            self.check_limit();
            self.guardrail.enforced().pause();
        }
    }

    /// Blocks the text if more than the limit is buffered. The limit is computed from the policy, so that would be a bug.
    fn check_limit(&mut self) {
        let (held, limit) = (self.unconfirmed_bytes(), self.guardrail.enforced().enforced_limit);
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
        let end = self.text_end();
        self.scratch.resolver.refuse(end);
    }

    /// Ends the text, and adds the rest that is safe to release to `out`.
    pub(crate) fn finish(&mut self, out: &mut dyn Sink) {
        if self.is_over_limit() {
            return;
        }
        let policy = self.guardrail.enforced();
        self.scratch.reading.finish();
        for side in &mut self.scratch.sides {
            side.finish(policy);
        }
        if self.is_async {
            self.advance(&mut Discard);
        } else {
            self.advance(out);
        }
    }

    fn text_end(&self) -> usize {
        self.scratch.reading.text().end()
    }

    /// Returns the number of bytes currently buffered.
    pub(crate) fn buffered_bytes(&self) -> usize {
        if self.is_async { 0 } else { self.unconfirmed_bytes() }
    }

    fn unconfirmed_bytes(&self) -> usize {
        self.text_end().saturating_sub(self.scratch.resolver.written())
    }

    /// Returns true if the text is blocked. All text before the blocked span has been released.
    pub(crate) fn is_blocked(&self) -> bool {
        self.scratch.resolver.blocked().is_some()
    }

    fn is_over_limit(&self) -> bool {
        self.scratch.resolver.blocked() == Some(Blocked::OverLimit)
    }

    /// Returns the assessment so far, without masked text.
    pub(crate) fn assessment(&self) -> Assessment {
        self.assess(self.findings.clone())
    }

    /// Ends the evaluation, and returns the assessment without masked text.
    pub(crate) fn into_assessment(mut self) -> Assessment {
        let findings = std::mem::take(&mut self.findings);
        let assessment = self.assess(findings);
        self.guardrail.scratch().put(self.scratch, self.guardrail.enforced());
        assessment
    }

    fn assess(&self, mut findings: Vec<Finding>) -> Assessment {
        let policy = self.guardrail.enforced();
        let blocked = self.scratch.resolver.blocked();
        let is_rewritten = self.scratch.resolver.has_masked() || self.replaced_by.is_some();
        let outcome = match (self.is_blocked(), is_rewritten) {
            (true, _) => Outcome::Blocked,
            (false, true) => Outcome::Masked,
            (false, false) => Outcome::Passed,
        };
        drop_repeated(&mut findings);
        findings.sort_by_key(|finding| (finding.span, finding.number));
        within::mark(&mut findings);
        Assessment {
            source: self.source,
            outcome,
            findings,
            masked: None,
            message: blocked.map(|blocked| policy.blocked_message(blocked, self.source)),
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
        let policy = self.guardrail.enforced();
        let (Some(topics), Some((best, decided))) = (&policy.topics, self.scratch.reading.best_scores()) else {
            return Vec::new();
        };
        let scores = topics.thresholds().filter_map(|(rule, threshold)| {
            let name = Arc::clone(&policy.rules().get(rule as usize)?.name);
            Some(TopicScore { rule: name, score: best.of(rule).max(decided.of(rule)), threshold })
        });
        scores.collect()
    }

    fn filter_scores(&self) -> Vec<FilterScore> {
        let Some(best) = self.scratch.reading.best_content_scores() else { return Vec::new() };
        let scores = self.guardrail.enforced().rules().iter().zip(0..).filter_map(|(rule, number)| {
            let filter = rule.filter?;
            Some(FilterScore::new(filter.category, filter.strength(self.source), best.of(number)))
        });
        scores.collect()
    }

    /// Returns the replacement of the whole text, if it is replaced.
    pub(crate) fn replacement(&mut self) -> Option<String> {
        let rule = self.guardrail.enforced().rules().get(self.replaced_by? as usize)?;
        Some(replacement_of_blocked(rule, "", self.conversation.get_or_insert_default()))
    }

    /// Records confirmed findings, and releases the text before which everything is confirmed.
    fn advance(&mut self, out: &mut dyn Sink) {
        let direction = (self.source, self.position);
        let (policy, Scratch { reading, confirmed, .. }) = (self.guardrail.enforced(), &mut *self.scratch);
        let mut confirmed_until = reading.confirm(policy, policy.detectors(), direction);
        confirmed.append(reading.confirmed());
        if self.context_alone {
            confirmed.clear();
        }
        self.record(0);
        for number in 0..self.scratch.sides.len() {
            let (policy, Scratch { reading, sides, confirmed, .. }) = (self.guardrail.enforced(), &mut *self.scratch);
            if let Some(side) = sides.get_mut(number) {
                let known = side.confirm(policy, direction, reading.text(), confirmed);
                confirmed_until = confirmed_until.min(known);
            }
            self.record(number + 1);
        }
        if confirmed_until == self.confirmed_until {
            return;
        }
        self.confirmed_until = confirmed_until;
        let (policy, Scratch { reading, resolver, .. }) = (self.guardrail.enforced(), &mut *self.scratch);
        resolver.write(confirmed_until, reading.text(), policy.rules(), &mut self.conversation, out);
        reading.forget_before(confirmed_until.min(resolver.written()), policy.detectors());
    }

    /// Records the findings that a reading confirmed.
    fn record(&mut self, reading: usize) {
        let (policy, Scratch { reading: text, confirmed, resolver, .. }) =
            (self.guardrail.enforced(), &mut *self.scratch);
        if confirmed.is_empty() {
            return;
        }
        let text = text.text();
        for found in confirmed.drain(..) {
            let Some(rule) = policy.rules().get(found.rule as usize) else { continue };
            let Treatment { action, taken, replaces_all } = policy.treatment(rule, self.source, self.position);
            if action == Action::Off {
                continue;
            }
            if replaces_all && !policy.observes {
                self.replaced_by.get_or_insert(found.rule);
            }
            let is_replaced = taken == ActionTaken::Replaced;
            resolver.add(PendingSpan {
                start: found.start,
                end: found.end,
                rule: found.rule,
                action: if policy.observes { Action::Detect } else { action },
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
                matched: policy.keeps_matches.then(|| Matched::new(text.slice(found.start, found.end))),
                fingerprint: policy.fingerprint_key.as_deref().map(|key| {
                    let value = text.slice(found.start, found.end);
                    fingerprint(key, rule.entity, value)
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

#[cfg(test)]
mod tests;
