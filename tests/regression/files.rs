//! Documents and files that are text, whatever says so, and those that are not.

use banister::Conversation;
use banister::{BodyGuard, GuardedBody, Operation};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::support::masking;

fn request(operation: Operation, body: &Value) -> Result<GuardedBody, String> {
    let guard = BodyGuard::new(&masking("EMAIL"), &Conversation::new());
    guard.inspect_request(operation, body.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// What became of the file at `pointer`.
fn forwarded(operation: Operation, body: &Value, pointer: &str) -> Result<(String, Vec<String>), String> {
    let guarded = request(operation, body)?;
    let changed =
        guarded.masked_body().map_or_else(|| body.clone(), |body| serde_json::from_slice(body).expect("JSON"));
    let skipped = guarded.assessment().skipped().iter().map(|skipped| skipped.pointer().to_owned()).collect();
    Ok((changed.pointer(pointer).and_then(Value::as_str).expect("a string").to_owned(), skipped))
}

const SECRET: &str = "Ask jane.roe@example.com, é";
const MASKED: &str = "Ask {EMAIL}, é";

/// A body with a file, and where that is.
fn user(part: &Value) -> Value {
    json!({"messages": [{"role": "user", "content": [part]}]})
}

#[test]
fn what_says_or_defaults_to_text_is_text() {
    let (text, masked) = (STANDARD.encode(SECRET), STANDARD.encode(MASKED));
    let nova = |document: &Value| json!({"schemaVersion": "messages-v1", "messages": [{"role": "user", "content": [{"document": document}]}]});
    let claude = |source: &Value| json!({"anthropic_version": "v", "messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]});
    let mut cases = Vec::new();
    for format in [None, Some("txt"), Some("md"), Some("csv"), Some("html"), Some("TXT"), Some("json"), Some("")] {
        let mut document = json!({"name": "n", "source": {"bytes": text}});
        if let Some(format) = format {
            document["format"] = format.into();
        }
        let pointer = "/messages/0/content/0/document/source/bytes";
        cases.push((Operation::Converse, user(&json!({"document": document})), pointer, masked.clone()));
        cases.push((Operation::InvokeModel, nova(&document), pointer, masked.clone()));
    }
    for kind in ["text/plain", "text/plain; charset=utf-8", "text/csv", "application/json", "TEXT/MARKDOWN"] {
        let source = json!({"type": "base64", "media_type": kind, "data": text});
        cases.push((Operation::InvokeModel, claude(&source), "/messages/0/content/0/source/data", masked.clone()));
    }
    for (head, (stored, expected)) in [
        ("data:text/plain;base64,", (&text, &masked)),
        ("data:text/plain;charset=UTF-8;base64,", (&text, &masked)),
        ("data:application/json;base64,", (&text, &masked)),
        ("data:;base64,", (&text, &masked)),
        ("DATA:text/html;BASE64,", (&text, &masked)),
        ("data:,", (&"Ask%20jane.roe%40example.com,%20%C3%A9".into(), &"Ask%20%7BEMAIL%7D%2C%20%C3%A9".into())),
        ("data:text/plain,", (&"Ask jane.roe@example.com".into(), &"Ask%20%7BEMAIL%7D".into())),
    ] {
        let (url, expected) = (format!("{head}{stored}"), format!("{head}{expected}"));
        for (part, pointer) in [
            (
                json!({"type": "file", "file": {"filename": "a", "file_data": url}}),
                "/messages/0/content/0/file/file_data",
            ),
            (json!({"type": "document_url", "document_url": url}), "/messages/0/content/0/document_url"),
            (json!({"type": "document_url", "document_url": {"url": url}}), "/messages/0/content/0/document_url/url"),
        ] {
            cases.push((Operation::InvokeModel, user(&part), pointer, expected.clone()));
        }
    }
    let bare = json!({"type": "file", "file": {"filename": "notes.TXT", "file_data": text}});
    cases.push((Operation::InvokeModel, user(&bare), "/messages/0/content/0/file/file_data", masked));
    for (operation, body, pointer, expected) in cases {
        assert_eq!(forwarded(operation, &body, pointer), Ok((expected, Vec::new())), "{body}");
    }
}

#[test]
fn other_files_are_listed_and_stay() {
    let bytes = STANDARD.encode(SECRET);
    let pdf = format!("data:application/pdf;base64,{bytes}");
    for (operation, body, pointer) in [
        (
            Operation::Converse,
            user(&json!({"document": {"name": "n", "format": "pdf", "source": {"bytes": bytes}}})),
            "/messages/0/content/0/document/source/bytes",
        ),
        (
            Operation::InvokeModel,
            json!({"anthropic_version": "v", "messages": [{"role": "user", "content": [
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": bytes}}]}]}),
            "/messages/0/content/0/source/data",
        ),
        (
            Operation::InvokeModel,
            user(&json!({"type": "file", "file": {"filename": "a.txt", "file_data": pdf}})),
            "/messages/0/content/0/file/file_data",
        ),
        (
            Operation::InvokeModel,
            user(&json!({"type": "file", "file": {"filename": "a.pdf", "file_data": bytes}})),
            "/messages/0/content/0/file/file_data",
        ),
        (
            Operation::InvokeModel,
            user(&json!({"type": "document_url", "document_url": "https://e.com/a.pdf"})),
            "/messages/0/content/0/document_url",
        ),
    ] {
        let before = body.pointer(pointer).and_then(Value::as_str).expect("there").to_owned();
        assert_eq!(forwarded(operation, &body, pointer), Ok((before, vec![pointer.to_owned()])), "{body}");
    }
}

#[test]
fn text_that_is_none_is_rejected() {
    let utf16 = STANDARD.encode(b"\xff\xfea\0");
    for part in [
        json!({"document": {"name": "n", "source": {"bytes": utf16}}}),
        json!({"document": {"name": "n", "source": {"bytes": "%PDF"}}}),
        json!({"type": "file", "file": {"file_data": format!("data:text/plain;base64,{utf16}")}}),
        json!({"type": "file", "file": {"file_data": "data:text/plain;charset=utf-7;base64,YQ=="}}),
        json!({"type": "document_url", "document_url": "data:text/plain,%ff"}),
    ] {
        let operation = if part.get("type").is_some() { Operation::InvokeModel } else { Operation::Converse };
        let error = request(operation, &user(&part)).expect_err("no text");
        assert!(error.contains("plain text") || error.contains("base64"), "{part}: {error}");
    }
}

#[test]
fn names_of_files_are_text() {
    for part in [
        json!({"type": "file", "file": {"filename": "jane.roe@example.com.pdf", "file_id": "f"}}),
        json!({"type": "document_url", "document_url": "https://e.com/?jane.roe@example.com", "document_name": "x"}),
        json!({"type": "document_url", "document_url": "https://e.com/", "document_name": "jane.roe@example.com"}),
    ] {
        let guarded = request(Operation::InvokeModel, &user(&part)).expect("known");
        let changed = String::from_utf8(guarded.masked_body().expect("masked").to_vec()).expect("UTF-8");
        assert!(changed.contains("{EMAIL}") && !changed.contains("jane.roe"), "{changed}");
    }
}
