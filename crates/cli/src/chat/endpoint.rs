//! The endpoint of a call.

use aws_config::BehaviorVersion;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{Builder, Credentials, Region};
use banister_simulator::Simulator;

use crate::failure::Failure;
use crate::simulator;

/// The region of an endpoint outside of AWS.
const NO_REGION: &str = "us-east-1";

/// A Bedrock endpoint, and its client.
pub(super) struct Endpoint {
    pub(super) client: Client,
    simulator: Option<Simulator>,
}

impl Endpoint {
    /// Opens an endpoint: `simulator` is started for this call, `aws` is the account of the environment, others are URLs. Only the simulator
    /// can return a given answer.
    ///
    /// # Errors
    ///
    /// If the name is invalid, or the simulator cannot start.
    pub(super) async fn open(name: &str, answer: Option<&str>) -> Result<Self, Failure> {
        if name == "simulator" {
            let simulator = simulator::start(answer).await?;
            return Ok(Self { client: plain(&simulator.endpoint()), simulator: Some(simulator) });
        }
        if answer.is_some() {
            return Err(Failure::new("`--answer` needs `--endpoint simulator`: a model gives its own"));
        }
        let client = match name {
            "aws" => encrypted(None).await,
            url if url.starts_with("https://") => encrypted(Some(url)).await,
            url if url.starts_with("http://") => plain(url),
            _ => return Err(Failure::new(format!("--endpoint {name}: expected `simulator`, `aws` or a URL"))),
        };
        Ok(Self { client, simulator: None })
    }

    /// Returns `true` if the same request has the same response, at no cost.
    pub(super) fn is_simulator(&self) -> bool {
        self.simulator.is_some()
    }

    /// Stops the simulator, if there is one.
    pub(super) async fn close(self) {
        if let Some(simulator) = self.simulator {
            simulator.shutdown().await;
        }
    }
}

/// Returns a client without TLS, and without the account's credentials, which must not be sent unencrypted.
fn plain(url: &str) -> Client {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(NO_REGION))
        .credentials_provider(Credentials::new("banister", "banister", None, None, "banister"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

/// Returns a client with the credentials of the environment.
async fn encrypted(url: Option<&str>) -> Client {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(crate::tls::client());
    if let Some(url) = url {
        loader = loader.endpoint_url(url);
    }
    Client::new(&loader.load().await)
}
