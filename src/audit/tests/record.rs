//! Records are as their schema says.

use std::fs;

use serde_json::Value;

use super::sample::{events, lines};
use crate::audit::record::{DecisionRecord, RecordError};
use crate::json::schema_accepts;

const LOG: &str = "tests/data/audit/decisions.jsonl";
const SCHEMA: &str = "tests/data/audit/schema.json";

/// `UPDATE_GOLDEN=1` writes what it is now.
fn golden(path: &str, now: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, now).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == now, "{path} is not as recorded:\n{now}");
}

#[test]
fn the_schema_is_as_recorded() {
    golden(SCHEMA, &(serde_json::to_string_pretty(&DecisionRecord::json_schema()).unwrap() + "\n"));
}

#[test]
fn lines_are_as_recorded() {
    golden(LOG, &(lines(&events()).join("\n") + "\n"));
}

#[test]
fn every_line_is_valid_and_read_as_it_was_written() {
    let schema = DecisionRecord::json_schema();
    for (line, event) in lines(&events()).iter().zip(events()) {
        let value: Value = serde_json::from_str(line).unwrap();
        assert!(schema_accepts(&schema, &schema, &value), "{line}");
        let record = DecisionRecord::read(line.as_bytes()).unwrap();
        assert_eq!(record.event, event);
        assert_eq!(serde_json::to_string(&record).unwrap(), *line);
    }
}

#[test]
fn the_schema_rejects_other_records() {
    let schema = DecisionRecord::json_schema();
    let lines = lines(&events());
    let value: Value = serde_json::from_str(&lines[1]).unwrap();
    for (field, wrong) in [
        ("schema", "banister.decision/2"),
        ("hash", "AB"),
        ("prev", ""),
        ("time", "2026-11-29 04:00"),
        ("event", "maybe"),
        ("stage", "before"),
        ("outcome", "PASSED"),
    ] {
        let mut value = value.clone();
        value[field] = wrong.into();
        assert!(!schema_accepts(&schema, &schema, &value), "{field}");
        value.as_object_mut().unwrap().remove(field);
        assert!(!schema_accepts(&schema, &schema, &value), "without {field}");
    }
}

#[test]
fn later_records_are_told_from_damaged_ones() {
    let line = lines(&events()).swap_remove(1);
    let read = |line: &str| DecisionRecord::read(line.as_bytes()).map(|_| ());
    assert_eq!(read(&line.replacen("decision/1", "decision/2", 1)), Err(RecordError::UnknownSchema));
    assert_eq!(read(&line.replacen("decision/1", "other/1", 1)), Err(RecordError::Malformed));
    assert_eq!(read(&line[1..]), Err(RecordError::Malformed));
    // Fields and values may be added under the same schema.
    assert_eq!(read(&line.replacen("{", "{\"new\":[1],", 1)), Ok(()));
    assert_eq!(read(&line.replacen("\"stage\":\"request\"", "\"stage\":\"before\"", 1)), Ok(()));
    assert_eq!(read(&line.replacen("\"event\":\"decision\"", "\"event\":\"new\"", 1)), Ok(()));
}
