//! A response body that is inspected while the SDK reads it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame};
use tower::BoxError;

use crate::audit::RejectionCode;
use crate::exchange::{Exchange, GuardrailError, Inspected};
use crate::guardrail::Source;
use crate::middleware::http::{CollectError, Collected, collect};

/// Where a body leaves the error for its reader.
pub(super) type ErrorCell = Arc<Mutex<Option<GuardrailError>>>;

#[derive(Clone, Copy, Debug)]
pub(super) enum BodyKind {
    Response,
    Error,
}

type Reading = Pin<Box<dyn Future<Output = Result<Collected, CollectError>> + Send + Sync>>;

/// A body that is read whole before any of it is returned.
///
/// The hooks are not async, and the SDK reads the body after the last of them, so the body itself does the inspection. A rejection must not appear as
/// a failure of the body, because the SDK would repeat the call: it is left in the cell, and a later hook returns it.
pub(super) struct WholeBody {
    reading: Option<Reading>,
    exchange: Exchange,
    kind: BodyKind,
    rejected: ErrorCell,
}

impl WholeBody {
    pub(super) fn new(body: SdkBody, exchange: Exchange, kind: BodyKind, rejected: ErrorCell) -> Self {
        let limit = exchange.max_body_bytes();
        Self { reading: Some(Box::pin(collect(body, limit))), exchange, kind, rejected }
    }

    fn inspect(&self, collected: Result<Collected, CollectError>) -> Result<Bytes, BoxError> {
        let data = match (collected, self.kind) {
            (Ok(collected), _) => collected.data,
            (Err(CollectError::Body(error)), _) => return Err(error),
            (Err(CollectError::TooLarge(_)), BodyKind::Error) => {
                return Ok(self.exchange.withheld_error(RejectionCode::TooLarge).into());
            }
            (Err(CollectError::TooLarge(bytes)), BodyKind::Response) => {
                return Err(self.reject(self.exchange.too_large(Source::Output, bytes)));
            }
        };
        match self.kind {
            BodyKind::Error => Ok(self.exchange.error(&data).map_or(data, Bytes::from)),
            BodyKind::Response => match self.exchange.response(&data) {
                Ok(Inspected::Unchanged) => Ok(data),
                Ok(Inspected::Rewritten(changed)) => Ok(changed.into()),
                Ok(Inspected::Blocked(response, _)) => Ok(response.into_bytes().into()),
                Err(error) => Err(self.reject(error)),
            },
        }
    }

    fn reject(&self, error: GuardrailError) -> BoxError {
        *self.rejected.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        "the guardrail rejected the response".into()
    }
}

impl fmt::Debug for WholeBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeBody")
            .field("kind", &self.kind)
            .field("read", &self.reading.is_none())
            .finish_non_exhaustive()
    }
}

impl Body for WholeBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let collected = ready!(reading.as_mut().poll(cx));
        self.reading = None;
        Poll::Ready(Some(self.inspect(collected).map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.reading.is_none()
    }
}
