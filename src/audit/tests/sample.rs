//! The log in `tests/data/audit`: records of every kind, with fixed times and IDs.

use std::time::{Duration, SystemTime};

use crate::audit::chain::{ChainHead, seal};
use crate::audit::record::{
    Coverage, Decision, DecisionOutcome, FindingRecord, LogEvent, Opened, PolicyRecord, Rejection, RejectionCode,
    SkippedRecord, Stage,
};

/// A finding of an e-mail address in a prompt.
pub(super) fn finding() -> FindingRecord {
    FindingRecord {
        rule: "EMAIL".to_owned(),
        kind: "pii".into(),
        entity_type: Some("EMAIL".into()),
        action: "ANONYMIZED".into(),
        start: 9,
        end: 29,
        pointer: Some("/messages/0/content/0/toolResult/content/0/json/*".to_owned()),
        inner_pointer: None,
        key: false,
        within: None,
        fingerprint: Some("5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592".to_owned()),
    }
}

/// The decision on a request with this finding.
pub(super) fn decision() -> Decision {
    Decision {
        decision: "kaffemitzuckerundmilchohneallesx".to_owned(),
        stage: Stage::Request,
        source: "INPUT".into(),
        operation: Some("Converse".into()),
        model: Some("anthropic.claude-3-haiku-20240307-v1:0".to_owned()),
        caller: Some("support".to_owned()),
        request_id: None,
        tagged: true,
        policy: PolicyRecord { name: "default".to_owned(), version: 1, digest: "ab".repeat(32) },
        engine: "0.1.0".into(),
        outcome: DecisionOutcome::Masked,
        rejection: None,
        interrupted: false,
        findings: vec![finding()],
        findings_omitted: 0,
        coverage: Coverage { bytes: 412, chars: 410, skipped: Vec::new(), skipped_omitted: 0 },
        duration_us: 83,
    }
}

pub(super) fn events() -> Vec<LogEvent> {
    let response = Decision {
        stage: Stage::Stream,
        source: "OUTPUT".into(),
        request_id: Some("f0000000-1111-4222-8333-444444444444".to_owned()),
        outcome: DecisionOutcome::Passed,
        interrupted: true,
        findings: Vec::new(),
        coverage: Coverage {
            skipped: vec![SkippedRecord {
                pointer: "/output/message/content/1/image".to_owned(),
                reason: "image".into(),
                bytes: 20_481,
            }],
            ..Coverage::default()
        },
        ..decision()
    };
    let rejected = Decision {
        decision: "abcdefghijklmnopabcdefghijklmnop".to_owned(),
        tagged: false,
        outcome: DecisionOutcome::Rejected,
        rejection: Some(Rejection {
            code: RejectionCode::UnknownContent,
            pointer: Some("/messages/0/content/0/*".to_owned()),
        }),
        findings: Vec::new(),
        coverage: Coverage::default(),
        ..decision()
    };
    vec![
        LogEvent::Opened(Opened { engine: "0.1.0".to_owned(), torn: None }),
        LogEvent::Decision(Box::new(decision())),
        LogEvent::Decision(Box::new(response)),
        LogEvent::Decision(Box::new(rejected)),
        LogEvent::Closed,
    ]
}

/// Returns the lines of these events, one second after the other. The record before the last two was the first of three; the others were
/// lost.
pub(super) fn lines(events: &[LogEvent]) -> Vec<String> {
    let mut head = ChainHead::default();
    let start = SystemTime::UNIX_EPOCH + Duration::from_micros(1_796_000_000_123_456);
    let mut lines = Vec::new();
    for (number, event) in events.iter().enumerate() {
        let lost = if number + 2 == events.len() { 2 } else { 0 };
        let line = seal(&head, "sample", lost, start + Duration::from_secs(number as u64), event).unwrap();
        head = line.head().clone();
        lines.push(line.as_str().to_owned());
    }
    lines
}
