//! The HTTP server: routes, responses, recorded requests.

mod error;
mod handler;
mod http_response;
mod listen;
mod operation;
mod record;
mod response;
mod state;

pub use listen::Simulator;
pub use operation::SimulatedOperation;
pub use record::RecordedRequest;
