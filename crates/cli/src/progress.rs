//! Progress on standard error, for work that takes long. Nothing is drawn where that is no terminal.

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Files smaller than this are done before a bar could be read.
const LONG_BYTES: u64 = 8 << 20;

/// A bar over the bytes of a file. It goes when it is dropped.
pub(crate) fn bytes(length: u64) -> ProgressBar {
    if length < LONG_BYTES {
        return ProgressBar::hidden();
    }
    styled(length, "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
}

/// A bar over a number of things.
pub(crate) fn count(length: usize, few: usize) -> ProgressBar {
    if length < few {
        return ProgressBar::hidden();
    }
    styled(length as u64, "{bar:40} {pos} of {len}, {eta} left")
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
