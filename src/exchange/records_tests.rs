//! Records of exchanges: every evaluation has one, as the schema says, and none contains text.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::call::{Exchange, Inspected};
use super::config::{DecisionCaller, LayerConfig};
use super::error::GuardrailErrorKind;
use crate::audit::{
    AuditLog, ChainVerifier, Decision, DecisionOutcome, DecisionRecord, LogEvent, RejectionCode, Stage, WriterSink,
};
use crate::bedrock::Operation;
use crate::guardrail::{Guardrail, Source};
use crate::json::schema_accepts;
use crate::policy::Policy;

/// Values that must not be in any record. They have letters that random IDs do not have, or signs that hashes do not have.
const CANARIES: [&str; 5] =
    ["zyx.wvu@qrst-xyz.com", "536-22-0145", "4111-1111-1111-1111", "Zwyxq Vuwxy", "AKIAZZYYXXWWVVUUTTSS"];

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// Memory that is written to and read.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn decisions(&self) -> Vec<Decision> {
        let records =
            self.text().lines().map(|line| DecisionRecord::read(line.as_bytes()).unwrap()).collect::<Vec<_>>();
        let decision = |record: DecisionRecord| match record.event {
            LogEvent::Decision(decision) => Some(*decision),
            _ => None,
        };
        records.into_iter().filter_map(decision).collect()
    }
}

/// A layer that records into memory, with a policy that masks, blocks and detects.
fn layer(change: impl FnOnce(&mut LayerConfig)) -> (Arc<LayerConfig>, Memory) {
    let policy = Policy::from_yaml(
        "
version: 1
name: canaries
denied_topics: [{name: secrets, phrases: [stock tip], action: block}]
word_filters: [{name: project, words: [Zwyxq Vuwxy], action: detect}]
pii:
  - {types: [EMAIL, US_SOCIAL_SECURITY_NUMBER, AWS_ACCESS_KEY], action: mask}
  - {types: [CREDIT_DEBIT_CARD_NUMBER], action: detect}
",
    );
    let guardrail = Guardrail::new(policy.unwrap()).with_fingerprints(*b"0123456789abcdef0123456789abcdef");
    let memory = Memory::default();
    let mut config = LayerConfig::new(guardrail.into());
    config.audit = Some(AuditLog::builder(WriterSink::new(memory.clone())).open().unwrap());
    change(&mut config);
    (Arc::new(config), memory)
}

/// The records are valid and chained, and contain no six characters of any of these values.
fn assert_clean(memory: &Memory, secrets: &[&str]) {
    let text = memory.text();
    let schema = DecisionRecord::json_schema();
    let mut verifier = ChainVerifier::new();
    // The check of the schema is slow.
    let checked = 1 + text.lines().count() / 200;
    for (number, line) in text.lines().enumerate() {
        if number % checked == 0 {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(schema_accepts(&schema, &schema, &value), "{line}");
        }
        verifier.line(line.as_bytes());
    }
    assert!(verifier.finish().is_intact());
    for secret in secrets {
        let chars: Vec<char> = secret.chars().collect();
        for piece in chars.windows(6).map(String::from_iter) {
            assert!(!text.contains(&piece), "{piece:?} of {secret:?} is in the records");
        }
    }
}

/// The bodies of all families.
fn bodies() -> Vec<Value> {
    let mut folders = vec![Path::new("tests/data/bodies").to_owned()];
    let mut bodies = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(body) = serde_json::from_slice(&fs::read(&path).unwrap()) {
                bodies.push(body);
            }
        }
    }
    bodies
}

/// Puts a secret into every string, one after the other, and next to every field, under its own name and as a name.
fn seeded(body: &Value, secret: &str) -> Vec<Value> {
    fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
        out.push(at.to_owned());
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(number, item)| pointers(item, &format!("{at}/{number}"), out));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    pointers(body, "", &mut all);
    let mut seeded = Vec::new();
    for pointer in all {
        let mut copy = body.clone();
        match copy.pointer_mut(&pointer).unwrap() {
            Value::String(text) => *text = format!("{text} {secret} {text}"),
            Value::Object(members) => drop(members.insert(secret.to_owned(), json!({secret: [secret]}))),
            _ => continue,
        }
        seeded.push(copy);
    }
    // Every third, because there are thousands.
    seeded.into_iter().step_by(3).collect()
}

#[test]
fn no_secret_is_in_any_record() {
    let (config, memory) = layer(|_| {});
    let (open, open_memory) = layer(|config| config.inspect_unknown_content = true);
    let mut inspected = 0;
    for (number, case) in bodies().into_iter().enumerate() {
        let operation = case["operation"].as_str().and_then(Operation::from_name).unwrap_or(Operation::InvokeModel);
        let secret = CANARIES[number % CANARIES.len()];
        for config in [&config, &open] {
            for body in case.get("request").into_iter().flat_map(|body| seeded(body, secret)) {
                let mut exchange = Exchange::new(Arc::clone(config), operation, Some(format!("x.{secret}")));
                exchange.note_request_id(Some(secret));
                let _ = exchange.request(body.to_string().as_bytes());
                let _ = exchange.metadata(json!({"note": secret, secret: secret}).to_string().as_bytes());
                inspected += 1;
            }
            for body in case.get("response").into_iter().flat_map(|body| seeded(body, secret)) {
                let exchange = Exchange::new(Arc::clone(config), operation, Some(MODEL.to_owned()));
                let bytes = body.to_string().into_bytes();
                let _ = exchange.response(&bytes);
                let _ = exchange.response(&bytes[..bytes.len() / 2]);
                exchange.error(&bytes);
                inspected += 3;
            }
        }
    }
    assert!(inspected > 1000, "{inspected}");
    for memory in [memory, open_memory] {
        let decisions = memory.decisions();
        for outcome in [DecisionOutcome::Masked, DecisionOutcome::Detected, DecisionOutcome::Rejected] {
            assert!(decisions.iter().any(|decision| decision.outcome == outcome), "{outcome:?}");
        }
        assert!(decisions.iter().flat_map(|decision| &decision.findings).any(|found| found.key));
        assert_clean(&memory, &CANARIES);
    }
}

#[test]
fn every_evaluation_has_one_record() {
    let (config, memory) = layer(|config| config.caller = Some(DecisionCaller::new("support")));
    let mut exchange = Exchange::new(config, Operation::InvokeModel, Some(MODEL.to_owned()));
    let prompt = |text: &str| json!({"prompt": text, "max_gen_len": 9}).to_string().into_bytes();
    exchange.request(&prompt("Mail jane.roe@example.com")).unwrap();
    exchange.metadata(br#"{"team": "a"}"#).unwrap();
    exchange.note_request_id(Some("f0000000-abcd-4abc-8abc-abcdefabcdef"));
    exchange.response(br#"{"generation": "card 4111-1111-1111-1111"}"#).unwrap();
    exchange.response(br#"{"generation": "a stock tip"}"#).unwrap();
    exchange.error(br#"{"message": "fine"}"#);
    exchange.error(b"{");
    exchange.response(b"{").unwrap_err();
    drop(exchange.too_large(Source::Output, 1 << 30));
    drop(exchange.encoded(Source::Input));
    let decisions = memory.decisions();
    let seen: Vec<_> = decisions
        .iter()
        .map(|it| (it.stage, it.source.as_ref(), it.outcome, it.rejection.as_ref().map(|it| it.code)))
        .collect();
    assert_eq!(
        seen,
        [
            (Stage::Request, "INPUT", DecisionOutcome::Masked, None),
            (Stage::Metadata, "INPUT", DecisionOutcome::Passed, None),
            (Stage::Response, "OUTPUT", DecisionOutcome::Detected, None),
            (Stage::Response, "OUTPUT", DecisionOutcome::Blocked, None),
            (Stage::Error, "OUTPUT", DecisionOutcome::Passed, None),
            (Stage::Error, "OUTPUT", DecisionOutcome::Rejected, Some(RejectionCode::Json)),
            (Stage::Response, "OUTPUT", DecisionOutcome::Rejected, Some(RejectionCode::Json)),
            (Stage::Response, "OUTPUT", DecisionOutcome::Rejected, Some(RejectionCode::TooLarge)),
            (Stage::Request, "INPUT", DecisionOutcome::Rejected, Some(RejectionCode::Compressed)),
        ]
    );
    let first = &decisions[0];
    assert!(decisions.iter().all(|it| it.decision == first.decision && it.model.as_deref() == Some(MODEL)));
    assert_eq!((first.operation.as_deref(), first.caller.as_deref()), (Some("InvokeModel"), Some("support")));
    assert_eq!(
        (first.request_id.as_deref(), decisions[2].request_id.as_deref()),
        (None, Some("f0000000-abcd-4abc-8abc-abcdefabcdef"))
    );
    let found = &first.findings[0];
    assert_eq!((found.rule.as_str(), found.start, found.end), ("EMAIL", 5, 25));
    assert_eq!((found.pointer.as_deref(), found.action.as_ref()), (Some("/prompt"), "ANONYMIZED"));
    // HMAC-SHA-256 of the address under the key, computed by other means.
    assert_eq!(found.fingerprint.as_deref(), Some("a19b8d311024d3f13488d4858de857e96ca1c8e5f27b584a18a9f9599ed813c6"));
    assert_eq!(first.coverage.bytes, 25);
    assert_clean(&memory, &["jane.roe@example.com", "4111-1111-1111-1111"]);
}

/// Nothing is forwarded without its record.
#[test]
fn a_call_without_a_record_fails() {
    let (config, _) = layer(|_| {});
    config.audit.as_ref().unwrap().close().unwrap();
    let mut exchange = Exchange::new(config, Operation::InvokeModel, Some(MODEL.to_owned()));
    let kind = |result: Result<Inspected, _>| result.map(drop).map_err(|error: super::GuardrailError| error.kind());
    let unrecorded = Err(GuardrailErrorKind::Unrecorded);
    assert_eq!(kind(exchange.request(br#"{"prompt": "hello", "max_gen_len": 9}"#)), unrecorded);
    assert_eq!(kind(exchange.metadata(br#"{"team": "a"}"#)), unrecorded);
    assert_eq!(kind(exchange.response(br#"{"generation": "hello"}"#)), unrecorded);
    let error = exchange.error(br#"{"message": "fine"}"#).unwrap();
    assert!(!String::from_utf8(error).unwrap().contains("fine"));
}

/// The tag is not taken for personal data by the next guardrail, and is in the request as the record says.
#[test]
fn requests_are_tagged() {
    let (config, memory) = layer(|config| config.tag_requests = true);
    let body = json!({"messages": [{"role": "user", "content": [{"text": "hello"}]}]}).to_string();
    for _ in 0..5 {
        let mut exchange = Exchange::new(Arc::clone(&config), Operation::Converse, Some(MODEL.to_owned()));
        let Inspected::Rewritten(tagged) = exchange.request(body.as_bytes()).unwrap() else { panic!("not tagged") };
        let mut invoke = Exchange::new(Arc::clone(&config), Operation::InvokeModel, Some(MODEL.to_owned()));
        invoke.plan_tag_in_headers(std::iter::empty());
        invoke.request(br#"{"prompt": "hello", "max_gen_len": 9}"#).unwrap();
        let Ok(values) = invoke.metadata_values(Vec::new()).unwrap() else { panic!("blocked") };
        let [header] = &values[..] else { panic!("not tagged") };
        let decisions = memory.decisions();
        let [.., of_converse, of_invoke] = decisions.as_slice() else { panic!("no records") };
        assert!(of_converse.tagged && of_invoke.tagged);
        let tagged: Value = serde_json::from_slice(&tagged).unwrap();
        assert_eq!(tagged["requestMetadata"]["banister-decision"], *of_converse.decision);
        assert_eq!(tagged["requestMetadata"]["banister-policy"], *config.guardrail.current().policy().digest());
        let header: Value = serde_json::from_slice(header).unwrap();
        assert_eq!(header["banister-decision"], *of_invoke.decision);
        // A request that is blocked is not forwarded, and so not tagged.
        let blocked = body.replace("hello", "a stock tip");
        let mut exchange = Exchange::new(Arc::clone(&config), Operation::Converse, Some(MODEL.to_owned()));
        assert!(matches!(exchange.request(blocked.as_bytes()), Ok(Inspected::Blocked(..))));
        assert!(!memory.decisions().last().unwrap().tagged);
        let strict = Guardrail::new(Policy::from_pack("pii").unwrap());
        for value in header.as_object().unwrap().values() {
            assert_eq!(strict.assess(Source::Input, value.as_str().unwrap()).findings(), []);
        }
    }
}
