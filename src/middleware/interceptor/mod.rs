//! The guardrail in an SDK client.

mod body;

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime::client::stalled_stream_protection::StalledStreamProtectionInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextMut,
    Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use bytes::Bytes;

use self::body::{BodyKind, ErrorCell, WholeBody};
use super::http::{
    BODY_DEPENDENT_HEADERS, EventBody, GUARDRAIL, METADATA, REQUEST_ID, blocked_headers, is_encoded,
    requested_guardrail,
};
use super::layer::GuardrailLayer;
use crate::audit::RejectionCode;
use crate::bedrock::Operation;
use crate::exchange::{
    BlockedResponse, DecisionCaller, Exchange, FrameGuard, GuardrailError, Inspected, LayerConfig, RejectionMode,
};
use crate::guardrail::Source;

/// An interceptor that applies a guardrail to an existing SDK client, with one line in its configuration.
///
/// ```no_run
/// use banister::{Guardrail, GuardrailInterceptor, Policy};
///
/// # fn client(config: aws_sdk_bedrockruntime::config::Builder) -> Result<aws_sdk_bedrockruntime::Client, banister::PolicyError> {
/// let guardrail = Guardrail::new(Policy::from_pack("default")?);
/// let config = config.interceptor(GuardrailInterceptor::new(guardrail)).build();
/// # Ok(aws_sdk_bedrockruntime::Client::from_conf(config))
/// # }
/// ```
///
/// It guards every operation of the client in its JSON form, as [`GuardrailLayer`] guards HTTP. The request is inspected once, before the first
/// attempt and before it is signed. A blocked call returns a response of its operation with the blocked message, streams included; a blocked
/// request is not sent.
///
/// The call fails, and is not retried, if the layer is set to [`error_on_block`](GuardrailLayer::error_on_block), if no response can hold a
/// message, or if something cannot be inspected. [`GuardrailError::find_in`] finds the reason in the SDK's error. Unsupported operations are
/// rejected unless [`GuardrailLayer::dangerous_forward_unknown_operations`] is set.
///
/// Changes that a later interceptor makes to a request in the hooks from `modify_before_signing` on are not inspected.
#[derive(Clone, Debug)]
pub struct GuardrailInterceptor {
    config: Arc<LayerConfig>,
    /// Distinguishes the guardrails of one client.
    id: u64,
}

static IDS: AtomicU64 = AtomicU64::new(0);

impl GuardrailInterceptor {
    /// Creates an interceptor with the settings of a layer, or with a guardrail and default settings.
    #[must_use]
    pub fn new(layer: impl Into<GuardrailLayer>) -> Self {
        Self { config: layer.into().config, id: IDS.fetch_add(1, Ordering::Relaxed) }
    }
}

/// The calls of a config bag, by interceptor.
#[derive(Clone, Debug, Default)]
struct Calls(Vec<(u64, Arc<Mutex<Call>>)>);

impl Storable for DecisionCaller {
    type Storer = StoreReplace<Self>;
}

impl Storable for Calls {
    type Storer = StoreReplace<Self>;
}

/// One call under one guardrail.
struct Call {
    exchange: Exchange,
    /// The body of the request as it is forwarded.
    body: Bytes,
    /// The request metadata as they are forwarded.
    metadata: Vec<Vec<u8>>,
    /// The response to a blocked request.
    response: Option<BlockedResponse>,
    /// Why the response is rejected.
    rejected: ErrorCell,
    /// The client's stall protection, while the config disables it.
    stall_protection: Option<StalledStreamProtectionConfig>,
}

impl Call {
    /// Moves the SDK's stall protection inside, to the body as it arrives.
    ///
    /// The SDK would wrap it around the guarded body, where nothing arrives while a response is read that takes more than a few seconds; it would
    /// give up and repeat the call. So it is set here, and disabled in the config.
    fn move_stall_protection(
        &mut self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // An earlier attempt may have changed the config.
        let Some(wanted) =
            self.stall_protection.clone().or_else(|| cfg.load::<StalledStreamProtectionConfig>().cloned())
        else {
            return Ok(());
        };
        if !wanted.download_enabled() {
            return Ok(());
        }
        cfg.interceptor_state().store_put(wanted.clone());
        StalledStreamProtectionInterceptor::default().modify_before_deserialization(context, components, cfg)?;
        let rest = StalledStreamProtectionConfig::enabled().grace_period(wanted.grace_period());
        let rest = rest.upload_enabled(wanted.upload_enabled()).download_enabled(false);
        cfg.interceptor_state().store_put(rest.build());
        self.stall_protection = Some(wanted);
        Ok(())
    }
}

impl fmt::Debug for Call {
    // Without the body, which holds text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.exchange.operation()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds the lock, and the data is valid either way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GuardrailInterceptor {
    fn call(&self, cfg: &ConfigBag) -> Option<Arc<Mutex<Call>>> {
        let calls = cfg.load::<Calls>()?;
        calls.0.iter().find(|(id, _)| *id == self.id).map(|(_, call)| Arc::clone(call))
    }

    /// Inspects a request, unless it is the one that was inspected before.
    fn inspect(&self, request: &mut HttpRequest, cfg: &mut ConfigBag) -> Result<(), BoxError> {
        let Some(operation) = cfg.load::<Metadata>().and_then(|metadata| Operation::from_name(metadata.name())) else {
            let recorded = self.config.record_unknown_operation(cfg.load::<DecisionCaller>());
            if self.config.forward_unknown_operations {
                return recorded.map_err(Into::into);
            }
            return Err("this operation is not supported by the guardrail and was rejected; see `GuardrailLayer::dangerous_forward_unknown_operations`".into());
        };
        let call = self.call(cfg);
        if let (Some(call), Some(body)) = (&call, request.body().bytes())
            && is_inspected(&lock(call), body, request)
        {
            return Ok(());
        }
        let model_id = Operation::from_path(request.method(), path(request.uri())).map(|(_, id)| id);
        let mut exchange = Exchange::new(Arc::clone(&self.config), operation, model_id);
        exchange.note_caller(cfg.load::<DecisionCaller>());
        if is_encoded(request.headers().get_all_bytes("content-encoding")) {
            return Err(exchange.encoded(Source::Input).into());
        }
        let Some(body) = request.body().bytes() else {
            exchange.record_rejection(Source::Input, RejectionCode::StreamedBody);
            return Err("a request with a streamed body cannot be inspected and was rejected".into());
        };
        let body = Bytes::copy_from_slice(body);
        exchange.note_requested_headers(&requested_guardrail(|name| request.headers().get_all(name)));
        if let Some(earlier) = &call {
            exchange.merge_earlier(&lock(earlier).exchange);
        }
        exchange.plan_tag_in_headers(request.headers().get_all_bytes(METADATA));
        let (body, response, blocked) = match exchange.request(&body)? {
            Inspected::Unchanged => (body, None, None),
            Inspected::Rewritten(changed) => {
                let changed = Bytes::from(changed);
                replace_body(request, changed.clone());
                (changed, None, None)
            }
            Inspected::Blocked(response, assessment) => {
                (Bytes::new(), Some(response), Some(GuardrailError::blocked(operation, *assessment)))
            }
        };
        let (response, blocked) = match blocked {
            Some(blocked) => (response, Some(blocked)),
            None => inspect_metadata(&mut exchange, request)?,
        };
        if exchange.is_named() {
            GUARDRAIL.iter().for_each(|name| drop(request.headers_mut().remove(*name)));
        }
        let call = Arc::new(Mutex::new(Call {
            exchange,
            body,
            metadata: metadata_headers(request),
            response,
            rejected: ErrorCell::default(),
            stall_protection: None,
        }));
        let mut calls = cfg.load::<Calls>().cloned().unwrap_or_default();
        calls.0.retain(|(id, _)| *id != self.id);
        calls.0.push((self.id, call));
        cfg.interceptor_state().store_put(calls);
        blocked.map_or(Ok(()), |error| Err(error.into()))
    }
}

#[dyn_dispatch_hint]
impl Intercept for GuardrailInterceptor {
    fn name(&self) -> &'static str {
        "BanisterGuardrail"
    }

    // Once per call, whatever the number of attempts: each starts from the request as it is after this.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.inspect(context.request_mut(), cfg)
    }

    // Another interceptor may have changed the request since.
    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.inspect(context.request_mut(), cfg)
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(call) = self.call(cfg) else {
            // Only operations that are forwarded without inspection have no call.
            return Ok(());
        };
        let mut call = lock(&call);
        if !call.exchange.operation().is_stream() {
            call.move_stall_protection(context, components, cfg)?;
        }
        let response = context.response_mut();
        call.exchange.note_request_id(response.headers().get(REQUEST_ID));
        let kind = if response.status().is_success() { BodyKind::Response } else { BodyKind::Error };
        let is_encoded = is_encoded(response.headers().get_all_bytes("content-encoding"));
        for name in BODY_DEPENDENT_HEADERS {
            response.headers_mut().remove(name);
        }
        // The new length is unknown until the body is read.
        response.headers_mut().remove("content-length");
        let body = mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = match kind {
            BodyKind::Response if is_encoded => return Err(call.exchange.encoded(Source::Output).into()),
            BodyKind::Error if is_encoded => {
                response.headers_mut().remove("content-encoding");
                SdkBody::from(call.exchange.withheld_error(RejectionCode::Compressed))
            }
            BodyKind::Response if call.exchange.operation().is_stream() => SdkBody::from_body_1_x(EventBody::new(
                body,
                FrameGuard::new(call.exchange.clone(), RejectionMode::Failure),
            )),
            kind => {
                let rejected = Arc::clone(&call.rejected);
                SdkBody::from_body_1_x(WholeBody::new(body, call.exchange.clone(), kind, rejected))
            }
        };
        Ok(())
    }

    // Before the SDK decides on another attempt: a rejection is no failure of the connection.
    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let rejected = self.call(cfg).and_then(|call| lock(&lock(&call).rejected).take());
        if let (Some(error), Some(result)) = (rejected, context.output_or_error_mut()) {
            *result = Err(OrchestratorError::other(error));
        }
        Ok(())
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = self.call(cfg).and_then(|call| lock(&call).response.take());
        if let (Some(response), Some(result)) = (response, context.output_or_error_mut())
            && let Some(output) = output(response, cfg)
        {
            *result = Ok(output);
        }
        Ok(())
    }
}

/// Returns a blocked response as the operation's output, read by the operation's own deserializer. `None` if it cannot be read: then the call fails
/// with the block.
fn output(response: BlockedResponse, cfg: &ConfigBag) -> Option<Output> {
    let deserializer = cfg.load::<SharedResponseDeserializer>()?;
    let headers = blocked_headers(&response);
    let mut response = HttpResponse::new(StatusCode::try_from(200).ok()?, SdkBody::from(response.into_bytes()));
    for (name, value) in headers {
        response.headers_mut().try_insert(name.as_str().to_owned(), value).ok()?;
    }
    let output = match deserializer.deserialize_streaming_with_config(&mut response, cfg) {
        Some(output) => output,
        None => deserializer.deserialize_nonstreaming_with_config(&response, cfg),
    };
    output.ok()
}

fn metadata_headers(request: &HttpRequest) -> Vec<Vec<u8>> {
    request.headers().get_all_bytes(METADATA).map(<[u8]>::to_vec).collect()
}

/// Returns `true` if a request has not changed since it was inspected.
fn is_inspected(call: &Call, body: &[u8], request: &HttpRequest) -> bool {
    call.body == body && call.metadata == metadata_headers(request)
}

/// Inspects the request metadata in the headers, and adds the tag. Returns the response to blocked ones.
fn inspect_metadata(
    exchange: &mut Exchange,
    request: &mut HttpRequest,
) -> Result<(Option<BlockedResponse>, Option<GuardrailError>), BoxError> {
    // The SDK writes one; other interceptors may have added more.
    let values = metadata_headers(request);
    request.headers_mut().remove(METADATA);
    match exchange.metadata_values(values)? {
        Ok(values) => {
            for value in values {
                request.headers_mut().try_append(METADATA, String::from_utf8(value)?)?;
            }
            Ok((None, None))
        }
        Err((response, assessment)) => {
            Ok((Some(response), Some(GuardrailError::blocked(exchange.operation(), *assessment))))
        }
    }
}

fn replace_body(request: &mut HttpRequest, body: Bytes) {
    for name in BODY_DEPENDENT_HEADERS {
        request.headers_mut().remove(name);
    }
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

/// Returns the path of a URI, which may be a path alone.
fn path(uri: &str) -> &str {
    match uri.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => uri,
    }
}
