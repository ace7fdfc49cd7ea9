//! Calls without the feature `otel`: nothing is traced.

use std::future::Future;
use std::sync::Arc;

use banister::AssessmentEvent;
use banister::Operation;
use http::HeaderMap;

use crate::metrics::Metrics;

/// The exporter, which does not exist.
#[derive(Debug)]
pub(crate) struct Telemetry;

impl Telemetry {
    pub(crate) fn observe(&self, _: &Arc<Metrics>) {}
}

/// The span of a call, which does not exist.
#[derive(Clone, Debug)]
pub(crate) struct CallSpan;

impl CallSpan {
    pub(crate) fn start(_: Option<&Telemetry>, _: Option<Operation>, _: &HeaderMap) -> Self {
        Self
    }

    pub(crate) fn propagate(&self, _: &mut HeaderMap) {}

    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        future.await
    }

    pub(crate) fn scope<T>(&self, during: impl FnOnce() -> T) -> T {
        during()
    }

    pub(crate) fn assessed(_: &AssessmentEvent<'_>) {}

    pub(crate) fn responded(&self, _: &str, _: u16, _: Option<&str>) {}

    pub(crate) fn failed(&self) {}
}
