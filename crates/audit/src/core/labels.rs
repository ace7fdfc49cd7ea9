//! Strings of a record that are written, such as a model ID: only if they have the form of one, and no rule finds anything in them.
//!
//! A record says what a caller sent, so any of its strings may hold personal data. What is written are the identifiers that AWS or an
//! administrator assigns: accounts, request IDs, regions, operations, models and roles. Everything else is withheld.

use std::collections::HashMap;

use banister::{Guardrail, Operation, Source};
use chrono::DateTime;

/// What is written in place of a string that is not safe to write.
pub(super) const WITHHELD: &str = "withheld";

/// The maximum length of a label.
const MAX_LABEL_BYTES: usize = 200;

/// The maximum number of labels that are remembered.
const MAX_KNOWN: usize = 4096;

/// The first part of the ID of a model: who made it. Without this list, `jane.roe` would be the ID of a model.
const PROVIDERS: &[&str] = &[
    "ai21",
    "amazon",
    "anthropic",
    "cohere",
    "deepseek",
    "google",
    "luma",
    "meta",
    "minimax",
    "mistral",
    "moonshot",
    "moonshotai",
    "nvidia",
    "openai",
    "qwen",
    "stability",
    "twelvelabs",
    "writer",
    "zai",
];

/// Where an inference profile sends calls: the part before the provider.
const GEOGRAPHIES: &[&str] = &["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

/// The kinds of resources that calls name as models.
const MODEL_RESOURCES: &[&str] = &[
    "application-inference-profile",
    "custom-model",
    "custom-model-deployment",
    "default-prompt-router",
    "foundation-model",
    "imported-model",
    "inference-profile",
    "prompt-router",
    "provisioned-model",
];

/// The part of a region between its country and its number.
const DIRECTIONS: &[&str] =
    &["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Decides which strings are written.
pub(super) struct Labels<'a> {
    guardrail: &'a Guardrail,
    known: HashMap<String, bool>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(guardrail: &'a Guardrail) -> Self {
        Self { guardrail, known: HashMap::new() }
    }

    /// Returns the name of a writer of decision records, which an administrator chooses.
    pub(super) fn writer(&mut self, text: &str) -> String {
        self.label(text, |_| true)
    }

    /// Returns the ID or ARN of a model.
    pub(super) fn model(&mut self, text: &str) -> String {
        self.label(text, is_model)
    }

    /// Returns the role of an ARN, without the session name, which often is the name of a person. Users are people, so their names are `*`.
    pub(super) fn caller(&mut self, arn: &str) -> String {
        if arn.is_empty() {
            return String::new();
        }
        let Some((_, _, account, resource)) = arn_parts(arn) else { return WITHHELD.to_owned() };
        let named = match resource.split_once('/').unwrap_or((resource, "")) {
            ("root", "") => "root".to_owned(),
            (kind @ ("assumed-role" | "role"), path) => {
                let role = if kind == "role" { path } else { path.split('/').next().unwrap_or_default() };
                match self.label(role, |_| true).as_str() {
                    "" | WITHHELD => return WITHHELD.to_owned(),
                    role => format!("{kind}/{role}"),
                }
            }
            (kind @ ("user" | "federated-user"), _) => format!("{kind}/*"),
            _ => return WITHHELD.to_owned(),
        };
        format!("{}:{named}", self::account(account))
    }

    /// Returns the text if it has the form of a label and this form, and no rule finds anything in it.
    fn label(&mut self, text: &str, has_form: impl Fn(&str) -> bool) -> String {
        let text = text.trim();
        if text.is_empty() {
            return String::new();
        }
        let is_safe = has_form(text)
            && self.known.get(text).copied().unwrap_or_else(|| {
                let is_safe = is_label(text) && self.guardrail.assess(Source::Input, text).findings().is_empty();
                if self.known.len() < MAX_KNOWN {
                    self.known.insert(text.to_owned(), is_safe);
                }
                is_safe
            });
        if is_safe { text.to_owned() } else { WITHHELD.to_owned() }
    }
}

fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    text.len() <= MAX_LABEL_BYTES && text.bytes().all(allowed)
}

/// Returns service, region, account and resource of an ARN.
fn arn_parts(arn: &str) -> Option<(&str, &str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (scheme, partition) = (parts.next()?, parts.next()?);
    let is_arn = scheme == "arn" && (partition == "aws" || partition.starts_with("aws-"));
    let parts = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    is_arn.then_some(parts)
}

/// Returns `true` if the text has the form of the ID of a model, or of the ARN of a model on Bedrock.
fn is_model(text: &str) -> bool {
    let Some((service, region, account, resource)) = arn_parts(text) else { return is_model_id(text) };
    let Some((kind, id)) = resource.split_once('/') else { return false };
    let is_place = (region.is_empty() || is_region(region))
        && (account.is_empty() || account == "aws" || is_account(account))
        && MODEL_RESOURCES.contains(&kind);
    // A custom model has the ID of its base before its own.
    let mut ids = id.split('/');
    service == "bedrock" && is_place && ids.all(|id| is_model_id(id) || is_assigned(id))
}

/// Returns `true` for `anthropic.claude-3-haiku-20240307-v1:0`, also after a geography.
fn is_model_id(text: &str) -> bool {
    let (first, rest) = text.split_once('.').unwrap_or((text, ""));
    let (provider, name) =
        if GEOGRAPHIES.contains(&first) { rest.split_once('.').unwrap_or((rest, "")) } else { (first, rest) };
    PROVIDERS.contains(&provider) && !name.is_empty() && !name.contains('/')
}

/// Returns `true` for an ID that AWS assigns to a resource.
fn is_assigned(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let (number, direction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let before: Vec<&str> = parts.collect();
    let is_country = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_partition = match before.as_slice() {
        [country] => is_country(country),
        [kind, country] => is_country(country) && (*kind == "gov" || (kind.starts_with("iso") && kind.len() <= 4)),
        _ => false,
    };
    is_partition && DIRECTIONS.contains(&direction) && matches!(number.as_bytes(), [b'1'..=b'9'])
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the text if it has the form of what it should be.
fn if_form(text: &str, has_form: bool) -> String {
    match text {
        "" => String::new(),
        _ if has_form => text.to_owned(),
        _ => WITHHELD.to_owned(),
    }
}

/// Returns an account if it has the form of one: 12 digits.
pub(super) fn account(text: &str) -> String {
    if_form(text, is_account(text))
}

/// Returns a region if it has the form of one, such as `us-west-2`.
pub(super) fn region(text: &str) -> String {
    if_form(text, is_region(text))
}

/// Returns the name of an operation, if it is one.
pub(super) fn operation(text: &str) -> String {
    if_form(text, Operation::from_name(text).is_some())
}

/// Returns a request ID if it has the form of one: hexadecimal digits with dashes.
pub(super) fn request_id(text: &str) -> String {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uuid = groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if_form(text, is_uuid)
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

/// The length of a time with microseconds and an offset.
const MAX_TIME_BYTES: usize = "2026-04-19T13:28:51.123456+00:00".len();

/// Returns a time in RFC 3339, to the microsecond.
pub(super) fn time(text: &str) -> String {
    if_form(text, is_time(text))
}

pub(super) fn is_time(text: &str) -> bool {
    let may_be = text.len() <= MAX_TIME_BYTES && text.as_bytes().get(10) == Some(&b'T');
    may_be && DateTime::parse_from_rfc3339(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Labels, WITHHELD, account, operation, region, request_id, time};
    use banister::{Guardrail, Policy};

    fn guardrail() -> Guardrail {
        let policy = "{version: 1, name: n, regexes: [{name: r, pattern: 'ACME-[0-9]{4}', action: mask}]}";
        Guardrail::new(Policy::from_yaml(policy).unwrap())
    }

    #[test]
    fn models_have_a_provider_or_a_resource_of_bedrock() {
        let guardrail = guardrail();
        let mut labels = Labels::new(&guardrail);
        let arn = "arn:aws:bedrock:us-west-2:123456789012:";
        for model in [
            "anthropic.claude-3-haiku-20240307-v1:0",
            "us.anthropic.claude-3:0",
            "us-gov.anthropic.claude-3:0",
            "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0",
            &format!("{arn}inference-profile/eu.amazon.nova-lite-v1:0"),
            &format!("{arn}provisioned-model/abcd1234efgh"),
            &format!("{arn}custom-model/amazon.titan-text-lite-v1:0:4k/abcd1234efgh"),
        ] {
            assert_eq!(labels.model(model), model);
        }
        for other in [
            "jane.roe",
            "jane",
            "us.jane.roe",
            "anthropic.",
            "amazon.ACME-1234",
            "amazon.jane@example.com",
            "amazon.<b>",
            "arn:aws:sagemaker:us-west-2:123456789012:endpoint/jane-roe",
            &format!("{arn}provisioned-model/jane-roe"),
            &format!("{arn}jane/abcd1234efgh"),
            &format!("amazon.{}", "x".repeat(200)),
        ] {
            assert_eq!(labels.model(other), WITHHELD, "{other}");
        }
        assert_eq!(labels.model(""), "");
    }

    #[test]
    fn callers_are_roles() {
        let guardrail = guardrail();
        let mut labels = Labels::new(&guardrail);
        for (arn, caller) in [
            ("arn:aws:sts::123456789012:assumed-role/App/jane.roe@example.com", "123456789012:assumed-role/App"),
            ("arn:aws:iam::123456789012:user/jane.roe", "123456789012:user/*"),
            ("arn:aws:iam::123456789012:root", "123456789012:root"),
            ("arn:aws:sts::jane:assumed-role/App/x", "withheld:assumed-role/App"),
            ("arn:aws:sts::123456789012:assumed-role/ACME-1234/x", WITHHELD),
            ("arn:aws:sts::123456789012:jane/roe", WITHHELD),
            ("jane", WITHHELD),
            ("", ""),
        ] {
            assert_eq!(labels.caller(arn), caller, "{arn}");
        }
    }

    #[test]
    fn identifiers_and_times_have_their_forms() {
        assert_eq!(account("123456789012"), "123456789012");
        let id = "0b1c2d3e-0000-4000-8000-0123456789ab";
        assert_eq!(request_id(id), id);
        for other in ["536220145", "4111111111111111", "jane"] {
            assert_eq!((account(other), request_id(other)), (WITHHELD.to_owned(), WITHHELD.to_owned()));
        }
        assert_eq!(request_id("123456789012"), WITHHELD);
        for known in ["us-west-2", "ap-southeast-1", "us-gov-east-1", "us-isob-east-1", "mx-central-1"] {
            assert_eq!(region(known), known);
        }
        for other in ["jane-roe-1", "us-west-22", "us-jane-west-2", "us"] {
            assert_eq!(region(other), WITHHELD, "{other}");
        }
        assert_eq!((operation("Converse").as_str(), operation("JaneRoe").as_str()), ("Converse", WITHHELD));
        for known in ["2026-04-19T13:28:51Z", "2026-04-19T13:28:51.123456Z", "2026-04-19T13:28:51.123+02:00"] {
            assert_eq!(time(known), known);
        }
        for other in ["2026-04-19", "yesterday", "2026-99-19T13:28:51Z", "2026-04-19T13:28:51 jane"] {
            assert_eq!(time(other), WITHHELD);
        }
        assert_eq!(time("2026-04-19T13:28:51.1234567890123Z"), WITHHELD);
    }
}
