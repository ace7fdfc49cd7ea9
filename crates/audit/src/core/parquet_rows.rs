//! Reads the rows of a Parquet file as records.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use parquet::errors::ParquetError;
use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use serde_json::value::RawValue;

use super::lines::Line;
use super::quarantine::ReasonCode;
use super::unit::{UnitScan, at_line};

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// Bytes that are read at once from the beginning: the lines among them show whether other content is a log.
const START_BYTES: u64 = 64 << 10;

/// Returns `true` if the content is Parquet, and the content from its beginning.
pub(crate) fn sniff<R: Read>(mut content: R) -> (bool, impl Read) {
    let mut start = Vec::new();
    let read = content.by_ref().take(START_BYTES).read_to_end(&mut start);
    let is_parquet = start.starts_with(PARQUET);
    (is_parquet, io::Cursor::new(start).chain(Failing(read.err())).chain(content))
}

/// Fails once, if there is an error.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The rows of a Parquet file, as JSON objects.
pub(crate) struct ParquetRows(RowIter<'static>);

impl ParquetRows {
    /// Opens a file. Returns `None` if it is damaged.
    pub(crate) fn open(file: &File) -> Option<Self> {
        let reader = contained(|| SerializedFileReader::new(file.try_clone()?))?;
        contained(|| RowIter::from_file_into(Box::new(reader)).project(None)).map(Self)
    }

    /// Returns the next row, and `true` if its strings are UTF-8; or `None` twice at the end. Returns `None` if the file is damaged here.
    #[allow(clippy::option_option, reason = "damage is another thing than the end")]
    pub(crate) fn next(&mut self) -> Option<Option<(String, bool)>> {
        let row = contained(|| self.0.next().transpose())?;
        Some(row.map(|row| {
            let mut is_utf8 = true;
            let json = object(&row, &mut is_utf8);
            (json, is_utf8)
        }))
    }
}

impl UnitScan<'_> {
    /// Reads all rows, each as a record with the number of its row. Returns why it stopped before the end.
    pub(super) fn parquet(&mut self, file: &File) -> io::Result<Option<ReasonCode>> {
        let damaged = Ok(Some(ReasonCode::ParquetCorrupt));
        let Some(mut rows) = ParquetRows::open(file) else { return damaged };
        let mut number = 0;
        loop {
            number += 1;
            match rows.next() {
                None => return damaged,
                Some(None) => return Ok(None),
                Some(Some((row, is_utf8))) => self.row(number, &row, is_utf8)?,
            }
            // Rows have no torn lines.
            self.quarantine_unread()?;
        }
    }

    fn row(&mut self, number: u64, row: &str, is_utf8: bool) -> io::Result<()> {
        let line = Line { number, offset: 0, is_long: false, is_terminated: true };
        if !is_utf8 {
            self.quarantine(ReasonCode::Utf8, line, row.len() as u64, "")?;
        }
        if row.len() > self.options.max_line_bytes {
            self.quarantine(ReasonCode::LineTooLong, line, row.len() as u64, "")?;
            return self.evaluate(&at_line(line), self.side(), row.as_bytes());
        }
        self.json(line, row)
    }
}

thread_local! {
    /// The decoder runs on this thread.
    static IS_DECODING: Cell<bool> = const { Cell::new(false) };
}

/// Runs the decoder, which panics on some damaged files. The message of such a panic may quote content, so it is not printed.
fn contained<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_DECODING.get() {
                others(panic);
            }
        }));
    });
    IS_DECODING.set(true);
    // Whatever was left in between is not used again.
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    IS_DECODING.set(false);
    decoded.ok()?.ok()
}

/// Returns a row as a JSON object, without columns that are null.
fn object(row: &Row, is_utf8: &mut bool) -> String {
    let columns = row.get_column_iter().filter(|(_, field)| !matches!(field, Field::Null));
    named(columns.map(|(name, field)| (name.clone(), member(name, field, is_utf8))).collect())
}

/// Returns an object of fields, or a list of names and values if a name occurs twice, so that none is lost.
fn named(fields: Vec<(String, String)>) -> String {
    let mut names: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let is_unique = names.windows(2).all(|pair| !matches!(pair, [one, other] if one == other));
    let (open, between, close) = if is_unique { ("", ":", "") } else { ("[", ",", "]") };
    let fields = fields.iter().map(|(name, value)| [open, &text(name), between, value, close].concat());
    let fields = fields.collect::<Vec<_>>().join(",");
    if is_unique { format!("{{{fields}}}") } else { format!("[{fields}]") }
}

/// The fields of a record that hold JSON. Tables often have them as strings.
const JSON_FIELDS: &[&str] = &["identity", "input", "inputBodyJson", "output", "outputBodyJson", "requestMetadata"];

fn member(name: &str, field: &Field, is_utf8: &mut bool) -> String {
    let json = value(field, is_utf8);
    if !JSON_FIELDS.contains(&name) || !json.starts_with('"') {
        return json;
    }
    let decoded: Option<String> = serde_json::from_str(&json).ok();
    let is_json = |text: &String| text.starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok();
    decoded.filter(is_json).unwrap_or(json)
}

fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn value(field: &Field, is_utf8: &mut bool) -> String {
    match field {
        Field::Null => "null".to_owned(),
        Field::Bool(value) => value.to_string(),
        Field::Byte(value) => value.to_string(),
        Field::Short(value) => value.to_string(),
        Field::Int(value) => value.to_string(),
        Field::Long(value) => value.to_string(),
        Field::UByte(value) => value.to_string(),
        Field::UShort(value) => value.to_string(),
        Field::UInt(value) => value.to_string(),
        Field::ULong(value) => value.to_string(),
        Field::Float(value) => serde_json::json!(value).to_string(),
        Field::Double(value) => serde_json::json!(value).to_string(),
        Field::Str(value) => text(value),
        // Writers without the annotation of UTF-8 write strings as bytes.
        Field::Bytes(bytes) => {
            let decoded = String::from_utf8_lossy(bytes.data());
            *is_utf8 &= matches!(decoded, Cow::Borrowed(_));
            text(&decoded)
        }
        Field::Group(row) => object(row, is_utf8),
        Field::ListInternal(list) => {
            let elements = list.elements().iter().map(|field| value(field, is_utf8));
            format!("[{}]", elements.collect::<Vec<_>>().join(","))
        }
        Field::MapInternal(map) => {
            let entries = map.entries().iter().map(|(key, field)| {
                let key = value(key, is_utf8);
                (serde_json::from_str(&key).unwrap_or(key), value(field, is_utf8))
            });
            named(entries.collect())
        }
        // Times and decimals, with the separator of RFC 3339.
        other => text(&other.to_string().replacen(' ', "T", 1).replace(' ', "")),
    }
}
