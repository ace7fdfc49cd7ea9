//! InvokeModel and InvokeModelWithResponseStream.

use std::collections::VecDeque;

use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelError, InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::{
    InvokeModelWithResponseStreamError, InvokeModelWithResponseStreamInput, InvokeModelWithResponseStreamOutput,
};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::error::ResponseStreamError;
use aws_sdk_bedrockruntime::types::{ResponseStream, Trace as TraceSetting};
use tower::{BoxError, Service};

use super::errors::call;
use super::guarded_stream::{GuardedStream, InspectEvents};
use crate::bedrock::sdk::{chunk_json, json_chunk};
use crate::bedrock::{BodyError, Operation, RequestedGuardrail, StreamKind};
use crate::exchange::{
    BlockedResponse, EventGuard, Exchange, GuardrailError, Inspected, JsonEvents, OutEvent, StreamState,
};
use crate::middleware::layer::GuardrailLayer;
use crate::middleware::service::{CallFuture, sealed::Sealed};

const JSON: &str = "application/json";

/// The response of a guarded InvokeModelWithResponseStream: the SDK's, with guarded events.
#[derive(Debug)]
pub struct GuardedInvokeModelStream {
    content_type: String,
    body: GuardedStream<ResponseStream, ResponseStreamError>,
}

impl GuardedInvokeModelStream {
    /// Returns the content type of the chunks.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Returns the events.
    pub fn body(&mut self) -> &mut GuardedStream<ResponseStream, ResponseStreamError> {
        &mut self.body
    }

    /// Returns the events without the rest of the response.
    #[must_use]
    pub fn into_body(self) -> GuardedStream<ResponseStream, ResponseStreamError> {
        self.body
    }
}

/// The fields of an input that a guardrail reads and rewrites. Both inputs have them.
struct Fields<'a> {
    body: &'a mut Option<Blob>,
    guardrail: &'a mut Option<String>,
    version: &'a mut Option<String>,
    trace: &'a mut Option<TraceSetting>,
    metadata: &'a mut Option<String>,
}

impl Fields<'_> {
    /// Inspects a request, and rewrites it in place. Returns the response to a blocked one.
    fn inspect(self, exchange: &mut Exchange) -> Result<Option<BlockedResponse>, GuardrailError> {
        let trace = self.trace.as_ref().map(TraceSetting::as_str);
        exchange.note_requested(&RequestedGuardrail::new(self.guardrail.as_deref(), trace));
        exchange.plan_tag_in_headers(self.metadata.iter().map(|metadata| metadata.as_bytes()));
        match exchange.request(self.body.as_ref().map(Blob::as_ref).unwrap_or_default())? {
            Inspected::Unchanged => {}
            Inspected::Rewritten(body) => *self.body = Some(Blob::new(body)),
            Inspected::Blocked(response, _) => return Ok(Some(response)),
        }
        if exchange.is_named() {
            (*self.guardrail, *self.version, *self.trace) = (None, None, None);
        }
        let metadata = self.metadata.take().map(String::into_bytes);
        match exchange.metadata_values(metadata.into_iter().collect())? {
            // There is one at most. Masking keeps text UTF-8.
            Ok(values) => *self.metadata = values.first().map(|value| String::from_utf8_lossy(value).into_owned()),
            Err((response, _)) => return Ok(Some(response)),
        }
        Ok(None)
    }
}

macro_rules! fields {
    ($input:expr) => {
        Fields {
            body: &mut $input.body,
            guardrail: &mut $input.guardrail_identifier,
            version: &mut $input.guardrail_version,
            trace: &mut $input.trace,
            metadata: &mut $input.request_metadata,
        }
    };
}

impl<S> Sealed<S> for InvokeModelInput
where
    S: Service<Self, Response = InvokeModelOutput, Error: Into<BoxError>, Future: Send> + Send + 'static,
{
    type Response = InvokeModelOutput;

    fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<InvokeModelOutput> {
        let mut exchange = Exchange::new(layer.config, Operation::InvokeModel, self.model_id.clone());
        Box::pin(async move {
            if let Some(response) = fields!(self).inspect(&mut exchange)? {
                let body = Blob::new(response.into_bytes());
                return Ok(InvokeModelOutput::builder().body(body).content_type(JSON).build()?);
            }
            let mut output = call::<_, _, InvokeModelError>(&mut exchange, inner, self).await?;
            match exchange.response(output.body.as_ref())? {
                Inspected::Unchanged => {}
                Inspected::Rewritten(body) => output.body = Blob::new(body),
                Inspected::Blocked(response, _) => {
                    let body = Blob::new(response.into_bytes());
                    return Ok(InvokeModelOutput::builder().body(body).content_type(JSON).build()?);
                }
            }
            Ok(output)
        })
    }
}

impl<S> Sealed<S> for InvokeModelWithResponseStreamInput
where
    S: Service<Self, Response = InvokeModelWithResponseStreamOutput, Error: Into<BoxError>, Future: Send>
        + Send
        + 'static,
{
    type Response = GuardedInvokeModelStream;

    fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<GuardedInvokeModelStream> {
        let mut exchange = Exchange::new(layer.config, Operation::InvokeModelWithResponseStream, self.model_id.clone());
        Box::pin(async move {
            if let Some(response) = fields!(self).inspect(&mut exchange)? {
                let events: Vec<_> = response.into_events().iter().map(|event| json_chunk(event.json())).collect();
                let body = GuardedStream::of(events, exchange);
                return Ok(GuardedInvokeModelStream { content_type: JSON.to_owned(), body });
            }
            let output = call::<_, _, InvokeModelWithResponseStreamError>(&mut exchange, inner, self).await?;
            let events = Box::new(Chunks { events: exchange.events(exchange.json_events()), sent: VecDeque::new() });
            let body = GuardedStream::new(output.body, events, exchange);
            Ok(GuardedInvokeModelStream { content_type: output.content_type, body })
        })
    }
}

/// Inspects the JSON in chunks.
#[derive(Debug)]
struct Chunks {
    events: EventGuard<JsonEvents>,
    /// Events on their way to the chunks. Empty between events.
    sent: VecDeque<OutEvent>,
}

impl InspectEvents<ResponseStream> for Chunks {
    fn push(&mut self, event: ResponseStream, out: &mut VecDeque<ResponseStream>) -> Result<(), BodyError> {
        let json = chunk_json(&event)?;
        self.events.push_json(StreamKind::Invoke, "chunk", json, &mut self.sent)?;
        out.extend(self.sent.drain(..).map(|sent| send(sent, Some(&event))));
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<ResponseStream>) -> Result<(), BodyError> {
        self.events.finish(&mut self.sent)?;
        out.extend(self.sent.drain(..).map(|sent| send(sent, None)));
        Ok(())
    }

    fn state(&self) -> &StreamState {
        self.events.state()
    }

    fn into_state(self: Box<Self>) -> StreamState {
        self.events.into_state()
    }
}

fn send(out: OutEvent, event: Option<&ResponseStream>) -> ResponseStream {
    match (out, event) {
        (OutEvent::Same, Some(event)) => event.clone(),
        (OutEvent::Same, None) => json_chunk(*b"{}"),
        (OutEvent::Changed(json), _) => json_chunk(json),
        (OutEvent::New(event), _) => json_chunk(event.json()),
    }
}
