//! A stack with retries: inside the guardrail for failures of the model, and outside without repeating blocked calls.

mod common;

use std::future::{Ready, ready};
use std::time::Duration;

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use banister::{BedrockService, Guardrail, GuardrailError, GuardrailLayer, Policy};
use tower::retry::{Policy as RetryPolicy, RetryLayer};
use tower::{BoxError, ServiceBuilder, ServiceExt};

/// Repeats a call up to a number of times. A real policy also waits between attempts.
#[derive(Clone)]
struct Attempts(usize);

impl<T, E> RetryPolicy<ConverseInput, T, E> for Attempts
where
    E: IsFinal,
{
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut ConverseInput, result: &mut Result<T, E>) -> Option<Ready<()>> {
        let error = result.as_ref().err()?;
        if self.0 == 0 || error.is_final() {
            return None;
        }
        self.0 -= 1;
        Some(ready(()))
    }

    fn clone_request(&mut self, input: &ConverseInput) -> Option<ConverseInput> {
        Some(input.clone())
    }
}

/// An error that may be the guardrail's.
trait IsFinal {
    fn is_final(&self) -> bool;
}

/// Outside of the guardrail, errors are boxed.
impl IsFinal for BoxError {
    fn is_final(&self) -> bool {
        GuardrailError::is_final(&**self)
    }
}

/// Inside of it, they are the SDK's.
impl<E, R> IsFinal for aws_sdk_bedrockruntime::error::SdkError<E, R> {
    fn is_final(&self) -> bool {
        false
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let simulator = common::simulator().await?;
    let policy = Policy::from_yaml("{version: 1, name: retry, denied_topics: [{name: stocks, phrases: [stock tip]}]}")?;
    let bedrock = ServiceBuilder::new()
        .timeout(Duration::from_secs(60))
        // Outside: sees what the guardrail makes of a call.
        .layer(RetryLayer::new(Attempts(1)))
        .layer(GuardrailLayer::new(Guardrail::new(policy)).error_on_block())
        // Inside: repeats failures of the model only. The request is inspected once.
        .layer(RetryLayer::new(Attempts(2)))
        .service(BedrockService::new(common::client(&simulator)));

    let output = bedrock.clone().oneshot(common::input("Hello")?).await?;
    println!("{}", common::text(&output));

    let Err(error) = bedrock.oneshot(common::input("Give me a stock tip")?).await else {
        return Err("the call is blocked".into());
    };
    println!("{error}");
    assert!(GuardrailError::is_final(&*error));
    assert_eq!(simulator.requests().len(), 1, "the blocked request was never sent");
    Ok(())
}
