//! The handler of requests.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use banister::{GuardrailLayer, Operation};
use bytes::Bytes;
use http::header::{CONNECTION, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::access::{Access, ClientKeys};
use crate::body::{HeldBody, ReadError, RequestBody, ResponseBody, SlowBody};
use crate::clients::{Client, ClientCounts};
use crate::compatible::is_stream;
use crate::contain::{PanicSite, contained, observe};
use crate::exception::{MODEL_TIMEOUT, exception, for_clients_of, response};
use crate::heavy::HeavyWork;
use crate::limits::Limits;
use crate::memory::MemoryBudget;
use crate::metrics::{Metrics, Rejection};
use crate::otel::{CallSpan, Telemetry};
use crate::policies::{ActivePolicies, ActivePolicy};
use crate::policy_selection::{NoPolicy, Selection, by_head};
use crate::streams::StreamBody;
use crate::timeout::{SlowUpstream, UpstreamResponse, send};
use crate::turns::Turns;
use crate::upstream::{InterruptedUpstream, Sent, Upstream, drop_hop_by_hop};

/// The prefix of the gateway's own headers, which are not forwarded.
const OWN_HEADERS: &str = "x-banister-";

/// State shared by all calls.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) policies: Arc<ActivePolicies>,
    pub(crate) upstream: Upstream,
    pub(crate) keys: ClientKeys,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    pub(crate) telemetry: Option<Telemetry>,
    pub(crate) is_stopping: AtomicBool,
    /// The open connections of each address.
    pub(crate) connections: Arc<ClientCounts>,
    /// The calls at the same time: as many as connections, of which one of HTTP/2 can have several.
    pub(crate) calls: Arc<Semaphore>,
    pub(crate) calls_of_clients: Arc<ClientCounts>,
    pub(crate) memory: Arc<MemoryBudget>,
    pub(crate) turns: Arc<Turns>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::tls::Tls>,
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) address: IpAddr,
    pub(crate) door: Door,
}

/// What a connection may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Everything.
    Calls,
    /// Health checks: all connections for calls are in use.
    HealthOnly,
    /// Health checks and metrics, at the admin address.
    Admin,
}

/// Responds to a request.
pub(crate) async fn handle(shared: Arc<Shared>, origin: Origin, request: Request<Incoming>) -> Response<ResponseBody> {
    let (mut head, body) = request.into_parts();
    let sent = Sent::default();
    head.extensions.insert(sent.clone());
    let is_http1 = head.version < Version::HTTP_2;
    let (body, is_left) = RequestBody::incoming(body, &shared.limits);
    let metrics = Arc::clone(&shared.metrics);
    let operation = Operation::from_path(head.method.as_str(), head.uri.path());
    let responded = contained(respond(shared, origin, Request::from_parts(head, body))).await;
    let mut response = responded.unwrap_or_else(|_| {
        metrics.panicked(PanicSite::Call);
        let message = "The gateway failed to handle this call. That is a bug: please report it.";
        // SDKs repeat the one, and not the other, which may be paid for.
        let (status, name) = match sent.get() {
            false => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException"),
            true => (StatusCode::FAILED_DEPENDENCY, "ModelErrorException"),
        };
        exception(status, name, message)
    });
    if let Some((operation, _)) = operation {
        response = for_clients_of(operation, response);
    }
    // The gateway does not wait for the rest of the request, so the connection must end with this response. HTTP/2 ends the stream instead.
    if is_http1 && (is_left.load(Ordering::Relaxed) || origin.door == Door::HealthOnly) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn respond(shared: Arc<Shared>, origin: Origin, request: Request<RequestBody>) -> Response<ResponseBody> {
    let is_get = request.method() == Method::GET;
    // The server sends no body in response to HEAD.
    let is_probe = is_get || request.method() == Method::HEAD;
    match request.uri().path() {
        "/healthz" if is_probe => return plain(StatusCode::OK, "ok\n"),
        "/readyz" if is_probe && shared.is_stopping.load(Ordering::Relaxed) => {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
        }
        "/readyz" if is_probe => return plain(StatusCode::OK, "ready\n"),
        "/metrics" if is_get && origin.door == Door::Admin => return metrics(&shared),
        _ if origin.door == Door::Admin => {
            let message = "The admin address has only /healthz, /readyz and /metrics.";
            return exception(StatusCode::NOT_FOUND, "ResourceNotFoundException", message);
        }
        _ if origin.door == Door::HealthOnly => return busy(&shared, Rejection::Connections),
        _ => {}
    }
    let Some(access) = shared.keys.check(request.headers()) else {
        let message = "A client key is required: send it once, in x-banister-key or as a bearer token.";
        return unauthorized(&shared, message);
    };
    if is_get && request.uri().path() == "/metrics" {
        if access.is_limited() {
            return unauthorized(&shared, "This client key is limited to some policies and cannot read metrics.");
        }
        return metrics(&shared);
    }
    let client = access.client(origin.address);
    let Ok(permit) = Arc::clone(&shared.calls).try_acquire_owned() else {
        return busy(&shared, Rejection::Connections);
    };
    let Some(count) = shared.calls_of_clients.enter(client, shared.limits.calls_per_client) else {
        return busy(&shared, Rejection::Client);
    };
    call(&shared, &access, client, request).await.map(|body| HeldBody::new(body, (permit, count)).boxed_unsync())
}

fn metrics(shared: &Shared) -> Response<ResponseBody> {
    response(StatusCode::OK, "text/plain; version=0.0.4", shared.metrics.text().into())
}

/// Responds to a call, and records that.
async fn call(
    shared: &Shared,
    access: &Access,
    client: Client,
    request: Request<RequestBody>,
) -> Response<ResponseBody> {
    let started = Instant::now();
    let operation = Operation::from_path(request.method().as_str(), request.uri().path());
    let name = operation.as_ref().map_or("unknown", |(operation, _)| operation.name());
    let span = CallSpan::start(shared.telemetry.as_ref(), operation.as_ref().map(|(it, _)| *it), request.headers());
    let target = operation.as_ref().map(|(operation, id)| (*operation, id.as_str()));
    let work = HeavyWork::new(&shared.turns, &shared.memory, client);
    let (policy, response) = match inspectable(shared, access, target, request).await {
        Ok((policy, request)) => {
            let bytes = request.body().bytes().map_or(0, <[u8]>::len);
            work.wait(bytes).await;
            work.run(guarded(shared, access, target, (policy, request), (&span, &work))).await
        }
        Err(response) => (None, response),
    };
    let policy = policy.as_deref().unwrap_or("none");
    let (status, took) = (response.status().as_u16(), started.elapsed());
    shared.metrics.responded(name, policy, status, took);
    // The model id of a client could be any text, until the upstream has accepted it.
    let is_known = response.status().is_success() && response.extensions().get::<UpstreamResponse>().is_some();
    let model = operation.as_ref().map(|(_, id)| id.as_str()).filter(|_| is_known);
    observe(&shared.metrics, || span.responded(policy, status, model));
    observe(&shared.metrics, || {
        tracing::info!(operation = name, policy, status, milliseconds = took.as_millis(), "responded");
    });
    response
}

/// Returns the policy that the path or the headers of a request name, and the request, whose body has been read if it is to be inspected.
async fn inspectable(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    mut request: Request<RequestBody>,
) -> Result<(Option<ActivePolicy>, Request<RequestBody>), Response<ResponseBody>> {
    let policy =
        by_head(&shared.policies, access, operation, request.headers()).map_err(|error| without(shared, &error))?;
    drop_hop_by_hop(request.headers_mut());
    let limit = shared.limits.body_bytes;
    let is_too_large = request.body().size_hint().lower() > limit as u64;
    // The layer rejects these without reading the body.
    if operation.is_none() || is_too_large || GuardrailLayer::rejects_unread(request.headers()) {
        return Ok((policy, request));
    }
    let (head, body) = request.into_parts();
    match body.read(limit, shared.memory.take(0)).await {
        Ok(body) => Ok((policy, Request::from_parts(head, body))),
        Err(ReadError::Failed(error)) => Err(failed(shared, &error)),
        Err(ReadError::NoMemory) => Err(busy(shared, Rejection::Memory)),
    }
}

/// Guards and forwards a call; returns the policy as well. The layer itself responds to ApplyGuardrail.
async fn guarded(
    shared: &Shared,
    access: &Access,
    operation: Option<(Operation, &str)>,
    (policy, mut request): (Option<ActivePolicy>, Request<RequestBody>),
    (span, work): (&CallSpan, &HeavyWork),
) -> (Option<Arc<str>>, Response<ResponseBody>) {
    let operation = operation.map(|(operation, _)| operation);
    let default =
        || access.first_policy().map_or_else(|| shared.policies.default(), |name| shared.policies.named(name));
    let named = policy.as_ref().map(|policy| Arc::clone(&policy.name));
    let Some(policy) = policy.or_else(default) else { return (None, without(shared, &NoPolicy::None)) };
    // The first policy of a key is its default, so this holds; nothing is forwarded if it ever does not.
    if !access.allows(&policy.name) {
        return (None, without(shared, &NoPolicy::NotAllowed));
    }
    let selection = named.map_or_else(|| Selection::default(policy.name), Selection::named);
    request.extensions_mut().insert(selection.by_body(&shared.policies, access));
    if let Some(caller) = shared.keys.caller(access) {
        request.extensions_mut().insert(caller);
    }
    let headers = request.headers_mut();
    shared.keys.remove_from(headers);
    let own: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OWN_HEADERS)).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    span.propagate(headers);
    let (upstream, limits, memory) = (shared.upstream.clone(), shared.limits, Arc::clone(&shared.memory));
    let (of_call, received) = (work.clone(), request.body().bytes().map(<[u8]>::as_ptr_range));
    let received = received.map(|range| (range.start.addr(), range.end.addr()));
    let service = policy.layer.layer(service_fn(move |request: Request<RequestBody>| {
        let request = request.map(|body| body.held(&memory, received));
        send(upstream.clone(), limits, operation, of_call.clone(), request)
    }));
    let response = span.during(service.oneshot(request)).await;
    let policy = selection.policy();
    let response = match response {
        Ok(response) => match operation.filter(|&operation| is_stream(Some(operation), response.headers())) {
            // A response of known size is a blocked response, or an error.
            Some(operation) if response.body().size_hint().exact().is_none() => {
                let (metrics, gauge) = (Arc::clone(&shared.metrics), shared.metrics.streams(&policy));
                response.map(|body| StreamBody::new(body, operation, gauge, span.clone(), metrics).boxed_unsync())
            }
            _ => response.map(BodyExt::boxed_unsync),
        },
        Err(error) => match error.downcast_ref::<NoPolicy>() {
            Some(error) => return (None, without(shared, error)),
            None => failed(shared, &error),
        },
    };
    (Some(policy), response)
}

/// Returns the response to a request for which there is no room now.
fn busy(shared: &Shared, rejection: Rejection) -> Response<ResponseBody> {
    shared.metrics.rejected(rejection);
    let (status, name, message) = match rejection {
        Rejection::Connections => (
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailableException",
            "The gateway has no room for another call.",
        ),
        Rejection::Memory => {
            let message = "The gateway has no memory left for the body of this request.";
            (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", message)
        }
        Rejection::Client => {
            (StatusCode::TOO_MANY_REQUESTS, "ThrottlingException", "This client has too many calls at the same time.")
        }
    };
    let mut response = exception(status, name, message);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Returns the response to a client that is not authorized.
fn unauthorized(shared: &Shared, message: &str) -> Response<ResponseBody> {
    shared.metrics.unauthorized();
    exception(StatusCode::FORBIDDEN, "AccessDeniedException", message)
}

/// Returns the response to a request without a policy.
fn without(shared: &Shared, error: &NoPolicy) -> Response<ResponseBody> {
    let (status, name) = match error {
        NoPolicy::NotAllowed => return unauthorized(shared, &error.to_string()),
        NoPolicy::UnknownGuardrail => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        NoPolicy::UnknownPolicy | NoPolicy::Two(..) | NoPolicy::None => {
            (StatusCode::BAD_REQUEST, "ValidationException")
        }
    };
    exception(status, name, &error.to_string())
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
        // The client disconnected within its request; this has no reader.
        return exception(StatusCode::BAD_REQUEST, "ValidationException", "The request is incomplete.");
    }
    shared.metrics.upstream_error(error);
    if error.is::<SlowUpstream>() {
        // Bedrock's own status and name: SDKs know it, and do not retry a call that may already be paid for.
        let message = "The model did not respond in time.";
        return exception(StatusCode::REQUEST_TIMEOUT, MODEL_TIMEOUT, message);
    }
    if error.is::<InterruptedUpstream>() {
        // The same for a call that the model may have answered.
        let message = "The model's response was interrupted.";
        return exception(StatusCode::FAILED_DEPENDENCY, "ModelErrorException", message);
    }
    let message = "The gateway cannot reach the model's endpoint.";
    exception(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", message)
}

fn plain(status: StatusCode, text: &'static str) -> Response<ResponseBody> {
    response(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}
