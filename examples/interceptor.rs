//! A guardrail in an existing SDK client: one line in its configuration, no change to its calls.

mod common;

use aws_sdk_bedrockruntime::Client;
use banister::{Guardrail, GuardrailInterceptor, GuardrailLayer, Policy};
use tower::BoxError;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let simulator = common::simulator().await?;
    let layer = GuardrailLayer::new(Guardrail::new(Policy::from_pack("default")?));
    let config = common::config(&simulator).interceptor(GuardrailInterceptor::new(layer.clone())).build();
    let client = Client::from_conf(config);

    let call = || client.converse().model_id(common::MODEL);
    let output = call().messages(common::message("Write to jane.roe@example.com")?).send().await?;
    println!("{}", common::text(&output));
    assert_eq!(common::text(&output), "You said: Write to {EMAIL}");

    // Another guardrail, for one call: it applies as well.
    let banking = GuardrailInterceptor::new(layer.with_guardrail(Guardrail::new(Policy::from_pack("banking")?)));
    let prompt = common::message("Which stocks should I buy?")?;
    let output = call().messages(prompt).customize().interceptor(banking).send().await?;
    println!("{}", common::text(&output));
    assert_eq!(output.stop_reason().as_str(), "guardrail_intervened");
    Ok(())
}
