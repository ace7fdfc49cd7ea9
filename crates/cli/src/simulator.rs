//! The simulator, as endpoint and as upstream.

use banister_simulator::{ModelResponse, Options, Simulator};

use crate::failure::Failure;

/// Starts a simulator with scripted responses.
///
/// # Errors
///
/// If it cannot start.
pub(crate) async fn start() -> Result<Simulator, Failure> {
    let options = Options { response: ModelResponse::Scripted, ..Options::default() };
    Simulator::start(options).await.map_err(|error| Failure::new(format!("cannot start the simulator: {error}")))
}
