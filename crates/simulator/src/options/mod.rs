//! Settings of the simulator: [`Options`] for all requests, `x-simulator-*` headers for one.

mod chunk_size;
mod fault;
mod headers;
mod parse;
mod response;
mod settings;

pub use chunk_size::ChunkSize;
pub use fault::Fault;
pub(crate) use headers::for_request;
pub use parse::ParseError;
pub use response::ModelResponse;
pub use settings::Options;
