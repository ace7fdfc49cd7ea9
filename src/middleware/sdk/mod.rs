//! The layer around services that take the SDK's inputs.

mod bedrock_service;
mod converse;
mod converse_stream;
mod errors;
mod guarded_stream;
mod invoke;
mod tag;

pub use bedrock_service::BedrockService;
pub use converse_stream::GuardedConverseStream;
pub use guarded_stream::{GuardedStream, GuardedStreamError};
pub use invoke::GuardedInvokeModelStream;
