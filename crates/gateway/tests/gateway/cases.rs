//! The cases that the tests by boto3 read as well.

use std::sync::LazyLock;

use aws_smithy_types::{Document, Number};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// One family, or one form of its bodies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) model: String,
    /// Other ids that the same bodies go to.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    #[serde(default)]
    operation: String,
    /// The simulator's shape, where the body and an opaque id do not tell it.
    pub(crate) shape: Option<String>,
    /// The request, with `$TEXT` for every text.
    pub(crate) body: Value,
    /// Where the answer has its text. There is none for pictures and vectors.
    #[serde(default)]
    pub(crate) answer: Vec<String>,
    /// Where the message of a block is, if not there; empty where no answer can hold one.
    blocked: Option<Vec<String>>,
    /// Where the answer repeats the request.
    #[serde(default)]
    pub(crate) echo: Vec<String>,
    /// What says that the answer is over.
    #[serde(default)]
    pub(crate) stop: Map<String, Value>,
    /// Where a chunk has its text, if the family streams.
    pub(crate) chunk: Option<String>,
    /// Where the message of a block is in a stream, if not there.
    blocked_chunk: Option<String>,
    /// Where a chunk says which of several answers it belongs to.
    pub(crate) lane: Option<String>,
    #[serde(default = "one")]
    pub(crate) lanes: u64,
    /// What says in a blocked stream that it is over.
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

    /// How many texts the request has.
    pub(crate) fn places(&self) -> usize {
        self.body.to_string().matches("$TEXT").count()
    }

    /// The request with these texts, the last of which stands for the rest as well.
    pub(crate) fn request(&self, texts: &[&str]) -> Value {
        let mut body = self.body.clone();
        fill(&mut body, &mut 0, texts);
        body
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

/// What is asked and said, and what becomes of it under the policy of `support`.
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

/// How texts and writes are cut.
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

/// What stands at a JSON pointer, where `*` is every item of a list.
pub(crate) fn all_at<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    pointer.split('/').skip(1).fold(vec![value], |found, step| {
        let inside = |outer: &'v Value| match outer {
            Value::Array(items) if step == "*" => items.iter().collect(),
            outer => outer.pointer(&format!("/{step}")).into_iter().collect::<Vec<_>>(),
        };
        found.into_iter().flat_map(inside).collect()
    })
}

/// All text of a value in a row, as a reader would see it who puts tokens together.
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

/// JSON as the SDK wants it.
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
