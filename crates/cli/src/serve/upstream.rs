//! What the gateway stands in front of.

use aws_config::BehaviorVersion;
use banister_gateway::Upstream;
use banister_simulator::{ModelResponse, Options, Simulator};

use crate::failure::Failure;

/// `simulator` is started here; `aws` is Bedrock in the region of the environment, signed with its credentials; anything else is a URL.
///
/// # Errors
///
/// When the name is none of them, the simulator cannot start, or the environment has no region or no credentials.
pub(super) async fn open(name: &str) -> Result<(Upstream, Option<Simulator>), Failure> {
    match name {
        "simulator" => {
            let options = Options { response: ModelResponse::Scripted, ..Options::default() };
            let simulator = Simulator::start(options).await;
            let simulator = simulator.map_err(|error| Failure::new(format!("the simulator cannot start: {error}")))?;
            Ok((at(&simulator.endpoint())?, Some(simulator)))
        }
        "aws" => Ok((bedrock().await?, None)),
        url => Ok((at(url)?, None)),
    }
}

fn at(url: &str) -> Result<Upstream, Failure> {
    Upstream::new(url)
        .map_err(|error| Failure::new(format!("--upstream {url}: neither `simulator`, nor `aws`, nor a URL: {error}")))
}

async fn bedrock() -> Result<Upstream, Failure> {
    let http = crate::tls::client();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let region = config.region().ok_or_else(|| Failure::new("--upstream aws: no region: set AWS_REGION"))?.to_string();
    let credentials = config.credentials_provider();
    let credentials = credentials.ok_or_else(|| Failure::new("--upstream aws: no credentials in the environment"))?;
    Ok(at(&format!("https://bedrock-runtime.{region}.amazonaws.com"))?.signed(region, credentials))
}
