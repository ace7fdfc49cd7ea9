//! The progress of a scan.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use banister_audit::Counters;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::ProgressMode;

const LINE_INTERVAL: Duration = Duration::from_secs(10);
const BAR_INTERVAL: Duration = Duration::from_millis(200);

/// A moment of a scan.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Moment {
    units: u64,
    units_done: u64,
    bytes: u64,
    bytes_done: u64,
    megabytes_per_second: f64,
    /// Unknown until the scan has read something.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<u64>,
    findings: u64,
    quarantined: u64,
}

impl Moment {
    fn of(counters: &Counters, since: Instant) -> Self {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (bytes, read) = (get(&counters.bytes), get(&counters.bytes_done));
        let done = (read + get(&counters.bytes_skipped)).min(bytes);
        let seconds = since.elapsed().as_secs_f64();
        let per_second = if seconds > 0.0 { read as f64 / seconds } else { 0.0 };
        let left = (bytes - done) as f64 / per_second;
        Self {
            units: get(&counters.units),
            units_done: get(&counters.units_done),
            bytes,
            bytes_done: done,
            megabytes_per_second: (per_second / 1e5).round() / 10.0,
            seconds_left: left.is_finite().then_some(left as u64),
            findings: get(&counters.findings),
            quarantined: get(&counters.quarantined),
        }
    }

    fn line(&self) -> String {
        let left = self.seconds_left.map_or(String::new(), |seconds| format!(", {} left", time(seconds)));
        format!(
            "{} of {} objects, {:.1} of {:.1} MB, {} MB/s{left}, {} findings, {} quarantined",
            self.units_done,
            self.units,
            self.bytes_done as f64 / 1e6,
            self.bytes as f64 / 1e6,
            self.megabytes_per_second,
            self.findings,
            self.quarantined
        )
    }
}

/// Returns a time such as `1 h 05 min`.
pub(super) fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Runs `work`, and reports its progress on standard error until it ends.
pub(super) fn during<T>(mode: ProgressMode, counters: &Counters, work: impl FnOnce() -> T) -> T {
    let is_bar = mode == ProgressMode::Auto && io::stderr().is_terminal();
    if mode == ProgressMode::None {
        return work();
    }
    let (ended, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let since = Instant::now();
            let bar = is_bar.then(bar);
            let interval = if is_bar { BAR_INTERVAL } else { LINE_INTERVAL };
            while end.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                show(mode, bar.as_ref(), &Moment::of(counters, since));
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        let result = work();
        drop(ended);
        result
    })
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{bar:30} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(mode: ProgressMode, bar: Option<&ProgressBar>, moment: &Moment) {
    let line = match (bar, mode) {
        (Some(bar), _) => {
            bar.set_length(moment.bytes);
            bar.set_position(moment.bytes_done);
            return bar.set_message(moment.line());
        }
        (None, ProgressMode::Json) => serde_json::to_string(moment).unwrap_or_default(),
        (None, _) => moment.line(),
    };
    // If standard error is closed, nobody watches.
    let _ = writeln!(io::stderr(), "{line}");
}
