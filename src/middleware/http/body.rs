//! The body of a guarded response.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tower::BoxError;

use super::collect::Collected;
use super::headers::drop_stale;
use crate::exchange::FrameGuard;

/// The body of a guarded response; `R` is the body of the inner service's response.
///
/// A stream is inspected as it is read: nothing is read ahead of the caller, and text is released as soon as it is safe. The inner body is dropped
/// at the end or after an error.
pub struct ResponseBody<R> {
    inner: Inner<R>,
}

enum Inner<R> {
    Whole(Option<Bytes>, Option<HeaderMap>),
    Events(Box<EventBody<R>>),
    Passed(Pin<Box<R>>),
}

impl<R> ResponseBody<R> {
    pub(super) fn whole(data: impl Into<Bytes>) -> Self {
        Self::collected(Collected { data: data.into(), trailers: None })
    }

    pub(super) fn collected(body: Collected) -> Self {
        let data = (!body.data.is_empty()).then_some(body.data);
        Self { inner: Inner::Whole(data, body.trailers) }
    }

    pub(super) fn events(upstream: R, guard: FrameGuard) -> Self {
        Self { inner: Inner::Events(Box::new(EventBody::new(upstream, guard))) }
    }

    /// Returns the number of bytes of decoded text currently buffered; zero after the end, and for a body that is no stream.
    ///
    /// At most [`buffer_limit`](crate::Guardrail::buffer_limit) for each open content block. Costs a sum over these.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        match &self.inner {
            Inner::Events(events) => events.guard.buffered_bytes(),
            Inner::Whole(..) | Inner::Passed(_) => 0,
        }
    }

    /// Creates a body that is not inspected.
    pub(super) fn passed(body: R) -> Self {
        Self { inner: Inner::Passed(Box::pin(body)) }
    }
}

impl<R> fmt::Debug for ResponseBody<R> {
    // Without the bytes, which hold text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.inner {
            Inner::Whole(..) => "whole",
            Inner::Events(_) => "events",
            Inner::Passed(_) => "passed",
        };
        f.debug_struct("ResponseBody").field("kind", &kind).finish_non_exhaustive()
    }
}

impl<R> Body for ResponseBody<R>
where
    R: Body<Data = Bytes, Error: Into<BoxError>>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.inner {
            Inner::Whole(data, trailers) => {
                let data = data.take().map(Frame::data);
                Poll::Ready(data.or_else(|| trailers.take().map(Frame::trailers)).map(Ok))
            }
            Inner::Events(events) => Pin::new(&mut **events).poll_frame(cx),
            Inner::Passed(body) => body.as_mut().poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.inner {
            Inner::Whole(data, trailers) => data.is_none() && trailers.is_none(),
            Inner::Events(events) => events.is_end_stream(),
            Inner::Passed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Inner::Whole(data, _) => SizeHint::with_exact(data.as_ref().map_or(0, Bytes::len) as u64),
            Inner::Events(events) => events.size_hint(),
            Inner::Passed(body) => body.size_hint(),
        }
    }
}

/// A guarded event stream.
pub(in crate::middleware) struct EventBody<R> {
    /// Dropped at the end of the stream, and with it the connection if it was not read to its end.
    upstream: Option<Pin<Box<R>>>,
    guard: FrameGuard,
    out: BytesMut,
    failure: Option<BoxError>,
    trailers: Option<HeaderMap>,
}

impl<R> EventBody<R> {
    pub(in crate::middleware) fn new(upstream: R, guard: FrameGuard) -> Self {
        Self { upstream: Some(Box::pin(upstream)), guard, out: BytesMut::new(), failure: None, trailers: None }
    }

    fn fail(&mut self, failure: impl Into<BoxError>) {
        self.upstream = None;
        self.guard.abort();
        self.failure = Some(failure.into());
    }

    fn finish(&mut self) {
        self.upstream = None;
        if let Err(error) = self.guard.finish(&mut self.out) {
            self.fail(error);
        }
    }

    fn take<E: Into<BoxError>>(&mut self, frame: Option<Result<Frame<Bytes>, E>>) {
        let frame = match frame {
            None => return self.finish(),
            Some(Err(error)) => return self.fail(error),
            Some(Ok(frame)) => frame,
        };
        match frame.into_data() {
            Ok(data) => match self.guard.push(&data, &mut self.out) {
                Err(error) => self.fail(error),
                // Nothing after this is forwarded.
                Ok(()) if self.guard.is_over() => self.upstream = None,
                Ok(()) => {}
            },
            Err(frame) => {
                if let Ok(mut trailers) = frame.into_trailers() {
                    self.finish();
                    drop_stale(&mut trailers);
                    self.trailers = Some(trailers).filter(|trailers| !trailers.is_empty() && self.failure.is_none());
                }
            }
        }
    }
}

impl<R> fmt::Debug for EventBody<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBody").field("out", &self.out.len()).field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl<R> Body for EventBody<R>
where
    R: Body<Data = Bytes, Error: Into<BoxError>>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        loop {
            if !this.out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(this.out.split().freeze()))));
            }
            if let Some(failure) = this.failure.take() {
                return Poll::Ready(Some(Err(failure)));
            }
            if let Some(trailers) = this.trailers.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            let Some(upstream) = &mut this.upstream else { return Poll::Ready(None) };
            let frame = ready!(upstream.as_mut().poll_frame(cx));
            this.take(frame);
        }
    }

    fn is_end_stream(&self) -> bool {
        self.upstream.is_none() && self.out.is_empty() && self.failure.is_none() && self.trailers.is_none()
    }
}
