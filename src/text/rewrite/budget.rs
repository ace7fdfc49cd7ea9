//! The limit on the bytes of text that a part of rewritten text represents.

use super::queue::Unit;

/// Bytes of text that each character may represent beyond its own, on average.
const PER_CHAR: usize = 12;

/// The maximum number of bytes that may be saved up.
pub(super) const SAVED: usize = 256;

/// Marks where too much was left out. No value and no word contains it.
pub(super) const BREAK: char = '\u{FFFC}';

/// The maximum number of units that a stage looks ahead.
const LOOK_AHEAD: usize = 40;

/// The maximum number of bytes of text that are read and not shown yet.
pub(crate) const OPEN_BYTES: usize = rewritten_bytes(LOOK_AHEAD) + 2 * SAVED;

/// Returns the number of bytes of text that `bytes` of a rewritten text represent at most.
pub(crate) const fn rewritten_bytes(bytes: usize) -> usize {
    bytes.saturating_mul(PER_CHAR + 1).saturating_add(SAVED)
}

/// Breaks the text where more of it was left out than its characters have earned: what a match can represent, and with it what a
/// stream must buffer, has a limit.
#[derive(Debug)]
pub(super) struct Budget {
    saved: usize,
    end: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { saved: SAVED, end: 0 }
    }
}

impl Budget {
    /// Passes `unit` on to `put`, after a break if too much text before it was left out.
    pub(super) fn spend(&mut self, unit: Unit, put: &mut dyn FnMut(Unit)) {
        let cost = (unit.end - self.end.min(unit.end)).saturating_sub(unit.c.len_utf8());
        self.end = unit.end;
        match self.saved.checked_sub(cost) {
            Some(left) => self.saved = (left + PER_CHAR).min(SAVED),
            None => {
                self.saved = SAVED.saturating_sub(unit.end - unit.start);
                put(Unit { c: BREAK, start: unit.start, end: unit.start });
            }
        }
        put(unit);
    }
}
