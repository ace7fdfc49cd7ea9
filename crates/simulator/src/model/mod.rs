//! The simulated model: what it was asked and what it says, apart from any
//! body shape.

mod said;
mod script;
mod turn;
mod user_text;

pub(crate) use said::{Said, ToolCall};
pub(crate) use turn::{Turn, count_tokens};
pub(crate) use user_text::{converse_text, invoke_text};
