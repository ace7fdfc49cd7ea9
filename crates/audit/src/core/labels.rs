//! Strings of a record that are written, such as a model ID: only if they have the form of one, and no rule finds anything in them.

use std::collections::HashMap;

use banister::{Guardrail, Source};

/// What is written in place of a string that is not safe to write.
pub(super) const WITHHELD: &str = "withheld";

/// The maximum length of a label.
const MAX_LABEL_BYTES: usize = 200;

/// The maximum number of labels that are remembered.
const MAX_KNOWN: usize = 4096;

/// Decides which strings are written.
pub(super) struct Labels<'a> {
    guardrail: &'a Guardrail,
    known: HashMap<String, bool>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(guardrail: &'a Guardrail) -> Self {
        Self { guardrail, known: HashMap::new() }
    }

    /// Returns the label, or [`WITHHELD`].
    pub(super) fn label(&mut self, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            return String::new();
        }
        let is_safe = self.known.get(text).copied().unwrap_or_else(|| {
            let is_safe = has_form(text) && self.guardrail.assess(Source::Input, text).findings().is_empty();
            if self.known.len() < MAX_KNOWN {
                self.known.insert(text.to_owned(), is_safe);
            }
            is_safe
        });
        if is_safe { text.to_owned() } else { WITHHELD.to_owned() }
    }

    /// Returns the role or user of an ARN, without the session name, which often is the name of a person.
    pub(super) fn caller(&mut self, arn: &str) -> String {
        let mut parts = arn.splitn(6, ':');
        let (Some("arn"), Some(_), Some(_), Some(_), Some(account), Some(resource)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return if arn.is_empty() { String::new() } else { WITHHELD.to_owned() };
        };
        let resource = match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
            Some((role, _)) => format!("assumed-role/{role}"),
            None => resource.to_owned(),
        };
        match (identifier(account), self.label(&resource)) {
            (_, resource) if resource == WITHHELD => resource,
            (account, resource) => format!("{account}:{resource}"),
        }
    }
}

fn has_form(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    text.len() <= MAX_LABEL_BYTES && text.bytes().all(allowed)
}

/// Returns an account or request ID if it has the form of one: digits, or hexadecimal digits with dashes.
pub(super) fn identifier(text: &str) -> String {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uuid = groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    match text {
        "" => String::new(),
        _ if is_account || is_uuid => text.to_owned(),
        _ => WITHHELD.to_owned(),
    }
}

/// Returns the ID of a decision, if it has the form of one: 32 letters from `a` to `p`.
pub(super) fn token(text: &str) -> String {
    let is_token = text.len() == 32 && text.bytes().all(|byte| (b'a'..=b'p').contains(&byte));
    if is_token { text.to_owned() } else { String::new() }
}

/// Returns a digest of SHA-256, if it has the form of one.
pub(super) fn digest(text: &str) -> String {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_digest { text.to_owned() } else { String::new() }
}

/// Returns a time if it has the form `YYYY-MM-DDThh:mm:ss…`.
pub(super) fn time(text: &str) -> String {
    let mut bytes = text.bytes();
    let form = b"dddd-dd-ddTdd:dd:dd";
    let fits = form.iter().all(|expected| match (expected, bytes.next()) {
        (b'd', Some(byte)) => byte.is_ascii_digit(),
        (expected, byte) => byte == Some(*expected),
    });
    let rest = bytes.len() <= 12 && bytes.all(|byte| byte.is_ascii_digit() || b".:+-Z".contains(&byte));
    match text {
        "" => String::new(),
        _ if fits && rest => text.to_owned(),
        _ => WITHHELD.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Labels, WITHHELD, identifier, time};
    use banister::{Guardrail, Policy};

    #[test]
    fn only_safe_strings_are_written() {
        let policy = "{version: 1, name: n, regexes: [{name: r, pattern: 'ACME-[0-9]{4}', action: mask}]}";
        let guardrail = Guardrail::new(Policy::from_yaml(policy).unwrap());
        let mut labels = Labels::new(&guardrail);
        assert_eq!(labels.label("us.anthropic.claude-3:0"), "us.anthropic.claude-3:0");
        for unsafe_label in ["<script>", "jane roe", "ACME-1234", &"x".repeat(201), "jane@example.com", "é"] {
            assert_eq!(labels.label(unsafe_label), WITHHELD, "{unsafe_label}");
        }
        let session = "arn:aws:sts::123456789012:assumed-role/App/jane.roe@example.com";
        assert_eq!(labels.caller(session), "123456789012:assumed-role/App");
        assert_eq!(labels.caller("arn:aws:iam::123456789012:user/jane@example.com"), WITHHELD);
        assert_eq!(labels.caller("jane"), WITHHELD);
        assert_eq!(labels.caller(""), "");
    }

    #[test]
    fn identifiers_and_times_have_their_forms() {
        assert_eq!(identifier("123456789012"), "123456789012");
        assert_eq!(identifier("0b1c2d3e-0000-4000-8000-0123456789ab"), "0b1c2d3e-0000-4000-8000-0123456789ab");
        for other in ["536220145", "4111111111111111", "jane"] {
            assert_eq!(identifier(other), WITHHELD);
        }
        assert_eq!(time("2026-04-19T13:28:51.123Z"), "2026-04-19T13:28:51.123Z");
        for other in ["2026-04-19", "yesterday", "2026-04-19T13:28:51 jane", "2026-04-19T13:28:51Z1234567890123"] {
            assert_eq!(time(other), WITHHELD);
        }
    }
}
