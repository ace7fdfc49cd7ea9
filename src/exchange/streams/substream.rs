//! The guard of one lane.

use super::tool::ToolGuard;
use crate::bedrock::{BodyError, DeltaKind, SubstreamId};
use crate::guardrail::{Assessment, Evaluator};

/// Guards one text of a stream.
#[derive(Debug)]
pub(super) enum SubstreamGuard {
    Text(Box<Evaluator>),
    Tool(Box<ToolGuard>),
}

impl SubstreamGuard {
    pub(super) fn new(lane: SubstreamId, start: impl Fn(&str) -> Evaluator) -> Self {
        match lane.kind {
            DeltaKind::ToolArguments | DeltaKind::FunctionArguments => Self::Tool(Box::new(ToolGuard::new())),
            DeltaKind::Text
            | DeltaKind::Reasoning
            | DeltaKind::ToolResult
            | DeltaKind::Refusal
            | DeltaKind::Transcript => Self::Text(Box::new(start(""))),
        }
    }

    /// Reads on. What may be released is added to `out`, what was found in texts that ended to `done`. Says whether it is blocked.
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

    /// Ends the text.
    pub(super) fn finish(
        mut self,
        start: impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> bool {
        match &mut self {
            Self::Text(evaluator) => {
                evaluator.finish(out);
                done.push(evaluator.assessment());
                evaluator.is_blocked()
            }
            Self::Tool(tool) => tool.finish(start, out, done),
        }
    }

    /// Bytes of text that were read and are neither released nor given up.
    pub(super) fn buffered_bytes(&self) -> usize {
        match self {
            Self::Text(evaluator) => evaluator.buffered_bytes(),
            Self::Tool(tool) => tool.buffered_bytes(),
        }
    }

    /// What was found so far in a text that has not ended.
    pub(super) fn so_far(&self) -> Option<Assessment> {
        match self {
            Self::Text(evaluator) => Some(evaluator.assessment()),
            Self::Tool(tool) => tool.so_far(),
        }
    }
}
