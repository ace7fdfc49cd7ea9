//! A chat endpoint on axum that streams a guarded response as server-sent events.

mod common;

use std::convert::Infallible;

use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ConverseStreamOutput};
use axum::Router;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::routing::post;
use banister::{BedrockService, Guardrail, GuardrailLayer, GuardrailService, Policy};
use futures_util::stream::{Stream, unfold};
use http_body_util::BodyExt;
use tower::{BoxError, Layer, ServiceExt};

/// The guarded service is the state of the server, not a layer of its router: it guards the calls of Bedrock, not the requests of users.
type Bedrock = GuardrailService<BedrockService>;

async fn chat(
    State(bedrock): State<Bedrock>,
    prompt: String,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, (StatusCode, String)> {
    let failed = |error: BoxError| (StatusCode::BAD_GATEWAY, error.to_string());
    let message = common::message(&prompt).map_err(failed)?;
    let input = ConverseStreamInput::builder().model_id(common::MODEL).messages(message).build();
    let input = input.map_err(|error| failed(error.into()))?;
    let output = bedrock.oneshot(input).await.map_err(failed)?;

    let events = unfold(Some(output), |output| async move {
        let mut output = output?;
        loop {
            match output.stream().recv().await {
                Ok(Some(ConverseStreamOutput::ContentBlockDelta(delta))) => {
                    if let Some(ContentBlockDelta::Text(text)) = delta.delta {
                        return Some((Ok(Event::default().data(text)), Some(output)));
                    }
                }
                Ok(Some(ConverseStreamOutput::MessageStop(stop))) => {
                    let event = Event::default().event("stop").data(stop.stop_reason().as_str());
                    return Some((Ok(event), Some(output)));
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                // The text that is still buffered stays there.
                Err(error) => return Some((Ok(Event::default().event("error").data(error.to_string())), None)),
            }
        }
    });
    Ok(Sse::new(events))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let simulator = common::simulator().await?;
    let layer = GuardrailLayer::new(Guardrail::new(Policy::from_pack("banking")?));
    let bedrock = layer.layer(BedrockService::new(common::client(&simulator)));
    let app = Router::new().route("/chat", post(chat)).with_state(bedrock);

    // A server calls `axum::serve(listener, app)`; here, requests are sent to the router directly.
    for (prompt, stop) in
        [("Write to jane.roe@example.com", "end_turn"), ("Which stocks should I buy?", "guardrail_intervened")]
    {
        let request = Request::post("/chat").body(prompt.to_owned())?;
        let response = app.clone().oneshot(request).await?;
        let body = String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec())?;
        println!("{body}");
        assert!(body.contains(&format!("event: stop\ndata: {stop}\n")), "{body}");
        assert!(!body.contains("jane"), "{body}");
    }
    Ok(())
}
