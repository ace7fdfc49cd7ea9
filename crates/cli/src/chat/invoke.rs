//! InvokeModel and InvokeModelWithResponseStream.

use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::ResponseStream;

use super::family::Family;
use super::show::Show;
use super::{GuardedCall, failed};
use crate::failure::Failure;

const JSON: &str = "application/json";

/// Makes a call with InvokeModel.
pub(super) async fn whole(call: &GuardedCall<'_>) -> Result<String, Failure> {
    let family = family(call)?;
    let input = InvokeModelInput::builder().model_id(call.model).content_type(JSON);
    let input = input.body(body(family, call.prompt)).build();
    let output_text = |output: &InvokeModelOutput| family.response_text(output.body().as_ref());
    let output =
        call.send(input, move |input| prompt(family, input.body()), move |output| Some(output_text(output))).await?;
    Ok(output_text(&output))
}

/// Makes a call with InvokeModelWithResponseStream.
pub(super) async fn stream(call: &GuardedCall<'_>, show: &mut Show<'_>) -> Result<(), Failure> {
    let family = family(call)?;
    let input = InvokeModelWithResponseStreamInput::builder().model_id(call.model).content_type(JSON);
    let input = input.body(body(family, call.prompt)).build();
    let mut output = call.send(input, move |input| prompt(family, input.body()), |_| None).await?;
    while let Some(event) = output.body().recv().await.map_err(|error| failed(&error))? {
        let ResponseStream::Chunk(part) = event else { continue };
        if let Some(text) = part.bytes().and_then(|bytes| family.chunk(bytes.as_ref())) {
            show.chunk(&text)?;
        }
    }
    let Some(prompt) = call.repeated_prompt() else { return Ok(()) };
    let request = call.endpoint.client.invoke_model().model_id(call.model).body(body(family, &prompt));
    let output = request.send().await.map_err(|error| failed(&error))?;
    call.recorder.record_output(family.response_text(output.body().as_ref()));
    Ok(())
}

fn body(family: &Family, prompt: &str) -> Blob {
    Blob::new(family.request(prompt).to_string())
}

/// Returns the text of the prompt.
fn prompt(family: &Family, body: Option<&Blob>) -> String {
    family.prompt(body.map(AsRef::as_ref).unwrap_or_default())
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
