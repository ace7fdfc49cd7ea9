//! Thin adapters around an [`Exchange`](crate::exchange): a Tower layer over the SDK's inputs and over HTTP, and an SDK interceptor.

mod http;
#[cfg(feature = "sdk")]
mod interceptor;
mod layer;
#[cfg(feature = "sdk")]
mod sdk;
mod selector;
mod service;

pub use http::ResponseBody;
#[cfg(feature = "sdk")]
pub use interceptor::GuardrailInterceptor;
pub use layer::GuardrailLayer;
#[cfg(feature = "sdk")]
pub use sdk::{BedrockService, GuardedConverseStream, GuardedInvokeModelStream, GuardedStream, GuardedStreamError};
pub use selector::LayerSelector;
pub use service::{GuardedOperation, GuardrailService};
