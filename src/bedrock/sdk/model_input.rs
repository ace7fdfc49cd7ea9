//! The request for the model in a StartAsyncInvoke call: any format of InvokeModel.
//!
//! It is inspected as JSON, so that the tables of the families apply to it.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

use crate::bedrock::error::BodyError;
use crate::bedrock::operation::Operation;
use crate::bedrock::visit::visit_request_document;
use crate::json::{self, JsonError, MAX_DEPTH, NodeKind};

use super::walk::{SdkWalk, WalkResult};

const NAME: &str = "modelInput";

/// Offers the text fields of a model input, by its format.
pub(super) fn model_input(walk: &mut SdkWalk<'_, '_>, value: &mut Document) -> WalkResult {
    // As a complete body, so that pointers are those of the body on the wire.
    let mut body = format!("{{\"{NAME}\":");
    write(value, 1, &mut body)?;
    body.push('}');
    let unknown = walk.unknown_json();
    let doc = json::JsonDocument::parse_str(&body)?;
    let visited = visit_request_document(Operation::StartAsyncInvoke, &doc, unknown, Vec::new(), walk.visitor())?;
    walk.add(visited.summary);
    if let Some(changed) = visited.body {
        let doc = json::JsonDocument::parse(&changed)?;
        if let Some(node) = doc.get(json::JsonDocument::ROOT, NAME) {
            *value = read(&doc, node);
        }
    }
    Ok(())
}

fn write(value: &Document, depth: usize, out: &mut String) -> Result<(), BodyError> {
    if depth >= MAX_DEPTH && matches!(value, Document::Object(_) | Document::Array(_)) {
        return Err(JsonError::too_deep(out.len()).into());
    }
    match value {
        Document::Object(members) => {
            // Sorted, so that equal values are walked in the same order.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|&(key, _)| key);
            out.push('{');
            for (position, (key, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(value, depth + 1, out)?;
            }
            out.push('}');
        }
        Document::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Document::Number(number) => match number {
            Number::PosInt(number) => out.push_str(&number.to_string()),
            Number::NegInt(number) => out.push_str(&number.to_string()),
            // The SDK writes numbers that JSON lacks as strings.
            Number::Float(number) if !number.is_finite() => {
                write_string(&number.to_string(), out);
            }
            Number::Float(number) => out.push_str(&Value::from(*number).to_string()),
        },
        Document::String(text) => write_string(text, out),
        Document::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Document::Null => out.push_str("null"),
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_string());
}

/// Recursive: the parser limits the depth.
fn read(doc: &json::JsonDocument<'_>, node: usize) -> Document {
    match doc.kind(node) {
        NodeKind::Object => {
            // Masked names are distinct, and no two names were equal before.
            let members = doc.members(node).map(|(key, value)| (doc.string(key).into_owned(), read(doc, value)));
            Document::Object(members.collect())
        }
        NodeKind::Array => Document::Array(doc.items(node).map(|item| read(doc, item)).collect()),
        NodeKind::String | NodeKind::Key => Document::String(doc.string(node).into_owned()),
        NodeKind::Number => number(doc.raw(node)),
        NodeKind::Bool => Document::Bool(doc.raw(node) == "true"),
        NodeKind::Null => Document::Null,
    }
}

fn number(raw: &str) -> Document {
    let number = if let Ok(number) = raw.parse() {
        Number::PosInt(number)
    } else if let Ok(number) = raw.parse() {
        Number::NegInt(number)
    } else {
        // Every JSON number can be parsed.
        Number::Float(raw.parse().unwrap_or_default())
    };
    Document::Number(number)
}
