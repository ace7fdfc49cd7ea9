//! Panics within a call.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{builder, fine, hello, invoke_path, run, send, simulator};

/// A subscriber that panics when the inspection of text in one direction begins.
struct PanicsIn {
    direction: &'static str,
    spans: AtomicU64,
}

impl Visit for PanicsIn {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        assert!(field.name() != "direction" || value != self.direction, "the subscriber's fault");
    }
}

impl Subscriber for PanicsIn {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "inspect"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Self { direction: self.direction, spans: AtomicU64::new(0) });
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// SDKs repeat a call that ends with 500, and would pay for it twice.
#[tokio::test]
async fn a_panic_after_the_model_was_called_is_not_repeated() {
    for (direction, status, name, calls) in
        [("INPUT", 500, "InternalServerException", 0), ("OUTPUT", 424, "ModelErrorException", 1)]
    {
        let simulator = simulator(fine()).await;
        let gateway = run(builder(&simulator)).await;
        let _subscriber = tracing::subscriber::set_default(PanicsIn { direction, spans: AtomicU64::new(0) });
        let (found, headers, text) = send(gateway.address, "POST", &invoke_path(), &[], hello()).await;
        assert_eq!((found.as_u16(), headers["x-amzn-errortype"].to_str().unwrap()), (status, name), "{text}");
        assert!(text.contains("report it"), "{text}");
        assert_eq!(simulator.requests().len(), calls, "{direction}");
    }
}
