//! Reads the bytes of a unit: counted, hashed, and decompressed if they are gzip.

use std::io::{self, BufRead as _, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::options::hex;
use super::quarantine::ReasonCode;

/// Data may expand by this factor. Logs expand by 5 to 30, and a gzip bomb by a thousand.
const MAX_RATIO: u64 = 250;

/// Up to this many bytes, data may expand by any factor.
const FREE_BYTES: u64 = 16 << 20;

const BUFFER_BYTES: usize = 64 << 10;

/// The first bytes of formats that are not read.
const UNSUPPORTED: [&[u8]; 4] = [b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04", b"BZh"];

/// Counts and hashes what is read, and remembers whether reading failed.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
    failed: Option<io::ErrorKind>,
}

/// Fills the buffer, unless the input ends: what the content is, is seen by its first bytes, however many arrive at once.
impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while let (Some(rest @ [_, ..]), None) = (buffer.get_mut(length..), self.failed) {
            match self.inner.read(rest) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.failed = Some(error.kind()),
            }
        }
        if let (0, Some(kind)) = (length, self.failed) {
            return Err(kind.into());
        }
        self.bytes += length as u64;
        self.hash.update(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

enum Content<R> {
    Plain(BufReader<Hashing<R>>),
    Gzip(Box<MultiGzDecoder<BufReader<Hashing<R>>>>),
}

/// The content of a unit.
pub(super) struct Inflate<R> {
    content: Content<R>,
    uncompressed: u64,
    stopped: Option<ReasonCode>,
}

/// What was read.
pub(super) struct Digested {
    pub(super) sha256: String,
    pub(super) size: u64,
}

impl<R: Read> Inflate<R> {
    pub(super) fn new(reader: R) -> Self {
        let hashing = Hashing { inner: reader, hash: Sha256::new(), bytes: 0, failed: None };
        let mut buffered = BufReader::with_capacity(BUFFER_BYTES, hashing);
        let mut stopped = None;
        // The first read reports an error again.
        let start = buffered.fill_buf().unwrap_or_default();
        if UNSUPPORTED.iter().any(|magic| start.starts_with(magic)) {
            stopped = Some(ReasonCode::FormatUnsupported);
        }
        let is_gzip = start.starts_with(b"\x1f\x8b");
        let content = match is_gzip {
            true => Content::Gzip(Box::new(MultiGzDecoder::new(buffered))),
            false => Content::Plain(buffered),
        };
        Self { content, uncompressed: 0, stopped }
    }

    /// Returns the reason why the content ended before its end.
    pub(super) fn stopped(&self) -> Option<ReasonCode> {
        self.stopped
    }

    /// Ends the content here.
    pub(super) fn stop(&mut self, reason: ReasonCode) {
        self.stopped.get_or_insert(reason);
    }

    /// Returns the number of bytes of content.
    pub(super) fn uncompressed(&self) -> u64 {
        self.uncompressed
    }

    fn raw(&mut self) -> &mut BufReader<Hashing<R>> {
        match &mut self.content {
            Content::Plain(raw) => raw,
            Content::Gzip(gzip) => gzip.get_mut(),
        }
    }

    /// Reads the stored bytes to their end, whatever they are, and returns their digest.
    pub(super) fn finish(&mut self) -> Digested {
        let raw = self.raw().get_mut();
        let copied = if raw.failed.is_none() { io::copy(raw, &mut io::sink()) } else { Ok(0) };
        let digested = Digested { sha256: hex(&raw.hash.clone().finalize()), size: raw.bytes };
        if copied.is_err() {
            self.stop(ReasonCode::ReadError);
        }
        digested
    }

    fn read_content(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Plain(raw) => raw.read(buffer),
            Content::Gzip(gzip) => gzip.read(buffer),
        }
    }

    fn expands_too_much(&mut self) -> bool {
        let uncompressed = self.uncompressed;
        uncompressed > FREE_BYTES && uncompressed / MAX_RATIO > self.raw().get_ref().bytes
    }
}

/// Ends at the end of the content, or where it cannot be read; then [`Inflate::stopped`] has the reason.
impl<R: Read> Read for Inflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.stopped.is_none() {
            let is_gzip = matches!(self.content, Content::Gzip(_));
            match self.read_content(buffer) {
                Ok(length) => {
                    self.uncompressed += length as u64;
                    if is_gzip && self.expands_too_much() {
                        self.stop(ReasonCode::GzRatio);
                    }
                    return Ok(length);
                }
                Err(error) => {
                    let reason = match (self.raw().get_ref().failed, error.kind()) {
                        (Some(io::ErrorKind::PermissionDenied), _) => ReasonCode::AccessDenied,
                        (Some(_), _) => ReasonCode::ReadError,
                        (None, io::ErrorKind::UnexpectedEof) => ReasonCode::GzTruncated,
                        (None, _) => ReasonCode::GzCorrupt,
                    };
                    self.stop(reason);
                }
            }
        }
        Ok(0)
    }
}

/// Returns the content of a side object of at most `max_bytes`.
pub(super) fn inflate_all(bytes: &[u8], max_bytes: u64) -> Result<Vec<u8>, ReasonCode> {
    let mut content = Inflate::new(bytes);
    let mut out = Vec::new();
    let read = content.by_ref().take(max_bytes + 1).read_to_end(&mut out);
    match (read, content.stopped()) {
        (_, Some(reason)) => Err(reason),
        (Err(_), None) => Err(ReasonCode::ReadError),
        (Ok(length), None) if length as u64 > max_bytes => Err(ReasonCode::BodyTooLarge),
        (Ok(_), None) => Ok(out),
    }
}

#[cfg(test)]
mod tests {
    use super::Inflate;
    use crate::core::ReasonCode;
    use flate2::{Compression, write::GzEncoder};
    use std::io::{self, Write as _};

    fn read(bytes: u64) -> (u64, Option<ReasonCode>) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        (0..bytes >> 16).for_each(|_| encoder.write_all(&[b' '; 1 << 16]).unwrap());
        let bomb = encoder.finish().unwrap();
        let mut content = Inflate::new(bomb.as_slice());
        io::copy(&mut content, &mut io::sink()).unwrap();
        assert_eq!(content.finish().size, bomb.len() as u64);
        (content.uncompressed(), content.stopped())
    }

    #[test]
    fn a_bomb_is_stopped_early_and_hashed_as_a_whole() {
        let (bytes, stopped) = read(20 << 20);
        assert_eq!(stopped, Some(ReasonCode::GzRatio));
        assert!(bytes < 17 << 20, "{bytes}");
        assert_eq!(read(4 << 20), (4 << 20, None));
    }
}
