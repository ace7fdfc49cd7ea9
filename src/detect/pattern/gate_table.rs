//! The states of the gate that some text has reached, and their transitions.
//!
//! A table has room for a number of states, and all text shares it. When it is full, a larger one takes its place, with the same numbers. When the
//! largest one is full, an empty one does: text that reaches ever new states must not leave all later text without room. The states of
//! earlier tables are known by their epoch.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use arc_swap::{ArcSwap, Guard};

use super::gate_nfa::{Info, Key};
use super::sync::{AtomicU32, Mutex, OnceLock, Ordering};

/// The number of states of a new table.
const FIRST_STATES: usize = 1024;

/// The maximum number of states. A megabyte of chat reaches some 4,000 with Bedrock's types, and 10,000 with all.
pub(super) const MAX_GATE_STATES: usize = 16_384;

/// The transitions of some states. A state is known by where its row begins.
#[derive(Debug)]
pub(super) struct Table {
    /// The number of tables whose states were given up before.
    pub(super) epoch: u32,
    stride: usize,
    cells: Box<[AtomicU32]>,
    infos: Box<[OnceLock<Arc<Info>>]>,
}

impl Table {
    fn new(epoch: u32, stride: usize, states: usize) -> Self {
        Self {
            epoch,
            stride,
            cells: std::iter::repeat_with(|| AtomicU32::new(UNKNOWN)).take(states * stride).collect(),
            infos: std::iter::repeat_with(OnceLock::new).take(states).collect(),
        }
    }

    /// Returns a table of twice the size. The states keep their numbers.
    fn doubled(&self, most: usize) -> Self {
        let larger = Self::new(self.epoch, self.stride, most.min(2 * self.infos.len()));
        for (cell, known) in larger.cells.iter().zip(&self.cells) {
            cell.store(known.load(Ordering::Acquire), Ordering::Relaxed);
        }
        for (info, known) in larger.infos.iter().zip(&self.infos) {
            if let Some(known) = known.get() {
                info.get_or_init(|| Arc::clone(known));
            }
        }
        larger
    }

    /// The transitions, by state and class of byte.
    #[inline]
    pub(super) fn cells(&self) -> &[AtomicU32] {
        &self.cells
    }

    /// Returns the properties of a state.
    pub(super) fn info(&self, entry: u32) -> &Info {
        self.infos[entry as usize / self.stride].get().expect("a state has its properties before others see its number")
    }
}

/// No transition is known.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// A table that is read: it stays as it is while another one takes its place.
pub(super) type TableRef = Guard<Arc<Table>>;

/// The table of a gate, and what it grows by.
#[derive(Debug)]
pub(super) struct Tables {
    current: ArcSwap<Table>,
    /// The number of each state in the current table.
    numbers: Mutex<HashMap<Key, u32>>,
    /// The states that are the first of every table.
    first: Vec<Key>,
    most: usize,
}

impl Tables {
    /// Returns a table that grows to so many states and begins with some.
    pub(super) fn new(stride: usize, most: usize, first: Vec<Key>, describe: impl Fn(Key) -> Info) -> Self {
        let (table, numbers) = begun(0, stride, most, &first, describe);
        Self { current: ArcSwap::from_pointee(table), numbers: Mutex::new(numbers), first, most }
    }

    /// Returns the current table.
    pub(super) fn current(&self) -> TableRef {
        self.current.load()
    }

    /// Returns the entry of a state, and the table that it is in. `describe` is called for a new state.
    pub(super) fn entry(&self, key: Key, describe: impl Fn(Key) -> Info) -> (TableRef, u32) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&entry) = numbers.get(&key) {
            return (self.current.load(), entry);
        }
        let mut table = self.current.load_full();
        if numbers.len() == table.infos.len() {
            table = Arc::new(if numbers.len() < self.most {
                table.doubled(self.most)
            } else {
                let (next, known) = begun(table.epoch.wrapping_add(1), table.stride, self.most, &self.first, &describe);
                *numbers = known;
                next
            });
            self.current.store(Arc::clone(&table));
        }
        let entry = add(&table, &mut numbers, key, &describe);
        (Guard::from_inner(table), entry)
    }

    /// Records a transition in the current table, if that has the same states.
    pub(super) fn record(&self, epoch: u32, cell: usize, next: u32) {
        let current = self.current.load();
        if current.epoch == epoch {
            current.cells[cell].store(next, Ordering::Release);
        }
    }
}

/// Returns a new table with these states.
fn begun(
    epoch: u32,
    stride: usize,
    most: usize,
    first: &[Key],
    describe: impl Fn(Key) -> Info,
) -> (Table, HashMap<Key, u32>) {
    let (table, mut numbers) = (Table::new(epoch, stride, FIRST_STATES.min(most)), HashMap::new());
    for key in first {
        add(&table, &mut numbers, key.clone(), &describe);
    }
    (table, numbers)
}

/// Adds a state to a table that has room for it. Returns its entry.
fn add(table: &Table, numbers: &mut HashMap<Key, u32>, key: Key, describe: impl Fn(Key) -> Info) -> u32 {
    if let Some(&entry) = numbers.get(&key) {
        return entry;
    }
    let number = numbers.len();
    table.infos[number].get_or_init(|| Arc::new(describe(key.clone())));
    let entry = u32::try_from(number * table.stride).unwrap_or(UNKNOWN);
    numbers.insert(key, entry);
    entry
}

#[cfg(test)]
mod tests {
    use super::{FIRST_STATES, Info, Key, Tables, UNKNOWN};
    use crate::detect::pattern::alternatives::AlternativeSet;
    use crate::detect::pattern::assertions::EdgeSet;

    fn describe(key: Key) -> Info {
        Info { key, matches: AlternativeSet::default(), ends: EdgeSet::NONE, is_long: false }
    }

    fn key(number: u32) -> Key {
        (Box::new([number]), 0)
    }

    #[test]
    fn numbers_stay_while_a_table_grows_and_are_of_an_epoch() {
        let most = 2 * FIRST_STATES + 1;
        let tables = Tables::new(3, most, vec![key(0)], describe);
        let entry = |number: usize| tables.entry(key(number as u32), describe);
        let old = tables.current();
        for number in 0..most {
            let (table, of_number) = entry(number);
            assert_eq!((table.epoch, of_number), (0, 3 * number as u32));
            tables.record(0, 3 * number + 1, of_number);
        }
        assert_eq!(old.cells().len(), 3 * FIRST_STATES, "who reads with a table keeps it");
        let grown = tables.current();
        for number in 0..most {
            let of_number = 3 * number as u32;
            assert_eq!((entry(number).1, &grown.info(of_number).key), (of_number, &key(number as u32)));
            assert_eq!(grown.cells()[3 * number + 1].load(super::Ordering::Acquire), of_number);
        }
        let (anew, of_new) = entry(most);
        assert_eq!((anew.epoch, of_new, anew.cells().len()), (1, 3, 3 * FIRST_STATES));
        assert_eq!((&anew.info(0).key, &anew.info(3).key), (&key(0), &key(most as u32)));
        tables.record(0, 1, 3);
        assert_eq!(
            tables.current().cells()[1].load(super::Ordering::Acquire),
            UNKNOWN,
            "a transition of another epoch"
        );
        assert_eq!(entry(0).1, 0);
    }
}
