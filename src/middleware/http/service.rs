//! The layer around a service that takes HTTP requests.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, HeaderValue, Request, Response};
use http_body::Body;
use tower::{BoxError, Service};

use super::body::ResponseBody;
use super::collect::{CollectError, Collected, collect};
use super::headers::{
    ERROR_MESSAGE, GUARDRAIL, METADATA, REQUEST_ID, announced_length, ask_uncompressed, declare_json, drop_overrides,
    drop_stale, is_compressed, is_no_event_stream, requested_guardrail_in, set_length,
};
use super::responses;
use crate::audit::RejectionCode;
use crate::bedrock::{BodyError, Operation};
use crate::exchange::{
    BlockedResponse, DecisionCaller, Exchange, FrameGuard, GuardrailError, Inspected, RejectionMode,
};
use crate::guardrail::Source;
use crate::middleware::layer::GuardrailLayer;
use crate::middleware::selector::LayerSelector;
use crate::middleware::service::{CallFuture, sealed::Sealed};

/// Why a call has no response of the inner service.
enum Failure {
    /// The guardrail rejected it: the caller receives an error response.
    Rejected(GuardrailError),
    /// The inner service or a body failed.
    Failed(BoxError),
}

impl From<GuardrailError> for Failure {
    fn from(error: GuardrailError) -> Self {
        Self::Rejected(error)
    }
}

/// HTTP. The body type must implement `From<Bytes>`, as those of the usual clients and servers do. Wrap another with `map_request`.
impl<S, B, R> Sealed<S> for Request<B>
where
    S: Service<Self, Response = Response<R>, Error: Into<BoxError>, Future: Send> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + From<Bytes> + Send + 'static,
    R: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;

    fn guard(self, layer: GuardrailLayer, mut inner: S) -> CallFuture<Self::Response> {
        let Some((operation, model_id)) = Operation::from_path(self.method().as_str(), self.uri().path()) else {
            let caller = self.extensions().get::<DecisionCaller>();
            let layer = layer.for_request(self.extensions());
            let recorded = layer.config.record_unknown_operation(caller);
            if !layer.config.forward_unknown_operations {
                tracing::debug!("rejected: unsupported operation");
                return Box::pin(async { Ok(responses::unknown_path().map(ResponseBody::whole)) });
            }
            if let Err(error) = recorded {
                let response =
                    responses::unrecorded(Operation::InvokeModel, &error.to_string()).map(ResponseBody::whole);
                return Box::pin(async { Ok(response) });
            }
            let call = inner.call(self);
            return Box::pin(async move { Ok(call.await.map_err(Into::into)?.map(ResponseBody::passed)) });
        };
        Box::pin(async move {
            let exchange = begin(layer, operation, &model_id, self.extensions());
            match guarded(exchange, self, inner).await {
                Ok(response) => Ok(response),
                Err(Failure::Rejected(error)) => {
                    tracing::debug!(operation = operation.name(), blocked = error.is_blocked(), "rejected");
                    Ok(responses::rejection(&error).map(ResponseBody::whole))
                }
                Err(Failure::Failed(error)) => Err(error),
            }
        })
    }
}

async fn guarded<S, B, R>(
    mut exchange: Exchange,
    request: Request<B>,
    mut inner: S,
) -> Result<Response<ResponseBody<R>>, Failure>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
    B: Body<Data = Bytes, Error: Into<BoxError>> + From<Bytes>,
    R: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (mut head, body) = request.into_parts();
    if is_compressed(&head.headers) {
        return Err(exchange.encoded(Source::Input).into());
    }
    let body = read(&exchange, Source::Input, announced_length(&head.headers), body).await?.data;
    let requested = requested_guardrail_in(&head.headers);
    exchange.note_requested_headers(&requested);
    exchange.plan_tag_in_headers(head.headers.get_all(METADATA).iter().map(HeaderValue::as_bytes));
    let body = match inspect(&mut exchange, &body, &head.extensions)? {
        Inspected::Unchanged => body,
        Inspected::Rewritten(changed) => {
            drop_stale(&mut head.headers);
            changed.into()
        }
        Inspected::Blocked(response, _) => return Ok(responses::blocked(response).map(ResponseBody::whole)),
    };
    if let Some(response) = inspect_metadata(&mut exchange, &mut head.headers)? {
        return Ok(responses::blocked(response).map(ResponseBody::whole));
    }
    // Operations without these headers may have them all the same.
    if exchange.is_named() || exchange.is_named_by(&requested) {
        GUARDRAIL.iter().for_each(|name| drop(head.headers.remove(*name)));
    }
    set_length(&mut head.headers, body.len());
    drop_overrides(&mut head.headers);
    ask_uncompressed(&mut head.headers);
    let call = inner.call(Request::from_parts(head, B::from(body)));
    let mut response = call.await.map_err(|error| Failure::Failed(error.into()))?;
    exchange.note_request_id(response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()));
    // A copy of an error's message, which is not inspected.
    response.headers_mut().remove(ERROR_MESSAGE);
    if !response.status().is_success() {
        return error(&exchange, response).await;
    }
    if is_compressed(response.headers()) {
        return Err(exchange.encoded(Source::Output).into());
    }
    let (mut head, body) = response.into_parts();
    let content_types = head.headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
    if exchange.operation().is_stream_of_type(content_types) {
        // Found out now, it is an error; found out in the first frame, the caller would see a stream that breaks off.
        if exchange.operation().is_stream() && is_no_event_stream(&head.headers) {
            let error = BodyError::frame("the content type is not that of an event stream");
            return Err(exchange.unreadable(Source::Output, error).into());
        }
        // The number of bytes may change.
        head.headers.remove(http::header::CONTENT_LENGTH);
        drop_stale(&mut head.headers);
        return Ok(Response::from_parts(
            head,
            ResponseBody::events(body, FrameGuard::new(exchange, RejectionMode::Event)),
        ));
    }
    let body = read(&exchange, Source::Output, announced_length(&head.headers), body).await?;
    match exchange.response(&body.data)? {
        Inspected::Unchanged => {
            set_length(&mut head.headers, body.data.len());
            Ok(Response::from_parts(head, ResponseBody::collected(body)))
        }
        Inspected::Rewritten(changed) => {
            drop_stale(&mut head.headers);
            set_length(&mut head.headers, changed.len());
            Ok(Response::from_parts(head, ResponseBody::whole(changed)))
        }
        Inspected::Blocked(response, _) => Ok(responses::blocked(response).map(ResponseBody::whole)),
    }
}

/// Begins a call under a layer, with what the extensions of its request hold.
fn begin(layer: GuardrailLayer, operation: Operation, model_id: &str, extensions: &Extensions) -> Exchange {
    let mut exchange = Exchange::new(layer.for_request(extensions).config, operation, Some(model_id.to_owned()));
    exchange.note_caller(extensions.get());
    exchange
}

/// Inspects the body of a request, under the layer that a selector returns for it.
fn inspect(exchange: &mut Exchange, body: &[u8], extensions: &Extensions) -> Result<Inspected, Failure> {
    let Some(selector) = extensions.get::<LayerSelector>() else { return Ok(exchange.request(body)?) };
    let (operation, model_id) = (exchange.operation(), exchange.model_id().to_owned());
    exchange.request_selecting(body, |identifier| {
        let layer = selector.select(identifier).map_err(Failure::Failed)?;
        Ok(layer.map(|layer| begin(layer, operation, &model_id, extensions)))
    })
}

/// Inspects the metadata in the headers of a request, and adds the tag. Returns the response to blocked ones.
fn inspect_metadata(exchange: &mut Exchange, headers: &mut HeaderMap) -> Result<Option<BlockedResponse>, Failure> {
    let values = headers.get_all(METADATA).iter().map(|value| value.as_bytes().to_vec()).collect();
    headers.remove(METADATA);
    match exchange.metadata_values(values)? {
        Ok(values) => {
            for value in values {
                // A header accepts the bytes of a replacement in any script.
                let value = HeaderValue::from_bytes(&value).map_err(|error| Failure::Failed(error.into()))?;
                headers.append(METADATA, value);
            }
            Ok(None)
        }
        Err((response, _)) => Ok(Some(response)),
    }
}

/// An error of the upstream keeps its status, and its message is inspected.
async fn error<R>(exchange: &Exchange, response: Response<R>) -> Result<Response<ResponseBody<R>>, Failure>
where
    R: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let (mut head, body) = response.into_parts();
    let collected = if is_compressed(&head.headers) {
        head.headers.remove(http::header::CONTENT_ENCODING);
        Err(RejectionCode::Compressed)
    } else {
        match collect(body, exchange.max_body_bytes()).await {
            Ok(collected) => Ok(collected),
            Err(CollectError::TooLarge(_)) => Err(RejectionCode::TooLarge),
            Err(CollectError::Body(error)) => return Err(Failure::Failed(error)),
        }
    };
    let changed = match &collected {
        Ok(body) => exchange.error(&body.data),
        Err(code) => Some(exchange.withheld_error(*code)),
    };
    if changed.is_some() {
        drop_stale(&mut head.headers);
        declare_json(&mut head.headers);
    }
    let body = match (changed, collected) {
        (Some(data), _) => Collected { data: data.into(), trailers: None },
        (None, Ok(body)) => body,
        (None, Err(_)) => Collected { data: Bytes::new(), trailers: None },
    };
    set_length(&mut head.headers, body.data.len());
    Ok(Response::from_parts(head, ResponseBody::collected(body)))
}

/// Reads a whole body, up to the limit.
async fn read<B>(exchange: &Exchange, source: Source, announced: Option<usize>, body: B) -> Result<Collected, Failure>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let limit = exchange.max_body_bytes();
    if let Some(bytes) = announced.filter(|&bytes| bytes > limit) {
        return Err(exchange.too_large(source, bytes).into());
    }
    collect(body, limit).await.map_err(|error| match error {
        CollectError::TooLarge(bytes) => exchange.too_large(source, bytes).into(),
        CollectError::Body(error) => Failure::Failed(error),
    })
}
