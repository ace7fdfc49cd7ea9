//! A warning about a rule that is valid, but probably not intended.

use banister::RuleSummary;
use serde::Serialize;

use super::document::RuleEntry;
use crate::failure::Failure;
use crate::report::{Out, Tone};

/// The number of words shown of a list.
const SHOWN_WORDS: usize = 5;

#[derive(Debug, Serialize)]
pub(super) struct Warning {
    /// The kind of warning.
    code: &'static str,
    /// The rules of the warning; the one to change is the first.
    rules: Vec<String>,
    /// The policy file and the line of the first rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Warning {
    pub(super) fn new(code: &'static str, rules: Vec<String>, message: String) -> Self {
        Self { code, rules, file: None, line: None, message, help: None }
    }

    /// Creates a warning about an entry of a policy file.
    pub(super) fn of_entry(code: &'static str, entry: &RuleEntry, message: String) -> Self {
        Self::new(code, vec![entry.rule.clone()], message).at(&entry.file, entry.line)
    }

    /// Creates a warning about a rule.
    pub(super) fn of_rule(code: &'static str, rule: &RuleSummary<'_>, message: String) -> Self {
        Self::new(code, vec![rule.name().to_owned()], message).at(rule.file(), rule.line())
    }

    /// Sets the location.
    pub(super) fn at(self, file: &str, line: usize) -> Self {
        Self { file: Some(file.to_owned()), line: Some(line), ..self }
    }

    /// Adds a rule.
    pub(super) fn and(mut self, rule: &str) -> Self {
        self.rules.push(rule.to_owned());
        self
    }

    /// Sets what to do about it.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn write(&self, out: &mut Out) -> Result<(), Failure> {
        let label = out.paint(Tone::Note, "warning");
        out.paragraph(&label, 2, &format!(": {}", self.message))?;
        if let (Some(file), Some(line)) = (&self.file, self.line) {
            out.line(format_args!("  --> {file}:{line}"))?;
        }
        match &self.help {
            Some(help) => out.paragraph("  = help: ", 10, help),
            None => Ok(()),
        }
    }
}

/// Returns the first words, and the number of others.
pub(super) fn some<W: AsRef<str>>(words: &[W]) -> String {
    let shown: Vec<String> = words.iter().take(SHOWN_WORDS).map(|word| format!("`{}`", word.as_ref())).collect();
    match words.len().checked_sub(SHOWN_WORDS) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
