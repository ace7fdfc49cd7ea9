//! Credentials of persons: user names and passwords. They have no form; a keyword or their position introduces them.
mod commands;
mod lists;
mod login;
mod password;
mod stop_words;
pub(super) mod username;
mod value_parts;

use super::description::{Comparison, Description};

pub(super) static PASSWORD: Description = Description {
    comparison: Comparison::Exact,
    ends_at_dashes: true,
    recognizers: &[commands::RECOGNIZERS, lists::RECOGNIZERS, login::RECOGNIZERS, password::RECOGNIZERS],
    ..Description::DEFAULT
};
