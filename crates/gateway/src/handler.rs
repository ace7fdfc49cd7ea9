//! What happens to a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use banister::bedrock::Operation;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tower::{BoxError, Layer, ServiceExt};

use crate::access::{Access, ClientKeys};
use crate::apply::apply;
use crate::body::{RequestBody, ResponseBody, SlowBody};
use crate::exception::{exception, reply};
use crate::metrics::Metrics;
use crate::policies::{Current, InForce};
use crate::upstream::Upstream;

/// The header that names a policy.
const POLICY: &str = "x-banister-policy";

/// What our own headers begin with; none is sent on.
const OURS: &str = "x-banister-";

/// The headers by which a client names a Bedrock guardrail.
const GUARDRAIL: [&str; 3] =
    ["x-amzn-bedrock-guardrailidentifier", "x-amzn-bedrock-guardrailversion", "x-amzn-bedrock-trace"];

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
        _ => guarded(&shared, access, request).await,
    };
    let policy = policy.as_deref().unwrap_or("none");
    let (status, took) = (response.status().as_u16(), started.elapsed());
    shared.metrics.answered(name, policy, status, took);
    tracing::info!(operation = name, policy, status, milliseconds = took.as_millis(), "answered");
    response
}

type Answered = (Option<Arc<str>>, Response<ResponseBody>);

/// A call that is guarded and sent on.
async fn guarded(shared: &Shared, access: Access, mut request: Request<Incoming>) -> Answered {
    let headers = request.headers_mut();
    let policy = match choose(&shared.current, headers) {
        Ok(policy) => policy,
        Err(message) => return (None, exception(StatusCode::BAD_REQUEST, "ValidationException", message)),
    };
    if access == Access::AllowedByBearer {
        headers.remove(AUTHORIZATION);
    }
    let ours: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OURS)).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
    let service = policy.layer.layer(shared.upstream.clone());
    let request = request.map(|body| RequestBody::incoming(body, shared.body_time));
    let response = match service.oneshot(request).await {
        Ok(response) => response.map(BodyExt::boxed_unsync),
        Err(error) => failed(shared, &error),
    };
    (Some(policy.name), response)
}

/// The policy that a client chose.
fn choose(current: &Current, headers: &mut HeaderMap) -> Result<InForce, &'static str> {
    const NONE: &str = "The header x-banister-policy names no policy of this gateway.";
    if let Some(name) = headers.get(POLICY) {
        return name.to_str().ok().and_then(|name| current.named(name)).ok_or(NONE);
    }
    let guardrail = headers.get(GUARDRAIL[0]).and_then(|name| name.to_str().ok());
    if let Some(policy) = guardrail.and_then(|name| current.named(name)) {
        // It is ours, so Bedrock knows nothing of it.
        for name in GUARDRAIL {
            headers.remove(name);
        }
        return Ok(policy);
    }
    current.default().ok_or(NONE)
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
async fn applied(shared: &Shared, id: &str, request: Request<Incoming>) -> Answered {
    let Some(policy) = shared.current.named(id) else {
        let message = "The gateway has no policy of this name, and passes no ApplyGuardrail on.";
        return (None, exception(StatusCode::NOT_FOUND, "ResourceNotFoundException", message));
    };
    let answer = match read(shared, request).await {
        Ok(body) => apply(&policy, &body, &shared.metrics).map_err(|message| (StatusCode::BAD_REQUEST, message)),
        Err((status, message)) => Err((status, message.to_owned())),
    };
    let response = match answer {
        Ok(answer) => reply(StatusCode::OK, "application/json", answer.to_string().into()),
        Err((status, message)) => exception(status, "ValidationException", &message),
    };
    (Some(policy.name), response)
}

async fn read(shared: &Shared, request: Request<Incoming>) -> Result<Bytes, (StatusCode, &'static str)> {
    let encodings = request.headers().get_all(CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err((StatusCode::BAD_REQUEST, "The request is compressed, so it cannot be examined."));
    }
    let body = RequestBody::incoming(request.into_body(), shared.body_time);
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
