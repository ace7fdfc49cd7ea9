//! A Bedrock client for the examples. It calls a simulator on this machine, so they run without an account.

#![allow(dead_code, reason = "each example uses a part")]

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, ConverseOutput as Output, Message};
use banister_simulator::{Options, Simulator};
use tower::BoxError;

/// The model that the examples call.
pub(crate) const MODEL: &str = "meta.llama3-8b-instruct-v1:0";

/// Starts a simulator of Bedrock's runtime, which responds `You said: …`.
pub(crate) async fn simulator() -> Result<Simulator, BoxError> {
    Ok(Simulator::start(Options::default()).await?)
}

/// Returns the configuration of a client. With an account, use `aws_config::load_from_env().await` instead.
pub(crate) fn config(simulator: &Simulator) -> Builder {
    aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("example", "secret", None, None, "example"))
        .endpoint_url(simulator.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

/// Returns a client.
pub(crate) fn client(simulator: &Simulator) -> Client {
    Client::from_conf(config(simulator).build())
}

/// Returns a message of the user.
pub(crate) fn message(text: &str) -> Result<Message, BoxError> {
    let content = ContentBlock::Text(text.to_owned());
    Ok(Message::builder().role(ConversationRole::User).content(content).build()?)
}

/// Returns the input of a call.
pub(crate) fn input(text: &str) -> Result<ConverseInput, BoxError> {
    Ok(ConverseInput::builder().model_id(MODEL).messages(message(text)?).build()?)
}

/// Returns the text of a response.
pub(crate) fn text(output: &ConverseOutput) -> String {
    let Some(Output::Message(message)) = output.output() else { return String::new() };
    message.content().iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
}
