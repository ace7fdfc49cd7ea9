//! The simulated model: its input and output, independent of any body format.

mod output;
mod script;
mod turn;

pub(crate) use output::{ModelOutput, ToolCall};
pub(crate) use turn::{Turn, count_tokens};
