//! Recognizes the labels that a policy writes in place of values.
//!
//! Clients send the whole conversation with every call, so masked text is evaluated again. A label is neither a context word nor a value,
//! and nothing matches across it, because the value it replaces is unknown.
//!
//! The findings of a rule must not depend on other rules. So the labels of all entity types are labels under every policy, and the label
//! of a word filter or a regex is a label for that rule alone.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use super::replacement::HASH_BYTES;
use crate::detect::EntityType;
use crate::detect::detectors::Detectors;
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::pattern::Verdict;
use crate::detect::scanner::Scanner;
use crate::detect::spec::RuleId;
use crate::policy::Action;
use crate::policy::rule::{ReplacementStyle, Rule};
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;

/// The most digits of the number in a label.
const NUMBER_DIGITS: usize = 20;

/// The labels of entity types and of the masking rules of a policy.
#[derive(Debug, Default)]
pub(super) struct LabelSet {
    names: BTreeMap<Arc<str>, Forms>,
    longest: usize,
}

/// The forms of labels of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Forms {
    plain: bool,
    numbered: bool,
    hashed: bool,
    /// The name of an entity type, and so a label for every rule.
    is_type: bool,
}

/// Whether the text after a `{` is a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LabelMatch<'a> {
    /// It is not a label, whatever follows.
    None,
    /// It is the beginning of a label.
    Partial,
    /// It is a label of this name.
    Complete(&'a Arc<str>, Forms),
}

impl LabelSet {
    /// Returns the labels under a policy with these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut set = Self::default();
        for entity in EntityType::ALL {
            let forms = Forms { plain: true, numbered: true, hashed: true, is_type: true };
            set.names.insert(entity.name().into(), forms);
            set.longest = set.longest.max("{_}".len() + entity.name().len() + NUMBER_DIGITS);
        }
        for rule in rules.iter().filter(|rule| rule.input == Action::Mask || rule.output == Action::Mask) {
            let suffix = match rule.style {
                ReplacementStyle::Label => 0,
                ReplacementStyle::Numbered => 1 + NUMBER_DIGITS,
                ReplacementStyle::Hash(_) => 1 + 2 * HASH_BYTES,
                ReplacementStyle::KeepLast4 | ReplacementStyle::Fixed(_) => continue,
            };
            let forms = set.names.entry(Arc::clone(&rule.name)).or_default();
            forms.plain |= matches!(rule.style, ReplacementStyle::Label);
            forms.numbered |= matches!(rule.style, ReplacementStyle::Numbered);
            forms.hashed |= matches!(rule.style, ReplacementStyle::Hash(_));
            set.longest = set.longest.max("{}".len() + rule.name.len() + suffix);
        }
        set
    }

    /// Returns the length of the longest label in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Matches the text after a `{`.
    fn read(&self, text: &str) -> LabelMatch<'_> {
        let Some(body) = text.strip_suffix('}') else {
            let mut names = self.names.range::<str, _>((Bound::Included(text), Bound::Unbounded));
            let begins = names.next().is_some_and(|(name, _)| name.starts_with(text));
            return if begins || self.suffixed(text, false).is_some() { LabelMatch::Partial } else { LabelMatch::None };
        };
        let plain = self.names.get_key_value(body).filter(|(_, forms)| forms.plain);
        match plain.or_else(|| self.suffixed(body, true)) {
            Some((name, forms)) => LabelMatch::Complete(name, *forms),
            None => LabelMatch::None,
        }
    }

    /// Returns the name of a label with a number or a hash, whole or partial.
    fn suffixed(&self, body: &str, whole: bool) -> Option<(&Arc<str>, &Forms)> {
        let numbered = || {
            let (name, number) = body.rsplit_once('_')?;
            let fits = number.len() <= NUMBER_DIGITS && !(whole && number.is_empty());
            let known = self.names.get_key_value(name).filter(|(_, forms)| forms.numbered)?;
            (fits && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(known)
        };
        let hashed = || {
            let (name, hash) = body.rsplit_once(':')?;
            let fits = if whole { hash.len() == 2 * HASH_BYTES } else { hash.len() <= 2 * HASH_BYTES };
            let known = self.names.get_key_value(name).filter(|(_, forms)| forms.hashed)?;
            (fits && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(known)
        };
        numbered().or_else(hashed)
    }
}

/// The labels in the text.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// The span of each label of an entity type, ascending.
    spans: VecDeque<(usize, usize)>,
    /// The span of each other label, ascending, with the name of its rule.
    own: VecDeque<(usize, usize, Arc<str>)>,
    /// The offset of a `{`, while it may still become a label.
    begun: Option<usize>,
    /// The text after that.
    body: String,
}

impl Reset for Labels {
    fn reset(&mut self) {
        let Self { spans, own, begun, body } = self;
        spans.reset();
        own.reset();
        body.reset();
        *begun = None;
    }
}

impl Labels {
    /// Reads the next chunk.
    pub(super) fn scan(&mut self, set: &LabelSet, chunk: &str, offset: usize) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let Some(start) = self.begun else {
                let Some(brace) = memchr::memchr(b'{', rest.as_bytes()) else { return };
                rest = rest.get(brace + 1..).unwrap_or_default();
                self.begin(offset + chunk.len() - rest.len() - 1);
                continue;
            };
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { return };
            rest = chars.as_str();
            let end = offset + chunk.len() - rest.len();
            if c == '{' {
                self.begin(end - 1);
                continue;
            }
            self.body.push(c);
            match set.read(&self.body) {
                LabelMatch::Partial => continue,
                LabelMatch::None => {}
                LabelMatch::Complete(_, forms) if forms.is_type => self.spans.push_back((start, end)),
                LabelMatch::Complete(name, _) => self.own.push_back((start, end, Arc::clone(name))),
            }
            self.begun = None;
        }
    }

    fn begin(&mut self, at: usize) {
        self.begun = Some(at);
        self.body.clear();
    }

    /// Signals the end of the text.
    pub(super) fn finish(&mut self) {
        self.begun = None;
    }

    /// Returns the start of a label that may be incomplete.
    pub(super) fn begun(&self) -> Option<usize> {
        self.begun
    }

    /// Returns the last label of an entity type that begins before `offset`.
    fn last_type_before(&self, offset: usize) -> Option<(usize, usize)> {
        let behind = self.spans.partition_point(|&(start, _)| start < offset);
        behind.checked_sub(1).and_then(|last| self.spans.get(last)).copied()
    }

    /// Returns the last label for the rule of this name that begins before `offset`.
    fn last_before(&self, offset: usize, rule: &str) -> Option<(usize, usize)> {
        let behind = self.own.partition_point(|&(start, ..)| start < offset);
        let last = behind.checked_sub(1).and_then(|last| self.own.get(last)).filter(|(.., name)| **name == *rule);
        last.map(|&(start, end, _)| (start, end)).max(self.last_type_before(offset))
    }

    /// Returns the end of a label that overlaps `start..end`.
    pub(super) fn overlapping(&self, start: usize, end: usize, rule: &str) -> Option<usize> {
        self.last_before(end, rule).map(|(_, label_end)| label_end).filter(|&label_end| label_end > start)
    }

    /// Returns the end of a label that contains all of `start..end`.
    pub(super) fn around(&self, start: usize, end: usize, rule: &str) -> Option<usize> {
        self.last_before(start + 1, rule).map(|(_, label_end)| label_end).filter(|&label_end| end <= label_end)
    }

    pub(super) fn ends_at(&self, offset: usize, rule: &str) -> bool {
        self.last_before(offset, rule).is_some_and(|(_, end)| end == offset)
    }

    pub(super) fn begins_at(&self, offset: usize, rule: &str) -> bool {
        self.last_before(offset + 1, rule).is_some_and(|(start, _)| start == offset)
    }

    /// Returns true if a label of an entity type ends at `offset`.
    pub(super) fn type_ends_at(&self, offset: usize) -> bool {
        self.last_type_before(offset).is_some_and(|(_, end)| end == offset)
    }

    /// Returns true if a label of an entity type begins at `offset`.
    pub(super) fn type_begins_at(&self, offset: usize) -> bool {
        self.last_type_before(offset + 1).is_some_and(|(start, _)| start == offset)
    }

    /// Returns the end of the last label of an entity type before `start`: nothing before it is near.
    pub(super) fn edge_before(&self, start: usize) -> Option<usize> {
        self.last_type_before(start).map(|(_, end)| end)
    }

    /// Returns the start of the first label of an entity type after `end`: nothing after it is near.
    pub(super) fn edge_behind(&self, end: usize) -> Option<usize> {
        let behind = self.spans.partition_point(|&(start, _)| start < end);
        self.spans.get(behind).map(|&(start, _)| start)
    }

    /// Forgets the labels that end before `offset`.
    pub(super) fn forget_before(&mut self, offset: usize) {
        while self.spans.front().is_some_and(|&(_, end)| end < offset) {
            self.spans.pop_front();
        }
        while self.own.front().is_some_and(|&(_, end, _)| end < offset) {
            self.own.pop_front();
        }
    }
}

/// Returns true if a rule matches `value` with a letter, and with a digit, in place of the labels that touch it: the masked value may
/// have ended in either, and then the text that touches it was not a word. A value that is sure must then be sure as well. Signs may be
/// between the label before it and the value.
pub(super) fn is_found_near(
    detectors: &Detectors,
    (rule, is_sure): (RuleId, bool),
    value: &str,
    (signs, behind): (Option<&str>, bool),
) -> bool {
    ["x", "9"].into_iter().all(|neighbour| {
        let before = signs.map(|signs| [neighbour, signs].concat()).unwrap_or_default();
        let start = before.len();
        let text = [before.as_str(), value, if behind { neighbour } else { "" }].concat();
        let end = start + value.len();
        let (mut buffer, mut found) = (TextBuffer::default(), ScanOutput::default());
        let mut scanner = Scanner::new(detectors, None);
        buffer.push(&text);
        buffer.finish();
        scanner.read(&buffer, false, &mut found);
        let holds = |first: usize, last: usize| first <= start && end <= last;
        let needs_context = |origin: &Origin| matches!(origin, Origin::Entity(_, Verdict::NeedsContext));
        found.candidates.iter().any(|candidate| {
            candidate.rule == rule
                && !(is_sure && needs_context(&candidate.origin))
                && candidate.starts.first().is_some_and(|first| holds(first, candidate.end))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{LabelSet, Labels};
    use crate::policy::Policy;

    fn set(yaml: &str) -> LabelSet {
        let policy = Policy::loader().hash_key(Some(b"0123456789abcdef".to_vec())).from_yaml(yaml).expect("valid");
        LabelSet::of(policy.compiled_rules())
    }

    #[test]
    fn labels_are_those_the_rules_write() {
        let set = set("{version: 1, name: l, word_filters: [{name: W_2, words: [a], action: mask}, {name: W, words: [b], action: mask,
            replacement: numbered}, {name: H, words: [c], action: mask, replacement: hash}, {name: N, words: [d], action: block},
            {name: IN, words: [e], input: mask, output: detect}]}");
        let text = "{W_2}{W_17} {W} {H:0123456789ab}{H} {N} {N_1} {W_2_2} {H:0123456789aB} {W_}é{W_1é} \
            {EMAIL}{AGE_17} {PIN:0123456789ab}{{EMAIL}} {IN} {email} {EMAILS} {PIN:0123456789a}";
        let (labels, own) = (["{EMAIL}", "{AGE_17}", "{PIN:0123456789ab}", "{EMAIL}"], ["W_2", "W", "H", "IN"]);
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
            let names: Vec<&str> = found.own.iter().map(|(.., name)| &**name).collect();
            assert_eq!(names, own, "in chunks of {width}");
        }
        assert_eq!(set.longest(), "{US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER_18446744073709551615}".len());
    }

    #[test]
    fn the_longest_label_is_that_of_the_longest_name_and_its_suffix() {
        let name = "N".repeat(64);
        for (replacement, suffix) in [("label", ""), ("numbered", "_18446744073709551615"), ("hash", ":0123456789ab")] {
            let set = set(&format!(
                "{{version: 1, name: l, word_filters: [{{name: {name}, words: [a], action: mask, replacement: {replacement}}}]}}"
            ));
            assert_eq!(set.longest(), format!("{{{name}{suffix}}}").len(), "{replacement}");
        }
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

    /// What is asked of labels, compared with a list of them; and nothing changes for text after what is forgotten.
    #[test]
    fn the_answers_are_those_of_a_list() {
        let set = set("{version: 1, name: l, word_filters: [{name: W, words: [a], action: mask}]}");
        let text = "a {EMAIL}{W}b{W}{W} {PIN}c{W}{PIN}{EMAIL} d{W} ";
        // Start, end, and true for the label of an entity type.
        let braces = text.match_indices('{').zip(text.match_indices('}'));
        let list: Vec<(usize, usize, bool)> =
            braces.map(|((start, _), (last, _))| (start, last + 1, text.get(start..last) != Some("{W"))).collect();
        for forgotten in 0..=text.len() {
            let mut labels = Labels::default();
            labels.scan(&set, text, 0);
            labels.forget_before(forgotten);
            let is_kept = |&&(_, end, _): &&(usize, usize, bool)| end >= forgotten;
            let (types, own): (Vec<_>, Vec<_>) = list.iter().filter(is_kept).partition(|(.., is_type)| *is_type);
            assert_eq!((labels.spans.len(), labels.own.len()), (types.len(), own.len()));
            for (start, rule) in (forgotten..=text.len()).flat_map(|start| ["W", "other"].map(|rule| (start, rule))) {
                let of_rule = || list.iter().filter(|(.., is_type)| *is_type || rule == "W");
                assert_eq!(labels.ends_at(start, rule), of_rule().any(|&(_, end, _)| end == start));
                assert_eq!(labels.begins_at(start, rule), of_rule().any(|&(first, ..)| first == start));
                assert_eq!(labels.type_ends_at(start), types.iter().any(|&(_, end, _)| end == start));
                assert_eq!(labels.type_begins_at(start), types.iter().any(|&(first, ..)| first == start));
                assert_eq!(labels.edge_behind(start), types.iter().map(|label| label.0).find(|&first| first >= start));
                let edge = types.iter().rfind(|&&(first, ..)| first < start).map(|label| label.1);
                assert_eq!(labels.edge_before(start), edge);
                for end in start + 1..=text.len() {
                    let around = of_rule().find(|&&(first, last, _)| first <= start && end <= last);
                    assert_eq!(labels.around(start, end, rule), around.map(|label| label.1));
                    let last = of_rule().rfind(|&&(first, ..)| first < end).filter(|&&(_, last, _)| last > start);
                    assert_eq!(labels.overlapping(start, end, rule), last.map(|label| label.1));
                }
            }
        }
    }
}
