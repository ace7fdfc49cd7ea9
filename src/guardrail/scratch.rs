//! The memory of evaluations, which is used for one text after another.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::decision::ConfirmedFinding;
use super::enforced::EnforcedPolicy;
use super::overlap::Resolver;
use super::reading::Reading;
use super::side::SideReading;
use crate::text::reset::Reset;

/// Threads share the memory in this many groups.
const SHARDS: usize = 8;

/// The most that is kept for each group of threads. A call needs one at a time, unless the callback of a pause makes calls too.
const KEPT_PER_SHARD: usize = 2;

/// What an evaluation remembers of its text.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) reading: Reading,
    /// Readings that add findings: of rewritten text, then those after a context.
    pub(super) sides: Vec<SideReading>,
    /// A reading for the next text after a context.
    spare: Option<Box<Reading>>,
    pub(super) confirmed: Vec<ConfirmedFinding>,
    pub(super) resolver: Resolver,
}

impl Scratch {
    /// Creates the memory of an evaluation that reads all rewritings of the text.
    pub(super) fn new(policy: &EnforcedPolicy) -> Self {
        Self {
            reading: Reading::new(policy, policy.detectors(), policy.topics.clone()),
            sides: rewritten(policy, ""),
            spare: None,
            confirmed: Vec::new(),
            resolver: Resolver::new(policy.max_merged_bytes),
        }
    }

    /// Adds the readings of the text after a context.
    pub(super) fn read_after(&mut self, context: &str, policy: &EnforcedPolicy) {
        self.sides.push(SideReading::after(context, self.spare.take(), policy));
        self.sides.extend(rewritten(policy, context));
    }

    /// Forgets the text.
    fn reset(&mut self, policy: &EnforcedPolicy) {
        let Self { reading, sides, spare, confirmed, resolver } = self;
        reading.reset();
        let in_context = sides.extract_if(.., |side| side.has_context());
        let plain = in_context.filter_map(SideReading::into_plain).last();
        if let Some(mut plain) = plain {
            plain.reset();
            *spare = Some(plain);
        }
        if sides.len() == policy.detectors().rewritings().count() {
            sides.iter_mut().for_each(SideReading::reset);
        } else {
            *sides = rewritten(policy, "");
        }
        confirmed.reset();
        resolver.reset();
    }
}

/// Returns the readings of rewritten text. After a context only entity types count.
fn rewritten(policy: &EnforcedPolicy, context: &str) -> Vec<SideReading> {
    let detectors = policy.detectors();
    let counts = |rewriting| context.is_empty() || !detectors.of_rewriting(rewriting).recognizers().is_empty();
    let rewritings = detectors.rewritings().filter(|&rewriting| counts(rewriting));
    rewritings.map(|rewriting| SideReading::rewritten(rewriting, context, policy)).collect()
}

/// The memory of evaluations that have ended, for the next ones of the same guardrail.
///
/// Threads of different groups never wait for each other, and those of one group do not either: one that finds its group in use allocates.
#[derive(Debug, Default)]
pub(super) struct ScratchPool {
    shards: [Shard; SHARDS],
}

/// The memory of a group of threads, in a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
#[allow(clippy::vec_box, reason = "an evaluation holds the box, which is moved often and large")]
struct Shard(Mutex<Vec<Box<Scratch>>>);

impl ScratchPool {
    /// Returns memory without text.
    pub(super) fn take(&self, policy: &EnforcedPolicy) -> Box<Scratch> {
        let kept = self.shard().and_then(|shard| shard.0.try_lock().ok()?.pop());
        kept.unwrap_or_else(|| Box::new(Scratch::new(policy)))
    }

    /// Keeps memory for the next evaluation, without its text.
    pub(super) fn put(&self, mut scratch: Box<Scratch>, policy: &EnforcedPolicy) {
        scratch.reset(policy);
        if let Some(Ok(mut kept)) = self.shard().map(|shard| shard.0.try_lock())
            && kept.len() < KEPT_PER_SHARD
        {
            kept.push(scratch);
        }
    }

    fn shard(&self) -> Option<&Shard> {
        self.shards.get(group())
    }
}

/// Returns the group of this thread.
fn group() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static GROUP: Cell<Option<usize>> = const { Cell::new(None) });
    // A thread that ends has no group any more. Any will do.
    let known = GROUP.try_with(|group| {
        group.get().unwrap_or_else(|| {
            let number = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
            group.set(Some(number));
            number
        })
    });
    known.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::{KEPT_PER_SHARD, SHARDS, Scratch, ScratchPool, group};
    use crate::guardrail::Guardrail;
    use crate::policy::Policy;

    fn guardrail() -> Guardrail {
        let policy = Policy::from_yaml("{version: 1, name: s, pii: [{types: [PIN], evasion: strict}]}");
        Guardrail::new(policy.expect("a policy"))
    }

    #[test]
    fn memory_is_used_again_and_little_is_kept() {
        let (guardrail, pool) = (guardrail(), ScratchPool::default());
        let policy = guardrail.enforced();
        let taken: Vec<_> = (0..=KEPT_PER_SHARD).map(|_| pool.take(policy)).collect();
        let addresses: Vec<*const Scratch> = taken.iter().map(|scratch| &raw const **scratch).collect();
        taken.into_iter().for_each(|scratch| pool.put(scratch, policy));
        assert_eq!(pool.shards.iter().map(|shard| shard.0.lock().expect("free").len()).sum::<usize>(), KEPT_PER_SHARD);
        assert!(addresses.contains(&&raw const *pool.take(policy)));
    }

    /// Memory that a context took is kept, whatever it was the context of.
    #[test]
    fn reset_memory_is_that_of_text_without_context() {
        let guardrail = guardrail();
        let policy = guardrail.enforced();
        let mut scratch = Scratch::new(policy);
        let (sides, rewritings) = (scratch.sides.len(), policy.detectors().rewritings().count());
        assert!(sides > 0 && sides == rewritings && scratch.spare.is_none());
        scratch.read_after("pin: ", policy);
        assert_eq!(scratch.sides.iter().filter(|side| side.has_context()).count(), sides + 1);
        scratch.reset(policy);
        assert!(scratch.sides.len() == sides && scratch.spare.is_some());
        // What is left where only findings that depend on the context count.
        scratch.read_after("pin: ", policy);
        scratch.sides.retain(|side| side.has_context());
        scratch.reset(policy);
        assert!(scratch.sides.len() == sides && scratch.spare.is_some());
    }

    #[test]
    fn threads_are_spread_over_all_groups() {
        let groups: Vec<usize> = (0..16 * SHARDS).map(|_| thread::spawn(group).join().expect("a group")).collect();
        assert!(groups.iter().all(|&group| group < SHARDS), "{groups:?}");
        // Threads of other tests begin meanwhile.
        assert!(groups.iter().collect::<HashSet<_>>().len() > SHARDS / 2, "{groups:?}");
        assert_eq!(group(), group());
    }
}
