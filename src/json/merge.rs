//! Adds and removes fields of a document without changing the rest.

use std::ops::Range;

use serde_json::Value;

use super::document::JsonDocument;
use super::edit::{RawEdit, splice};
use super::tape::NodeKind;

/// Returns the text of `doc` with the fields of `addition` added.
///
/// Objects are merged field by field, new items are appended to arrays, and any other value is replaced. All other bytes stay as they were.
/// Nothing changes unless both the document and the addition are objects.
pub(crate) fn merge(doc: &JsonDocument<'_>, addition: &Value) -> Option<String> {
    let mut edits = Vec::new();
    if doc.kind(JsonDocument::ROOT) == NodeKind::Object {
        merge_at(doc, JsonDocument::ROOT, addition, &mut edits);
    }
    edits.sort_by_key(|edit| edit.range.start);
    splice(doc.text(), &edits)
}

fn merge_at(doc: &JsonDocument<'_>, node: usize, addition: &Value, edits: &mut Vec<RawEdit>) {
    let at = doc.range(node);
    match (doc.kind(node), addition) {
        (NodeKind::Object, Value::Object(members)) => {
            let mut new = Vec::new();
            for (name, value) in members {
                // Most readers take the last of several fields with the same name.
                match doc.values_of(node, name).last() {
                    Some(known) => merge_at(doc, known, value, edits),
                    None => new.push(format!("{}:{value}", Value::from(name.as_str()))),
                }
            }
            append(edits, at.end, doc.members(node).next().is_none(), &new);
        }
        (NodeKind::Array, Value::Array(items)) => {
            let new: Vec<String> = items.iter().map(Value::to_string).collect();
            append(edits, at.end, doc.items(node).next().is_none(), &new);
        }
        _ => edits.push(RawEdit { range: at, bytes: addition.to_string() }),
    }
}

/// Adds entries before the bracket that ends at `end`.
fn append(edits: &mut Vec<RawEdit>, end: usize, is_first: bool, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    let separator = if is_first { "" } else { "," };
    edits.push(RawEdit { range: end - 1..end - 1, bytes: format!("{separator}{}", entries.join(",")) });
}

/// Returns the edits that remove the fields of the outermost object that have this name.
pub(crate) fn without_member(doc: &JsonDocument<'_>, name: &str) -> Vec<RawEdit> {
    let members = doc.members(JsonDocument::ROOT).map(|(key, value)| {
        let range = doc.range(key).start..doc.range(value).end;
        (range, doc.string(key) == name)
    });
    removals(members)
}

/// Returns the edits that remove entries from an object or array. `entries` are the ranges of all entries in order, each with `true` if it
/// is removed.
pub(crate) fn removals(entries: impl IntoIterator<Item = (Range<usize>, bool)>) -> Vec<RawEdit> {
    let mut edits: Vec<RawEdit> = Vec::new();
    let mut kept_before = None;
    let mut entries = entries.into_iter().peekable();
    while let Some((entry, is_removed)) = entries.next() {
        if !is_removed {
            kept_before = Some(entry.end);
            continue;
        }
        // With the comma before it, or with the one after it if no entry remains before it.
        let range = match (kept_before, entries.peek()) {
            (Some(before), _) => before..entry.end,
            (None, Some((next, _))) => entry.start..next.start,
            (None, None) => entry,
        };
        let range = match edits.last() {
            Some(last) if last.range.end > range.start => last.range.end..range.end,
            _ => range,
        };
        edits.push(RawEdit { range, bytes: String::new() });
    }
    edits
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::JsonDocument;
    use super::{merge, removals, splice, without_member};

    #[test]
    fn fields_are_added_and_the_rest_stays() {
        let merged = |text: &str, addition| merge(&JsonDocument::parse_str(text).unwrap(), &addition);
        let expect = |text: &str, addition, expected: &str| {
            assert_eq!(merged(text, addition).as_deref(), Some(expected));
        };
        expect("{}", json!({"a": 1}), r#"{"a":1}"#);
        expect(
            r#"{ "n": 1.50e1 , "s": "\/" }"#,
            json!({"a": {"b": []}}),
            r#"{ "n": 1.50e1 , "s": "\/" ,"a":{"b":[]}}"#,
        );
        expect(
            r#"{"t": {"x": {}}, "l": [ 1.0 ]}"#,
            json!({"t": {"x": {"k": "v"}, "y": 2}, "l": [3]}),
            r#"{"t": {"x": {"k":"v"},"y":2}, "l": [ 1.0 ,3]}"#,
        );
        expect(r#"{"t": null, "t": {"a": 1}}"#, json!({"t": {"b": 2}}), r#"{"t": null, "t": {"a": 1,"b":2}}"#);
        expect(r#"{"t": "x", "u": []}"#, json!({"t": {"b": 2}, "u": {"c": 1}}), r#"{"t": {"b":2}, "u": {"c":1}}"#);
        assert_eq!(merged("[1]", json!({"a": 1})), None);
        assert_eq!(merged(r#"{"a": 1}"#, json!({})), None);
    }

    #[test]
    fn fields_are_removed_with_their_commas() {
        let without = |text: &str| splice(text, &without_member(&JsonDocument::parse_str(text).unwrap(), "g"));
        for (text, expected) in [
            (r#"{"g": {"a": [1]}}"#, "{}"),
            (r#"{ "g" : 1 , "b" : 2 }"#, r#"{ "b" : 2 }"#),
            (r#"{"a": 1.0, "g": {}, "b": "\/"}"#, r#"{"a": 1.0, "b": "\/"}"#),
            (r#"{"a": 1, "g": 2 }"#, r#"{"a": 1 }"#),
            (r#"{"g": 1, "g": 2}"#, "{}"),
            (r#"{"g": 1, "g": 2, "a": 3, "g": 4}"#, r#"{"a": 3}"#),
            (r#"{"\u0067": 1, "a": {"g": 1}}"#, r#"{"a": {"g": 1}}"#),
        ] {
            assert_eq!(without(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(without(r#"{"a": {"g": 1}}"#), None);
    }

    /// Whichever items are removed, the others remain, and no edits overlap.
    #[test]
    fn any_items_can_be_removed() {
        for count in 0..6_u32 {
            for removed in 0..1_u32 << count {
                let is_removed = |item: u32| removed & 1 << item != 0;
                let text = json!((0..count).collect::<Vec<_>>()).to_string();
                let doc = JsonDocument::parse_str(&text).unwrap();
                let items =
                    doc.items(JsonDocument::ROOT).zip(0..).map(|(node, item)| (doc.range(node), is_removed(item)));
                let edits = removals(items);
                assert!(edits.is_sorted_by(|edit, next| edit.range.end <= next.range.start), "{edits:?}");
                let kept = json!((0..count).filter(|&item| !is_removed(item)).collect::<Vec<_>>()).to_string();
                assert_eq!(splice(&text, &edits).unwrap_or(text), kept);
            }
        }
    }
}
