//! Evaluates text of any length, in bounded memory.

use banister::{Assessment, Guardrail, Source, StreamGuard};

/// Evaluates text that arrives as bytes. Invalid UTF-8 is replaced, in the same way wherever the chunks are split.
pub(super) struct TextScan {
    guard: StreamGuard,
    /// The start of a character that is not complete.
    pending: Vec<u8>,
    is_invalid: bool,
}

impl TextScan {
    /// `guardrail` must not block, because text after a block is not released, and so not forgotten.
    pub(super) fn new(guardrail: &Guardrail, source: Source) -> Self {
        Self { guard: StreamGuard::new(guardrail, source), pending: Vec::new(), is_invalid: false }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let (text, after) = rest.split_at(valid);
            self.guard.push(std::str::from_utf8(text).unwrap_or_default());
            match invalid {
                None => {
                    self.pending = after.to_vec();
                    return;
                }
                Some(0) => return,
                Some(length) => {
                    self.is_invalid = true;
                    self.guard.push("\u{fffd}");
                    rest = after.get(length..).unwrap_or_default();
                }
            }
        }
    }

    /// Returns the assessment, and `true` if bytes were replaced.
    pub(super) fn finish(mut self) -> (Assessment, bool) {
        if !self.pending.is_empty() {
            self.is_invalid = true;
            self.guard.push("\u{fffd}");
        }
        self.guard.finish();
        (self.guard.assessment(), self.is_invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::TextScan;
    use banister::{Guardrail, Policy, Source};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn invalid_bytes_are_replaced_in_the_same_way_however_split(
            bytes in prop::collection::vec(prop_oneof![Just(b'a'), Just(0xe4), Just(0xb8), Just(0xad), Just(0xff)], 0..24),
            size in 1..6_usize,
        ) {
            let policy = "{version: 1, name: n, regexes: [{name: r, pattern: '[^a]', action: detect}]}";
            let guardrail = Guardrail::new(Policy::from_yaml(policy).unwrap());
            let scan = |size: usize| {
                let mut scan = TextScan::new(&guardrail, Source::Input);
                bytes.chunks(size).for_each(|chunk| scan.push(chunk));
                scan.finish()
            };
            let text = String::from_utf8_lossy(&bytes);
            let (assessment, is_invalid) = scan(size);
            prop_assert_eq!(is_invalid, std::str::from_utf8(&bytes).is_err());
            let expected = guardrail.assess(Source::Input, &text);
            prop_assert_eq!(assessment.findings(), expected.findings());
        }
    }
}
