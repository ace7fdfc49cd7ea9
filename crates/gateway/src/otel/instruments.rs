//! The metrics as OpenTelemetry instruments. Counters and gauges are read when they are exported.

use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter};

use crate::metric_names::{BUCKETS, COUNTERS, GAUGES, LATENCY};
use crate::metrics::{Metrics, Reading};

/// Returns the histogram of the time until a response starts.
pub(super) fn latency(meter: &Meter) -> Histogram<f64> {
    let bounds = BUCKETS.iter().map(|milliseconds| *milliseconds as f64 / 1000.0).collect();
    meter.f64_histogram(LATENCY.0).with_unit("s").with_boundaries(bounds).build()
}

/// Observes all other metrics.
pub(super) fn observe(meter: &Meter, metrics: &Arc<Metrics>) {
    for (name, help) in COUNTERS {
        let metrics = Arc::clone(metrics);
        let counter = meter.u64_observable_counter(name).with_description(help).with_callback(move |observer| {
            metrics.counters(name, &mut |reading| observer.observe(reading.value, &attributes(&reading)));
        });
        counter.build();
    }
    for (name, help) in GAUGES {
        let metrics = Arc::clone(metrics);
        let gauge = meter.u64_observable_gauge(name).with_description(help).with_callback(move |observer| {
            metrics.gauges(name, &mut |reading| observer.observe(reading.value, &attributes(&reading)));
        });
        gauge.build();
    }
}

fn attributes(reading: &Reading<'_>) -> Vec<KeyValue> {
    reading.labels.iter().map(|(name, value)| KeyValue::new(*name, value.clone())).collect()
}
