//! The last record of each chain of a decision log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::chain::ChainHead;
use super::problem::ChainProblemKind;

/// The last record of a chain.
#[derive(Debug)]
pub(super) struct Tail {
    /// The record before the first.
    pub(super) before: ChainHead,
    pub(super) first_line: u64,
    /// With the hash that the record states.
    pub(super) head: ChainHead,
    /// The hash that the record has, if it states another.
    pub(super) computed: Option<String>,
    pub(super) is_closed: bool,
    pub(super) file: Option<Arc<str>>,
    pub(super) line: u64,
}

impl Tail {
    /// Returns what is wrong if the next record has this number and this `prev`.
    pub(super) fn problem_with(&self, found: u64, prev: &str) -> Option<ChainProblemKind> {
        let expected = self.head.seq().saturating_add(1);
        if found < expected {
            return Some(ChainProblemKind::OutOfOrder { expected, found });
        }
        if found > expected {
            return Some(ChainProblemKind::Missing { expected, found });
        }
        // A record whose hash alone was changed was already reported.
        let follows = self.hashes().any(|hash| hash == prev);
        (!follows).then_some(ChainProblemKind::Replaced)
    }

    /// Returns the hashes that the next record may name.
    fn hashes(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.head.hash()).chain(self.computed.as_deref())
    }
}

/// The last record of each chain, by its writer.
#[derive(Debug, Default)]
pub(super) struct Tails {
    by_writer: BTreeMap<Arc<str>, Tail>,
    /// The number, each hash and the writer of all of them, so that a record finds the chain it continues without a search through all.
    ends: BTreeSet<(u64, Box<str>, Arc<str>)>,
}

impl Tails {
    pub(super) fn len(&self) -> usize {
        self.by_writer.len()
    }

    /// Adds the last record of a chain.
    pub(super) fn insert(&mut self, writer: &str, tail: Tail) {
        let writer: Arc<str> = writer.into();
        for hash in tail.hashes() {
            self.ends.insert((tail.head.seq(), hash.into(), Arc::clone(&writer)));
        }
        self.by_writer.insert(writer, tail);
    }

    /// Removes and returns the last record of this writer.
    pub(super) fn take(&mut self, writer: &str) -> Option<Tail> {
        let (writer, tail) = self.by_writer.remove_entry(writer)?;
        for hash in tail.hashes() {
            self.ends.remove(&(tail.head.seq(), hash.into(), Arc::clone(&writer)));
        }
        Some(tail)
    }

    /// Removes and returns the chain that another writer continues with a record of this number and this `prev`.
    pub(super) fn take_before(&mut self, seq: u64, prev: &str) -> Option<Tail> {
        let last = seq.checked_sub(1)?;
        let writer = self.with_end(last, prev).or_else(|| self.only_with(last))?;
        self.take(&writer)
    }

    fn with_end(&self, seq: u64, hash: &str) -> Option<Arc<str>> {
        let (_, _, writer) = self
            .ends
            .range((seq, hash.into(), Arc::from(""))..)
            .next()
            .filter(|(found, end, _)| *found == seq && &**end == hash)?;
        Some(Arc::clone(writer))
    }

    /// Returns the writer of the only chain that ends with this number: if the hash fits none, the end of this one was replaced.
    fn only_with(&self, seq: u64) -> Option<Arc<str>> {
        let mut writers = self.ends.range((seq, "".into(), Arc::from(""))..).take_while(|(found, ..)| *found == seq);
        let (_, _, writer) = writers.next()?;
        // A changed record has two hashes.
        writers.take(2).all(|(_, _, other)| other == writer).then(|| Arc::clone(writer))
    }

    /// Returns the record with the highest number.
    pub(super) fn last(&self) -> Option<&Tail> {
        self.by_writer.values().max_by_key(|tail| tail.head.seq())
    }

    /// Returns all, by their writer.
    pub(super) fn into_sorted(self) -> impl Iterator<Item = (String, Tail)> {
        self.by_writer.into_iter().map(|(writer, tail)| (writer.to_string(), tail))
    }
}
