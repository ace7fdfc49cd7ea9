//! The directory of an audit. Each file appears whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead as _, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use crate::core::hex;

/// Files under construction. They are removed when the next scan starts.
const TEMPORARY: &str = "tmp";

/// The directories of results.
const DIRECTORIES: &[&str] = &["receipts", "findings", "quarantine", "calls"];

/// The file that a running audit locks.
const LOCK: &str = "lock";

/// The directory of an audit.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    /// The locks, held until this is dropped.
    _locks: Vec<File>,
}

impl Store {
    /// Opens a directory that exists, to read it.
    pub(super) fn open(root: &Path) -> Result<Self, AuditError> {
        if !root.join("plan.jsonl").is_file() {
            return Err(AuditError::usage(format!(
                "{}: is not the directory of an audit, it has no `plan.jsonl`",
                root.display()
            )));
        }
        Ok(Self { root: root.to_owned(), _locks: Vec::new() })
    }

    /// Creates the directory if there is none, and locks it. Several shards may hold the lock, each with a name of its own.
    pub(super) fn lock(root: &Path, shard: Option<&str>) -> Result<Self, AuditError> {
        fs::create_dir_all(root).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                AuditError::usage(format!("{}: is not a directory; name another for the audit", root.display()))
            }
            _ => AuditError::io(root)(error),
        })?;
        let is_other = !root.join("plan.jsonl").exists()
            && fs::read_dir(root)
                .map_err(AuditError::io(root))?
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .any(|name| !is_own(&name) && !DIRECTORIES.contains(&name.as_str()));
        if is_other {
            return Err(AuditError::usage(format!("{}: holds other files; name a new directory", root.display())));
        }
        let mut locks = vec![lock(&root.join(LOCK), shard.is_some())?];
        if let Some(shard) = shard {
            locks.push(lock(&root.join(format!("{LOCK}.{shard}")), false)?);
        }
        let store = Self { root: root.to_owned(), _locks: locks };
        if shard.is_none() {
            let temporary = store.path(TEMPORARY);
            if temporary.exists() {
                fs::remove_dir_all(&temporary).map_err(AuditError::io(&temporary))?;
            }
        }
        for name in [TEMPORARY].iter().chain(DIRECTORIES) {
            fs::create_dir_all(store.path(name)).map_err(AuditError::io(store.path(name)))?;
        }
        Ok(store)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Reads a file.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, AuditError> {
        fs::read(self.path(name)).map_err(AuditError::io(self.path(name)))
    }

    pub(super) fn read_text(&self, name: &str) -> Result<String, AuditError> {
        String::from_utf8(self.read(name)?).map_err(|_| AuditError::integrity(format!("{name}: is not UTF-8")))
    }

    /// Returns the size of a file.
    pub(super) fn size(&self, name: &str) -> Result<u64, AuditError> {
        fs::metadata(self.path(name)).map(|metadata| metadata.len()).map_err(AuditError::io(self.path(name)))
    }

    /// Calls `each` with the lines of a file.
    pub(super) fn each_line(
        &self,
        name: &str,
        mut each: impl FnMut(&str) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        let file = File::open(self.path(name)).map_err(AuditError::io(self.path(name)))?;
        for line in BufReader::new(file).lines() {
            each(&line.map_err(AuditError::io(self.path(name)))?)?;
        }
        Ok(())
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<String, AuditError> {
        let mut file = self.create(name)?;
        file.write_all(bytes).map_err(AuditError::io(self.path(name)))?;
        file.commit()
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) -> Result<(), AuditError> {
        fs::remove_file(self.path(name)).map_err(AuditError::io(self.path(name)))
    }

    /// Begins a file, which appears when it is committed.
    pub(super) fn create(&self, name: &str) -> Result<NewFile, AuditError> {
        let temporary = self.path(TEMPORARY).join(name.replace('/', "-"));
        let file = File::create(&temporary).map_err(AuditError::io(&temporary))?;
        let file = BufWriter::with_capacity(64 << 10, file);
        Ok(NewFile { file, hash: Sha256::new(), temporary, target: self.path(name) })
    }

    /// Returns the names of all files, except locks and what is under construction.
    pub(super) fn files(&self) -> Result<BTreeSet<String>, AuditError> {
        let mut names = BTreeSet::new();
        self.list("", &mut names)?;
        Ok(names)
    }

    fn list(&self, directory: &str, names: &mut BTreeSet<String>) -> Result<(), AuditError> {
        let path = self.path(directory);
        for entry in fs::read_dir(&path).map_err(AuditError::io(&path))? {
            let entry = entry.map_err(AuditError::io(&path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_directory = entry.file_type().map_err(AuditError::io(entry.path()))?.is_dir();
            let full = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
            match (directory, is_directory) {
                ("", true) if name == TEMPORARY => {}
                ("", false) if is_own(&name) => {}
                (_, true) => self.list(&full, names)?,
                (_, false) => drop(names.insert(full)),
            }
        }
        Ok(())
    }

    /// Returns the digest of a file.
    pub(super) fn digest(&self, name: &str) -> Result<String, AuditError> {
        let path = self.path(name);
        let mut file = File::open(&path).map_err(AuditError::io(&path))?;
        let mut hash = Hashed(Sha256::new());
        io::copy(&mut file, &mut hash).map_err(AuditError::io(&path))?;
        Ok(hex(&hash.0.finalize()))
    }

    /// Checks that a file is the one of its receipt.
    pub(super) fn expect_digest(&self, name: &str, digest: &str) -> Result<(), AuditError> {
        if self.exists(name) && self.digest(name)? == digest {
            Ok(())
        } else {
            Err(AuditError::integrity(format!("{name}: is not the file of its receipt")))
        }
    }
}

struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_own(name: &str) -> bool {
    name == LOCK || name.starts_with("lock.") || name == TEMPORARY
}

fn lock(path: &Path, is_shared: bool) -> Result<File, AuditError> {
    let file =
        File::options().create(true).truncate(false).write(true).read(true).open(path).map_err(AuditError::io(path))?;
    match if is_shared { file.try_lock_shared() } else { file.try_lock() } {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AuditError::usage(format!(
            "{}: another audit is running in this directory; wait for it, or name another directory",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(AuditError::Io { path: path.to_owned(), error }),
    }
}

/// A file under construction.
#[derive(Debug)]
pub(super) struct NewFile {
    file: BufWriter<File>,
    hash: Sha256,
    temporary: PathBuf,
    target: PathBuf,
}

impl NewFile {
    /// Makes the file appear, after its bytes are on the disk, and returns their digest.
    pub(super) fn commit(self) -> Result<String, AuditError> {
        let fail = AuditError::io(&self.target);
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let committed = file.and_then(|file| file.sync_all()).and_then(|()| fs::rename(&self.temporary, &self.target));
        committed.and_then(|()| sync_directory(&self.target)).map_err(fail)?;
        Ok(hex(&self.hash.finalize()))
    }

    /// Drops the file.
    pub(super) fn discard(self) {
        // The next scan removes what is left.
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.hash.update(bytes.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A rename survives a crash only if the directory is on the disk too.
#[cfg(unix)]
fn sync_directory(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
