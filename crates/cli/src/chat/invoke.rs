//! InvokeModel and InvokeModelWithResponseStream.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::ResponseStream;
use banister::BedrockService;
use tower::{ServiceBuilder, ServiceExt as _};

use super::family::Family;
use super::show::Show;
use super::{GuardedCall, failed};
use crate::failure::Failure;

/// Makes a call with InvokeModel.
pub(super) async fn whole(call: &GuardedCall<'_>) -> Result<String, Failure> {
    let family = family(call)?;
    let input = InvokeModelInput::builder()
        .model_id(call.model)
        .content_type("application/json")
        .body(Blob::new(family.request(call.prompt).to_string()))
        .build()
        .map_err(|error| failed(&error))?;
    let (input_recorder, output_recorder) = (Arc::clone(&call.recorder), Arc::clone(&call.recorder));
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        // Inside the guardrail: this is the input of the model.
        .map_request(move |input: InvokeModelInput| {
            input_recorder.record_input(family.prompt(input.body().map(AsRef::as_ref).unwrap_or_default()));
            input
        })
        .map_response(move |output: InvokeModelOutput| {
            output_recorder.record_output(family.response_text(output.body().as_ref()));
            output
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    Ok(family.response_text(output.body().as_ref()))
}

/// Makes a call with InvokeModelWithResponseStream.
pub(super) async fn stream(call: &GuardedCall<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let family = family(call)?;
    let input = InvokeModelWithResponseStreamInput::builder()
        .model_id(call.model)
        .content_type("application/json")
        .body(Blob::new(family.request(call.prompt).to_string()))
        .build()
        .map_err(|error| failed(&error))?;
    let recorder = Arc::clone(&call.recorder);
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        .map_request(move |input: InvokeModelWithResponseStreamInput| {
            recorder.record_input(family.prompt(input.body().map(AsRef::as_ref).unwrap_or_default()));
            input
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let mut output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    while let Some(event) = output.body().recv().await.map_err(|error| failed(&error))? {
        let ResponseStream::Chunk(part) = event else { continue };
        if let Some(text) = part.bytes().and_then(|bytes| family.chunk(bytes.as_ref())) {
            show.chunk(&text)?;
        }
    }
    replay(call, family).await
}

/// Repeats the request to the simulator, which returns the same response, because the unguarded stream is not available.
async fn replay(call: &GuardedCall<'_>, family: &Family) -> Result<(), Failure> {
    let input = call.recorder.lock().model_got.clone();
    let (Some(input), true) = (input, call.endpoint.is_simulator()) else { return Ok(()) };
    let request = call.endpoint.client.invoke_model().model_id(call.model);
    let request = request.body(Blob::new(family.request(&input).to_string()));
    let output = request.send().await.map_err(|error| failed(&error))?;
    call.recorder.record_output(family.response_text(output.body().as_ref()));
    Ok(())
}

fn family(call: &GuardedCall<'_>) -> Result<&'static Family, Failure> {
    Family::of(call.model).ok_or_else(|| {
        let model = call.model;
        Failure::new(format!(
            "the request body of model `{model}` is unknown; supported are ids that contain one of {}",
            Family::id_parts()
        ))
    })
}
