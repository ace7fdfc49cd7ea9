//! The files with the findings of a unit.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::error::AuditError;
use super::parquet_file::ParquetFile;
use super::store::{NewFile, Store};
use crate::core::{CallRow, FindingRow, FindingSink, QuarantineRow};

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

/// The files with the findings of a unit, its quarantine and its calls. What has no rows has no file.
pub(super) struct FindingsFiles<'a> {
    store: &'a Store,
    unit_id: &'a str,
    format: FindingsFormat,
    lines: Option<NewFile>,
    parquet: Option<ParquetFile<NewFile>>,
    /// Calls and decisions, for the join.
    calls: Option<NewFile>,
    quarantine: Option<NewFile>,
    /// Why a file could not be written.
    error: Option<AuditError>,
}

impl<'a> FindingsFiles<'a> {
    pub(super) fn new(store: &'a Store, unit_id: &'a str, format: FindingsFormat) -> Self {
        Self { store, unit_id, format, lines: None, parquet: None, calls: None, quarantine: None, error: None }
    }

    fn name(&self, ending: &str) -> String {
        format!("findings/{}.{ending}", self.unit_id)
    }

    fn open(&mut self, has_fingerprints: bool) -> Result<(), AuditError> {
        if self.format != FindingsFormat::Parquet && self.lines.is_none() {
            self.lines = Some(self.store.create(&self.name("jsonl"))?);
        }
        if self.format != FindingsFormat::Jsonl && self.parquet.is_none() {
            let name = self.name("parquet");
            let file = self.store.create(&name)?;
            self.parquet =
                Some(ParquetFile::new(file, has_fingerprints).map_err(AuditError::io(self.store.path(&name)))?);
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
        self.lines.into_iter().chain(self.calls).chain(self.quarantine).for_each(NewFile::discard);
    }

    /// Makes the files appear, and returns their names and digests.
    pub(super) fn commit(self) -> Result<BTreeMap<String, String>, AuditError> {
        let (lines_name, parquet_name) = (self.name("jsonl"), self.name("parquet"));
        let mut files = BTreeMap::new();
        for (directory, file) in [("calls", self.calls), ("quarantine", self.quarantine)] {
            if let Some(file) = file {
                files.insert(format!("{directory}/{}.jsonl", self.unit_id), file.commit()?);
            }
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
        if let Err(error) = self.open(row.fingerprint.is_some()) {
            self.error = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        if let Some(lines) = &mut self.lines {
            lines.write_all(&serde_json::to_vec(row)?)?;
            lines.write_all(b"\n")?;
        }
        self.parquet.as_mut().map_or(Ok(()), |parquet| parquet.push(row))
    }

    fn quarantine(&mut self, row: &QuarantineRow) -> io::Result<()> {
        append(&mut self.quarantine, (self.store, "quarantine", self.unit_id), row, &mut self.error)
    }

    fn call(&mut self, row: &CallRow) -> io::Result<()> {
        append(&mut self.calls, (self.store, "calls", self.unit_id), row, &mut self.error)
    }
}

/// Appends a line of JSON to a file of a unit, which begins with the first.
fn append(
    file: &mut Option<NewFile>,
    (store, directory, unit_id): (&Store, &str, &str),
    row: &impl Serialize,
    failed: &mut Option<AuditError>,
) -> io::Result<()> {
    if file.is_none() {
        match store.create(&format!("{directory}/{unit_id}.jsonl")) {
            Ok(created) => *file = Some(created),
            Err(error) => {
                *failed = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
        }
    }
    let Some(file) = file else { return Ok(()) };
    file.write_all(&serde_json::to_vec(row)?)?;
    file.write_all(b"\n")
}
