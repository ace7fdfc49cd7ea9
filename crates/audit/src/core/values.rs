//! Reads JSON objects that do not end where lines do: joined without line feeds, as Firehose writes the batches of a subscription, or spread over lines, as
//! Logs Insights exports its results.

use std::io::{self, Read};

use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::inflate::Inflate;
use super::lines::{Line, Lines, without_mark};
use super::quarantine::ReasonCode;
use super::record::{Members, RecordKind};
use super::text::TextScan;
use super::unit::{UnitScan, at_line};

impl UnitScan<'_> {
    /// Reads the objects at the beginning of a line that others follow. Returns their length. Decision records are none of them: a line of theirs is
    /// a link of their chain.
    pub(super) fn joined(&mut self, line: Line, bytes: &[u8]) -> io::Result<usize> {
        let mut used = 0;
        while let Some(Ok((object, length))) = bytes.get(used..).and_then(first_object) {
            let rest = bytes.get(used + length..).unwrap_or_default().trim_ascii_start();
            let is_joined = rest.starts_with(b"{") || (rest.is_empty() && used > 0);
            let is_decision = Members::parse(object).is_some_and(|it| RecordKind::of(&it) == RecordKind::Decision);
            if !is_joined || is_decision {
                break;
            }
            self.json(line, object)?;
            used += length;
        }
        Ok(used)
    }

    /// Returns `true` if content that begins like this is a document that spans lines, and not JSON in lines.
    pub(super) fn is_document(start: &[u8]) -> bool {
        let start = without_mark(start).trim_ascii_start();
        let first = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        matches!(first.trim_ascii_end(), b"{" | b"[")
            && match first_object(after_separators(start)) {
                Some(Err(error)) => error.is_eof(),
                Some(Ok(_)) | None => first.len() < start.len(),
            }
    }

    /// Reads a document that spans lines: an object, or an array of them. What cannot be read is evaluated as text, with all that follows.
    pub(super) fn document<R: Read>(&mut self, lines: &mut Lines<Inflate<R>>) -> io::Result<()> {
        let mut at = Line { number: 1, offset: 0, is_long: false, is_terminated: true };
        let mut bytes = Vec::new();
        let reason = loop {
            let is_end = lines.fill(&mut bytes, self.options.max_line_bytes)?;
            let before = at.offset;
            let stopped = self.objects(&mut at, &bytes)?;
            bytes.drain(..usize::try_from(at.offset - before).unwrap_or(usize::MAX).min(bytes.len()));
            match stopped {
                None if is_end => return Ok(()),
                Some(error) if !error.is_eof() => break ReasonCode::JsonSyntax,
                Some(_) if is_end => break ReasonCode::TornLine,
                Some(_) if at.offset == before => break ReasonCode::LineTooLong,
                _ => {}
            }
        };
        let mut scan = TextScan::new(self.guardrail, self.source());
        let (record, side) = (at_line(at), self.side());
        let mut push = |bytes: &[u8]| scan.push(bytes, |part| self.text_findings(&record, side, &part));
        push(&bytes)?;
        let length = lines.all(push)? - at.offset;
        self.text_findings(&record, side, &scan.finish().0)?;
        self.quarantine(reason, at, length, "")
    }

    /// Reads the objects at the beginning of `bytes`, which are at `at`, and advances it past them. Returns the error of what follows them.
    fn objects(&mut self, at: &mut Line, bytes: &[u8]) -> io::Result<Option<serde_json::Error>> {
        let mut rest = bytes;
        loop {
            let next = after_separators(if at.offset == 0 { without_mark(rest) } else { rest });
            let separators = rest.len() - next.len();
            advance(at, &mut rest, separators);
            let (object, length) = match first_object(rest) {
                None => return Ok(None),
                Some(Err(error)) => return Ok(Some(error)),
                Some(Ok(found)) => found,
            };
            self.json(*at, object)?;
            self.quarantine_unread()?;
            if let Some(chain) = &mut self.chain {
                chain.line(*at, object.as_bytes());
            }
            advance(at, &mut rest, length);
        }
    }
}

/// Returns the object with which the bytes begin, and its length with the white space before it, or why it is none. `None` at the end.
fn first_object(bytes: &[u8]) -> Option<serde_json::Result<(&str, usize)>> {
    let start = bytes.trim_ascii_start();
    let mut values = Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    let value = values.next()?;
    let length = values.byte_offset();
    Some(match value {
        Ok(value) if start.starts_with(b"{") => Ok((value.get(), length)),
        Ok(_) => Err(serde::de::Error::custom("not an object")),
        Err(error) => Err(error),
    })
}

/// Returns what follows white space and the signs of arrays.
fn after_separators(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || b"[],".contains(byte)).count();
    bytes.get(length..).unwrap_or_default()
}

fn advance(at: &mut Line, rest: &mut &[u8], length: usize) {
    let (passed, next) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    at.number += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
    at.offset += passed.len() as u64;
    *rest = next;
}
