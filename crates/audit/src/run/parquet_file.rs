//! Findings as Parquet.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::core::FindingRow;

const SCHEMA: &str = "message finding {
    required binary unit_id (UTF8);
    required int64 ordinal;
    required int64 line;
    required int64 offset;
    required binary request_id (UTF8);
    required binary time (UTF8);
    required binary account (UTF8);
    required binary region (UTF8);
    required binary model (UTF8);
    required binary operation (UTF8);
    required binary caller (UTF8);
    required binary side (UTF8);
    required binary pointer (UTF8);
    required binary inner_pointer (UTF8);
    required boolean is_key;
    required int64 start;
    required int64 end;
    required binary rule (UTF8);
    required binary kind (UTF8);
    required binary type (UTF8);
    required binary action (UTF8);
    required binary verdict (UTF8);";

/// The column of scans that have a key.
const FINGERPRINT: &str = "required binary fingerprint (UTF8);";

/// The number of rows that are in memory.
const GROUP_ROWS: usize = 20_000;

enum Column {
    Text(Vec<ByteArray>),
    Number(Vec<i64>),
    Flag(Vec<bool>),
}

enum Cell<'a> {
    Text(&'a str),
    Number(u64),
    Flag(bool),
}

/// Writes findings as Parquet. Equal findings make equal bytes.
pub(super) struct ParquetFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: usize,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(super) fn new(file: W, has_fingerprints: bool) -> io::Result<Self> {
        let schema = [SCHEMA, if has_fingerprints { FINGERPRINT } else { "" }, "}"].concat();
        let schema = Arc::new(parse_message_type(&schema).map_err(failed)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("banister-audit ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
        Ok(Self { writer, columns: Vec::new(), rows: 0 })
    }

    pub(super) fn push(&mut self, row: &FindingRow<'_>) -> io::Result<()> {
        let cells = || cells(row).into_iter().chain(row.fingerprint.map(Cell::Text));
        if self.columns.is_empty() {
            self.columns = cells().map(|cell| Column::of(&cell)).collect();
        }
        for (column, cell) in self.columns.iter_mut().zip(cells()) {
            column.push(cell);
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS { self.flush_group() } else { Ok(()) }
    }

    fn flush_group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns = std::mem::take(&mut self.columns);
        self.rows = 0;
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for values in &columns {
            let Some(mut column) = group.next_column().map_err(failed)? else { break };
            let written = match values {
                Column::Text(values) => column.typed::<ByteArrayType>().write_batch(values, None, None),
                Column::Number(values) => column.typed::<Int64Type>().write_batch(values, None, None),
                Column::Flag(values) => column.typed::<BoolType>().write_batch(values, None, None),
            };
            written.and_then(|_| column.close()).map_err(failed)?;
        }
        group.close().map(drop).map_err(failed)
    }

    /// Writes the rest, and returns the file.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.flush_group()?;
        self.writer.into_inner().map_err(failed)
    }
}

impl Column {
    fn of(cell: &Cell<'_>) -> Self {
        match cell {
            Cell::Text(_) => Self::Text(Vec::new()),
            Cell::Number(_) => Self::Number(Vec::new()),
            Cell::Flag(_) => Self::Flag(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.push(text.into()),
            (Self::Number(values), Cell::Number(number)) => values.push(i64::try_from(number).unwrap_or(i64::MAX)),
            (Self::Flag(values), Cell::Flag(flag)) => values.push(flag),
            _ => debug_assert!(false, "the cells of all rows have the same types"),
        }
    }
}

/// Returns the cells of a row, in the order of the schema.
fn cells<'a>(row: &'a FindingRow<'_>) -> [Cell<'a>; 22] {
    let record = row.record;
    [
        Cell::Text(row.unit_id),
        Cell::Number(row.ordinal),
        Cell::Number(record.line),
        Cell::Number(record.offset),
        Cell::Text(&record.request_id),
        Cell::Text(&record.time),
        Cell::Text(&record.account),
        Cell::Text(&record.region),
        Cell::Text(&record.model),
        Cell::Text(&record.operation),
        Cell::Text(&record.caller),
        Cell::Text(row.side.as_str()),
        Cell::Text(&row.pointer),
        Cell::Text(&row.inner_pointer),
        Cell::Flag(row.is_key),
        Cell::Number(row.start),
        Cell::Number(row.end),
        Cell::Text(row.rule),
        Cell::Text(row.kind.name()),
        Cell::Text(row.entity_type),
        Cell::Text(row.action.name()),
        Cell::Text(row.verdict.as_str()),
    ]
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}
