//! Whether two YAML readers took a text for the same thing.

use serde_yaml::Value;

use super::{Kind, Node, Scalar};

/// Whether the value `serde_yaml` reads is the one that was checked.
///
/// Checks run on nodes, the policy is made from values. A text that the two readers take for different things
/// could pass the checks as one policy and be enforced as another.
pub(crate) fn agrees(node: &Node, value: &Value) -> bool {
    match (&node.kind, value) {
        (Kind::Sequence(items), Value::Sequence(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(item, value)| agrees(item, value))
        }
        (Kind::Mapping(entries), Value::Mapping(members)) => {
            let pairs = || entries.iter().zip(members);
            entries.len() == members.len()
                && pairs().all(|(entry, (key, value))| agrees(&entry.key, key) && agrees(&entry.value, value))
        }
        (Kind::Scalar { .. }, value) => match (node.scalar(), value) {
            (Some(Scalar::Null), Value::Null) => true,
            (Some(Scalar::Bool(one)), Value::Bool(other)) => one == *other,
            (Some(Scalar::Text(one)), Value::String(other)) => one == other,
            (Some(Scalar::Number(one)), Value::Number(other)) => {
                other.as_f64().is_some_and(|other| one == other || (one.is_nan() && other.is_nan()))
            }
            _ => false,
        },
        _ => false,
    }
}
