//! Text input, from files and standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read};
use std::path::Path;

use banister::Utf8Decoder;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::failure::{Failure, print_error};
use crate::progress;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// An open input.
pub(crate) struct Input {
    /// Its name in messages.
    pub(crate) name: String,
    reader: Box<dyn Read>,
    progress: ProgressBar,
}

impl Input {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, or is a directory.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::stdin());
        }
        let name = path.display().to_string();
        let fail = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => {
                Failure::new(format!("{name}: {error}; to read text from standard input, use `-`"))
            }
            _ => Failure::new(format!("{name}: {error}")),
        };
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(Failure::new(format!("{name}: is a directory; list the files in it")));
        }
        let progress = progress::bytes(metadata.len());
        Ok(Self { reader: Box::new(progress.wrap_read(file)), progress, name })
    }

    /// Opens standard input.
    pub(crate) fn stdin() -> Self {
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            print_error("reading standard input; press Ctrl-D to end it");
        }
        Self { name: "standard input".to_owned(), reader: Box::new(io::stdin()), progress: ProgressBar::hidden() }
    }

    /// Calls `each` with the text, in chunks of bounded size.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not UTF-8.
    pub(crate) fn for_each_chunk(mut self, mut each: impl FnMut(&str)) -> Result<(), Failure> {
        let mut decoder = Utf8Decoder::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let length = match self.reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.fail(&error)),
            };
            each(decoder.push(&buffer[..length]).map_err(|error| self.fail(&error))?);
        }
        decoder.finish().map_err(|error| self.fail(&error))
    }

    /// Returns the whole text.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not UTF-8.
    pub(crate) fn read_to_string(self) -> Result<String, Failure> {
        let mut text = String::new();
        self.for_each_chunk(|chunk| text.push_str(chunk))?;
        Ok(text)
    }

    /// Returns the bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn read_to_end(mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.reader.read_to_end(&mut bytes).map_err(|error| self.fail(&error))?;
        Ok(bytes)
    }

    pub(crate) fn lines(self, limit: usize) -> Lines {
        // Results are written while the bar moves, and on one terminal they would interfere.
        if io::stdout().is_terminal() {
            self.progress.set_draw_target(ProgressDrawTarget::hidden());
        }
        Lines { name: self.name, reader: BufReader::with_capacity(CHUNK_BYTES, self.reader), limit, number: 0 }
    }

    fn fail(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(format!("{}: {error}", self.name))
    }
}

/// Lines of bounded length.
pub(crate) struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read>>,
    limit: usize,
    number: usize,
}

/// A line, or the reason why it cannot be used.
pub(crate) type Line = Result<Vec<u8>, String>;

impl Lines {
    /// Returns the number of the last line, from 1.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Returns `true` if the next line is not buffered yet.
    pub(crate) fn must_wait(&self) -> bool {
        !self.reader.buffer().contains(&b'\n')
    }

    /// Returns the next line without its end, or `None` at the end. A line beyond the limit is skipped.
    ///
    /// # Errors
    ///
    /// If the input cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, Failure> {
        let mut line = Vec::new();
        let mut length = 0;
        self.number += 1;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::new(format!("{}: {error}", self.name))),
            };
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let consumed = part.len() + usize::from(end.is_some());
            length += part.len();
            if length <= self.limit {
                line.extend_from_slice(part);
            }
            self.reader.consume(consumed);
            if end.is_some() || consumed == 0 {
                break if length > self.limit {
                    Ok(Some(Err(format!("the line has {length} bytes; the limit is {}", self.limit))))
                } else if end.is_none() && length == 0 {
                    Ok(None)
                } else {
                    Ok(Some(Ok(line)))
                };
            }
        }
    }
}
