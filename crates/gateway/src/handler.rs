//! The handler of requests.

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
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::access::{Access, ClientKeys};
use crate::blocking::{LARGE_BYTES, unblock_if};
use crate::body::{RequestBody, ResponseBody, SlowBody};
use crate::exception::{exception, response};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::otel::{CallSpan, Telemetry};
use crate::policies::{ActivePolicies, ActivePolicy};
use crate::policy_selection::{by_body, by_header};
use crate::streams::StreamBody;
use crate::timeout::{SlowUpstream, UpstreamResponse, send};
use crate::upstream::Upstream;

/// The prefix of the gateway's own headers, which are not forwarded.
const OWN_HEADERS: &str = "x-banister-";

/// The message for a client that names a policy which its key does not allow.
const OTHER_POLICY: &str = "The client key does not allow this policy.";

/// State shared by all calls.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) policies: ActivePolicies,
    pub(crate) upstream: Upstream,
    pub(crate) keys: ClientKeys,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    pub(crate) telemetry: Option<Telemetry>,
    pub(crate) is_stopping: AtomicBool,
}

/// Responds to a request.
pub(crate) async fn handle(shared: Arc<Shared>, request: Request<Incoming>) -> Response<ResponseBody> {
    let (head, body) = request.into_parts();
    let (body, is_left) = RequestBody::incoming(body, shared.limits.body_timeout);
    let mut response = respond(shared, Request::from_parts(head, body)).await;
    if is_left.load(Ordering::Relaxed) {
        // The gateway does not wait for the rest of the request, so the connection must end with this response.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn respond(shared: Arc<Shared>, request: Request<RequestBody>) -> Response<ResponseBody> {
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
        let message = "A client key is required: send it in x-banister-key or as a bearer token.";
        return unauthorized(&shared, message);
    };
    if is_get && request.uri().path() == "/metrics" {
        if access.is_limited() {
            return unauthorized(&shared, "This client key is limited to some policies and cannot read metrics.");
        }
        return response(StatusCode::OK, "text/plain; version=0.0.4", shared.metrics.text().into());
    }
    let started = Instant::now();
    let operation = Operation::from_path(request.method().as_str(), request.uri().path());
    let name = operation.as_ref().map_or("unknown", |(operation, _)| operation.name());
    let span = CallSpan::start(shared.telemetry.as_ref(), operation.as_ref().map(|(it, _)| *it), request.headers());
    let target = operation.as_ref().map(|(operation, id)| (*operation, id.as_str()));
    let (policy, response) = guarded(&shared, &access, target, request, &span).await;
    let policy = policy.as_deref().unwrap_or("none");
    let (status, took) = (response.status().as_u16(), started.elapsed());
    shared.metrics.responded(name, policy, status, took);
    // The model id of a client could be any text, until the upstream has accepted it.
    let is_known = response.status().is_success() && response.extensions().get::<UpstreamResponse>().is_some();
    let model = operation.as_ref().map(|(_, id)| id.as_str()).filter(|_| is_known);
    span.responded(policy, status, model);
    tracing::info!(operation = name, policy, status, milliseconds = took.as_millis(), "responded");
    response
}

/// Guards and forwards a call; returns the policy as well. The layer itself responds to ApplyGuardrail.
async fn guarded(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    request: Request<RequestBody>,
    span: &CallSpan,
) -> (Option<Arc<str>>, Response<ResponseBody>) {
    let (policy, mut request) = match select_policy(shared, access, operation, request).await {
        Ok(selected) => selected,
        Err(response) => return (None, response),
    };
    if !access.allows(&policy.name) {
        return (None, unauthorized(shared, OTHER_POLICY));
    }
    if let Some(caller) = shared.keys.caller(request.headers()) {
        request.extensions_mut().insert(caller);
    }
    let headers = request.headers_mut();
    if access.by_bearer {
        headers.remove(AUTHORIZATION);
    }
    let own: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OWN_HEADERS)).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    span.propagate(headers);
    let (upstream, limits) = (shared.upstream.clone(), shared.limits);
    let service = policy.layer.layer(service_fn(move |request| send(upstream.clone(), limits, request)));
    // A body of unknown size may be large as well.
    let is_heavy = request.body().size_hint().upper().is_none_or(|bytes| bytes >= LARGE_BYTES);
    let response = match span.during(unblock_if(is_heavy, service.oneshot(request))).await {
        Ok(response) => match operation.map(|(operation, _)| operation).filter(|operation| operation.is_stream()) {
            // A response of known size is a blocked response, or an error.
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

/// Returns the policy of a request, and the request.
async fn select_policy(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    mut request: Request<RequestBody>,
) -> Result<(ActivePolicy, Request<RequestBody>), Response<ResponseBody>> {
    if let Some((Operation::ApplyGuardrail, id)) = operation {
        // A client must not learn whether a policy exists that it may not use.
        return match shared.policies.named(id) {
            Some(policy) => Ok((policy, request)),
            None if access.is_limited() => Err(unauthorized(shared, OTHER_POLICY)),
            None => {
                let message = "The gateway has no policy of this name, and does not forward ApplyGuardrail.";
                Err(exception(StatusCode::NOT_FOUND, "ResourceNotFoundException", message))
            }
        };
    }
    let invalid = |message| exception(StatusCode::BAD_REQUEST, "ValidationException", message);
    let operation = operation.map(|(operation, _)| operation);
    let mut policy = by_header(&shared.policies, operation, request.headers()).map_err(|message| {
        // A client must not learn which policies exist that it may not use.
        if access.is_limited() { unauthorized(shared, OTHER_POLICY) } else { invalid(message) }
    })?;
    if let (None, Some(operation @ (Operation::Converse | Operation::ConverseStream))) = (&policy, operation) {
        // The guardrail of Converse is named in the body.
        let (head, body) = request.into_parts();
        let body = read(shared, &head.headers, body)
            .await
            .map_err(|(status, message)| exception(status, "ValidationException", message))?;
        policy = by_body(&shared.policies, operation, &body);
        request = Request::from_parts(head, body.into());
    }
    let default =
        || access.first_policy().map_or_else(|| shared.policies.default(), |name| shared.policies.named(name));
    let policy = policy.or_else(default).ok_or_else(|| invalid("The gateway has no policy."))?;
    Ok((policy, request))
}

/// Returns the response to a client that is not authorized.
fn unauthorized(shared: &Shared, message: &str) -> Response<ResponseBody> {
    shared.metrics.unauthorized();
    exception(StatusCode::FORBIDDEN, "AccessDeniedException", message)
}

/// Returns the response for an error of the client or the upstream.
fn failed(shared: &Shared, error: &BoxError) -> Response<ResponseBody> {
    if error.is::<SlowBody>() {
        return exception(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeoutException",
            "The request took too long to arrive.",
        );
    }
    if error.is::<hyper::Error>() {
        // The client disconnected within its request; nobody reads this.
        return exception(StatusCode::BAD_REQUEST, "ValidationException", "The request is incomplete.");
    }
    count_failure(&shared.metrics, error);
    if error.is::<SlowUpstream>() {
        // Bedrock's own status and name: SDKs know it, and do not retry a call that may already be paid for.
        let message = "The model did not respond in time.";
        return exception(StatusCode::REQUEST_TIMEOUT, "ModelTimeoutException", message);
    }
    let message = "The gateway cannot reach the model's endpoint.";
    exception(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", message)
}

fn count_failure(metrics: &Metrics, error: &BoxError) {
    tracing::warn!(%error, "the upstream failed");
    if error.is::<SlowUpstream>() { metrics.upstream_slow() } else { metrics.upstream_failed() }
}

/// Reads a whole body, if it can be inspected.
async fn read(shared: &Shared, headers: &HeaderMap, body: RequestBody) -> Result<Bytes, (StatusCode, &'static str)> {
    let encodings = headers.get_all(CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err((StatusCode::BAD_REQUEST, "The request is compressed and cannot be inspected."));
    }
    match Limited::new(body, shared.limits.body_bytes).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err((StatusCode::BAD_REQUEST, "The request is too large.")),
        Err(error) if error.is::<SlowBody>() => {
            Err((StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive."))
        }
        Err(_) => Err((StatusCode::BAD_REQUEST, "The request is incomplete.")),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<ResponseBody> {
    response(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}
