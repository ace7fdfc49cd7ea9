//! Evaluates text of any length, in bounded memory.

use std::borrow::Cow;
use std::io;

use banister::{Assessment, Guardrail, Source, StreamGuard};

/// Text is evaluated in blocks of at most this size, whatever the chunks in which it arrives, so that results do not depend on these.
const BLOCK_BYTES: usize = 64 << 10;

/// Findings are in memory until their part of the text ends.
const PART_BYTES: usize = 16 << 20;

/// A part ends where no match is open; from this size on, it ends anyway.
const MAX_PART_BYTES: usize = 4 * PART_BYTES;

/// Evaluates text that arrives as bytes. Invalid UTF-8 is replaced, in the same way wherever the chunks are split.
pub(super) struct TextScan {
    guardrail: Guardrail,
    source: Source,
    guard: StreamGuard,
    /// Less than a block.
    pending: Vec<u8>,
    /// Where the part begins.
    offset: u64,
    /// The bytes of the part that were evaluated.
    bytes: usize,
    is_invalid: bool,
    sizes: Sizes,
}

#[derive(Clone, Copy)]
struct Sizes {
    block: usize,
    part: usize,
    max_part: usize,
}

pub(super) struct Part {
    /// The offset of the part in the text, with invalid bytes replaced.
    pub(super) offset: u64,
    pub(super) assessment: Assessment,
}

impl TextScan {
    /// `guardrail` must not block, because text after a block is not released, and so not forgotten.
    pub(super) fn new(guardrail: &Guardrail, source: Source) -> Self {
        Self::of_sizes(guardrail, source, Sizes { block: BLOCK_BYTES, part: PART_BYTES, max_part: MAX_PART_BYTES })
    }

    fn of_sizes(guardrail: &Guardrail, source: Source, sizes: Sizes) -> Self {
        let guard = StreamGuard::new(guardrail, source);
        let (guardrail, pending) = (guardrail.clone(), Vec::new());
        Self { guardrail, source, guard, pending, offset: 0, bytes: 0, is_invalid: false, sizes }
    }

    /// Evaluates more bytes, and calls `each` with the parts that end in them.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Part) -> io::Result<()>) -> io::Result<()> {
        let mut rest = bytes;
        while self.pending.len() + rest.len() >= self.sizes.block {
            let (now, later) = rest.split_at_checked(self.sizes.block - self.pending.len()).unwrap_or((rest, &[]));
            self.pending.extend_from_slice(now);
            rest = later;
            let block = std::mem::take(&mut self.pending);
            let (block, after) = block.split_at(end_of_block(&block));
            self.block(block);
            self.pending = after.to_vec();
            let is_over = self.bytes >= self.sizes.part && self.guard.buffered_bytes() == 0;
            if is_over || self.bytes >= self.sizes.max_part {
                each(self.end_part())?;
            }
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Returns the last part, and `true` if bytes were replaced.
    pub(super) fn finish(mut self) -> (Part, bool) {
        let block = std::mem::take(&mut self.pending);
        self.block(&block);
        (self.end_part(), self.is_invalid)
    }

    fn block(&mut self, block: &[u8]) {
        let text = String::from_utf8_lossy(block);
        self.is_invalid |= matches!(text, Cow::Owned(_));
        self.bytes += text.len();
        self.guard.push(&text);
    }

    fn end_part(&mut self) -> Part {
        self.guard.finish();
        let part = Part { offset: self.offset, assessment: self.guard.assessment() };
        self.offset += std::mem::take(&mut self.bytes) as u64;
        self.guard = StreamGuard::new(&self.guardrail, self.source);
        part
    }
}

/// Returns where a block ends: after its last line, its last space, or its last character that is complete, and not before its middle
/// unless there is no other.
fn end_of_block(block: &[u8]) -> usize {
    let last = |is_end: fn(&u8) -> bool| block.iter().rposition(is_end).map(|at| at + 1);
    let is_late = |end: &usize| *end > block.len() / 2;
    let line = last(|byte| *byte == b'\n').filter(is_late);
    let space = || last(u8::is_ascii_whitespace).filter(is_late);
    // A character has at most three bytes after its first.
    let first_bytes = block.iter().rposition(|byte| byte & 0xc0 != 0x80).filter(|at| at + 4 > block.len() && *at > 0);
    line.or_else(space).or(first_bytes).unwrap_or(block.len())
}

#[cfg(test)]
mod tests {
    use super::{Sizes, TextScan};
    use banister::{Guardrail, Policy, Source};
    use proptest::prelude::*;

    fn guardrail(pattern: &str) -> Guardrail {
        let policy = format!("{{version: 1, name: n, regexes: [{{name: r, pattern: '{pattern}', action: detect}}]}}");
        Guardrail::new(Policy::from_yaml(&policy).unwrap())
    }

    /// Returns the spans of all parts in the text, their number, and whether bytes were replaced.
    fn scan(guardrail: &Guardrail, bytes: &[u8], chunk: usize, sizes: Sizes) -> (Vec<(u64, u64)>, usize, bool) {
        let mut scan = TextScan::of_sizes(guardrail, Source::Input, sizes);
        let mut parts = Vec::new();
        for chunk in bytes.chunks(chunk) {
            scan.push(chunk, |part| {
                parts.push(part);
                Ok(())
            })
            .unwrap();
        }
        let (last, is_invalid) = scan.finish();
        parts.push(last);
        let spans = parts.iter().flat_map(|part| {
            let findings = part.assessment.findings().iter();
            findings.map(|found| (part.offset + found.span().start() as u64, part.offset + found.span().end() as u64))
        });
        (spans.collect(), parts.len(), is_invalid)
    }

    fn spans(guardrail: &Guardrail, text: &str) -> Vec<(u64, u64)> {
        let assessment = guardrail.assess(Source::Input, text);
        assessment.findings().iter().map(|found| (found.span().start() as u64, found.span().end() as u64)).collect()
    }

    proptest! {
        #[test]
        fn invalid_bytes_are_replaced_in_the_same_way_however_split(
            bytes in prop::collection::vec(
                prop_oneof![Just(b'a'), Just(b' '), Just(0xe4), Just(0xb8), Just(0xad), Just(0xf0), Just(0x9f), Just(0xff)],
                0..40,
            ),
            chunk in 1..6_usize,
            block in 4..12_usize,
        ) {
            let guardrail = guardrail("[^a]");
            let sizes = Sizes { block, part: usize::MAX, max_part: usize::MAX };
            let (found, _, is_invalid) = scan(&guardrail, &bytes, chunk, sizes);
            prop_assert_eq!(is_invalid, std::str::from_utf8(&bytes).is_err());
            prop_assert_eq!(found, spans(&guardrail, &String::from_utf8_lossy(&bytes)));
        }

        #[test]
        fn parts_have_the_findings_of_the_whole(words in prop::collection::vec("[a-z0-9]{1,9}", 1..60), chunk in 1..30_usize) {
            let guardrail = guardrail("[0-9]{1,20} ?[a-z]{1,20}");
            let text = words.join(" ");
            let sizes = Sizes { block: 16, part: 32, max_part: usize::MAX };
            let (found, parts, _) = scan(&guardrail, text.as_bytes(), chunk, sizes);
            prop_assert_eq!(&found, &spans(&guardrail, &text));
            prop_assert_eq!((found, parts), { let (found, parts, _) = scan(&guardrail, text.as_bytes(), 1, sizes); (found, parts) });
        }
    }

    #[test]
    fn a_part_ends_in_the_end_even_within_a_match() {
        let guardrail = guardrail("a{1,1000}");
        let sizes = Sizes { block: 16, part: 32, max_part: 64 };
        let (found, parts, _) = scan(&guardrail, &[b'a'; 640], 7, sizes);
        assert!(parts > 8 && found.len() > 8, "{parts} parts, {found:?}");
        assert_eq!(found.iter().map(|(start, end)| end - start).sum::<u64>(), 640);
    }
}
