//! What happens to a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use banister::bedrock::Operation;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tower::{BoxError, Layer, ServiceExt};

use crate::access::{Access, ClientKeys};
use crate::apply::apply;
use crate::body::{RequestBody, ResponseBody, SlowBody};
use crate::choice::{by_body, by_header};
use crate::exception::{exception, reply};
use crate::metrics::Metrics;
use crate::policies::Current;
use crate::upstream::Upstream;

/// What our own headers begin with; none is sent on.
const OURS: &str = "x-banister-";

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) current: Current,
    pub(crate) upstream: Upstream,
    pub(crate) keys: ClientKeys,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) max_body_bytes: usize,
    pub(crate) body_time: Duration,
    pub(crate) is_stopping: AtomicBool,
}

/// Answers a request, whatever it is.
pub(crate) async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Response<ResponseBody> {
    let (head, body) = request.into_parts();
    let (body, is_left) = RequestBody::incoming(body, shared.body_time);
    let mut response = answer(shared, Request::from_parts(head, body)).await;
    if is_left.load(Ordering::Relaxed) {
        // The rest of the request is not waited for, so the connection ends with this answer. A client that is not told would call on it
        // again.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn answer(shared: Arc<Shared>, request: Request<RequestBody>) -> Response<ResponseBody> {
    let is_get = request.method() == Method::GET;
    match request.uri().path() {
        "/healthz" if is_get => return plain(StatusCode::OK, "ok\n"),
        "/readyz" if is_get && shared.is_stopping.load(Ordering::Relaxed) => {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
        }
        "/readyz" if is_get => return plain(StatusCode::OK, "ready\n"),
        _ => {}
    }
    let access = shared.keys.check(request.headers());
    if access == Access::Denied {
        shared.metrics.denied();
        let message = "The gateway lets no client in without one of its keys, in x-banister-key or as bearer token.";
        return exception(StatusCode::FORBIDDEN, "AccessDeniedException", message);
    }
    if is_get && request.uri().path() == "/metrics" {
        return reply(StatusCode::OK, "text/plain; version=0.0.4", shared.metrics.text().into());
    }
    let started = Instant::now();
    let operation = Operation::from_path(request.method().as_str(), request.uri().path());
    let name = operation.as_ref().map_or("unknown", |(operation, _)| operation.name());
    let (policy, response) = match operation {
        Some((Operation::ApplyGuardrail, id)) => applied(&shared, &id, request).await,
        operation => guarded(&shared, access, operation.map(|(operation, _)| operation), request).await,
    };
    let policy = policy.as_deref().unwrap_or("none");
    let (status, took) = (response.status().as_u16(), started.elapsed());
    shared.metrics.answered(name, policy, status, took);
    tracing::info!(operation = name, policy, status, milliseconds = took.as_millis(), "answered");
    response
}

type Answered = (Option<Arc<str>>, Response<ResponseBody>);

/// A call that is guarded and sent on.
async fn guarded(
    shared: &Shared,
    access: Access,
    operation: Option<Operation>,
    mut request: Request<RequestBody>,
) -> Answered {
    let mut policy = match by_header(&shared.current, request.headers_mut()) {
        Ok(policy) => policy,
        Err(message) => return (None, exception(StatusCode::BAD_REQUEST, "ValidationException", message)),
    };
    if policy.is_none() && matches!(operation, Some(Operation::Converse | Operation::ConverseStream)) {
        // Converse names its guardrail in the body.
        let (head, body) = request.into_parts();
        let body = match read(shared, &head.headers, body).await {
            Ok(body) => body,
            Err((status, message)) => return (None, exception(status, "ValidationException", message)),
        };
        let chosen = by_body(&shared.current, &body);
        request = Request::from_parts(head, body.into());
        if let Some((named, body)) = chosen {
            let length = HeaderValue::from(body.len());
            request.headers_mut().insert(CONTENT_LENGTH, length);
            *request.body_mut() = Bytes::from(body).into();
            policy = Some(named);
        }
    }
    let Some(policy) = policy.or_else(|| shared.current.default()) else {
        return (None, exception(StatusCode::BAD_REQUEST, "ValidationException", "The gateway has no policy."));
    };
    let headers = request.headers_mut();
    if access == Access::AllowedByBearer {
        headers.remove(AUTHORIZATION);
    }
    let ours: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OURS)).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
    let service = policy.layer.layer(shared.upstream.clone());
    let response = match service.oneshot(request).await {
        Ok(response) => response.map(BodyExt::boxed_unsync),
        Err(error) => failed(shared, &error),
    };
    (Some(policy.name), response)
}

/// What a client is told when there is no answer.
fn failed(shared: &Shared, error: &BoxError) -> Response<ResponseBody> {
    if error.is::<SlowBody>() {
        return exception(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeoutException",
            "The request took too long to arrive.",
        );
    }
    if error.is::<hyper::Error>() {
        // The client went away within its request; nobody reads this.
        return exception(StatusCode::BAD_REQUEST, "ValidationException", "The request is not whole.");
    }
    shared.metrics.upstream_failed();
    tracing::warn!(%error, "the upstream failed");
    let message = "The gateway cannot reach the model's endpoint.";
    exception(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", message)
}

/// ApplyGuardrail, answered here.
async fn applied(shared: &Shared, id: &str, request: Request<RequestBody>) -> Answered {
    let Some(policy) = shared.current.named(id) else {
        let message = "The gateway has no policy of this name, and passes no ApplyGuardrail on.";
        return (None, exception(StatusCode::NOT_FOUND, "ResourceNotFoundException", message));
    };
    let (head, body) = request.into_parts();
    let answer = match read(shared, &head.headers, body).await {
        Ok(body) => apply(&policy, &body, &shared.metrics).map_err(|message| (StatusCode::BAD_REQUEST, message)),
        Err((status, message)) => Err((status, message.to_owned())),
    };
    let response = match answer {
        Ok(answer) => reply(StatusCode::OK, "application/json", answer.to_string().into()),
        Err((status, message)) => exception(status, "ValidationException", &message),
    };
    (Some(policy.name), response)
}

/// A whole body, if it can be examined.
async fn read(shared: &Shared, headers: &HeaderMap, body: RequestBody) -> Result<Bytes, (StatusCode, &'static str)> {
    let encodings = headers.get_all(CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err((StatusCode::BAD_REQUEST, "The request is compressed, so it cannot be examined."));
    }
    match Limited::new(body, shared.max_body_bytes).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err((StatusCode::BAD_REQUEST, "The request is too large.")),
        Err(error) if error.is::<SlowBody>() => {
            Err((StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive."))
        }
        Err(_) => Err((StatusCode::BAD_REQUEST, "The request is not whole.")),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<ResponseBody> {
    reply(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}
