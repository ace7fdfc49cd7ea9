//! Who answers.

use aws_config::BehaviorVersion;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{Builder, Credentials, Region};
use banister_simulator::{ModelResponse, Options, Simulator};

use crate::failure::Failure;

/// The region of an endpoint that is not in one.
const NOWHERE: &str = "us-east-1";

/// A Bedrock runtime, and a client of it.
pub(super) struct Endpoint {
    pub(super) client: Client,
    simulator: Option<Simulator>,
}

impl Endpoint {
    /// `simulator` is started for this call; `aws` is the account of the environment; anything else is a URL.
    ///
    /// # Errors
    ///
    /// When the name is none of them, or the simulator cannot start.
    pub(super) async fn open(name: &str) -> Result<Self, Failure> {
        if name == "simulator" {
            let options = Options { response: ModelResponse::Scripted, ..Options::default() };
            let simulator = Simulator::start(options).await;
            let simulator = simulator.map_err(|error| Failure::new(format!("the simulator cannot start: {error}")))?;
            return Ok(Self { client: plain(&simulator.endpoint()), simulator: Some(simulator) });
        }
        let client = match name {
            "aws" => encrypted(None).await,
            url if url.starts_with("https://") => encrypted(Some(url)).await,
            url if url.starts_with("http://") => plain(url),
            _ => return Err(Failure::new(format!("--endpoint {name}: neither `simulator`, nor `aws`, nor a URL"))),
        };
        Ok(Self { client, simulator: None })
    }

    /// Whether it answers the same to the same request, and for nothing.
    pub(super) fn is_simulator(&self) -> bool {
        self.simulator.is_some()
    }

    /// Ends what was started.
    pub(super) async fn close(self) {
        if let Some(simulator) = self.simulator {
            simulator.shutdown().await;
        }
    }
}

/// A client without TLS, and without the account's credentials: those do not go out in the open.
fn plain(url: &str) -> Client {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(NOWHERE))
        .credentials_provider(Credentials::new("banister", "banister", None, None, "banister"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

/// A client with the credentials of the environment.
async fn encrypted(url: Option<&str>) -> Client {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(crate::tls::client());
    if let Some(url) = url {
        loader = loader.endpoint_url(url);
    }
    Client::new(&loader.load().await)
}
