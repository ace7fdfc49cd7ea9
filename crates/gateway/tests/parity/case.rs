//! The cases: request, response of the model, and configuration.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use banister::{GuardrailLayer, Policy};
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::integrations::Integration;

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) operation: Op,
    #[serde(default = "llama")]
    pub(crate) model: String,
    #[serde(default = "main")]
    pub(crate) policy: String,
    /// The body.
    #[serde(default)]
    pub(crate) request: Value,
    /// The exact body, if that matters or it is not JSON.
    raw: Option<String>,
    /// The header with the metadata of an invoke request.
    pub(crate) metadata: Option<String>,
    /// The header that requests a trace of a Bedrock guardrail.
    pub(crate) trace: Option<String>,
    /// The output of the model: a value of the header `x-simulator-reply`, or a map from its kind to JSON, or from `bytes` to text.
    #[serde(default = "echo")]
    reply: Value,
    chunk: Option<String>,
    write_size: Option<usize>,
    fault: Option<String>,
    #[serde(default)]
    pub(crate) config: CaseConfig,
    /// The path, if it is not that of the operation.
    pub(crate) path: Option<String>,
    /// Strings that neither the model nor the caller must receive.
    #[serde(default)]
    pub(crate) hidden: Vec<String>,
    /// Integrations that cannot express the case, and why.
    #[serde(default)]
    not_for: Vec<NotFor>,
    /// Known differences, and why.
    #[serde(default)]
    pub(crate) differences: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Op {
    Invoke,
    InvokeStream,
    Converse,
    ConverseStream,
    CountTokens,
    StartAsyncInvoke,
    ApplyGuardrail,
}

/// CaseConfig of the layer.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CaseConfig {
    error_on_block: bool,
    inspect_unknown_content: bool,
    forward_unknown_operations: bool,
    pub(crate) max_body_bytes: Option<usize>,
}

impl CaseConfig {
    /// A layer with these, the limit aside.
    pub(crate) fn on(self, mut layer: GuardrailLayer) -> GuardrailLayer {
        if self.error_on_block {
            layer = layer.error_on_block();
        }
        if self.inspect_unknown_content {
            layer = layer.dangerous_inspect_unknown_content();
        }
        if self.forward_unknown_operations {
            layer = layer.dangerous_forward_unknown_operations();
        }
        layer
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotFor {
    integrations: Vec<Integration>,
    #[serde(rename = "why")]
    _why: String,
}

/// A difference that is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Difference {
    pub(crate) integrations: Vec<Integration>,
    /// Which parts of the result differ.
    pub(crate) parts: Vec<Part>,
    #[serde(rename = "why")]
    _why: String,
}

/// A part of a result.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Sent,
    Received,
    Assessments,
}

impl Case {
    /// Whether this integration can express the case.
    pub(crate) fn is_for(&self, integration: Integration) -> bool {
        !self.not_for.iter().any(|not_for| not_for.integrations.contains(&integration))
    }

    /// Whether this part is known to differ on this integration.
    pub(crate) fn is_known_difference(&self, integration: Integration, part: Part) -> bool {
        self.differences
            .iter()
            .any(|difference| difference.integrations.contains(&integration) && difference.parts.contains(&part))
    }

    /// The bytes of the request.
    pub(crate) fn body(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone().into_bytes();
        }
        let mut body = self.request.clone();
        // An invoke body that is counted stands in base64.
        if self.operation == Op::CountTokens
            && let Some(counted) = body.pointer_mut("/input/invokeModel/body")
        {
            *counted = STANDARD.encode(counted.to_string()).into();
        }
        body.to_string().into_bytes()
    }

    /// What the simulator does.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options { response: self.reply(), write_size: self.write_size, ..Options::default() };
        if let Some(chunk) = &self.chunk {
            options.chunk_size = chunk.parse::<ChunkSize>().expect("a chunk");
        }
        options.fault = self.fault.as_ref().map(|fault| fault.parse::<Fault>().expect("a fault"));
        options
    }

    fn reply(&self) -> ModelResponse {
        if let Value::String(directive) = &self.reply {
            return directive.parse().expect("a reply");
        }
        let (form, value) = self.reply.as_object().and_then(|map| map.iter().next()).expect("a reply");
        match (form.as_str(), value) {
            ("bytes", Value::String(text)) => ModelResponse::RawBytes(text.clone().into_bytes()),
            (form, value) => format!("{form}:{value}").parse().expect("a reply"),
        }
    }
}

fn llama() -> String {
    "meta.llama3-8b-instruct-v1:0".to_owned()
}

fn main() -> String {
    "main".to_owned()
}

fn echo() -> Value {
    "echo".into()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The policies, by name.
pub(crate) fn policies() -> BTreeMap<String, Policy> {
    let entries = fs::read_dir(folder().join("policies")).expect("the policies");
    let policy = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, Policy::from_yaml(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    entries.map(|entry| policy(entry.expect("an entry").path())).collect()
}

/// Cases that are the same for many families of models.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    families: Vec<Family>,
    cases: Vec<FamilyCase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    model: String,
    request: Value,
    operations: Vec<Op>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyCase {
    name: String,
    /// Stands in the request where that says `TEXT`.
    text: String,
    reply: Value,
    chunk: String,
    hidden: Vec<String>,
}

pub(crate) fn cases(file: &str) -> Vec<Case> {
    let path = folder().join("cases").join(file).with_extension("yaml");
    let text = read(&path);
    if !text.contains("\nfamilies:\n") {
        return serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let matrix: Matrix = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    matrix.cases()
}

impl Matrix {
    fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for family in &self.families {
            for &operation in &family.operations {
                cases.extend(self.cases.iter().map(|said| said.case(family, operation)));
            }
        }
        cases
    }
}

impl FamilyCase {
    fn case(&self, family: &Family, operation: Op) -> Case {
        let request = family.request.to_string().replace("TEXT", &self.text);
        Case {
            name: format!("{} {operation:?}: {}", family.name, self.name),
            operation,
            model: family.model.clone(),
            policy: main(),
            request: serde_json::from_str(&request).expect("the text needs no escapes"),
            raw: None,
            metadata: None,
            trace: None,
            reply: self.reply.clone(),
            chunk: Some(self.chunk.clone()),
            write_size: None,
            fault: None,
            config: CaseConfig::default(),
            path: None,
            hidden: self.hidden.clone(),
            not_for: Vec::new(),
            differences: Vec::new(),
        }
    }
}

/// The file name of a case's expected result.
pub(crate) fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

fn expected_folder(file: &str) -> PathBuf {
    folder().join("expected").join(file)
}

/// The expected results of the cases of a file, by slug.
pub(crate) fn expected(file: &str) -> BTreeMap<String, Value> {
    let result = |path: PathBuf| {
        let value = serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_stem().expect("a name").to_string_lossy().into_owned(), value)
    };
    let entries = fs::read_dir(expected_folder(file)).expect("expected results");
    entries.map(|entry| result(entry.expect("an entry").path())).collect()
}

/// Replaces the expected results of the cases of a file, for review.
pub(crate) fn write_expected(file: &str, expected: &BTreeMap<String, Value>) {
    let folder = expected_folder(file);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (slug, value) in expected {
        fs::write(folder.join(slug).with_extension("json"), pretty(value, 0) + "\n").expect("a file");
    }
}

/// JSON in which a value is on one line if it fits.
fn pretty(value: &Value, depth: usize) -> String {
    const WIDTH: usize = 120;
    let flat = value.to_string();
    let margin = " ".repeat(depth + 1);
    let (open, close, items): (_, _, Vec<String>) = match value {
        _ if depth + flat.len() <= WIDTH => return flat,
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!("{margin}{}: {}", Value::from(name.as_str()), pretty(value, depth + 1))
            };
            ('{', '}', fields.iter().map(field).collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| margin.clone() + &pretty(item, depth + 1)).collect()),
        _ => return flat,
    };
    format!("{open}\n{}\n{}{close}", items.join(",\n"), " ".repeat(depth))
}

/// The names of the files in the folder of cases.
pub(crate) fn files() -> Vec<String> {
    let entries = fs::read_dir(folder().join("cases")).expect("the cases");
    let name = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    entries.map(|entry| name(entry.expect("an entry").path())).collect()
}
