//! A decision log in a file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::chain::{ChainHead, RecordLine, sha256_hex};
use super::record::Torn;
use super::sink::{AuditSink, LogEnd, joined};
use super::verify::head_of;

/// The bytes at the end of a file in which its last record is looked for.
const TAIL_BYTES: u64 = 16 << 20;

/// The beginning of every record.
const BEGINNING: &[u8] = b"{\"schema\":\"banister.";

/// The digits of the number in the name of a rotated file, so that names sort like numbers.
const DIGITS: usize = 12;

/// When a file is synchronized with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fsync {
    /// Never: what the operating system holds is lost if the machine fails, but not if the process does.
    Never,
    /// Before a record counts as written. Records that arrive at the same time share one.
    Each,
    /// At most this long after a record was written.
    Every(Duration),
}

impl Default for Fsync {
    /// Returns [`Fsync::Every`] second.
    fn default() -> Self {
        Self::Every(Duration::from_secs(1))
    }
}

impl Fsync {
    fn interval(self) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::Each => Some(Duration::ZERO),
            Self::Every(interval) => Some(interval),
        }
    }
}

/// Writes records as JSON lines to a file.
///
/// Records are appended to an existing file, and continue its chain. The file is locked: a second writer fails. If an earlier writer crashed
/// within a line, the line stays, and the next record notes it.
///
/// A file that reaches the size set by [`rotate_at`](Self::rotate_at) is renamed, `decisions.jsonl` to
/// `decisions.000000000001.jsonl` with the number of its first record, and the chain continues in a new one. Other tools must not rename or
/// truncate it.
#[derive(Debug)]
pub struct JsonlFile {
    path: PathBuf,
    fsync: Fsync,
    rotate_at: u64,
    open: Option<OpenFile>,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    /// The length up to the last whole record.
    length: u64,
    /// The number of the first record.
    first_seq: Option<u64>,
    /// The last line has no line feed.
    is_unfinished: bool,
    /// When the first record was written that is not synchronized.
    unsynced_since: Option<Instant>,
}

impl JsonlFile {
    /// Creates a sink that appends to the file at `path`. Its folder must exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), fsync: Fsync::default(), rotate_at: u64::MAX, open: None }
    }

    /// Sets when the file is synchronized with the disk. The default is after a second at most.
    #[must_use]
    pub fn fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
        self
    }

    /// Sets the size in bytes from which a file is not extended. The default is no limit.
    #[must_use]
    pub fn rotate_at(mut self, bytes: u64) -> Self {
        self.rotate_at = bytes;
        self
    }

    /// Adds the path to an error.
    fn in_file(&self, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
    }

    /// Returns the path of the file after its rotation.
    fn rotated_path(&self, first_seq: u64) -> PathBuf {
        let mut name = OsString::from(self.path.file_stem().unwrap_or_default());
        name.push(format!(".{first_seq:0DIGITS$}"));
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }

    /// Returns the path of the rotated file with the highest number, if there is one.
    fn last_rotated(&self) -> io::Result<Option<PathBuf>> {
        let mut last: Option<(u64, PathBuf)> = None;
        for entry in fs::read_dir(folder(&self.path))? {
            let path = entry?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let number = stem.rsplit_once('.').and_then(|(_, number)| number.parse().ok());
            let Some(number) = number.filter(|&number| path.file_name() == self.rotated_path(number).file_name())
            else {
                continue;
            };
            if last.as_ref().is_none_or(|(highest, _)| *highest < number) {
                last = Some((number, path));
            }
        }
        Ok(last.map(|(_, path)| path))
    }

    /// Opens and locks the file, and finds the end of the log.
    fn open_file(&self) -> io::Result<(OpenFile, LogEnd)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        lock(&file)?;
        let tail = read_tail(&mut file)?;
        let head = match (tail.head, self.last_rotated()?) {
            (Some(head), _) => head,
            (None, Some(rotated)) => {
                let tail = read_tail(&mut File::open(&rotated)?)?;
                tail.head.ok_or_else(|| invalid("the rotated file before it contains no decision record"))?
            }
            (None, None) => ChainHead::default(),
        };
        let first_seq = first_seq(&file)?;
        self.sync_folder()?;
        let length = file.metadata()?.len();
        let open = OpenFile { file, length, first_seq, is_unfinished: tail.is_unfinished, unsynced_since: None };
        Ok((open, LogEnd { head, torn: tail.torn }))
    }

    /// Appends these lines, to a new file if this one is full.
    fn append(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        let bytes = joined(lines);
        let is_full =
            |open: &OpenFile| open.length > 0 && open.length.saturating_add(bytes.len() as u64) > self.rotate_at;
        if self.open.as_ref().is_some_and(is_full) {
            self.rotate()?;
        }
        let fsync = self.fsync.interval();
        let open = self.open.as_mut().ok_or_else(|| invalid("the file is not open"))?;
        if let Err(error) = open.append(&bytes, fsync) {
            // Nothing of a failed write may remain; the next write tries again if this fails.
            open.cut()?;
            return Err(error);
        }
        open.first_seq = open.first_seq.or_else(|| Some(lines.first()?.head().seq()));
        Ok(())
    }

    /// Begins a new file, and gives the present one its final name.
    fn rotate(&mut self) -> io::Result<()> {
        let Some(open) = &self.open else { return Ok(()) };
        let Some(first_seq) = open.first_seq else { return Ok(()) };
        let rotated = self.rotated_path(first_seq);
        if rotated.try_exists()? {
            return Err(exists(&rotated));
        }
        if self.fsync != Fsync::Never {
            open.file.sync_data()?;
        }
        fs::rename(&self.path, &rotated)?;
        let created = create(&self.path);
        if created.is_err() {
            // The old file stays in use under its name.
            fs::rename(&rotated, &self.path)?;
        }
        self.open =
            Some(OpenFile { file: created?, length: 0, first_seq: None, is_unfinished: false, unsynced_since: None });
        self.sync_folder()
    }

    /// Makes names durable. Only Unix opens folders.
    fn sync_folder(&self) -> io::Result<()> {
        if cfg!(unix) && self.fsync != Fsync::Never {
            File::open(folder(&self.path))?.sync_all()?;
        }
        Ok(())
    }
}

impl AuditSink for JsonlFile {
    fn open(&mut self) -> io::Result<LogEnd> {
        let (open, end) = self.open_file().map_err(|error| self.in_file(error))?;
        self.open = Some(open);
        Ok(end)
    }

    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        self.append(lines).map_err(|error| self.in_file(error))
    }

    fn sync_due(&self) -> Option<Duration> {
        let since = self.open.as_ref()?.unsynced_since?;
        Some(self.fsync.interval()?.saturating_sub(since.elapsed()))
    }

    fn sync(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some(open) if self.fsync != Fsync::Never => open.sync(),
            _ => Ok(()),
        }
        .map_err(|error| self.in_file(error))
    }
}

impl OpenFile {
    /// Appends these bytes, and synchronizes the file if that is due. Not atomic.
    fn append(&mut self, bytes: &[u8], fsync: Option<Duration>) -> io::Result<()> {
        self.cut()?;
        if self.is_unfinished {
            self.file.write_all(b"\n")?;
        }
        self.file.write_all(bytes)?;
        let since = *self.unsynced_since.get_or_insert_with(Instant::now);
        if fsync.is_some_and(|interval| since.elapsed() >= interval) {
            self.sync()?;
        }
        self.length += u64::from(self.is_unfinished) + bytes.len() as u64;
        self.is_unfinished = false;
        Ok(())
    }

    /// Removes what a failed write left.
    fn cut(&self) -> io::Result<()> {
        if self.file.metadata()?.len() > self.length {
            self.file.set_len(self.length)?;
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        // After an error it is due again later, not at once.
        self.unsynced_since = Some(Instant::now());
        self.file.sync_data()?;
        self.unsynced_since = None;
        Ok(())
    }
}

/// The end of a file.
#[derive(Debug, Default)]
struct FileTail {
    /// The last record; `None` if the file has none.
    head: Option<ChainHead>,
    /// What follows it.
    torn: Option<Torn>,
    /// The last line has no line feed.
    is_unfinished: bool,
}

/// Finds the last record of a file.
fn read_tail(file: &mut File) -> io::Result<FileTail> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    let is_unfinished = bytes.last().is_some_and(|&last| last != b'\n');
    let mut end = bytes.len() - usize::from(!is_unfinished && !bytes.is_empty());
    let whole = end;
    loop {
        let text = bytes.get(..end).unwrap_or_default();
        let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        // The first line may be cut off by the limit, and then has no hash that fits.
        if let Some(head) = bytes.get(start..end).and_then(head_of) {
            let rest = bytes.get(end + 1..whole).filter(|_| end < whole);
            return Ok(FileTail { head: Some(head), torn: rest.map(torn), is_unfinished });
        }
        if start == 0 {
            break;
        }
        end = start - 1;
    }
    if from > 0 {
        return Err(invalid("there is no decision record near the end of the file; move it away to begin a new log"));
    }
    let is_empty = bytes.is_empty();
    // A first record that was torn is noted; a file of something else must not become a log.
    let compared = bytes.len().min(BEGINNING.len());
    if bytes.get(..compared) != BEGINNING.get(..compared) {
        return Err(invalid("the file is not a decision log; choose another file"));
    }
    Ok(FileTail { head: None, torn: (!is_empty).then(|| torn(&bytes)), is_unfinished })
}

fn torn(bytes: &[u8]) -> Torn {
    Torn { bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
}

/// Returns the number of the first record of a file.
fn first_seq(mut file: &File) -> io::Result<Option<u64>> {
    file.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    io::BufRead::read_until(&mut io::BufReader::new(file).take(TAIL_BYTES), b'\n', &mut line)?;
    line.pop_if(|last| *last == b'\n');
    Ok(head_of(&line).map(|head| head.seq()))
}

fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).append(true).create_new(true).open(path)?;
    lock(&file)?;
    Ok(file)
}

fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(ErrorKind::WouldBlock, "another writer uses the file; each writer needs its own"))
        }
        // A file system without locks.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}

fn exists(path: &Path) -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, format!("{} already exists", path.display()))
}
