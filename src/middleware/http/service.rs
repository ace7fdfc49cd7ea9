//! The layer around a service that takes HTTP requests.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use tower::{BoxError, Service};

use super::body::ResponseBody;
use super::collect::{CollectError, Collected, collect};
use super::exchange::{Examined, Exchange, hidden_error};
use super::frames::Refusal;
use super::headers::{
    ERROR_MESSAGE, GUARDRAIL, METADATA, announced_length, ask_uncompressed, asked_in, drop_stale, is_compressed,
    set_length,
};
use super::replies;
use crate::bedrock::Operation;
use crate::guardrail::Source;
use crate::middleware::GuardrailError;
use crate::middleware::layer::Settings;
use crate::middleware::service::{CallFuture, GuardedOperation, sealed::Sealed};

/// Why a call has no answer of the service.
enum Failure {
    /// The guardrail refused it; the caller gets an error response.
    Refused(GuardrailError),
    /// The service failed, or a body did.
    Failed(BoxError),
}

impl From<GuardrailError> for Failure {
    fn from(error: GuardrailError) -> Self {
        Self::Refused(error)
    }
}

impl<B> Sealed for Request<B> {}

/// HTTP: see [`http`](crate::middleware::http). The body is one that can be made from bytes, as those of the usual clients and servers
/// can; one that cannot is wrapped before, by `map_request`.
impl<S, B, R> GuardedOperation<S> for Request<B>
where
    S: Service<Self, Response = Response<R>> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(self, settings: Arc<Settings>, mut inner: S) -> CallFuture<Self::Response> {
        let Some((operation, model_id)) = Operation::from_path(self.method().as_str(), self.uri().path()) else {
            if !settings.forward_unknown_operations() {
                tracing::debug!("refused: the path names no operation that is examined");
                return Box::pin(async { Ok(replies::unknown_path().map(ResponseBody::whole)) });
            }
            let call = inner.call(self);
            return Box::pin(async move { Ok(call.await.map_err(Into::into)?.map(ResponseBody::passed)) });
        };
        Box::pin(async move {
            match guarded(Exchange::new(settings, operation, model_id), self, inner).await {
                Ok(response) => Ok(response),
                Err(Failure::Refused(error)) => {
                    tracing::debug!(operation = operation.name(), blocked = error.is_blocked(), "refused");
                    Ok(replies::refused(&error).map(ResponseBody::whole))
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
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + From<Bytes>,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let (mut head, body) = request.into_parts();
    if is_compressed(&head.headers) {
        return Err(exchange.encoded(Source::Input).into());
    }
    let body = read(&exchange, Source::Input, announced_length(&head.headers), body).await?.data;
    exchange.asked(&asked_in(&head.headers));
    let body = match exchange.request(&body)? {
        Examined::Same => body,
        Examined::Changed(changed) => {
            drop_stale(&mut head.headers);
            changed.into()
        }
        Examined::Instead(reply, _) => return Ok(reply.into_response().map(ResponseBody::whole)),
    };
    let notes: Vec<HeaderValue> = head.headers.get_all(METADATA).iter().cloned().collect();
    head.headers.remove(METADATA);
    for note in notes {
        let note = match exchange.metadata(note.as_bytes())? {
            Examined::Same => note,
            // Of masks in other letters a header takes the bytes.
            Examined::Changed(changed) => HeaderValue::from_bytes(&changed).map_err(|e| Failure::Failed(e.into()))?,
            Examined::Instead(reply, _) => return Ok(reply.into_response().map(ResponseBody::whole)),
        };
        head.headers.append(METADATA, note);
    }
    if exchange.is_named() {
        GUARDRAIL.iter().for_each(|name| drop(head.headers.remove(*name)));
    }
    set_length(&mut head.headers, body.len());
    ask_uncompressed(&mut head.headers);
    let call = inner.call(Request::from_parts(head, B::from(body)));
    let mut response = call.await.map_err(|error| Failure::Failed(error.into()))?;
    // A copy of an error's message, which nobody examines.
    response.headers_mut().remove(ERROR_MESSAGE);
    if !response.status().is_success() {
        return error(&exchange, response).await;
    }
    if is_compressed(response.headers()) {
        return Err(exchange.encoded(Source::Output).into());
    }
    let (mut head, body) = response.into_parts();
    if exchange.operation().is_stream() {
        // Its bytes may change from here on, and nobody knows yet how many there will be.
        head.headers.remove(http::header::CONTENT_LENGTH);
        drop_stale(&mut head.headers);
        return Ok(Response::from_parts(head, ResponseBody::events(body, exchange.frames(Refusal::Event))));
    }
    let body = read(&exchange, Source::Output, announced_length(&head.headers), body).await?;
    match exchange.answer(&body.data)? {
        Examined::Same => {
            set_length(&mut head.headers, body.data.len());
            Ok(Response::from_parts(head, ResponseBody::collected(body)))
        }
        Examined::Changed(changed) => {
            drop_stale(&mut head.headers);
            set_length(&mut head.headers, changed.len());
            Ok(Response::from_parts(head, ResponseBody::whole(changed)))
        }
        Examined::Instead(reply, _) => Ok(reply.into_response().map(ResponseBody::whole)),
    }
}

/// The service's own error: it keeps its status, and its message if that may pass.
async fn error<R>(exchange: &Exchange, response: Response<R>) -> Result<Response<ResponseBody<R>>, Failure>
where
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    let (mut head, body) = response.into_parts();
    let collected = if is_compressed(&head.headers) {
        head.headers.remove(http::header::CONTENT_ENCODING);
        None
    } else {
        match collect(body, exchange.max_body_bytes()).await {
            Ok(collected) => Some(collected),
            Err(CollectError::TooLarge(_)) => None,
            Err(CollectError::Body(error)) => return Err(Failure::Failed(error)),
        }
    };
    let changed = match &collected {
        Some(body) => exchange.error(&body.data),
        None => Some(hidden_error()),
    };
    if changed.is_some() {
        drop_stale(&mut head.headers);
    }
    let body = match (changed, collected) {
        (Some(data), _) => Collected { data: data.into(), trailers: None },
        (None, Some(body)) => body,
        (None, None) => Collected { data: Bytes::new(), trailers: None },
    };
    set_length(&mut head.headers, body.data.len());
    Ok(Response::from_parts(head, ResponseBody::collected(body)))
}

/// Reads a body whole, if it is not too large.
async fn read<B>(exchange: &Exchange, source: Source, announced: Option<usize>, body: B) -> Result<Collected, Failure>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
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
