//! The upstream of the gateway.

use aws_config::BehaviorVersion;
use banister_gateway::Upstream;
use banister_simulator::Simulator;

use crate::failure::Failure;
use crate::simulator;

/// Opens an upstream: `simulator` is started here, `aws` is Bedrock with the region and credentials of the environment, others are URLs.
///
/// # Errors
///
/// If the name is invalid, the simulator cannot start, or the environment has no region or no credentials.
pub(super) async fn open(name: &str) -> Result<(Upstream, Option<Simulator>), Failure> {
    match name {
        "simulator" => {
            let simulator = simulator::start(None).await?;
            Ok((at(&simulator.endpoint())?, Some(simulator)))
        }
        "aws" => Ok((bedrock().await?, None)),
        url => Ok((at(url)?, None)),
    }
}

fn at(url: &str) -> Result<Upstream, Failure> {
    Upstream::new(url)
        .map_err(|error| Failure::new(format!("--upstream {url}: expected `simulator`, `aws` or a URL: {error}")))
}

async fn bedrock() -> Result<Upstream, Failure> {
    let http = crate::tls::client();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let region = config
        .region()
        .ok_or_else(|| Failure::new("--upstream aws: no region in the environment; set AWS_REGION"))?
        .to_string();
    let credentials = config.credentials_provider();
    let credentials = credentials.ok_or_else(|| Failure::new("--upstream aws: no credentials in the environment"))?;
    Ok(at(&format!("https://bedrock-runtime.{region}.amazonaws.com"))?.signed(region, credentials))
}
