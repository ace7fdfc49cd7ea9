//! Text from files and standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read};
use std::path::Path;

use banister::Utf8Decoder;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::failure::{Failure, complain};
use crate::progress;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// One text to read.
pub(crate) struct Input {
    /// What to call it in messages.
    pub(crate) name: String,
    reader: Box<dyn Read>,
    progress: ProgressBar,
}

impl Input {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is a directory.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::stdin());
        }
        let name = path.display().to_string();
        let fail = |error: io::Error| Failure::new(format!("{name}: {error}"));
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(Failure::new(format!("{name}: is a directory; name the files in it")));
        }
        let progress = progress::bytes(metadata.len());
        Ok(Self { reader: Box::new(progress.wrap_read(file)), progress, name })
    }

    /// Standard input.
    pub(crate) fn stdin() -> Self {
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            complain("reading standard input; it ends with Ctrl-D");
        }
        Self { name: "standard input".to_owned(), reader: Box::new(io::stdin()), progress: ProgressBar::hidden() }
    }

    /// Hands the text on in chunks of bounded size.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not UTF-8.
    pub(crate) fn for_each_chunk(mut self, mut each: impl FnMut(&str)) -> Result<(), Failure> {
        let mut stitcher = Utf8Decoder::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let length = match self.reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.fail(&error)),
            };
            each(stitcher.push(&buffer[..length]).map_err(|error| self.fail(&error))?);
        }
        stitcher.finish().map_err(|error| self.fail(&error))
    }

    /// The whole text.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub(crate) fn read_to_string(self) -> Result<String, Failure> {
        let mut text = String::new();
        self.for_each_chunk(|chunk| text.push_str(chunk))?;
        Ok(text)
    }

    /// The bytes, whatever they are.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn read_to_end(mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.reader.read_to_end(&mut bytes).map_err(|error| self.fail(&error))?;
        Ok(bytes)
    }

    /// The text as lines.
    pub(crate) fn lines(self, limit: usize) -> Lines {
        // Results are written while the bar moves: on one terminal they would be in each other's way.
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

/// A line, or why there is none that could be used.
pub(crate) type Line = Result<Vec<u8>, String>;

impl Lines {
    /// Number of the last line, from 1.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Whether the next line may have to be waited for.
    pub(crate) fn must_wait(&self) -> bool {
        !self.reader.buffer().contains(&b'\n')
    }

    /// The next line without its end, or `None` when there are no more. A line beyond the limit is read over.
    ///
    /// # Errors
    ///
    /// When the input cannot be read on.
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
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let consumed = piece.len() + usize::from(end.is_some());
            length += piece.len();
            if length <= self.limit {
                line.extend_from_slice(piece);
            }
            self.reader.consume(consumed);
            if end.is_some() || consumed == 0 {
                break if length > self.limit {
                    Ok(Some(Err(format!("the line has {length} bytes, more than {}", self.limit))))
                } else if end.is_none() && length == 0 {
                    Ok(None)
                } else {
                    Ok(Some(Ok(line)))
                };
            }
        }
    }
}
