//! The HTTP client for the collector: the gateway's own, so that there is no second client and no second TLS stack.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;
use tower::BoxError;

use crate::upstream::{Connector, connector};

/// The default of `OTEL_EXPORTER_OTLP_TIMEOUT`.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Collectors return little.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Exporters run on their own threads; their requests run on the runtime that created the client.
#[derive(Clone)]
pub(super) struct OtlpClient {
    client: Client<Connector, Full<Bytes>>,
    runtime: Handle,
    timeout: Duration,
    is_failing: Arc<AtomicBool>,
}

impl fmt::Debug for OtlpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpClient").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl OtlpClient {
    pub(super) fn new() -> Result<Self, BoxError> {
        let timeout = std::env::var("OTEL_EXPORTER_OTLP_TIMEOUT").ok().and_then(|timeout| timeout.parse().ok());
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector()?),
            runtime: Handle::try_current()?,
            timeout: timeout.map_or(TIMEOUT, Duration::from_millis),
            is_failing: Arc::default(),
        })
    }

    async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = tokio::time::timeout(self.timeout, async {
            let (head, body) = self.client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await?.to_bytes();
            Ok::<_, BoxError>(Response::from_parts(head, body))
        });
        let sent = sent.await.unwrap_or_else(|_| Err("the collector did not respond in time".into()));
        let problem = match &sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the collector returned {}", response.status())),
            Err(error) => Some(error.to_string()),
        };
        let was_failing = self.is_failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            // Once, not every few seconds.
            Some(problem) if !was_failing => tracing::warn!(problem, "telemetry export failed"),
            None if was_failing => tracing::info!("telemetry export works again"),
            _ => {}
        }
        sent
    }
}

impl HttpClient for OtlpClient {
    fn send_bytes<'client, 'send>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'send>>
    where
        'client: 'send,
        Self: 'send,
    {
        let sent = self.runtime.spawn(self.clone().send(request));
        Box::pin(async move { sent.await? })
    }
}
