//! The decision about a candidate.

use crate::detect::Signs;
use crate::detect::content::ContentMatch;
use crate::detect::spec::RuleId;
use crate::detect::topic::SimilarityMatch;

/// The decision about a candidate.
pub(super) enum Decision {
    /// It is a finding, or it is not.
    Made(Option<ConfirmedFinding>),
    /// It is not a finding from this start, but may be one from a later start.
    From(usize),
    /// It depends on text that has not arrived yet.
    Unknown,
}

/// A candidate that was confirmed.
#[derive(Debug)]
pub(super) struct ConfirmedFinding {
    pub(super) rule: RuleId,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: Option<Reason>,
}

/// The reason for a finding that no single span of text shows.
#[derive(Debug)]
pub(super) enum Reason {
    /// Text is similar to a topic.
    Topic(SimilarityMatch),
    /// Terms of a content filter reach its threshold.
    Content(ContentMatch),
    /// A model found signs of a name or an address.
    Model(Signs),
}
