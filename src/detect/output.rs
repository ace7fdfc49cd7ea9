//! The output of detectors.

use super::content::{ContentMatch, ContentScores};
use super::pattern::{PatternMatch, Starts, Verdict};
use super::spec::RuleId;
use super::tagger::signs::Signs;
use super::topic::{BestScores, Window};
use super::words::WordHit;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// A match that may become a finding.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The rule it matches.
    pub(crate) rule: RuleId,
    /// The offsets at which it may begin.
    pub(crate) starts: Starts,
    /// The offset just after it.
    pub(crate) end: usize,
    /// The kind of match.
    pub(crate) origin: Origin,
}

/// The kind of match that a candidate is.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A word or a phrase. Overlapping words of one rule all count.
    Word,
    /// A match of a regex of the policy, or of a topic's pattern.
    Pattern,
    /// A match of the recognizer with this number. It may still need a context word.
    Entity(u32, Verdict),
    /// A value that a model found, for the recognizer with this number, and why.
    Tagged(u32, Signs),
    /// A window that is similar to the examples of a topic, unless exceptions take words from it.
    Window(Box<Window>),
    /// Terms of a content filter that reach the threshold of a strength.
    Content(Box<ContentMatch>),
}

/// A span with a number: the rule of an exception, or the list of a context word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaggedSpan {
    pub(crate) tag: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The output of the detectors for some text.
#[derive(Debug, Default)]
pub(crate) struct ScanOutput {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) exceptions: Vec<TaggedSpan>,
    /// The best score of each topic so far, if they are kept. Windows that exceptions may change are not included.
    pub(crate) scores: Option<BestScores>,
    /// The best score of each content filter so far, if they are kept.
    pub(crate) content_scores: Option<ContentScores>,
    /// Memory for matches on their way to the candidates.
    pub(crate) matches: Vec<PatternMatch>,
    /// Memory for words on their way to the candidates.
    pub(crate) hits: Vec<WordHit>,
}

impl Reset for ScanOutput {
    fn reset(&mut self) {
        let Self { candidates, exceptions, scores, content_scores, matches, hits } = self;
        candidates.reset();
        exceptions.reset();
        matches.reset();
        hits.reset();
        if let Some(scores) = scores {
            *scores = BestScores::default();
        }
        if let Some(scores) = content_scores {
            *scores = ContentScores::default();
        }
    }
}

impl ScanOutput {
    /// Adds the matches of patterns in a view. Their memory, which is from [`Self::matches`], is used again.
    pub(super) fn add_matches(
        &mut self,
        mut matches: Vec<PatternMatch>,
        view: &ViewText,
        describe: impl Fn(u32, Verdict) -> (RuleId, Origin),
    ) {
        self.candidates.extend(matches.drain(..).map(|found| {
            let (rule, origin) = describe(found.tag, found.verdict);
            let (mut starts, end) = (found.starts, view.text_end(found.end));
            let first = starts.first().unwrap_or(found.end);
            match view.same_ascii(first..found.end) {
                Some(text) => starts.shift(first, text),
                None => starts = starts.map(|at| view.is_whole(at).then(|| view.text_start(at))),
            }
            Candidate { rule, starts, end, origin }
        }));
        self.matches = matches;
    }
}
