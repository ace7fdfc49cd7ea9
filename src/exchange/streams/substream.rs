//! The guard of one substream.

use super::tool::ToolGuard;
use crate::bedrock::{BodyError, DeltaKind, SubstreamId};
use crate::guardrail::{Assessment, Evaluator};

/// Evaluates the text of one substream.
#[derive(Debug)]
pub(super) enum SubstreamGuard {
    Text(Box<Evaluator>),
    Tool(Box<ToolGuard>),
}

impl SubstreamGuard {
    pub(super) fn new(id: SubstreamId, start: impl Fn(&str) -> Evaluator) -> Self {
        match id.kind {
            DeltaKind::ToolArguments | DeltaKind::FunctionArguments => Self::Tool(Box::new(ToolGuard::new())),
            DeltaKind::Text
            | DeltaKind::Reasoning
            | DeltaKind::ReasoningSummary
            | DeltaKind::ToolResult
            | DeltaKind::Refusal
            | DeltaKind::Transcript => Self::Text(Box::new(start(""))),
        }
    }

    /// Evaluates the next piece. Appends text that is safe to release to `out`, and the assessments of strings that ended to `done`. Returns `true`
    /// if a rule blocks.
    pub(super) fn push(
        &mut self,
        text: &str,
        start: impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> Result<bool, BodyError> {
        match self {
            Self::Text(evaluator) => {
                evaluator.push(text, out);
                Ok(evaluator.is_blocked())
            }
            Self::Tool(tool) => tool.push(text, start, out, done),
        }
    }

    /// Signals the end of the text.
    pub(super) fn finish(
        self,
        start: impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> bool {
        match self {
            Self::Text(mut evaluator) => {
                evaluator.finish(out);
                let is_blocked = evaluator.is_blocked();
                done.push(evaluator.into_assessment());
                is_blocked
            }
            Self::Tool(mut tool) => tool.finish(start, out, done),
        }
    }

    /// Returns the number of bytes of text buffered.
    pub(super) fn buffered_bytes(&self) -> usize {
        match self {
            Self::Text(evaluator) => evaluator.buffered_bytes(),
            Self::Tool(tool) => tool.buffered_bytes(),
        }
    }

    /// Returns the assessment so far of text that has not ended.
    pub(super) fn so_far(&self) -> Option<Assessment> {
        match self {
            Self::Text(evaluator) => Some(evaluator.assessment()),
            Self::Tool(tool) => tool.so_far(),
        }
    }
}
