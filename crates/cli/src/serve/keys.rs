//! Client keys, from the environment and from a file. Never from the command line, which other users can read.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use banister_gateway::GatewayBuilder;

use crate::failure::Failure;

/// A comma-separated list of keys, each for all policies.
const KEYS: &str = "BANISTER_CLIENT_KEYS";

/// Shorter keys can be guessed.
const MIN_CHARACTERS: usize = 16;

/// Adds all keys to the builder.
///
/// # Errors
///
/// If the file cannot be read, there is a source of keys without a key, or a key is too short or listed twice.
pub(super) fn add(builder: GatewayBuilder, file: Option<&Path>) -> Result<GatewayBuilder, Failure> {
    let environment = std::env::var_os(KEYS);
    let environment =
        environment.map(|keys| keys.into_string().map_err(|_| Failure::new(format!("{KEYS}: not UTF-8"))));
    let environment = environment.transpose()?;
    let text =
        file.map(|file| fs::read_to_string(file).map_err(|error| Failure::new(format!("{}: {error}", file.display()))));
    let text = text.transpose()?;
    let mut keys = Vec::new();
    if let Some(environment) = &environment {
        let listed = environment.split(',').map(str::trim).filter(|key| !key.is_empty());
        keys.extend(listed.map(|key| (KEYS.to_owned(), key, None)));
        // Whoever sets it expects that a key is needed.
        if keys.is_empty() {
            return Err(Failure::new(format!("{KEYS} contains no key: set one, or unset the variable")));
        }
    }
    if let (Some(file), Some(text)) = (file, &text) {
        let (name, lines) = (file.display(), parse(text.strip_prefix('\u{feff}').unwrap_or(text)));
        if lines.is_empty() {
            return Err(Failure::new(format!("{name}: the file contains no key")));
        }
        keys.extend(lines.into_iter().map(|KeyLine { line, key, policies }| (format!("{name}:{line}"), key, policies)));
    }
    let mut known = HashMap::new();
    keys.into_iter().try_fold(builder, |builder, (location, key, policies)| {
        check(key, &location)?;
        // The policies of one line would silently replace those of the other.
        if let Some(first) = known.insert(key, location.clone()) {
            return Err(Failure::new(format!("{location}: the client key is listed twice; first in {first}")));
        }
        Ok(match policies {
            Some(policies) => builder.client_key_with_policies(key, policies),
            None => builder.client_key(key),
        })
    })
}

/// Checks the length of a key. The message does not contain the key.
fn check(key: &str, location: &str) -> Result<(), Failure> {
    if key.chars().count() >= MIN_CHARACTERS {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{location}: the client key has fewer than {MIN_CHARACTERS} characters; use a long random key"
    )))
}

#[derive(Debug, PartialEq)]
struct KeyLine<'a> {
    line: usize,
    key: &'a str,
    /// The policies after the key, or `None` for all.
    policies: Option<Vec<&'a str>>,
}

/// Parses one key per line, each optionally followed by whitespace and a comma-separated list of allowed policies. Ignores empty lines and
/// lines that start with `#`.
fn parse(text: &str) -> Vec<KeyLine<'_>> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let parsed = lines.map(|(at, line)| {
        let (key, policies) = match line.split_once(char::is_whitespace) {
            Some((key, policies)) => (key, Some(policies.split(',').map(str::trim).collect())),
            None => (line, None),
        };
        KeyLine { line: at + 1, key, policies }
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use super::{KeyLine, parse};

    #[test]
    fn a_line_is_a_key_and_its_policies() {
        let text = "# keys\n\n  all-of-them=  \nsome\tsupport, legal team ,x\n";
        let (all, some) = ("all-of-them=", vec!["support", "legal team", "x"]);
        let expected =
            [KeyLine { line: 3, key: all, policies: None }, KeyLine { line: 4, key: "some", policies: Some(some) }];
        assert_eq!(parse(text), expected);
    }
}
