//! The direction of text.

use crate::detect::FilterStrength;
use crate::policy::Action;
use crate::policy::rule::{ContentFilter, Rule};
use crate::text::names::names;

/// The direction of text: to the model or from it. Bedrock calls this the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// To the model: prompts, system prompts, tool definitions and tool results.
    Input,
    /// From the model: completions.
    Output,
}

names!(Source, "source", {
    Input => "INPUT",
    Output => "OUTPUT",
});

impl Rule {
    /// Returns the action in this direction.
    pub(crate) fn action(&self, source: Source) -> Action {
        match source {
            Source::Input => self.input,
            Source::Output => self.output,
        }
    }
}

impl ContentFilter {
    /// Returns the strength in this direction.
    pub(crate) fn strength(&self, source: Source) -> FilterStrength {
        match source {
            Source::Input => self.input,
            Source::Output => self.output,
        }
    }
}
