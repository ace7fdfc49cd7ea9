//! The labels a policy writes in place of values, told apart from the rest of a text.
//!
//! Masked text is assessed again: clients send the whole conversation with every call. What a label says is the policy's own, so it
//! is no context word and no value; and since the value it stands for is not known, it keeps apart what stood apart before.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use super::mask::HASH_BYTES;
use crate::detect::detectors::{Detectors, Found};
use crate::detect::scanner::Scanner;
use crate::detect::spec::RuleId;
use crate::policy::Action;
use crate::policy::rule::{Mask, Rule};
use crate::text::buffer::TextBuffer;

/// Digits of the largest number of a value.
const NUMBER_DIGITS: usize = 20;

/// The labels that the masking rules of a policy write.
#[derive(Debug, Default)]
pub(super) struct LabelSet {
    names: BTreeMap<Arc<str>, Forms>,
    longest: usize,
}

/// How the rules of one name write it.
#[derive(Clone, Copy, Debug, Default)]
struct Forms {
    plain: bool,
    numbered: bool,
    hashed: bool,
}

/// What the text behind a `{` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Not a label, whatever follows.
    No,
    /// The beginning of one.
    Begun,
    /// One.
    Label,
}

impl LabelSet {
    /// The labels of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut set = Self::default();
        for rule in rules.iter().filter(|rule| rule.input == Action::Mask || rule.output == Action::Mask) {
            let suffix = match rule.mask {
                Mask::Label => 0,
                Mask::Numbered => 1 + NUMBER_DIGITS,
                Mask::Hash(_) => 1 + 2 * HASH_BYTES,
                Mask::KeepLast4 | Mask::Fixed(_) => continue,
            };
            let forms = set.names.entry(Arc::clone(&rule.name)).or_default();
            forms.plain |= matches!(rule.mask, Mask::Label);
            forms.numbered |= matches!(rule.mask, Mask::Numbered);
            forms.hashed |= matches!(rule.mask, Mask::Hash(_));
            set.longest = set.longest.max("{}".len() + rule.name.len() + suffix);
        }
        set
    }

    /// Bytes of the longest label.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Reads what stands behind a `{`.
    fn read(&self, text: &str) -> Reading {
        let Some(body) = text.strip_suffix('}') else {
            let mut names = self.names.range::<str, _>((Bound::Included(text), Bound::Unbounded));
            let begins = names.next().is_some_and(|(name, _)| name.starts_with(text));
            return if begins || self.is_suffixed(text, false) { Reading::Begun } else { Reading::No };
        };
        let is_plain = self.names.get(body).is_some_and(|forms| forms.plain);
        if is_plain || self.is_suffixed(body, true) { Reading::Label } else { Reading::No }
    }

    /// Whether it is a name with a number or a hash, whole or begun.
    fn is_suffixed(&self, body: &str, whole: bool) -> bool {
        let is_numbered = body.rsplit_once('_').is_some_and(|(name, number)| {
            let long_enough = !whole || !number.is_empty();
            self.names.get(name).is_some_and(|forms| forms.numbered)
                && long_enough
                && number.len() <= NUMBER_DIGITS
                && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        is_numbered
            || body.rsplit_once(':').is_some_and(|(name, hash)| {
                let long_enough = hash.len() == 2 * HASH_BYTES || !whole && hash.len() < 2 * HASH_BYTES;
                self.names.get(name).is_some_and(|forms| forms.hashed)
                    && long_enough
                    && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
    }
}

/// The labels of a text.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Start and end of each; ascending.
    spans: VecDeque<(usize, usize)>,
    /// Start of a `{`, and what stands behind it, while that may still become a label.
    begun: Option<(usize, String)>,
}

impl Labels {
    /// Reads on.
    pub(super) fn scan(&mut self, set: &LabelSet, chunk: &str, offset: usize) {
        if set.names.is_empty() {
            return;
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let Some((start, mut body)) = self.begun.take() else {
                let Some((_, behind)) = rest.split_once('{') else { return };
                rest = behind;
                self.begun = Some((offset + chunk.len() - rest.len() - 1, String::new()));
                continue;
            };
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { return };
            if c == '{' {
                self.begun = Some((offset + chunk.len() - rest.len(), String::new()));
                rest = chars.as_str();
                continue;
            }
            rest = chars.as_str();
            body.push(c);
            match set.read(&body) {
                Reading::No => {}
                Reading::Begun => self.begun = Some((start, body)),
                Reading::Label => self.spans.push_back((start, offset + chunk.len() - rest.len())),
            }
        }
    }

    /// Says that the text is at its end.
    pub(super) fn finish(&mut self) {
        self.begun = None;
    }

    /// Where a label may have begun that is not at its end.
    pub(super) fn begun(&self) -> Option<usize> {
        self.begun.as_ref().map(|&(start, _)| start)
    }

    /// The last label that begins before `offset`.
    fn last_before(&self, offset: usize) -> Option<(usize, usize)> {
        let behind = self.spans.partition_point(|&(start, _)| start < offset);
        behind.checked_sub(1).and_then(|last| self.spans.get(last)).copied()
    }

    /// The end of a label that shares bytes with `start..end`.
    pub(super) fn overlapping(&self, start: usize, end: usize) -> Option<usize> {
        self.last_before(end).map(|(_, label_end)| label_end).filter(|&label_end| label_end > start)
    }

    /// The end of a label that holds all of `start..end`.
    pub(super) fn around(&self, start: usize, end: usize) -> Option<usize> {
        self.last_before(start + 1).map(|(_, label_end)| label_end).filter(|&label_end| end <= label_end)
    }

    /// Whether a label ends at `offset`.
    pub(super) fn ends_at(&self, offset: usize) -> bool {
        self.last_before(offset).is_some_and(|(_, end)| end == offset)
    }

    /// Whether a label begins at `offset`.
    pub(super) fn begins_at(&self, offset: usize) -> bool {
        self.last_before(offset + 1).is_some_and(|(start, _)| start == offset)
    }

    /// The end of the last label before `start`: nothing before it is near.
    pub(super) fn edge_before(&self, start: usize) -> Option<usize> {
        self.last_before(start).map(|(_, end)| end)
    }

    /// The start of the first label behind `end`: nothing behind it is near.
    pub(super) fn edge_behind(&self, end: usize) -> Option<usize> {
        let behind = self.spans.partition_point(|&(start, _)| start < end);
        self.spans.get(behind).map(|&(start, _)| start)
    }

    /// Forgets the labels that end before `offset`.
    pub(super) fn forget_before(&mut self, offset: usize) {
        while self.spans.front().is_some_and(|&(_, end)| end < offset) {
            self.spans.pop_front();
        }
    }
}

/// Whether a rule would find `value` if in place of the labels that touch it there were a letter, and if there were a digit: the value
/// behind a label may have ended in either, and then what touched it was no word of its own.
pub(super) fn is_found_beside(detectors: &Detectors, rule: RuleId, value: &str, before: bool, behind: bool) -> bool {
    ["x", "9"].into_iter().all(|neighbour| {
        let start = if before { neighbour.len() } else { 0 };
        let text = [if before { neighbour } else { "" }, value, if behind { neighbour } else { "" }].concat();
        let end = start + value.len();
        let (mut buffer, mut scanner, mut found) = (TextBuffer::default(), Scanner::default(), Found::default());
        buffer.push(&text);
        scanner.push(detectors, &buffer, &text, 0, &mut found);
        buffer.finish();
        scanner.finish(detectors, &buffer, &mut found);
        let holds = |first: usize, last: usize| first <= start && end <= last;
        found.candidates.iter().any(|candidate| {
            candidate.rule == rule && candidate.starts.first().is_some_and(|first| holds(first, candidate.end))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{LabelSet, Labels};
    use crate::policy::Policy;

    fn set(yaml: &str) -> LabelSet {
        let policy = Policy::from_yaml_with_key(yaml, Some(b"0123456789abcdef".to_vec())).expect("valid");
        LabelSet::of(policy.compiled_rules())
    }

    #[test]
    fn labels_are_those_the_rules_write() {
        let set = set("{version: 1, name: l, pii: [{types: [EMAIL], action: mask}, {types: [AGE], action: mask,
            replacement: numbered}, {types: [PIN], action: mask, replacement: hash}, {types: [NAME], action: block}],
            word_filters: [{name: AGE_2, words: [a], action: mask}]}");
        let text = "{EMAIL}{AGE_2}{AGE_17} {AGE} {PIN:0123456789ab}{PIN} {NAME} {EMAIL_1} {{EMAIL}} {PIN:0123456789aB} {AGE_}é{AGE_1é}";
        let labels = ["{EMAIL}", "{AGE_2}", "{AGE_17}", "{PIN:0123456789ab}", "{EMAIL}"];
        for width in [1, 2, 3, 7, text.len()] {
            let mut found = Labels::default();
            let mut rest = text;
            while !rest.is_empty() {
                let offset = text.len() - rest.len();
                let (chunk, behind) = rest.split_at(rest.ceil_char_boundary(width));
                found.scan(&set, chunk, offset);
                rest = behind;
            }
            let spans: Vec<&str> = found.spans.iter().filter_map(|&(start, end)| text.get(start..end)).collect();
            assert_eq!(spans, labels, "in chunks of {width}");
        }
        assert_eq!(set.longest(), "{AGE_18446744073709551615}".len());
    }

    #[test]
    fn a_brace_is_open_only_while_it_can_become_a_label() {
        let set = set("{version: 1, name: l, pii: [{types: [EMAIL], action: mask}]}");
        let mut labels = Labels::default();
        let mut states = Vec::new();
        for (offset, c) in "{\"a{EMA{EMAIL}{EMAILS".char_indices() {
            labels.scan(&set, c.encode_utf8(&mut [0; 4]), offset);
            states.push(labels.begun());
        }
        let (none, first, second, third) = (None, Some(3), Some(7), Some(14));
        let expected = [
            Some(0),
            none,
            none,
            first,
            first,
            first,
            first,
            second,
            second,
            second,
            second,
            second,
            second,
            none,
            third,
            third,
            third,
            third,
            third,
            third,
            none,
        ];
        assert_eq!(states, expected);
    }
}
