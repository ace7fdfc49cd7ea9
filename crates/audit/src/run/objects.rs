//! Opens the objects of a plan: files, standard input, and the objects of stores.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::PlannedObject;
use super::stores::{ObjectStores, StoredObject};
use crate::core::{FindingSink, ReasonCode, Scanner, SideObjects, UnitOutcome, sniff};

/// The objects of a plan.
#[derive(Clone, Copy)]
pub(super) struct Objects<'a>(pub(super) Option<&'a dyn ObjectStores>);

impl fmt::Debug for Objects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Objects").field(&self.0.is_some()).finish()
    }
}

pub(super) enum Opened {
    /// A file of the file system, or a copy of an object in a file without a name.
    File(File),
    /// Another object, from its beginning.
    Stream(Box<dyn Read + Send>),
}

impl Opened {
    /// Returns the file, to see later whether it changed.
    pub(super) fn file(&self) -> Option<File> {
        match self {
            Self::File(file) => file.try_clone().ok(),
            Self::Stream(_) => None,
        }
    }

    /// Scans the object, and adds the bytes that are read to a counter.
    pub(super) fn scan(
        self,
        scanner: &Scanner,
        unit_id: &str,
        counter: &AtomicU64,
        sides: &dyn SideObjects,
        sink: &mut dyn FindingSink,
    ) -> io::Result<UnitOutcome> {
        match self {
            Self::File(file) => {
                let content = Counted { inner: &file, counter };
                scanner.scan_file(unit_id, &file, content, sides, sink)
            }
            Self::Stream(stream) => {
                let (is_parquet, mut content) = sniff(Counted { inner: stream, counter });
                if !is_parquet {
                    return scanner.scan_unit(unit_id, content, sides, sink);
                }
                // Its end is read first, and nothing of it may stay behind.
                let mut file = tempfile::tempfile()?;
                match io::copy(&mut content, &mut file).and_then(|_| file.rewind()) {
                    Ok(()) => scanner.scan_file(unit_id, &file, &file, sides, sink),
                    Err(error) => Ok(scanner.failed_unit(unit_id, reason(&error))),
                }
            }
        }
    }
}

/// Adds the bytes that are read to a counter.
struct Counted<'a, R> {
    inner: R,
    counter: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.counter.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

impl Objects<'_> {
    /// Opens an object, if it is still the one that was planned.
    pub(super) fn open(&self, object: &PlannedObject) -> Result<Opened, ReasonCode> {
        if object.is_stdin() {
            return Ok(Opened::Stream(Box::new(io::stdin())));
        }
        if !object.is_stored() {
            let opened = File::open(&object.uri).and_then(|file| Ok((file.metadata()?, file)));
            let (metadata, file) = opened.map_err(|error| reason(&error))?;
            return if object.is_unchanged(&metadata) { Ok(Opened::File(file)) } else { Err(ReasonCode::Changed) };
        }
        let stores = self.0.ok_or(ReasonCode::ReadError)?;
        let stored = StoredObject { uri: object.uri.clone(), size: object.size, version: object.modified.clone() };
        stores.open(&stored).map(Opened::Stream)
    }

    /// Returns the bytes of an object.
    pub(super) fn read(&self, object: &PlannedObject) -> Result<Vec<u8>, ReasonCode> {
        let opened = self.open(object)?;
        let mut bytes = Vec::new();
        let limit = object.size.saturating_add(1);
        let (read, is_unchanged) = match opened {
            Opened::File(file) => ((&file).take(limit).read_to_end(&mut bytes), object.is_still(&file)),
            Opened::Stream(stream) => (stream.take(limit).read_to_end(&mut bytes), true),
        };
        read.map_err(|error| reason(&error))?;
        if is_unchanged && bytes.len() as u64 == object.size { Ok(bytes) } else { Err(ReasonCode::Changed) }
    }
}

/// Returns the reason code of an error. Its text may quote a path.
fn reason(error: &io::Error) -> ReasonCode {
    match error.kind() {
        io::ErrorKind::PermissionDenied => ReasonCode::AccessDenied,
        io::ErrorKind::NotFound => ReasonCode::Changed,
        _ => ReasonCode::ReadError,
    }
}
