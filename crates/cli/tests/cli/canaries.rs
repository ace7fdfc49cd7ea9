//! An archive with a canary in every string that a caller, a model, or somebody who writes into a log can choose.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Value, json};

/// Masks canaries of one kind, and card numbers. No rule finds those of the other kind.
pub(crate) const POLICY: &str = "version: 1
name: canaries
regexes: [{name: canary, pattern: 'kq[hjmvwxz]{12}', action: mask}]
pii: [{types: [CREDIT_DEBIT_CARD_NUMBER, EMAIL], action: block}]
";

/// The longest line that a scan of the archive is to read as a whole.
pub(crate) const MAX_LINE_BYTES: usize = 32 << 10;

/// Strings of which no six characters occur by chance.
#[derive(Default)]
pub(crate) struct Canaries {
    state: u64,
    pub(crate) all: Vec<String>,
}

impl Canaries {
    fn letters(&mut self, start: &str) -> String {
        let mut canary = start.to_owned();
        while canary.len() < 14 {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            canary.push(char::from(b"hjmvwxz"[(self.state >> 33) as usize % 7]));
        }
        self.all.push(canary.clone());
        canary
    }

    /// Makes one that no rule finds.
    pub(crate) fn plain(&mut self) -> String {
        self.letters("xq")
    }

    /// Makes one that a rule finds.
    fn found(&mut self) -> String {
        self.letters("kq")
    }

    /// Makes a card number.
    fn card(&mut self) -> u64 {
        let card = 4_929_713_086_520_000 + self.all.len() as u64 * 10;
        let sum: u64 = (0..16).map(|at| (at, card / 10_u64.pow(at) % 10)).fold(0, |sum, (at, digit)| {
            let digit = digit * (1 + u64::from(at) % 2);
            sum + digit / 10 + digit % 10
        });
        let card = card + (10 - sum % 10) % 10;
        self.all.push(card.to_string());
        card
    }

    /// Makes values of every kind.
    fn values(&mut self) -> [Value; 5] {
        let mut names = Map::new();
        names.insert(self.plain(), json!([self.found(), {self.found(): self.plain()}]));
        let mail = format!("{}@{}.com", self.plain(), self.plain());
        [
            json!(self.plain()),
            json!(format!("{} {mail}", self.found())),
            names.into(),
            json!(self.card()),
            json!([self.plain()]),
        ]
    }
}

/// A record without canaries.
fn record() -> Value {
    json!({
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-04-19T13:28:51Z", "accountId": "123456789012",
        "region": "us-west-2", "inferenceRegion": "us-west-2", "requestId": "abcdefab-cdef-4abc-8def-abcdefabcdef",
        "operation": "Converse", "modelId": "amazon.nova-lite-v1:0", "status": "200",
        "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/App/session"},
        "requestMetadata": {"team": "search", "banister-decision": "abcdefghabcdefghabcdefghabcdefgh", "banister-policy": "ab".repeat(32)},
        "input": {"inputContentType": "application/json", "inputTokenCount": 3,
                  "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}},
        "output": {"outputContentType": "application/json",
                   "outputBodyJson": {"output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}}, "stopReason": "end_turn"}},
    })
}

/// Returns the pointers to all values of a document, objects and arrays included.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| pointers(field, &format!("{at}/{}", name.replace('/', "~1")), out));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| pointers(item, &format!("{at}/{i}"), out)),
        _ => {}
    }
}

/// Returns the document with canaries of every kind in place of each of its values, and as a further field of each of its objects.
fn everywhere(document: &Value, canaries: &mut Canaries) -> Vec<Value> {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let mut documents = Vec::new();
    for pointer in all {
        for value in canaries.values() {
            let mut changed = document.clone();
            let Some(place) = changed.pointer_mut(&pointer) else { continue };
            if let Value::Object(fields) = place {
                fields.insert(canaries.plain(), value.clone());
            } else {
                *place = value.clone();
            }
            documents.push(changed);
        }
    }
    documents
}

fn invocations(canaries: &mut Canaries) -> Vec<Value> {
    let mut records = everywhere(&record(), canaries);
    let strings = [
        ("/identity/arn", "arn:aws:iam::123456789012:user/*"),
        ("/identity/arn", "arn:aws:sts::123456789012:assumed-role/App/*"),
        ("/identity/arn", "arn:aws:sts::123456789012:federated-user/*"),
        ("/identity/arn", "arn:aws:sts::123456789012:*/App"),
        ("/identity/arn", "arn:aws:sts::*:assumed-role/App/s"),
        ("/modelId", "jane.*"),
        ("/modelId", "us.*.*"),
        ("/modelId", "arn:aws:sagemaker:us-west-2:123456789012:endpoint/*"),
        ("/modelId", "arn:aws:bedrock:us-west-2:123456789012:*/abcd1234efgh"),
        ("/region", "us-*-1"),
        ("/timestamp", "2026-04-19T13:28:51Z *"),
        ("/requestMetadata/banister-decision", "*abcdefghabcdefghab"),
    ];
    for (pointer, form) in strings {
        let mut record = record();
        *record.pointer_mut(pointer).expect("a field") = json!(form.replace('*', &canaries.plain()));
        records.push(record);
    }
    // Streams, whose chunks have names that no table has.
    for operation in ["ConverseStream", "InvokeModelWithResponseStream"] {
        let event = json!({"contentBlockDelta": {"delta": {"text": canaries.found()}, "contentBlockIndex": 0}, canaries.plain(): canaries.plain()});
        let mut record = record();
        record["operation"] = json!(operation);
        record["output"]["outputBodyJson"] = json!([event, {canaries.plain(): canaries.plain()}, canaries.plain()]);
        records.push(record);
    }
    records
}

/// Writes bodies that are not in their records, and returns the records.
fn side_objects(folder: &Path, canaries: &mut Canaries) -> Vec<Value> {
    fs::create_dir_all(folder.join("data")).expect("a directory");
    let body = json!({"messages": [{"role": "user", "content": [{"text": canaries.found()}]}], canaries.plain(): 1})
        .to_string();
    let zipped = gzip(body.as_bytes(), canaries);
    let objects: [Vec<u8>; 6] = [
        zipped.clone(),
        zipped[..zipped.len() - 12].to_vec(),
        format!("{{\"{}\": {}", canaries.plain(), canaries.found()).into_bytes(),
        [b"\xff\xfe ", canaries.found().as_bytes()].concat(),
        format!("[{}]", canaries.plain()).into_bytes(),
        [b"PK\x03\x04", canaries.plain().as_bytes()].concat(),
    ];
    let mut records = Vec::new();
    for (number, object) in objects.into_iter().enumerate() {
        fs::write(folder.join(format!("data/{number}_input.json.gz")), object).expect("a file");
        let mut record = record();
        record["input"] =
            json!({"inputBodyS3Path": format!("s3://logs/{}/data/{number}_input.json.gz", canaries.plain())});
        records.push(record);
    }
    let mut missing = record();
    missing["output"] =
        json!({"outputBodyS3Path": format!("s3://{}/data/{}_output.json.gz", canaries.plain(), canaries.plain())});
    records.push(missing);
    records
}

/// Compresses bytes, with canaries in the header.
fn gzip(bytes: &[u8], canaries: &mut Canaries) -> Vec<u8> {
    let header = GzBuilder::new().filename(canaries.plain()).comment(canaries.plain()).extra(canaries.plain());
    let mut encoder: GzEncoder<Vec<u8>> = header.write(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory accepts all");
    encoder.finish().expect("memory accepts all")
}

/// Lines that cannot be read.
fn bad_lines(canaries: &mut Canaries) -> Vec<u8> {
    let mut out = format!("{{\"{}\": 1}}\n", canaries.plain()).into_bytes();
    for form in [
        "{]*",
        "{\"*\" 1}",
        "{\"a\": *}",
        "[*",
        "* {",
        "{\"a\": \"\\u12*\"}",
        "{\"a\": 1} *",
        "[{\"schemaType\": \"ModelInvocationLog\", *}]",
    ] {
        out.extend(format!("{}\n", form.replace('*', &canaries.plain())).bytes());
        out.extend(format!("{}\n", form.replace('*', &canaries.found())).bytes());
    }
    out.extend(format!("{}\"{}\"{}\n", "[".repeat(3000), canaries.found(), "]".repeat(3000)).bytes());
    out.extend([b"{\"a\": \"\xff ", canaries.found().as_bytes(), b"\"}\n"].concat());
    let long = format!("{{\"a\": \"{} {} {}\"}}\n", canaries.plain(), "x ".repeat(MAX_LINE_BYTES), canaries.found());
    out.extend(long.bytes());
    out.extend(format!("{{\"torn\": \"{} {}", canaries.plain(), canaries.found()).bytes());
    out
}

/// Returns a table whose names, values and metadata are canaries.
fn table(canaries: &mut Canaries) -> Vec<u8> {
    let fields = format!(
        "required binary {} (UTF8); required binary text (UTF8); required int64 {};",
        canaries.plain(),
        canaries.plain()
    );
    let schema = parse_message_type(&format!("message {} {{ {fields} }}", canaries.plain())).expect("a schema");
    let metadata = vec![KeyValue::new(canaries.plain(), canaries.plain())];
    let properties =
        WriterProperties::builder().set_key_value_metadata(Some(metadata)).set_created_by(canaries.plain()).build();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).expect("memory accepts all");
    let mut group = writer.next_row_group().expect("a group");
    for text in [canaries.plain(), canaries.found()] {
        let mut column = group.next_column().expect("columns").expect("a column");
        let values: Vec<ByteArray> = (0..3).map(|_| text.as_str().into()).collect();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("memory accepts all");
        column.close().expect("memory accepts all");
    }
    let mut column = group.next_column().expect("columns").expect("a column");
    let cards = [canaries.card(), canaries.card(), canaries.card()].map(|card| i64::try_from(card).expect("16 digits"));
    column.typed::<Int64Type>().write_batch(&cards, None, None).expect("memory accepts all");
    column.close().expect("memory accepts all");
    group.close().expect("memory accepts all");
    writer.into_inner().expect("memory accepts all")
}

/// Writes the archive. `decisions` are lines of a decision log.
pub(crate) fn write(folder: &Path, decisions: &str, canaries: &mut Canaries) {
    fs::create_dir_all(folder).expect("a directory");
    let lines = |documents: &[Value]| documents.iter().map(|document| format!("{document}\n")).collect::<String>();
    let file = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("a file");

    let records = lines(&invocations(canaries));
    let whole = gzip(records.as_bytes(), canaries);
    file("calls.jsonl", records.as_bytes());
    file("sides.jsonl", lines(&side_objects(folder, canaries)).as_bytes());
    file("truncated.gz", &whole[..whole.len() / 2]);
    let mut corrupt = whole.clone();
    corrupt[whole.len() / 2] ^= 0x55;
    file("corrupt.gz", &corrupt);
    file("trailing.gz", &[whole.as_slice(), canaries.plain().as_bytes()].concat());
    file("twice.gz", &gzip(&whole, canaries));

    let log: Vec<Value> = decisions.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let changed: Vec<Value> = log.iter().flat_map(|record| everywhere(record, canaries)).collect();
    let torn = format!("{{\"schema\":\"banister.decision/1\",\"writer\":\"{}\n", canaries.plain());
    file("decisions.jsonl", [decisions, &lines(&changed), &torn, decisions].concat().as_bytes());

    file("lines.jsonl", &bad_lines(canaries));
    file(
        "text.txt",
        format!("dear {},\n{} {}@{}.com\n", canaries.plain(), canaries.found(), canaries.plain(), canaries.plain())
            .as_bytes(),
    );
    file("archive.zip", &[b"PK\x03\x04", canaries.plain().as_bytes()].concat());

    let table = table(canaries);
    file("table.parquet", &table);
    for part in [3, 5, 7, 8] {
        let mut damaged = table.clone();
        let at = table.len() * part / 9;
        damaged[at] ^= 0xff;
        file(&format!("damaged-{part}.parquet"), &damaged);
    }
    let footer = format!("PAR1{}\x20\0\0\0PAR1", canaries.plain().repeat(4));
    file("nothing.parquet", footer.as_bytes());
}
