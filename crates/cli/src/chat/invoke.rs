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
use super::{Call, failed};
use crate::failure::Failure;

/// The answer, whole.
pub(super) async fn whole(call: &Call<'_>) -> Result<String, Failure> {
    let family = family(call)?;
    let input = InvokeModelInput::builder()
        .model_id(call.model)
        .content_type("application/json")
        .body(Blob::new(family.request(call.prompt).to_string()))
        .build()
        .map_err(|error| failed(&error))?;
    let (got, said) = (Arc::clone(&call.record), Arc::clone(&call.record));
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        // Inside the guardrail: what is seen here is what the model sees.
        .map_request(move |input: InvokeModelInput| {
            got.model_got(family.prompt(input.body().map(AsRef::as_ref).unwrap_or_default()));
            input
        })
        .map_response(move |output: InvokeModelOutput| {
            said.model_said(family.answer(output.body().as_ref()));
            output
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    Ok(family.answer(output.body().as_ref()))
}

/// The answer, shown as it comes.
pub(super) async fn stream(call: &Call<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let family = family(call)?;
    let input = InvokeModelWithResponseStreamInput::builder()
        .model_id(call.model)
        .content_type("application/json")
        .body(Blob::new(family.request(call.prompt).to_string()))
        .build()
        .map_err(|error| failed(&error))?;
    let got = Arc::clone(&call.record);
    let service = ServiceBuilder::new()
        .layer(call.layer.clone())
        .map_request(move |input: InvokeModelWithResponseStreamInput| {
            got.model_got(family.prompt(input.body().map(AsRef::as_ref).unwrap_or_default()));
            input
        })
        .service(BedrockService::new(call.endpoint.client.clone()));
    let mut output = service.oneshot(input).await.map_err(|error| failed(&*error))?;
    while let Some(event) = output.body().recv().await.map_err(|error| failed(&error))? {
        let ResponseStream::Chunk(part) = event else { continue };
        if let Some(text) = part.bytes().and_then(|bytes| family.chunk(bytes.as_ref())) {
            show.piece(&text)?;
        }
    }
    replay(call, family).await
}

/// What the model said in a stream is gone by the time it is guarded. The simulator answers the same to the same request.
async fn replay(call: &Call<'_>, family: &Family) -> Result<(), Failure> {
    let got = call.record.seen().model_got.clone();
    let (Some(got), true) = (got, call.endpoint.is_simulator()) else { return Ok(()) };
    let request = call.endpoint.client.invoke_model().model_id(call.model);
    let request = request.body(Blob::new(family.request(&got).to_string()));
    let output = request.send().await.map_err(|error| failed(&error))?;
    call.record.model_said(family.answer(output.body().as_ref()));
    Ok(())
}

fn family(call: &Call<'_>) -> Result<&'static Family, Failure> {
    Family::of(call.model).ok_or_else(|| {
        let model = call.model;
        Failure::new(format!(
            "no request body is known for model `{model}`, only for ids with one of {}",
            Family::signs()
        ))
    })
}
