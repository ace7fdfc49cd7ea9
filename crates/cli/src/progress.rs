//! Progress bars on standard error. Nothing is drawn if that is not a terminal.

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Smaller files need no bar.
const LONG_BYTES: u64 = 8 << 20;

/// Returns a bar over the bytes of a file, which is cleared when it is dropped.
pub(crate) fn bytes(length: u64) -> ProgressBar {
    if length < LONG_BYTES {
        return ProgressBar::hidden();
    }
    styled(length, "{wide_bar} {bytes} of {total_bytes}, {eta} left")
}

/// Returns a bar over a number of items, which is hidden if there are fewer than `few`.
pub(crate) fn count(length: usize, few: usize) -> ProgressBar {
    if length < few {
        return ProgressBar::hidden();
    }
    styled(length as u64, "{wide_bar} {pos} of {len}, {eta} left")
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
