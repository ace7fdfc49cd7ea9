//! What happens to a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use banister::Operation;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tower::{BoxError, Layer, ServiceExt};

use crate::access::{Access, ClientKeys};
use crate::apart::{LARGE_BYTES, apart_if};
use crate::body::{RequestBody, ResponseBody, SlowBody};
use crate::choice::{by_body, by_header};
use crate::exception::{exception, reply};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::policies::{ActivePolicy, Current};
use crate::span::{CallSpan, Telemetry};
use crate::streams::StreamBody;
use crate::timed::{FromUpstream, SlowUpstream, Timed};
use crate::upstream::Upstream;

/// What our own headers begin with; none is sent on.
const OURS: &str = "x-banister-";

/// What a client is told that names a policy its key is not bound to.
const OTHER_POLICY: &str = "The client's key is not bound to this policy.";

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) current: Current,
    pub(crate) upstream: Upstream,
    pub(crate) keys: ClientKeys,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    pub(crate) telemetry: Option<Telemetry>,
    pub(crate) is_stopping: AtomicBool,
}

/// Answers a request, whatever it is.
pub(crate) async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Response<ResponseBody> {
    let (head, body) = request.into_parts();
    let (body, is_left) = RequestBody::incoming(body, shared.limits.body_timeout);
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
    // The server sends no body in response to HEAD.
    let is_probe = is_get || request.method() == Method::HEAD;
    match request.uri().path() {
        "/healthz" if is_probe => return plain(StatusCode::OK, "ok\n"),
        "/readyz" if is_probe && shared.is_stopping.load(Ordering::Relaxed) => {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
        }
        "/readyz" if is_probe => return plain(StatusCode::OK, "ready\n"),
        _ => {}
    }
    let Some(access) = shared.keys.check(request.headers()) else {
        let message = "The gateway lets no client in without one of its keys, in x-banister-key or as bearer token.";
        return denied(&shared, message);
    };
    if is_get && request.uri().path() == "/metrics" {
        if access.is_bound() {
            return denied(&shared, "The key is bound to policies, and the metrics tell of all of them.");
        }
        return reply(StatusCode::OK, "text/plain; version=0.0.4", shared.metrics.text().into());
    }
    let started = Instant::now();
    let operation = Operation::from_path(request.method().as_str(), request.uri().path());
    let name = operation.as_ref().map_or("unknown", |(operation, _)| operation.name());
    let span = CallSpan::start(shared.telemetry.as_ref(), operation.as_ref().map(|(it, _)| *it), request.headers());
    let asked = operation.as_ref().map(|(operation, id)| (*operation, id.as_str()));
    let (policy, response) = guarded(&shared, &access, asked, request, &span).await;
    let policy = policy.as_deref().unwrap_or("none");
    let (status, took) = (response.status().as_u16(), started.elapsed());
    shared.metrics.answered(name, policy, status, took);
    // What the endpoint took for a model is one, and no text that somebody put in its place.
    let is_known = response.status().is_success() && response.extensions().get::<FromUpstream>().is_some();
    let model = operation.as_ref().map(|(_, id)| id.as_str()).filter(|_| is_known);
    span.answered(policy, status, model);
    tracing::info!(operation = name, policy, status, milliseconds = took.as_millis(), "answered");
    response
}

type Answered = (Option<Arc<str>>, Response<ResponseBody>);

/// A call that is guarded and sent on. (ApplyGuardrail asks the layer's own guardrail, which answers it.)
async fn guarded(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    request: Request<RequestBody>,
    span: &CallSpan,
) -> Answered {
    let (policy, mut request) = match chosen(shared, access, operation, request).await {
        Ok(chosen) => chosen,
        Err(response) => return (None, response),
    };
    if !access.allows(&policy.name) {
        return (None, denied(shared, OTHER_POLICY));
    }
    let headers = request.headers_mut();
    if access.by_bearer {
        headers.remove(AUTHORIZATION);
    }
    let ours: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OURS)).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
    span.send_on(headers);
    let service = policy.layer.layer(Timed::new(shared.upstream.clone(), &shared.limits));
    // A body whose size is not announced may be large as well.
    let is_heavy = request.body().size_hint().upper().is_none_or(|bytes| bytes >= LARGE_BYTES);
    let response = match span.during(apart_if(is_heavy, service.oneshot(request))).await {
        Ok(response) => match operation.map(|(operation, _)| operation).filter(|operation| operation.is_stream()) {
            // What is whole already is an answer in the model's place, or an error.
            Some(operation) if response.body().size_hint().exact().is_none() => {
                let (metrics, gauge) = (Arc::clone(&shared.metrics), shared.metrics.streams(&policy.name));
                response.map(|body| {
                    let failed = move |error: &BoxError| count_failure(&metrics, error);
                    StreamBody::new(body, operation, gauge, span.clone(), failed).boxed_unsync()
                })
            }
            _ => response.map(BodyExt::boxed_unsync),
        },
        Err(error) => failed(shared, &error),
    };
    (Some(policy.name), response)
}

/// The policy of a request, and the request.
async fn chosen(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    mut request: Request<RequestBody>,
) -> Result<(ActivePolicy, Request<RequestBody>), Response<ResponseBody>> {
    if let Some((Operation::ApplyGuardrail, id)) = operation {
        // Whether there is a policy that it may not use is not for every client to know.
        return match shared.current.named(id) {
            Some(policy) => Ok((policy, request)),
            None if access.is_bound() => Err(denied(shared, OTHER_POLICY)),
            None => {
                let message = "The gateway has no policy of this name, and passes no ApplyGuardrail on.";
                Err(exception(StatusCode::NOT_FOUND, "ResourceNotFoundException", message))
            }
        };
    }
    let invalid = |message| exception(StatusCode::BAD_REQUEST, "ValidationException", message);
    let operation = operation.map(|(operation, _)| operation);
    let mut policy = by_header(&shared.current, operation, request.headers()).map_err(|message| {
        // Which policies there are is not for a client that may not use them.
        if access.is_bound() { denied(shared, OTHER_POLICY) } else { invalid(message) }
    })?;
    if let (None, Some(operation @ (Operation::Converse | Operation::ConverseStream))) = (&policy, operation) {
        // Converse names its guardrail in the body.
        let (head, body) = request.into_parts();
        let body = read(shared, &head.headers, body)
            .await
            .map_err(|(status, message)| exception(status, "ValidationException", message))?;
        policy = by_body(&shared.current, operation, &body);
        request = Request::from_parts(head, body.into());
    }
    let default = || access.first_policy().map_or_else(|| shared.current.default(), |name| shared.current.named(name));
    let policy = policy.or_else(default).ok_or_else(|| invalid("The gateway has no policy."))?;
    Ok((policy, request))
}

/// A client that may not do what it asks for.
fn denied(shared: &Shared, message: &str) -> Response<ResponseBody> {
    shared.metrics.denied();
    exception(StatusCode::FORBIDDEN, "AccessDeniedException", message)
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
    count_failure(&shared.metrics, error);
    if error.is::<SlowUpstream>() {
        // Status and name of Bedrock's own: SDKs know it, and do not pay for the call again by themselves.
        let message = "The model's endpoint took too long.";
        return exception(StatusCode::REQUEST_TIMEOUT, "ModelTimeoutException", message);
    }
    let message = "The gateway cannot reach the model's endpoint.";
    exception(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", message)
}

fn count_failure(metrics: &Metrics, error: &BoxError) {
    tracing::warn!(%error, "the upstream failed");
    if error.is::<SlowUpstream>() { metrics.upstream_slow() } else { metrics.upstream_failed() }
}

/// A whole body, if it can be examined.
async fn read(shared: &Shared, headers: &HeaderMap, body: RequestBody) -> Result<Bytes, (StatusCode, &'static str)> {
    let encodings = headers.get_all(CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err((StatusCode::BAD_REQUEST, "The request is compressed, so it cannot be examined."));
    }
    match Limited::new(body, shared.limits.body_bytes).collect().await {
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
