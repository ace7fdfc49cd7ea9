//! Selects the policy of a request.

use banister::{Operation, guardrail_identifier};
use http::HeaderMap;

use crate::policies::{ActivePolicies, ActivePolicy};

/// The header that names a policy.
const POLICY: &str = "x-banister-policy";

/// The header by which a client names a guardrail.
const GUARDRAIL: &str = "x-amzn-bedrock-guardrailidentifier";

/// Returns the policy that the headers name, if any. The layer removes the name, which is unknown to Bedrock.
pub(crate) fn by_header(
    policies: &ActivePolicies,
    operation: Option<Operation>,
    headers: &HeaderMap,
) -> Result<Option<ActivePolicy>, &'static str> {
    if let Some(name) = headers.get(POLICY) {
        let policy = name.to_str().ok().and_then(|name| policies.named(name));
        return policy.map(Some).ok_or("The header x-banister-policy does not name a policy of this gateway.");
    }
    if !matches!(operation, Some(Operation::InvokeModel | Operation::InvokeModelWithResponseStream)) {
        return Ok(None);
    }
    // With two values, each reader could use another one.
    let mut names = headers.get_all(GUARDRAIL).iter();
    let name = names.next().filter(|_| names.next().is_none());
    Ok(name.and_then(|name| name.to_str().ok()).and_then(|name| policies.named(name)))
}

/// Returns the policy that a Converse body names as its guardrail.
pub(crate) fn by_body(policies: &ActivePolicies, operation: Operation, body: &[u8]) -> Option<ActivePolicy> {
    policies.named(&guardrail_identifier(operation, body)?)
}

#[cfg(test)]
mod tests {
    use banister::Operation;
    use banister::{GuardrailLayer, Policy};

    use super::by_body;
    use crate::policies::{ActivePolicies, Policies};

    #[test]
    fn converse_names_a_policy_in_its_body() {
        let policy = Policy::from_yaml("version: 1\nname: a\npii:\n  - {types: [EMAIL], action: mask}\n").unwrap();
        let policies =
            ActivePolicies::load(Policies::new("a", policy), Box::new(|_, guardrail| GuardrailLayer::new(guardrail)))
                .unwrap();
        let chosen =
            |body: &str| by_body(&policies, Operation::Converse, body.as_bytes()).map(|policy| policy.name.to_string());
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
