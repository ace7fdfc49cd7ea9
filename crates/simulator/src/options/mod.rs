//! What the simulator is asked to do: for all requests by [`Options`], for one
//! request by its `x-simulator-*` headers.

mod chunk;
mod fault;
mod headers;
mod reply;
mod settings;

pub use chunk::Chunk;
pub use fault::Fault;
pub(crate) use headers::for_request;
pub use reply::Reply;
pub use settings::{Options, ParseError};
