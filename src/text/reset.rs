//! Memory that is used for one text after another.

use std::collections::VecDeque;

/// The maximum number of bytes of a buffer that are kept for the next text.
const KEPT_BYTES: usize = 4096;

/// State of some text that is used again for other text.
pub(crate) trait Reset {
    /// Makes the state equal to a new one. It keeps memory for the next text, at most a few kilobytes for each buffer.
    fn reset(&mut self);
}

impl Reset for String {
    fn reset(&mut self) {
        self.clear();
        self.shrink_to(KEPT_BYTES);
    }
}

impl<T> Reset for Vec<T> {
    fn reset(&mut self) {
        self.clear();
        self.shrink_to(kept_items::<T>());
    }
}

impl<T> Reset for VecDeque<T> {
    fn reset(&mut self) {
        self.clear();
        self.shrink_to(kept_items::<T>());
    }
}

fn kept_items<T>() -> usize {
    KEPT_BYTES / size_of::<T>().max(1)
}

#[cfg(test)]
mod tests {
    use super::{KEPT_BYTES, Reset};

    #[test]
    fn a_large_buffer_is_not_kept() {
        let (mut text, mut list) = ("x".repeat(1 << 20), vec![0_u64; 1 << 16]);
        text.reset();
        list.reset();
        assert!(text.is_empty() && list.is_empty());
        assert!(text.capacity() <= KEPT_BYTES && list.capacity() * 8 <= KEPT_BYTES);
        text.push_str("short");
        let capacity = text.capacity();
        text.reset();
        assert_eq!(text.capacity(), capacity);
    }
}
