//! All detectors of a policy, compiled; and what they find.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::canonical::canonical;
use super::entity::EntityType;
use super::entity::recognizer::{self, Objection, Recognizer, Surroundings, VETO_BYTES, Verdict};
use super::pattern::{PatternMatcher, Starts};
use super::spec::RuleId;
use super::topic::{Similarity, Window};
use super::words::Words;
use crate::text::rewrite::{Encoding, Rewriting};
use crate::text::view::{ViewText, text_bytes};

/// A pattern of a topic matches at most this many bytes of text. Topics have no `max_length`, and a topic that needs more than
/// a long sentence to show itself is better described by examples.
pub(crate) const MAX_TOPIC_PATTERN_BYTES: usize = 256;

/// Bytes of text after a span that may have to be seen before it is settled: white space or Markdown's signs, invisible characters, and
/// one character that is seen.
pub(crate) const LOOKAHEAD_BYTES: usize = 128;

/// Something that may become a finding.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The rule that asked for it.
    pub(crate) rule: RuleId,
    /// Where it may begin.
    pub(crate) starts: Starts,
    /// Where it ends.
    pub(crate) end: usize,
    /// What found it.
    pub(crate) origin: Origin,
}

/// What found a candidate.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A word or a phrase. Overlapping words of one rule all count.
    Word,
    /// A regex of the policy, or a pattern of a topic.
    Pattern,
    /// The recognizer of this number; it may still need a context word.
    Entity(u32, Verdict),
    /// A stretch of text that is like the examples of topics, should exceptions not take that back.
    Window(Box<Window>),
}

/// A span with a number: the rule of an exception, or the class of a context word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaggedSpan {
    pub(crate) tag: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a stretch of text brought.
#[derive(Debug, Default)]
pub(crate) struct ScanOutput {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) exceptions: Vec<TaggedSpan>,
    pub(crate) contexts: Vec<TaggedSpan>,
}

/// One use of a recognizer by a rule.
#[derive(Debug)]
pub(crate) struct EntityUse {
    pub(crate) rule: RuleId,
    pub(crate) recognizer: &'static Recognizer,
    /// Number of its list of context words.
    pub(crate) context: u32,
}

/// The most bytes a rule can make a stream hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleBound {
    pub(crate) rule: RuleId,
    /// Longest span.
    pub(crate) span: usize,
    /// Bytes behind the span that must be seen before it is settled.
    pub(crate) wait: usize,
}

/// All detectors of a policy.
#[derive(Debug)]
pub(crate) struct Detectors {
    pub(super) words: Option<Words>,
    pub(super) patterns: Option<PatternMatcher>,
    /// One for the recognizers of each prefilter, and one for those without.
    pub(super) entities: Vec<PatternMatcher>,
    pub(super) topic_patterns: Option<PatternMatcher>,
    pub(super) similarity: Option<Arc<Similarity>>,
    pub(super) uses: Vec<EntityUse>,
    /// For each rule with such a list, its type and the values it never reports, in canonical form.
    pub(super) allowed: HashMap<RuleId, (EntityType, HashSet<String>)>,
    pub(super) bounds: Vec<RuleBound>,
    pub(super) max_context_bytes: usize,
    /// Those of the rules with `evasion: strict`, by what they read.
    pub(super) strict: Vec<(Rewriting, Self)>,
    /// Encodings of which runs are decoded, for all rules.
    pub(super) decode: Vec<Encoding>,
}

impl Detectors {
    /// Returns the ways in which the text is rewritten and read again.
    pub(crate) fn rewritings(&self) -> impl Iterator<Item = Rewriting> {
        let strict = self.strict.iter().map(|&(rewriting, _)| rewriting);
        strict.chain(self.decode.iter().map(|&encoding| Rewriting::Encoded(encoding)))
    }

    /// Returns the detectors that read text rewritten so. All rules read what is decoded.
    pub(crate) fn of_rewriting(&self, rewriting: Rewriting) -> &Self {
        let strict = self.strict.iter().find(|&&(strict, _)| strict == rewriting);
        strict.map_or(self, |(_, detectors)| detectors)
    }

    /// Returns `true` if entity types are among what is recognized.
    pub(crate) fn has_entities(&self) -> bool {
        !self.entities.is_empty()
    }

    /// The most bytes each rule can make a stream hold.
    pub(crate) fn bounds(&self) -> &[RuleBound] {
        &self.bounds
    }

    /// How far from a span context words are looked for at the most.
    pub(crate) fn max_context_bytes(&self) -> usize {
        self.max_context_bytes
    }

    /// The use of this number.
    #[expect(clippy::indexing_slicing, reason = "the detectors number their uses themselves")]
    pub(crate) fn entity_use(&self, number: u32) -> &EntityUse {
        &self.uses[number as usize]
    }

    /// What a recognizer says of a span of the entity view.
    pub(crate) fn validate(&self, number: u32, view: &ViewText, start: usize, end: usize) -> Verdict {
        if view.splits_percent(start) || view.is_marked(start..end) {
            return Verdict::Reject;
        }
        (self.entity_use(number).recognizer.validate)(&recognizer::RecognizerInput {
            text: view.slice(start..end),
            before: view.char_before(start),
            after: view.char_after(end),
        })
    }

    /// Returns the topics that have examples, compared with the built-in table of vectors.
    pub(crate) fn similarity(&self) -> Option<&Arc<Similarity>> {
        self.similarity.as_ref()
    }

    /// Returns what the surroundings of a recognized span of the text say against it; `None` while that is not known.
    pub(crate) fn veto(
        &self,
        (number, verdict): (u32, Verdict),
        view: &ViewText,
        (start, end): (usize, usize),
        is_last: bool,
    ) -> Option<Objection> {
        let Some(veto) = self.entity_use(number).recognizer.veto else { return Some(Objection::None) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let reach = view.view_at(end + text_bytes(VETO_BYTES)).min(to + VETO_BYTES);
        let after = view.slice(to..view.floor_boundary(reach));
        let over = after.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c)));
        if over.is_none()
            && !is_last
            && reach < to + VETO_BYTES
            && view.text_end(view.end()) < end + text_bytes(VETO_BYTES)
        {
            return None;
        }
        let before = view.slice(view.floor_boundary(from.saturating_sub(VETO_BYTES))..from);
        // What is beyond the end of the run may not have arrived.
        let run = over.map_or(after.len(), |at| after.ceil_char_boundary(at + 1));
        let after = after.get(..run).unwrap_or(after);
        Some(veto(&Surroundings { before, text: view.slice(from..to), after, is_sure: verdict == Verdict::Accept }))
    }

    /// The part of a recognized span of the text that is the value.
    pub(crate) fn value_span(&self, number: u32, view: &ViewText, start: usize, end: usize) -> (usize, usize) {
        let Some(value) = self.entity_use(number).recognizer.value else { return (start, end) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let range = value(view.slice(from..to));
        if range.is_empty() || from + range.end > to {
            return (start, end);
        }
        (view.text_start(from + range.start), view.text_end(from + range.end))
    }

    /// Whether a rule never reports this value.
    pub(crate) fn is_allowed(&self, rule: RuleId, value: &str) -> bool {
        self.allowed.get(&rule).is_some_and(|(entity, values)| values.contains(&canonical(Some(*entity), value)))
    }
}
