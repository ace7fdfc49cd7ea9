//! The digest of a policy: equal for policies that mean the same, whatever their files look like.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::resolved::Resolved;

/// Hex SHA-256 of the resolved document as JSON with sorted keys.
pub(super) fn digest(resolved: &Resolved) -> String {
    // Only a map with keys that are not text, or a failing `Serialize`, could be refused here; there is
    // neither.
    let value = serde_json::to_value(resolved).unwrap_or_default();
    let mut json = String::new();
    canonical(&value, &mut json);
    let hash = Sha256::digest(json.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes JSON with sorted keys: `serde_json` sorts them or not, by a feature that any crate in the build may
/// set.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (number, (key, value)) in members.into_iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(elements) => {
            out.push('[');
            for (number, value) in elements.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
