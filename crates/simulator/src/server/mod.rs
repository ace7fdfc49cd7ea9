//! The HTTP server: routes, answers, records.

mod answer;
mod calls;
mod error;
mod listen;
mod operation;
mod record;
mod respond;
mod state;

pub use listen::Simulator;
pub use operation::Operation;
pub use record::RecordedRequest;
