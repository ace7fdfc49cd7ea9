//! Makes archives in the layout of Bedrock's invocation log, with personal data of which it knows every place.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// The policy that finds all that is seeded.
pub(crate) const POLICY: &str = "version: 1
name: archive
pii:
  - types: [EMAIL, US_SOCIAL_SECURITY_NUMBER, CREDIT_DEBIT_CARD_NUMBER]
    action: mask
";

/// A value in the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seeded {
    /// The object, relative to the archive.
    pub(crate) object: String,
    pub(crate) line: u64,
    /// `input` or `output`.
    pub(crate) side: &'static str,
    pub(crate) entity_type: &'static str,
    pub(crate) value: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) objects: u64,
    pub(crate) records: u64,
    /// Words of text in each body.
    pub(crate) words: u64,
}

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }

    fn string(&mut self, alphabet: &str, length: u64) -> String {
        let signs: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| signs[self.below(signs.len() as u64) as usize]).collect()
    }
}

const WORDS: &[&str] = &[
    "please",
    "summarize",
    "the",
    "meeting",
    "about",
    "quarterly",
    "planning",
    "and",
    "draft",
    "an",
    "outline",
    "of",
    "our",
    "roadmap",
    "with",
    "clear",
    "steps",
    "for",
    "every",
    "team",
    "that",
    "works",
    "on",
    "the",
    "new",
    "release",
];

/// The families: operation, model, whether the response is a list of chunks.
const FAMILIES: &[(&str, &str)] = &[
    ("Converse", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("ConverseStream", "amazon.nova-lite-v1:0"),
    ("InvokeModel", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("InvokeModelWithResponseStream", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("InvokeModel", "amazon.nova-micro-v1:0"),
    ("InvokeModelWithResponseStream", "amazon.nova-micro-v1:0"),
    ("InvokeModel", "meta.llama3-8b-instruct-v1:0"),
    ("InvokeModelWithResponseStream", "meta.llama3-8b-instruct-v1:0"),
    ("InvokeModel", "amazon.titan-text-express-v1"),
    ("InvokeModelWithResponseStream", "amazon.titan-text-express-v1"),
    ("InvokeModel", "mistral.mistral-7b-instruct-v0:2"),
    ("InvokeModel", "openai.gpt-oss-20b-1:0"),
    ("InvokeModelWithResponseStream", "openai.gpt-oss-20b-1:0"),
    ("InvokeModel", "cohere.command-r-v1:0"),
];

/// Writes an archive, and returns what it holds.
pub(crate) fn write(root: &Path, seed: u64, size: Size) -> Vec<Seeded> {
    let mut maker = Maker { root, random: Random(seed), truth: Vec::new(), size };
    for object in 0..size.objects {
        maker.object(object);
    }
    maker.file(&folder(0).join("amazon-bedrock-logs-permission-check"), b"");
    maker.truth
}

fn folder(object: u64) -> PathBuf {
    let (day, hour) = (1 + object / 4 % 28, object % 4 * 6);
    format!("AWSLogs/123456789012/BedrockModelInvocationLogs/us-west-2/2026/04/{day:02}/{hour:02}").into()
}

struct Maker<'a> {
    root: &'a Path,
    random: Random,
    truth: Vec<Seeded>,
    size: Size,
}

impl Maker<'_> {
    fn file(&self, path: &Path, bytes: &[u8]) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, bytes).expect("the file can be written");
    }

    fn object(&mut self, object: u64) {
        let folder = folder(object);
        let path = folder.join(format!("20260401T{object:06}Z_{}.json.gz", self.random.string("abcdef", 16)));
        let mut lines = GzEncoder::new(Vec::new(), Compression::fast());
        for record in 0..self.size.records {
            let line = self.record(&path.display().to_string(), record + 1, &folder);
            lines.write_all((line.to_string() + "\n").as_bytes()).expect("memory accepts all");
        }
        self.file(&path, &lines.finish().expect("memory accepts all"));
    }

    fn record(&mut self, object: &str, line: u64, folder: &Path) -> Value {
        let (operation, model) = FAMILIES[self.random.below(FAMILIES.len() as u64) as usize];
        let letters = "abcdef";
        let id = [8, 4].map(|length| self.random.string(letters, length)).join("-")
            + &format!(
                "-4{}-8{}-{}",
                self.random.string(letters, 3),
                self.random.string(letters, 3),
                self.random.string(letters, 12)
            );
        let prompt = self.text(object, line, "input");
        let completion = self.text(object, line, "output");
        let (input, output) = self.bodies(operation, model, &prompt, &completion);
        let input = self.side("input", &id, folder, input);
        let output = self.side("output", &id, folder, output);
        let (hour, minute) = (self.random.below(24), self.random.below(60));
        let day =
            &folder.display().to_string()["AWSLogs/123456789012/BedrockModelInvocationLogs/us-west-2/".len()..][..10];
        json!({
            "schemaType": "ModelInvocationLog", "schemaVersion": "1.0",
            "timestamp": format!("{}T{hour:02}:{minute:02}:00Z", day.replace('/', "-")),
            "accountId": "123456789012", "region": "us-west-2", "requestId": id, "operation": operation, "modelId": model,
            "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/Support/session"},
            "input": input, "output": output,
        })
    }

    /// Puts one body in forty into a side object.
    fn side(&mut self, name: &str, id: &str, folder: &Path, body: Value) -> Value {
        let mut part = BTreeMap::from([(format!("{name}ContentType"), json!("application/json"))]);
        if self.random.below(40) == 0 {
            let path = folder.join(format!("data/{id}_{name}.json.gz"));
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(body.to_string().as_bytes()).expect("memory accepts all");
            self.file(&path, &gzip.finish().expect("memory accepts all"));
            part.insert(format!("{name}BodyS3Path"), json!(format!("s3://logs/{}", path.display())));
        } else {
            part.insert(format!("{name}BodyJson"), body);
        }
        json!(part)
    }

    /// Makes text, one in four with a seeded value.
    fn text(&mut self, object: &str, line: u64, side: &'static str) -> String {
        let words: Vec<&str> = (0..self.size.words).map(|_| self.random.pick(WORDS)).collect();
        let at = self.random.below(words.len() as u64 + 1) as usize;
        let (before, after) = (words[..at].join(" "), words[at..].join(" "));
        if self.random.below(4) > 0 {
            return format!("{before} {after}.");
        }
        let (entity_type, lead, value) = self.value();
        self.truth.push(Seeded { object: object.to_owned(), line, side, entity_type, value: value.clone() });
        format!("{before} {lead} {value} {after}.")
    }

    /// Makes a value of which no six characters occur in an audit by chance.
    fn value(&mut self) -> (&'static str, &'static str, String) {
        let odd = "bdfghjkmpqrtvwxz";
        match self.random.below(3) {
            0 => {
                let (local, domain) = (self.random.string(odd, 9), self.random.string(odd, 8));
                ("EMAIL", "write to", format!("{local}@{domain}.com"))
            }
            1 => {
                let (area, group, serial) =
                    (self.random.below(500) + 150, self.random.below(60) + 35, self.random.below(900) + 1000);
                ("US_SOCIAL_SECURITY_NUMBER", "social security number", format!("{area}-{group}-{serial}"))
            }
            _ => (
                "CREDIT_DEBIT_CARD_NUMBER",
                "credit card",
                luhn(&format!("45{}", self.random.string("0123456789", 13))),
            ),
        }
    }

    /// Makes the bodies of a call in the format of its model.
    fn bodies(&mut self, operation: &str, model: &str, prompt: &str, completion: &str) -> (Value, Value) {
        let converse = json!({"messages": [{"role": "user", "content": [{"text": prompt}]}]});
        let is_stream = operation == "InvokeModelWithResponseStream";
        let chunks = if is_stream { self.chunks(completion) } else { Vec::new() };
        match (operation, model.split('.').next().unwrap_or_default(), model.contains("titan")) {
            ("Converse" | "ConverseStream", ..) => (
                converse,
                json!({"output": {"message": {"role": "assistant", "content": [{"text": completion}]}}, "stopReason": "end_turn"}),
            ),
            (_, "anthropic", _) => {
                let request = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": prompt}]});
                let event = |chunk: &String| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": chunk}});
                let response = json!({"type": "message", "role": "assistant", "content": [{"type": "text", "text": completion}], "stop_reason": "end_turn"});
                (request, if is_stream { chunks.iter().map(event).collect() } else { response })
            }
            (_, "amazon", false) => {
                // Nova starts a content block for each token.
                let event = |(index, chunk): (usize, &String)| json!({"contentBlockDelta": {"delta": {"text": chunk}, "contentBlockIndex": index}});
                let response = json!({"output": {"message": {"role": "assistant", "content": [{"text": completion}]}}, "stopReason": "end_turn"});
                (converse, if is_stream { chunks.iter().enumerate().map(event).collect() } else { response })
            }
            (_, "amazon", true) => {
                let event = |chunk: &String| json!({"outputText": chunk, "index": 0});
                let response = json!({"results": [{"outputText": completion, "completionReason": "FINISH"}]});
                (json!({"inputText": prompt}), if is_stream { chunks.iter().map(event).collect() } else { response })
            }
            (_, "meta", _) => {
                let event = |chunk: &String| json!({"generation": chunk, "stop_reason": null});
                let response = json!({"generation": completion, "stop_reason": "stop"});
                (
                    json!({"prompt": prompt, "max_gen_len": 9}),
                    if is_stream { chunks.iter().map(event).collect() } else { response },
                )
            }
            (_, "mistral", _) => {
                (json!({"prompt": prompt}), json!({"outputs": [{"text": completion, "stop_reason": "stop"}]}))
            }
            (_, "cohere", _) => (json!({"message": prompt}), json!({"text": completion, "finish_reason": "COMPLETE"})),
            _ => {
                let event = |chunk: &String| json!({"choices": [{"index": 0, "delta": {"content": chunk}}], "object": "chat.completion.chunk"});
                let response = json!({"object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": completion}, "finish_reason": "stop"}]});
                (
                    json!({"messages": [{"role": "user", "content": prompt}]}),
                    if is_stream { chunks.iter().map(event).collect() } else { response },
                )
            }
        }
    }

    /// Splits text anywhere, values included.
    fn chunks(&mut self, text: &str) -> Vec<String> {
        let mut rest = text;
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.len().min(1 + self.random.below(9) as usize));
            chunks.push(chunk.to_owned());
            rest = after;
        }
        chunks
    }
}

/// Appends the check digit of a card number.
fn luhn(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(position, byte)| {
            let digit = u32::from(byte - b'0') * if position % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
