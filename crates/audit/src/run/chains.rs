//! Links the chains of decision records over all units.

use std::collections::{BTreeMap, BTreeSet};

use banister::ChainHead;
use serde::{Deserialize, Serialize};

use crate::core::Chains;

/// The maximum number of problems that a summary locates.
const MAX_LOCATIONS: usize = 100;

/// A problem of a chain, with its unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLocation {
    /// The unit.
    pub unit_id: String,
    /// The number of the line, or 0.
    pub line: u64,
    /// The problem: one of [`ChainFault`](crate::ChainFault), `beginning` if the record before the first is in no unit, or `fork` if two units
    /// continue the same record in different ways.
    pub problem: String,
}

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEnd {
    /// The last writer.
    pub writer: String,
    /// Number and hash of the last record, as `SEQ:HASH`.
    pub head: String,
    /// The last writer ended in an orderly way.
    pub closed: bool,
}

/// The chains of all decision records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainAudit {
    /// The number of records.
    pub records: u64,
    /// The number of chains.
    pub chains: u64,
    /// The records after which chains may begin, as `SEQ:HASH`.
    pub after: Vec<String>,
    /// The number of problems.
    pub problems: u64,
    /// The first problems.
    pub locations: Vec<ChainLocation>,
    /// The first ends. Compare them with heads that were kept elsewhere: nothing in a log shows that its end is missing.
    pub ends: Vec<ChainEnd>,
}

impl ChainAudit {
    pub(super) fn link(units: &[(String, Chains)], after: &[ChainHead]) -> Self {
        let mut audit = Self { after: after.iter().map(ToString::to_string).collect(), ..Self::default() };
        let root = ChainHead::default();
        let mut ends: BTreeSet<(u64, &str)> = BTreeSet::new();
        let mut continued: BTreeMap<(u64, &str), BTreeSet<(u64, &str)>> = BTreeMap::new();
        for (_, chains) in units {
            audit.records += chains.records;
            audit.problems += chains.problems;
            for chain in &chains.chains {
                ends.insert((chain.last, &chain.hash));
                continued
                    .entry((chain.first.saturating_sub(1), &chain.before))
                    .or_default()
                    .insert((chain.last, &chain.hash));
            }
        }
        let is_allowed = |before: (u64, &str)| {
            before == (root.seq(), root.hash())
                || after.iter().any(|head| before == (head.seq(), head.hash()))
                || ends.contains(&before)
        };
        for (unit_id, chains) in units {
            for fault in &chains.located {
                audit.locate(unit_id, fault.line, &fault.problem);
            }
            for chain in &chains.chains {
                let before = (chain.first.saturating_sub(1), chain.before.as_str());
                if !is_allowed(before) {
                    audit.problems += 1;
                    audit.locate(unit_id, chain.line, "beginning");
                } else if before.0 > 0 && continued.get(&before).is_some_and(|ends| ends.len() > 1) {
                    audit.problems += 1;
                    audit.locate(unit_id, chain.line, "fork");
                }
                if !continued.contains_key(&(chain.last, chain.hash.as_str())) {
                    audit.chains += 1;
                    audit.ends.push(ChainEnd {
                        writer: chain.writer.clone(),
                        head: ChainHead::new(chain.last, &*chain.hash).to_string(),
                        closed: chain.closed,
                    });
                }
            }
        }
        audit.locations.sort();
        audit.locations.truncate(MAX_LOCATIONS);
        audit.ends.sort();
        audit.ends.truncate(MAX_LOCATIONS);
        audit
    }

    fn locate(&mut self, unit_id: &str, line: u64, problem: &str) {
        self.locations.push(ChainLocation { unit_id: unit_id.to_owned(), line, problem: problem.to_owned() });
    }
}
