//! The log of the gateway, on standard error.
//!
//! A call must not wait for the log, nor fail with it: lines go to a thread that writes them, and lines that cannot be written are dropped
//! and counted. The disk may be full, and the reader of a pipe may be gone or asleep.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

/// The number of lines that may wait to be written: a burst of calls.
const QUEUE_LINES: usize = 4096;

/// How long the process waits at its end for the last lines. A reader that sleeps must not keep it.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// Replies when all lines before it are written.
    Flush(SyncSender<()>),
}

/// The log. Its last lines are written when it is dropped.
pub(super) struct Log {
    writer: LogWriter,
}

impl Log {
    /// Starts the log, at level `info` or as `BANISTER_LOG` says. Banister's logs never contain text. The SDK's logs are off by default,
    /// because at `trace` they contain every event of a stream.
    pub(super) fn start() -> Self {
        let writer = LogWriter::start(io::stderr());
        let filter = EnvFilter::try_from_env("BANISTER_LOG")
            .unwrap_or_else(|_| EnvFilter::new("banister=info,banister_gateway=info"));
        let make_writer = {
            let writer = writer.clone();
            move || writer.clone()
        };
        // An error of the log goes nowhere else: the default is standard error, with a panic if that fails.
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(make_writer).with_ansi(false);
        subscriber.log_internal_errors(false).init();
        Self { writer }
    }

    /// Returns the number of lines that were dropped.
    pub(super) fn dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.writer.dropped)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.writer.lines.try_send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(FLUSH_TIMEOUT);
        }
    }
}

/// Passes lines to the thread that writes them.
#[derive(Clone)]
struct LogWriter {
    lines: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

impl LogWriter {
    fn start(target: impl Write + Send + 'static) -> Self {
        let (lines, queue) = sync_channel(QUEUE_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        // Without the thread, the queue has no reader, and every line is dropped.
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&queue, target, &counter));
        Self { lines, dropped }
    }
}

fn write_lines(queue: &Receiver<Message>, mut target: impl Write, dropped: &AtomicU64) {
    for message in queue {
        match message {
            Message::Line(line) => {
                if target.write_all(&line).and_then(|()| target.flush()).is_err() {
                    dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
            Message::Flush(done) => drop(done.try_send(())),
        }
    }
}

impl Write for LogWriter {
    /// Accepts a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.lines.try_send(Message::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::atomic::Ordering;
    use std::sync::mpsc::{Receiver, channel};

    use super::{Log, LogWriter, QUEUE_LINES};

    /// Writes nothing until it is released, and then fails.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted() {
        let (release, stuck) = channel();
        let mut writer = LogWriter::start(Stuck(stuck));
        let (lines, more) = (QUEUE_LINES as u64 + 1, 100);
        for _ in 0..lines + more {
            writer.write_all(b"a line\n").expect("a log cannot fail");
        }
        let dropped = writer.dropped.load(Ordering::Relaxed);
        assert!(dropped == more || dropped == more + 1, "{dropped}: one line is with the thread, or about to be");
        drop(release);
        let counter = std::sync::Arc::clone(&writer.dropped);
        while counter.load(Ordering::Relaxed) < lines + more {
            std::thread::yield_now();
        }
        drop(Log { writer });
        assert_eq!(counter.load(Ordering::Relaxed), lines + more);
    }
}
