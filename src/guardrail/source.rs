//! The direction of text.

use crate::policy::Action;
use crate::policy::rule::Rule;
use crate::text::names::names;

/// Which way a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// To the model: prompts, and all that goes with them.
    Input,
    /// From the model: completions.
    Output,
}

names!(Source, "source", {
    Input => "INPUT",
    Output => "OUTPUT",
});

impl Rule {
    /// What the rule does in this direction.
    pub(crate) fn action(&self, source: Source) -> Action {
        match source {
            Source::Input => self.input,
            Source::Output => self.output,
        }
    }
}
