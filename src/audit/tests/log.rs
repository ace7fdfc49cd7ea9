//! Slow, full and broken sinks: nothing is lost in silence.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::sample::decision;
use crate::audit::chain::RecordLine;
use crate::audit::log::{AuditLog, AuditLogBuilder, Delivery};
use crate::audit::report::ChainReport;
use crate::audit::sink::{AuditSink, WriterSink};
use crate::audit::verify::ChainVerifier;

type Lines = Arc<Mutex<Vec<String>>>;

/// A sink that does what the test tells it for each batch, after the record of the beginning.
struct Told {
    orders: Option<Receiver<Order>>,
    lines: Lines,
}

enum Order {
    Write,
    Fail,
    Panic,
}

impl AuditSink for Told {
    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        let is_first = self.lines.lock().unwrap().is_empty();
        // Without orders left, it writes.
        let order = if is_first {
            Order::Write
        } else {
            self.orders.as_ref().map_or(Order::Write, |orders| orders.recv().unwrap_or(Order::Write))
        };
        match order {
            Order::Write => self.lines.lock().unwrap().extend(lines.iter().map(|line| line.as_str().to_owned())),
            Order::Fail => return Err(io::Error::other("no space")),
            Order::Panic => panic!("as the test wants"),
        }
        Ok(())
    }
}

fn told() -> (AuditLogBuilder, Sender<Order>, Lines) {
    let (send, orders) = channel();
    let lines = Lines::default();
    let sink = Told { orders: Some(orders), lines: Arc::clone(&lines) };
    (AuditLog::builder(sink), send, lines)
}

fn verify(lines: &Lines) -> ChainReport {
    let mut verifier = ChainVerifier::new();
    lines.lock().unwrap().iter().for_each(|line| verifier.line(line.as_bytes()));
    verifier.finish()
}

/// A log whose thread has taken one record and waits in the sink.
fn stuck(delivery: Delivery) -> (AuditLog, Sender<Order>, Lines) {
    let (builder, send, lines) = told();
    let log = builder.delivery(delivery).queue(2).timeout(Duration::from_millis(20)).open().unwrap();
    (log, send, lines)
}

#[test]
fn records_are_written_before_the_call_continues() {
    for delivery in [Delivery::Fail, Delivery::Block] {
        let (log, send, lines) = stuck(delivery);
        drop(send);
        for number in 0..3 {
            log.record(decision()).unwrap();
            assert_eq!(lines.lock().unwrap().len(), 2 + number);
        }
        let head = log.close().unwrap();
        let report = verify(&lines);
        assert!(report.is_intact() && report.chains()[0].is_closed());
        assert_eq!((report.records(), report.lost(), report.chains()[0].head()), (5, 0, &head));
        assert!(log.record(decision()).is_err());
        assert_eq!(log.status().lost, 1);
    }
}

#[test]
fn a_call_fails_if_the_sink_is_too_slow() {
    let (log, send, lines) = stuck(Delivery::Fail);
    // The sink waits with the first, two are in the queue, and there is no room for the rest.
    let errors = (0..6).filter_map(|_| log.record(decision()).err()).map(|error| error.to_string());
    assert!(errors.collect::<Vec<_>>().iter().all(|error| error.contains("in time")));
    assert_eq!(log.status().lost, 3);
    drop(send);
    log.close().unwrap();
    let report = verify(&lines);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!((report.records(), report.lost()), (1 + 3 + 1, 3));
}

#[test]
fn a_call_fails_if_its_record_cannot_be_written() {
    let (log, send, lines) = stuck(Delivery::Fail);
    send.send(Order::Fail).unwrap();
    let error = log.record(decision()).unwrap_err().to_string();
    assert!(error.contains("no space"), "{error}");
    assert_eq!((log.status().lost, log.status().error.as_deref()), (1, Some("no space")));
    send.send(Order::Write).unwrap();
    log.record(decision()).unwrap();
    assert_eq!(log.status().error, None);
    drop(send);
    log.close().unwrap();
    let report = verify(&lines);
    assert_eq!((report.problem_count(), report.records(), report.lost()), (0, 3, 1));
    // The record after the loss has the count.
    assert!(lines.lock().unwrap()[1].contains("\"lost\":1,"));
}

#[test]
fn a_blocked_call_waits_until_its_record_is_written() {
    let (log, send, lines) = stuck(Delivery::Block);
    for order in [Order::Fail, Order::Fail, Order::Write] {
        send.send(order).unwrap();
    }
    log.record(decision()).unwrap();
    drop(send);
    log.close().unwrap();
    let report = verify(&lines);
    assert_eq!((report.problem_count(), report.records(), report.lost(), log.status().lost), (0, 3, 0, 0));
}

/// The end of the process does not wait for a sink that never recovers.
#[test]
fn closing_ends_the_waiting() {
    let (log, send, _) = stuck(Delivery::Block);
    (0..20).for_each(|_| send.send(Order::Fail).unwrap());
    let other = log.clone();
    let waiting = std::thread::spawn(move || other.record(decision()));
    while log.status().error.is_none() {
        std::thread::yield_now();
    }
    assert!(log.close().is_err());
    assert!(waiting.join().unwrap().is_err());
    assert_eq!(log.status().lost, 1);
}

#[test]
fn dropped_records_are_counted() {
    let (log, send, lines) = stuck(Delivery::Drop);
    // At least six are lost: the sink has at most two when they come, and the queue two.
    for _ in 0..10 {
        log.record(decision()).unwrap();
    }
    let lost = log.status().lost;
    assert!(lost >= 6, "{lost}");
    send.send(Order::Fail).unwrap();
    drop(send);
    log.close().unwrap();
    let report = verify(&lines);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!(report.lost(), log.status().lost);
    assert_eq!(report.records() - 2 + report.lost(), 10);
}

#[test]
fn a_sink_that_panics_fails_the_call() {
    for delivery in [Delivery::Fail, Delivery::Block] {
        let (log, send, _) = stuck(delivery);
        send.send(Order::Panic).unwrap();
        assert!(log.record(decision()).is_err());
        assert!(log.record(decision()).is_err());
        assert!(log.close().is_err());
    }
}

#[test]
fn records_of_many_threads_are_one_chain() {
    let lines = Lines::default();
    let log = AuditLog::builder(Told { orders: None, lines: Arc::clone(&lines) }).open().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| log.record(decision()).unwrap()));
        }
    });
    // The last clone closes the log.
    drop(log);
    let report = verify(&lines);
    assert!(report.is_intact() && report.chains()[0].is_closed(), "{:?}", report.problems());
    assert_eq!(report.records(), 402);
}

#[test]
fn lines_have_line_feeds() {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = AuditLog::builder(WriterSink::new(Shared(Arc::clone(&bytes)))).writer("me").open().unwrap();
    log.record(decision()).unwrap();
    log.close().unwrap();
    let mut verifier = ChainVerifier::new();
    verifier.read(None, bytes.lock().unwrap().as_slice()).unwrap();
    let report = verifier.finish();
    assert!(report.is_intact());
    assert_eq!((report.records(), report.chains()[0].writer()), (3, "me"));
}

#[test]
fn the_name_of_a_writer_has_a_length() {
    let open = |bytes: usize| AuditLog::builder(WriterSink::new(std::io::sink())).writer("w".repeat(bytes)).open();
    assert!(open(256).is_ok());
    assert!(open(257).unwrap_err().to_string().contains("256"));
}
