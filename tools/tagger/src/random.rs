//! Numbers that are always the same, to make text with.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../../src/detect/tagger/random.rs"]
mod xorshift;

/// A source of numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (xorshift::next(&mut self.0) >> 11) as usize % limit
    }

    pub fn item<'a>(&mut self, items: &'a [&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    /// Puts the items into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, (xorshift::next(&mut self.0) % (at as u64 + 1)) as usize);
        }
    }
}
