//! The simulator, as endpoint and as upstream.

use banister_simulator::{ModelResponse, Options, Simulator};

use crate::failure::Failure;

/// Starts a simulator that returns scripted responses, or this text.
///
/// # Errors
///
/// If it cannot start.
pub(crate) async fn start(answer: Option<&str>) -> Result<Simulator, Failure> {
    let response = answer.map_or(ModelResponse::Scripted, |answer| ModelResponse::Text(answer.to_owned()));
    let options = Options { response, ..Options::default() };
    Simulator::start(options).await.map_err(|error| Failure::new(format!("cannot start the simulator: {error}")))
}
