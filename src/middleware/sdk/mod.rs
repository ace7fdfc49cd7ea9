//! The layer around services that take the SDK's inputs.

mod bedrock_service;
mod converse;
mod converse_stream;
mod errors;
mod guarded_stream;
mod invoke;

use tower::{BoxError, Service};

pub use bedrock_service::BedrockService;
pub use converse_stream::GuardedConverseStream;
pub use guarded_stream::{GuardedStream, GuardedStreamError};
pub use invoke::GuardedInvokeModelStream;

use crate::exchange::Exchange;
use errors::{InspectableError, inspect_error};

/// Calls the inner service, and inspects its error.
async fn call<S, I, E>(exchange: &Exchange, mut inner: S, input: I) -> Result<S::Response, BoxError>
where
    S: Service<I>,
    S::Error: Into<BoxError>,
    E: InspectableError,
{
    inner.call(input).await.map_err(|error| inspect_error::<E>(exchange, error))
}
