//! Server-sent events, as the paths that are compatible with OpenAI and Anthropic stream them.
//!
//! The format is that of the HTML standard, section 9.2: lines that end with CR, LF or both, and an empty line after each event. Comments and
//! the fields `id` and `retry` are dropped, because no client of these services needs them and text in them would pass.

use std::fmt;

use memchr::{memchr, memchr2};

use crate::bedrock::error::BodyError;

/// The maximum number of bytes of an event, the same as of a frame.
const MAX_EVENT_BYTES: usize = super::frame::MAX_FRAME_BYTES;

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerSentEvent {
    name: String,
    data: String,
}

impl fmt::Debug for ServerSentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSentEvent").field("bytes", &self.data.len()).finish_non_exhaustive()
    }
}

impl ServerSentEvent {
    /// Returns the data; lines are joined with LF.
    pub(crate) fn data(&self) -> &str {
        &self.data
    }

    /// Returns the name if it may be forwarded with JSON whose `type` is `tag`: the same, or `error`. Another name could hold text.
    /// `tag` reads the JSON, so it is called only for a name that it decides on.
    pub(crate) fn name_for(&self, tag: impl FnOnce() -> Option<String>) -> Option<&str> {
        let name = Some(&*self.name).filter(|name| !name.is_empty())?;
        (name == "error" || tag().as_deref() == Some(name)).then_some(name)
    }
}

/// Appends an event to `out`.
pub(crate) fn write_event(name: Option<&str>, data: &str, out: &mut impl Extend<u8>) {
    let mut line = |field: &str, value: &str| {
        out.extend(field.bytes());
        out.extend(value.bytes());
        out.extend([b'\n']);
    };
    if let Some(name) = name {
        line("event: ", name);
    }
    // JSON on one line has no line ends; any other data keeps its own.
    data.split(['\n', '\r']).for_each(|part| line("data: ", part));
    line("", "");
}

/// An incremental decoder of events.
#[derive(Default)]
pub(crate) struct ServerSentDecoder {
    buffer: Vec<u8>,
    /// The start of the next line.
    start: usize,
    /// Where to look for the end of that line.
    scanned: usize,
    has_begun: bool,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_return: bool,
    event: ServerSentEvent,
    has_data: bool,
}

impl fmt::Debug for ServerSentDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSentDecoder").field("buffered_bytes", &self.buffer.len()).finish_non_exhaustive()
    }
}

impl ServerSentDecoder {
    /// Adds bytes. Call [`Self::decode`] until it returns no more events.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next event, if it is complete.
    pub(crate) fn decode(&mut self) -> Result<Option<ServerSentEvent>, BodyError> {
        loop {
            if std::mem::take(&mut self.after_return) {
                match self.buffer.get(self.start) {
                    Some(b'\n') => self.skip(1),
                    Some(_) => {}
                    None => {
                        self.after_return = true;
                        return Ok(None);
                    }
                }
            }
            let rest = self.buffer.get(self.scanned..).unwrap_or_default();
            let Some(length) = memchr2(b'\n', b'\r', rest) else {
                self.scanned = self.buffer.len();
                return self.check_size().map(|()| None);
            };
            let end = self.scanned + length;
            self.after_return = self.buffer.get(end) == Some(&b'\r');
            let line = self.buffer.get(self.start..end).unwrap_or_default();
            let line = std::str::from_utf8(line).map_err(|_| BodyError::frame("an event is not UTF-8"))?.to_owned();
            self.skip(end + 1 - self.start);
            if let Some(event) = self.line(&line) {
                return Ok(Some(event));
            }
            self.check_size()?;
        }
    }

    /// Ends the stream. Returns the last event if only its empty line is missing.
    pub(crate) fn finish(&mut self) -> Result<Option<ServerSentEvent>, BodyError> {
        self.push(b"\n\n");
        self.decode()
    }

    fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.scanned = self.start;
    }

    fn check_size(&self) -> Result<(), BodyError> {
        if self.buffer.len() - self.start + self.event.data.len() > MAX_EVENT_BYTES {
            return Err(BodyError::frame("an event is larger than the limit"));
        }
        Ok(())
    }

    /// Reads a line, and returns the event that it ends.
    fn line(&mut self, line: &str) -> Option<ServerSentEvent> {
        // A byte order mark may begin a stream.
        let line =
            if std::mem::replace(&mut self.has_begun, true) { line } else { line.trim_start_matches('\u{feff}') };
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let colon = memchr(b':', line.as_bytes()).unwrap_or(line.len());
        let (field, value) = line.split_at_checked(colon)?;
        let value = value.strip_prefix(':').unwrap_or(value);
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerSentDecoder, ServerSentEvent, write_event};

    fn decode(chunks: &[&[u8]]) -> Vec<ServerSentEvent> {
        let mut decoder = ServerSentDecoder::default();
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(chunk);
            while let Some(event) = decoder.decode().expect("well-formed") {
                events.push(event);
            }
        }
        events.extend(decoder.finish().expect("well-formed"));
        events
    }

    fn event(name: &str, data: &str) -> ServerSentEvent {
        ServerSentEvent { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn events_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("data: 1\n\n", vec![event("", "1")]),
            ("data:1\r\n\r\ndata:  2\r\r", vec![event("", "1"), event("", " 2")]),
            ("\u{feff}event: a\ndata: 1\ndata\ndata: 2\n\n", vec![event("a", "1\n\n2")]),
            (": ping\n\nid: 1\nretry: 2\n\n", vec![]),
            ("event: a\n\ndata: 1\n\n", vec![event("", "1")]),
            ("event: a\nevent: b\ndata: 1\n\n", vec![event("b", "1")]),
            ("other: x\ndata: 1", vec![event("", "1")]),
            ("data: 1\n\ndata: 2\n", vec![event("", "1"), event("", "2")]),
            ("", vec![]),
        ] {
            assert_eq!(decode(&[text.as_bytes()]), expected, "{text:?}");
        }
    }

    #[test]
    fn events_do_not_depend_on_chunks() {
        let text = "event: é\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n: c\r\rdata: 2\n\ndata: [DONE]\r\n\r\n".as_bytes();
        let whole = decode(&[text]);
        assert_eq!(whole.len(), 3);
        for one in 0..=text.len() {
            for two in one..=text.len() {
                let chunks = [&text[..one], &text[one..two], &text[two..]];
                assert_eq!(decode(&chunks), whole, "{one} {two}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for (name, data) in [(None, "{}"), (Some("a"), "1\n2"), (None, "")] {
            let mut out = Vec::new();
            write_event(name, data, &mut out);
            assert_eq!(decode(&[&out]), [event(name.unwrap_or_default(), data)]);
        }
    }

    #[test]
    fn bytes_that_are_no_text_and_events_without_end_are_errors() {
        let mut decoder = ServerSentDecoder::default();
        decoder.push(b"data: \xff\n");
        assert!(decoder.decode().is_err());
        let mut decoder = ServerSentDecoder::default();
        let line = vec![b'x'; 1 << 20];
        let failed = (0..64).any(|_| {
            decoder.push(&line);
            decoder.decode().is_err()
        });
        assert!(failed, "the size has a limit");
    }
}
