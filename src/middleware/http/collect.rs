//! A body read whole.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;
use tower::BoxError;

/// A whole body.
#[derive(Debug)]
pub(in crate::middleware) struct Collected {
    pub(in crate::middleware) data: Bytes,
    pub(in crate::middleware) trailers: Option<HeaderMap>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(in crate::middleware) enum CollectError {
    /// It has at least so many bytes, and they are too many.
    TooLarge(usize),
    /// It failed.
    Body(BoxError),
}

/// Reads a body of at most `limit` bytes.
pub(in crate::middleware) async fn collect<B>(body: B, limit: usize) -> Result<Collected, CollectError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(CollectError::TooLarge(announced));
    }
    let mut body = Box::pin(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut trailers = None;
    while let Some(frame) = poll_fn(|cx| Pin::as_mut(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| CollectError::Body(error.into()))?;
        match frame.into_data() {
            Ok(data) => {
                let length = first.len().max(rest.len()).saturating_add(data.len());
                if length > limit {
                    return Err(CollectError::TooLarge(length));
                }
                // Most bodies come in one piece, which then is not copied.
                if first.is_empty() && rest.is_empty() {
                    first = data;
                } else {
                    if rest.is_empty() {
                        rest.extend_from_slice(&first);
                        first = Bytes::new();
                    }
                    rest.extend_from_slice(&data);
                }
            }
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    let data = if rest.is_empty() { first } else { rest.freeze() };
    Ok(Collected { data, trailers })
}
