//! Reads a body whole.

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
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
    /// It has at least this many bytes, more than the limit.
    TooLarge(usize),
    /// It failed.
    Body(BoxError),
}

/// Reads a body of at most `limit` bytes.
pub(in crate::middleware) async fn collect<B>(body: B, limit: usize) -> Result<Collected, CollectError>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(CollectError::TooLarge(announced));
    }
    let collected = Limited::new(body, limit).collect().await.map_err(|error| match error {
        error if error.is::<LengthLimitError>() => CollectError::TooLarge(limit.saturating_add(1)),
        error => CollectError::Body(error),
    })?;
    let trailers = collected.trailers().cloned();
    Ok(Collected { data: collected.to_bytes(), trailers })
}
