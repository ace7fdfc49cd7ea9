//! Which policy a client chose.

use http::HeaderMap;
use serde::Deserialize;

use crate::policies::{Current, InForce};

/// The header that names a policy.
const POLICY: &str = "x-banister-policy";

/// The header by which a client names a guardrail.
const GUARDRAIL: &str = "x-amzn-bedrock-guardrailidentifier";

/// The policy that the headers name, if they name one. The layer takes out what names it: Bedrock knows nothing of it.
pub(crate) fn by_header(current: &Current, headers: &HeaderMap) -> Result<Option<InForce>, &'static str> {
    if let Some(name) = headers.get(POLICY) {
        let policy = name.to_str().ok().and_then(|name| current.named(name));
        return policy.map(Some).ok_or("The header x-banister-policy names no policy of this gateway.");
    }
    Ok(headers.get(GUARDRAIL).and_then(|name| name.to_str().ok()).and_then(|name| current.named(name)))
}

/// The policy that a Converse body names as its guardrail.
pub(crate) fn by_body(current: &Current, body: &[u8]) -> Option<InForce> {
    // Of two such members each reader could take another, so they are none.
    let body: Body = serde_json::from_slice(body).ok()?;
    current.named(&body.guardrail_config?.guardrail_identifier)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    guardrail_config: Option<Config>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    guardrail_identifier: String,
}

#[cfg(test)]
mod tests {
    use banister::{GuardrailLayer, Policy};

    use super::by_body;
    use crate::policies::{Current, Policies};

    #[test]
    fn converse_names_a_policy_in_its_body() {
        let policy = Policy::from_yaml("version: 1\nname: a\npii:\n  - {types: [EMAIL], action: mask}\n").unwrap();
        let current =
            Current::load(Policies::new("a", policy), Box::new(|_, guardrail| GuardrailLayer::new(guardrail))).unwrap();
        let chosen = |body: &str| by_body(&current, body.as_bytes()).map(|policy| policy.name.to_string());
        let body = r#"{"z": 1.50e1, "guardrailConfig" : {"guardrailIdentifier": "a", "guardrailVersion": "1"}}"#;
        assert_eq!(chosen(body).as_deref(), Some("a"));
        for body in [
            "",
            "[]",
            "{}",
            r#"{"guardrailConfig": {"guardrailIdentifier": "b"}}"#,
            r#"{"guardrailConfig": {}}"#,
            r#"{"guardrailConfig": {"guardrailIdentifier": "a"}, "guardrailConfig": {"guardrailIdentifier": "a"}}"#,
        ] {
            assert_eq!(chosen(body), None, "{body}");
        }
    }
}
