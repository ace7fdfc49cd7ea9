//! Which policy a client chose.

use std::fmt;

use http::HeaderMap;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::policies::{Current, InForce};

/// The header that names a policy.
const POLICY: &str = "x-banister-policy";

/// The headers by which a client names a guardrail.
const GUARDRAIL: [&str; 3] =
    ["x-amzn-bedrock-guardrailidentifier", "x-amzn-bedrock-guardrailversion", "x-amzn-bedrock-trace"];

/// The policy that the headers name, if they name one. What names it is taken out: Bedrock knows nothing of it.
pub(crate) fn by_header(current: &Current, headers: &mut HeaderMap) -> Result<Option<InForce>, &'static str> {
    if let Some(name) = headers.get(POLICY) {
        let policy = name.to_str().ok().and_then(|name| current.named(name));
        return policy.map(Some).ok_or("The header x-banister-policy names no policy of this gateway.");
    }
    let policy = headers.get(GUARDRAIL[0]).and_then(|name| name.to_str().ok()).and_then(|name| current.named(name));
    if policy.is_some() {
        for name in GUARDRAIL {
            headers.remove(name);
        }
    }
    Ok(policy)
}

/// The policy that a Converse body names as its guardrail, and the body without the member that names it. All else in the body keeps
/// its bytes.
pub(crate) fn by_body(current: &Current, body: &[u8]) -> Option<(InForce, Vec<u8>)> {
    const MEMBER: &str = "guardrailConfig";
    let body: Members<'_> = serde_json::from_slice(body).ok()?;
    let mut configs = body.0.iter().filter(|(name, _)| name == MEMBER);
    // Of two such members each reader could take another.
    let (Some((_, config)), None) = (configs.next(), configs.next()) else { return None };
    let config: Config = serde_json::from_str(config.get()).ok()?;
    let policy = current.named(&config.guardrail_identifier)?;
    let mut rest = String::from("{");
    for (name, value) in body.0.iter().filter(|(name, _)| name != MEMBER) {
        if rest.len() > 1 {
            rest.push(',');
        }
        rest.push_str(&serde_json::to_string(name).ok()?);
        rest.push(':');
        rest.push_str(value.get());
    }
    rest.push('}');
    Some((policy, rest.into_bytes()))
}

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "guardrailIdentifier")]
    guardrail_identifier: String,
}

/// The members of an object in their order, with their values as they are written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use banister::{GuardrailLayer, Policy};

    use super::by_body;
    use crate::policies::{Current, Policies};

    fn chosen(body: &str) -> Option<(String, String)> {
        let policy = Policy::from_yaml("version: 1\nname: a\npii:\n  - {types: [EMAIL], action: mask}\n").unwrap();
        let current =
            Current::load(Policies::new("a", policy), Box::new(|_, guardrail| GuardrailLayer::new(guardrail)));
        let (policy, body) = by_body(&current.unwrap(), body.as_bytes())?;
        Some((policy.name.to_string(), String::from_utf8(body).unwrap()))
    }

    #[test]
    fn the_rest_of_the_body_keeps_its_bytes() {
        let body = r#"{ "z": 1.50e1, "guardrailConfig" : {"guardrailIdentifier": "a", "guardrailVersion": "1"} , "a": ["\/", -0.0] }"#;
        assert_eq!(chosen(body), Some(("a".to_owned(), r#"{"z":1.50e1,"a":["\/", -0.0]}"#.to_owned())));
        assert_eq!(chosen(r#"{"guardrailConfig": {"guardrailIdentifier": "a"}}"#).unwrap().1, "{}");
    }

    #[test]
    fn what_is_not_ours_stays() {
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
