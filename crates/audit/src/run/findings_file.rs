//! The files with the findings of a unit.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::error::AuditError;
use super::parquet_file::ParquetFile;
use super::store::{NewFile, Store};
use crate::core::{CallRow, FindingRow, FindingSink};

/// The format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FindingsFormat {
    /// Parquet.
    Parquet,
    /// JSON Lines.
    Jsonl,
    /// Both.
    Both,
}

/// The files with the findings of a unit. A unit without findings has none.
pub(super) struct FindingsFiles<'a> {
    store: &'a Store,
    unit_id: &'a str,
    format: FindingsFormat,
    lines: Option<NewFile>,
    parquet: Option<ParquetFile<NewFile>>,
    /// Calls and decisions, for the join.
    calls: Option<NewFile>,
    /// Why a file could not be written.
    error: Option<AuditError>,
}

impl<'a> FindingsFiles<'a> {
    pub(super) fn new(store: &'a Store, unit_id: &'a str, format: FindingsFormat) -> Self {
        Self { store, unit_id, format, lines: None, parquet: None, calls: None, error: None }
    }

    fn name(&self, ending: &str) -> String {
        format!("findings/{}.{ending}", self.unit_id)
    }

    fn open(&mut self) -> Result<(), AuditError> {
        if self.format != FindingsFormat::Parquet && self.lines.is_none() {
            self.lines = Some(self.store.create(&self.name("jsonl"))?);
        }
        if self.format != FindingsFormat::Jsonl && self.parquet.is_none() {
            let name = self.name("parquet");
            let file = self.store.create(&name)?;
            self.parquet = Some(ParquetFile::new(file).map_err(AuditError::io(self.store.path(&name)))?);
        }
        Ok(())
    }

    /// Returns the error of a sink that failed with `error`.
    pub(super) fn failed(self, error: io::Error) -> AuditError {
        let path = self.store.path(&self.name("*"));
        self.error.unwrap_or(AuditError::Io { path, error })
    }

    /// Drops the files.
    pub(super) fn discard(self) {
        self.lines.into_iter().chain(self.calls).for_each(NewFile::discard);
    }

    /// Makes the files appear, and returns their names and digests.
    pub(super) fn commit(self) -> Result<BTreeMap<String, String>, AuditError> {
        let (lines_name, parquet_name) = (self.name("jsonl"), self.name("parquet"));
        let mut files = BTreeMap::new();
        if let Some(calls) = self.calls {
            files.insert(format!("calls/{}.jsonl", self.unit_id), calls.commit()?);
        }
        if let Some(lines) = self.lines {
            files.insert(lines_name, lines.commit()?);
        }
        if let Some(parquet) = self.parquet {
            let file = parquet.finish().map_err(AuditError::io(self.store.path(&parquet_name)))?;
            files.insert(parquet_name, file.commit()?);
        }
        Ok(files)
    }
}

impl FindingSink for FindingsFiles<'_> {
    fn finding(&mut self, row: &FindingRow<'_>) -> io::Result<()> {
        if let Err(error) = self.open() {
            self.error = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        if let Some(lines) = &mut self.lines {
            lines.write_all(&serde_json::to_vec(row)?)?;
            lines.write_all(b"\n")?;
        }
        self.parquet.as_mut().map_or(Ok(()), |parquet| parquet.push(row))
    }

    fn call(&mut self, row: &CallRow) -> io::Result<()> {
        if self.calls.is_none() {
            match self.store.create(&format!("calls/{}.jsonl", self.unit_id)) {
                Ok(file) => self.calls = Some(file),
                Err(error) => {
                    self.error = Some(error);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        let Some(calls) = &mut self.calls else { return Ok(()) };
        calls.write_all(&serde_json::to_vec(row)?)?;
        calls.write_all(b"\n")
    }
}
