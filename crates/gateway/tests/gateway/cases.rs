//! The cases, which the tests with boto3 also read.

use std::sync::LazyLock;

use aws_smithy_types::{Document, Number};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A model family, or one format of its bodies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) model: String,
    /// Other model ids with the same bodies.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    #[serde(default)]
    operation: String,
    /// The simulator's body format, if it cannot be derived from the body and an opaque model id.
    pub(crate) body_format: Option<String>,
    /// The request, with `$TEXT` in every text field.
    pub(crate) body: Value,
    /// The pointers of text in the response. Images and vectors have none.
    #[serde(default)]
    pub(crate) answer: Vec<String>,
    /// The pointers of the blocked message, if different; empty if no response can contain one.
    blocked: Option<Vec<String>>,
    /// The pointers at which the response repeats the request.
    #[serde(default)]
    pub(crate) echo: Vec<String>,
    /// The fields that mark the end of the response.
    #[serde(default)]
    pub(crate) stop: Map<String, Value>,
    /// The same of a blocked response, if different.
    refused: Option<Map<String, Value>>,
    /// The pointer of text in a chunk, if the family streams.
    pub(crate) chunk: Option<String>,
    /// The pointer of the blocked message in a stream, if different.
    blocked_chunk: Option<String>,
    /// The pointer of the substream index in a chunk.
    pub(crate) substream: Option<String>,
    /// The pointers of the turns before the last one.
    #[serde(default)]
    history: Vec<String>,
    /// The pointers of the operator's messages.
    #[serde(default)]
    operator: Vec<String>,
    /// A content block with signed reasoning, which is not forwarded if it is masked.
    signed: Option<String>,
    #[serde(default = "one")]
    pub(crate) substreams: u64,
    /// The fields that mark the end of a blocked stream.
    #[serde(default)]
    pub(crate) chunk_stop: Map<String, Value>,
}

const fn one() -> u64 {
    1
}

impl Family {
    pub(crate) fn is_async(&self) -> bool {
        self.operation == "StartAsyncInvoke"
    }

    pub(crate) fn blocked(&self) -> &[String] {
        self.blocked.as_deref().unwrap_or(&self.answer)
    }

    pub(crate) fn blocked_chunk(&self) -> &str {
        self.blocked_chunk.as_ref().or(self.chunk.as_ref()).expect("it streams")
    }

    /// Returns the fields that mark the end of a blocked response.
    pub(crate) fn refused(&self) -> &Map<String, Value> {
        self.refused.as_ref().unwrap_or(&self.stop)
    }

    /// Returns the pointers of the text fields of the request, in order.
    pub(crate) fn text_pointers(&self) -> Vec<String> {
        let mut found = Vec::new();
        pointers(&self.body, String::new(), &mut found);
        found
    }

    /// Returns the effect of a blocking rule at a pointer.
    pub(crate) fn turn_kind(&self, pointer: &str) -> TurnKind {
        const OPERATOR: [&str; 6] =
            ["/system", "/tools/", "/toolConfig/", "/response_format/", "/responseFormat/", "/preamble"];
        let is_in = |begins: &[String]| begins.iter().any(|begin| pointer.starts_with(begin));
        if OPERATOR.iter().any(|begin| pointer.starts_with(begin)) || is_in(&self.operator) {
            TurnKind::Operator
        } else if pointer.starts_with("/chat_history/") || is_in(&self.history) {
            TurnKind::History
        } else {
            TurnKind::LastTurn
        }
    }

    /// Returns the request with this text as it is forwarded, if all of it was masked, or only the text at this pointer.
    pub(crate) fn sent(&self, texts: &[&str], changed: Option<&str>) -> Value {
        let mut body = self.request(texts);
        let signed = self.signed.as_deref().filter(|signed| changed.is_none_or(|pointer| pointer.starts_with(signed)));
        if let Some((content, block)) = signed.and_then(|signed| signed.rsplit_once('/')) {
            let content = body.pointer_mut(content).and_then(Value::as_array_mut).expect("content");
            content.remove(block.parse().expect("a position"));
        }
        body
    }

    /// Returns the request with this text; the last string fills all remaining fields.
    pub(crate) fn request(&self, texts: &[&str]) -> Value {
        let mut body = self.body.clone();
        fill(&mut body, &mut 0, texts);
        body
    }
}

/// The effect of a blocking rule on some text of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnKind {
    /// The call is blocked.
    LastTurn,
    /// The text is masked.
    History,
    /// The finding is reported.
    Operator,
}

fn pointers(value: &Value, pointer: String, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.extend(text.matches("$TEXT").map(|_| pointer.clone())),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| pointers(item, format!("{pointer}/{at}"), out));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| pointers(member, format!("{pointer}/{name}"), out));
        }
        _ => {}
    }
}

fn fill(value: &mut Value, at: &mut usize, texts: &[&str]) {
    match value {
        Value::String(text) => {
            while text.contains("$TEXT") {
                *text = text.replacen("$TEXT", texts[(*at).min(texts.len() - 1)], 1);
                *at += 1;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, at, texts)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, at, texts)),
        _ => {}
    }
}

/// Prompts and completions, and their masked forms under the policy of `support`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    pub(crate) asked: String,
    pub(crate) received: String,
    pub(crate) echoed: String,
    pub(crate) denied: String,
    pub(crate) blocked_input: String,
    pub(crate) said: String,
    pub(crate) given: String,
    pub(crate) said_denied: String,
    pub(crate) given_before: String,
    pub(crate) blocked_output: String,
    hidden: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Errors {
    pub(crate) answers: Vec<ErrorAnswer>,
    pub(crate) frames: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorAnswer {
    pub(crate) status: u16,
    pub(crate) exception: String,
}

/// The sizes by which text and writes are split.
pub(crate) const CUTS: [usize; 4] = [1, 3, 7, 4000];

pub(crate) static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let files = [
        include_str!("../cases/chat.json"),
        include_str!("../cases/prompt.json"),
        include_str!("../cases/wordless.json"),
    ];
    files.into_iter().flat_map(read::<Vec<Family>>).collect()
});
pub(crate) static TEXTS: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../cases/texts.json")));
pub(crate) static ERRORS: LazyLock<Errors> = LazyLock::new(|| read(include_str!("../cases/errors.json")));

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the cases")
}

/// Returns the values at a JSON pointer, in which `*` is every item of a list.
pub(crate) fn all_at<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    pointer.split('/').skip(1).fold(vec![value], |found, step| {
        let inside = |outer: &'v Value| match outer {
            Value::Array(items) if step == "*" => items.iter().collect(),
            outer => outer.pointer(&format!("/{step}")).into_iter().collect::<Vec<_>>(),
        };
        found.into_iter().flat_map(inside).collect()
    })
}

/// Returns all text of a value, joined, as a reader who joins tokens would see it.
fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace('\u{2581}', " "),
        Value::Array(items) => items.iter().map(strings).collect(),
        Value::Object(members) => members.values().map(strings).collect(),
        _ => String::new(),
    }
}

pub(crate) fn assert_nothing_hidden(value: &Value, case: &str) {
    let shown = strings(value);
    for hidden in &TEXTS.hidden {
        assert!(!shown.contains(hidden.as_str()), "{case}: {hidden} in {value}");
    }
}

/// Returns JSON as an SDK document.
pub(crate) fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(bool) => Document::Bool(*bool),
        Value::Number(number) => {
            Document::Number(number.as_u64().map_or_else(|| Number::Float(number.as_f64().unwrap()), Number::PosInt))
        }
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(members) => {
            Document::Object(members.iter().map(|(name, value)| (name.clone(), document(value))).collect())
        }
    }
}
