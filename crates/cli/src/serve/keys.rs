//! The keys of clients: from the environment, and from a file. Never from the command line, which others on the machine can read.

use std::fs;
use std::path::Path;

use banister_gateway::GatewayBuilder;

use crate::failure::Failure;

/// Keys with commas between, each for all policies.
const KEYS: &str = "BANISTER_CLIENT_KEYS";

/// Shorter ones can be guessed.
const MIN_CHARACTERS: usize = 16;

/// Gives the builder all keys there are.
///
/// # Errors
///
/// When the file cannot be read, or a key is too short.
pub(super) fn give(mut builder: GatewayBuilder, file: Option<&Path>) -> Result<GatewayBuilder, Failure> {
    let keys = std::env::var(KEYS).unwrap_or_default();
    for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        check(key, KEYS)?;
        builder = builder.client_key(key);
    }
    let Some(file) = file else { return Ok(builder) };
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    let given = parse(text.strip_prefix('\u{feff}').unwrap_or(&text));
    if given.is_empty() {
        return Err(Failure::new(format!("{name}: no key is in it")));
    }
    for Given { line, key, policies } in given {
        check(key, &format!("{name}:{line}"))?;
        builder = match policies {
            Some(policies) => builder.client_key_with_policies(key, policies),
            None => builder.client_key(key),
        };
    }
    Ok(builder)
}

/// Without the key in the message.
fn check(key: &str, place: &str) -> Result<(), Failure> {
    if key.chars().count() >= MIN_CHARACTERS {
        return Ok(());
    }
    Err(Failure::new(format!("{place}: a key has fewer than {MIN_CHARACTERS} characters: take long and random ones")))
}

/// A line with a key.
#[derive(Debug, PartialEq)]
struct Given<'a> {
    line: usize,
    key: &'a str,
    /// What stands behind the key; none is all policies.
    policies: Option<Vec<&'a str>>,
}

/// A key a line, and behind it, after white space, the policies it is bound to, with commas between. Empty lines and lines that begin
/// with `#` say nothing.
fn parse(text: &str) -> Vec<Given<'_>> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let given = lines.map(|(at, line)| {
        let (key, policies) = match line.split_once(char::is_whitespace) {
            Some((key, policies)) => (key, Some(policies.split(',').map(str::trim).collect())),
            None => (line, None),
        };
        Given { line: at + 1, key, policies }
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::{Given, parse};

    #[test]
    fn a_line_is_a_key_and_its_policies() {
        let text = "# keys\n\n  all-of-them=  \nsome\tsupport, legal team ,x\n";
        let (all, some) = ("all-of-them=", vec!["support", "legal team", "x"]);
        let expected =
            [Given { line: 3, key: all, policies: None }, Given { line: 4, key: "some", policies: Some(some) }];
        assert_eq!(parse(text), expected);
    }
}
