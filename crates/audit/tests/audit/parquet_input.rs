//! Parquet files as inputs.

use std::fs;
use std::sync::Arc;

use banister_audit::{AuditStatus, ReasonCode, UnitStatus};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use crate::archive::{self, Size};
use crate::support::scanner;
use crate::workspace::{Directory, audit, files, findings};

/// What Spark, Athena and others write.
fn compressions() -> [Compression; 5] {
    let (zstd, gzip) = (Compression::ZSTD(ZstdLevel::default()), Compression::GZIP(GzipLevel::default()));
    [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd, gzip, Compression::LZ4_RAW]
}

/// Writes rows of columns with text, as tables hold records: without the annotation of UTF-8 if they are not compressed.
fn parquet(columns: &[&str], rows: &[Vec<String>], compression: Compression) -> Vec<u8> {
    let annotation = if compression == Compression::UNCOMPRESSED { "" } else { " (UTF8)" };
    let fields: String = columns.iter().map(|column| format!("required binary {column}{annotation}; ")).collect();
    let schema = Arc::new(parse_message_type(&format!("message record {{ {fields} }}")).expect("a schema"));
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("memory accepts all");
    for rows in rows.chunks(7) {
        let mut group = writer.next_row_group().expect("a group");
        for at in 0..columns.len() {
            let mut column = group.next_column().expect("columns").expect("a column");
            let values: Vec<ByteArray> = rows.iter().map(|row| row[at].as_str().into()).collect();
            column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("memory accepts all");
            column.close().expect("memory accepts all");
        }
        group.close().expect("memory accepts all");
    }
    writer.into_inner().expect("memory accepts all")
}

#[test]
fn a_table_of_records_has_the_findings_of_the_records() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 21, Size { objects: 1, records: 40, words: 8 });
    let objects = files(&directory.path("logs"));
    let (name, _) = objects
        .iter()
        .find(|(name, bytes)| name.ends_with(".json.gz") && !name.contains("/data/") && !bytes.is_empty())
        .expect("an object");
    let mut lines = String::new();
    let log = fs::File::open(directory.path("logs").join(name)).expect("a file");
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(log), &mut lines).expect("gzip");
    let columns = ["schemaType", "schemaVersion", "timestamp", "requestId", "operation", "modelId", "input", "output"];
    let record = |line: &str| -> Vec<String> {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        columns.iter().map(|column| text(&record[column])).collect()
    };
    // Side objects are found by their names, so the table takes the place of the log.
    let rows: Vec<Vec<String>> = lines.lines().map(record).collect();
    audit(&directory.input("logs"), &directory.path("log"), 1).expect("an audit");
    let comparable = |out: &str| {
        let mut rows: Vec<(u64, String, String, u64)> = findings(&directory.path(out))
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().expect("a string").to_owned();
                (
                    row["line"].as_u64().unwrap(),
                    text("side"),
                    text("type"),
                    row["end"].as_u64().unwrap() - row["start"].as_u64().unwrap(),
                )
            })
            .collect();
        rows.sort();
        rows
    };
    let expected = comparable("log");
    assert!(expected.len() > 10);
    for (number, compression) in compressions().into_iter().enumerate() {
        fs::write(directory.path("logs").join(name), parquet(&columns, &rows, compression)).expect("a file");
        let out = format!("table-{number}");
        let finalized = audit(&directory.input("logs"), &directory.path(&out), 1).expect("an audit");
        assert_eq!(finalized.summary.status, AuditStatus::Complete, "{:?}", finalized.summary.reasons);
        assert_eq!(finalized.summary.tally.records_by_format["invocation_log"], 40);
        assert_eq!(comparable(&out), expected);
    }
}

#[test]
fn a_damaged_file_has_an_outcome() {
    let rows: Vec<Vec<String>> = (0..20).map(|row| vec![format!("row {row}: a@example.com")]).collect();
    let whole = parquet(&["text"], &rows, Compression::SNAPPY);
    let directory = Directory::new();
    let scan = |bytes: &[u8]| {
        let path = directory.path("table");
        fs::write(&path, bytes).expect("a file");
        let file = fs::File::open(&path).expect("a file");
        let objects = crate::support::Objects::default();
        let mut findings = 0;
        let mut sink = |_: &banister_audit::FindingRow<'_>| {
            findings += 1;
            Ok(())
        };
        let outcome = scanner(banister_audit::ScanOptions::default())
            .scan_file("u", &file, bytes, &objects, &mut sink)
            .expect("the sink accepts all");
        assert_eq!(outcome.receipt.size, bytes.len() as u64);
        (outcome.receipt, findings)
    };
    let (receipt, found) = scan(&whole);
    assert_eq!((receipt.status, receipt.reason, found), (UnitStatus::Complete, None, 20));
    let mut damaged = 0;
    for at in (4..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let (receipt, found) = scan(&bytes);
        assert!(receipt.reason.is_none_or(|reason| reason == ReasonCode::ParquetCorrupt));
        damaged += u64::from(receipt.reason.is_some());
        assert!(found <= 40);
    }
    assert!(damaged > 20, "{damaged}");
    for length in [4, 8, whole.len() / 2, whole.len() - 1] {
        assert_eq!(scan(&whole[..length]).0.reason, Some(ReasonCode::ParquetCorrupt));
    }
}
