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
    BODY_DEPENDENT_HEADERS, EventBody, GUARDRAIL, METADATA, blocked_headers, is_encoded, requested_guardrail,
};
use super::layer::GuardrailLayer;
use crate::bedrock::Operation;
use crate::exchange::{
    BlockedResponse, Exchange, FrameGuard, GuardrailError, Inspected, LayerConfig, Refusal, withheld_error,
};
use crate::guardrail::Source;

/// Puts a guardrail into an SDK client, by one line where the client is made.
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
/// Every operation of the client is guarded, in its JSON form, as [`GuardrailLayer`] guards HTTP. The request is examined once, before
/// the first attempt and before it is signed. A blocked call comes back as an answer of its operation that holds the policy's message,
/// streams included; no attempt is made for a blocked request. Where the layer answers blocks with errors, where no answer can hold a
/// message, and where something cannot be examined, the call fails, and [`GuardrailError::find_in`] finds the reason in the SDK's error.
/// It is not retried. Operations that carry no text or whose text is not examined are refused, unless
/// [`GuardrailLayer::dangerous_forward_unknown_operations`] is set.
///
/// What an interceptor registered after this one writes into a request once it was examined (in the hooks from `modify_before_signing`
/// on) is not examined.
#[derive(Clone, Debug)]
pub struct GuardrailInterceptor {
    config: Arc<LayerConfig>,
    /// Tells the guardrails of one client apart.
    id: u64,
}

static IDS: AtomicU64 = AtomicU64::new(0);

impl GuardrailInterceptor {
    /// An interceptor with the settings of a layer, or with a guardrail and the settings' defaults.
    #[must_use]
    pub fn new(layer: impl Into<GuardrailLayer>) -> Self {
        Self { config: layer.into().config, id: IDS.fetch_add(1, Ordering::Relaxed) }
    }
}

/// What is known of a call, kept in its config bag.
#[derive(Clone, Debug, Default)]
struct Calls(Vec<(u64, Arc<Mutex<Call>>)>);

impl Storable for Calls {
    type Storer = StoreReplace<Self>;
}

/// One call under one guardrail.
struct Call {
    exchange: Exchange,
    /// The request's body as it may go on.
    body: Bytes,
    /// Its metadata, as they may.
    notes: Vec<Vec<u8>>,
    /// The answer to a blocked request.
    reply: Option<BlockedResponse>,
    /// Why the answer is refused.
    refused: ErrorCell,
    /// How the client watches over answers that stall, while the config says otherwise.
    watch: Option<StalledStreamProtectionConfig>,
}

impl Call {
    /// Has the SDK's watch over stalled answers look at the body as it comes, not at what is given out of it.
    ///
    /// The SDK puts its watch around the body after this interceptor. Out there it would see nothing come while an answer is read that
    /// takes more than a few seconds, give up, and repeat the call. So the watch is set here, inside, and the config tells the SDK that
    /// none is wanted any more.
    fn watch_inside(
        &mut self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // An earlier attempt may have changed the config.
        let Some(wanted) = self.watch.clone().or_else(|| cfg.load::<StalledStreamProtectionConfig>().cloned()) else {
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
        self.watch = Some(wanted);
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
    // Nothing panics while it holds the lock, and the data is whole either way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GuardrailInterceptor {
    fn call(&self, cfg: &ConfigBag) -> Option<Arc<Mutex<Call>>> {
        let calls = cfg.load::<Calls>()?;
        calls.0.iter().find(|(id, _)| *id == self.id).map(|(_, call)| Arc::clone(call))
    }

    /// Examines a request, unless it is the one that was examined before.
    fn examine(&self, request: &mut HttpRequest, cfg: &mut ConfigBag) -> Result<(), BoxError> {
        let Some(operation) = cfg.load::<Metadata>().and_then(|metadata| Operation::from_name(metadata.name())) else {
            if self.config.forward_unknown_operations {
                return Ok(());
            }
            return Err("the guardrail does not examine this operation, so it was refused; see `GuardrailLayer::dangerous_forward_unknown_operations`".into());
        };
        let call = self.call(cfg);
        if let (Some(call), Some(body)) = (&call, request.body().bytes())
            && is_examined(&lock(call), body, request)
        {
            return Ok(());
        }
        let model_id = Operation::from_path(request.method(), path(request.uri())).map(|(_, id)| id);
        let mut exchange = Exchange::new(Arc::clone(&self.config), operation, model_id);
        if is_encoded(request.headers().get_all_bytes("content-encoding")) {
            return Err(exchange.encoded(Source::Input).into());
        }
        let Some(body) = request.body().bytes() else {
            return Err("the guardrail examines no request whose body is streamed, so it was refused".into());
        };
        let body = Bytes::copy_from_slice(body);
        exchange.note_requested_headers(&requested_guardrail(|name| request.headers().get_all(name)));
        if let Some(earlier) = &call {
            exchange.merge_earlier(&lock(earlier).exchange);
        }
        let (body, reply, blocked) = match exchange.request(&body)? {
            Inspected::Unchanged => (body, None, None),
            Inspected::Rewritten(changed) => {
                let changed = Bytes::from(changed);
                put(request, changed.clone());
                (changed, None, None)
            }
            Inspected::Blocked(reply, assessment) => {
                (Bytes::new(), Some(reply), Some(GuardrailError::blocked(operation, *assessment)))
            }
        };
        let (reply, blocked) = match blocked {
            Some(blocked) => (reply, Some(blocked)),
            None => notes(&mut exchange, request)?,
        };
        if exchange.is_named() {
            GUARDRAIL.iter().for_each(|name| drop(request.headers_mut().remove(*name)));
        }
        let call = Arc::new(Mutex::new(Call {
            exchange,
            body,
            notes: noted(request),
            reply,
            refused: ErrorCell::default(),
            watch: None,
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
        self.examine(context.request_mut(), cfg)
    }

    // Another interceptor may have changed the request since.
    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.examine(context.request_mut(), cfg)
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(call) = self.call(cfg) else {
            // Only operations that were let pass come here without a call.
            return Ok(());
        };
        let mut call = lock(&call);
        if !call.exchange.operation().is_stream() {
            call.watch_inside(context, components, cfg)?;
        }
        let response = context.response_mut();
        let kind = if response.status().is_success() { BodyKind::Response } else { BodyKind::Error };
        let is_encoded = is_encoded(response.headers().get_all_bytes("content-encoding"));
        for name in BODY_DEPENDENT_HEADERS {
            response.headers_mut().remove(name);
        }
        // The new length is not known before the body is read.
        response.headers_mut().remove("content-length");
        let body = mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = match kind {
            BodyKind::Response if is_encoded => return Err(call.exchange.encoded(Source::Output).into()),
            BodyKind::Error if is_encoded => {
                response.headers_mut().remove("content-encoding");
                SdkBody::from(withheld_error())
            }
            BodyKind::Response if call.exchange.operation().is_stream() => {
                SdkBody::from_body_1_x(EventBody::new(body, FrameGuard::new(call.exchange.clone(), Refusal::Failure)))
            }
            kind => {
                let slot = Arc::clone(&call.refused);
                SdkBody::from_body_1_x(WholeBody::new(body, call.exchange.clone(), kind, slot))
            }
        };
        Ok(())
    }

    // Before the SDK decides on another attempt: a refusal is no failure of the connection.
    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let refused = self.call(cfg).and_then(|call| lock(&lock(&call).refused).take());
        if let (Some(error), Some(result)) = (refused, context.output_or_error_mut()) {
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
        let reply = self.call(cfg).and_then(|call| lock(&call).reply.take());
        if let (Some(reply), Some(result)) = (reply, context.output_or_error_mut())
            && let Some(output) = output(reply, cfg)
        {
            *result = Ok(output);
        }
        Ok(())
    }
}

/// A reply as the operation's typed output: read by the operation's own deserializer, so it is what the service's would have been.
/// Nothing where it cannot be read; then the error stays that tells of the block.
fn output(reply: BlockedResponse, cfg: &ConfigBag) -> Option<Output> {
    let deserializer = cfg.load::<SharedResponseDeserializer>()?;
    let headers = blocked_headers(reply.operation());
    let mut response = HttpResponse::new(StatusCode::try_from(200).ok()?, SdkBody::from(reply.into_bytes()));
    for (name, value) in headers {
        response.headers_mut().try_insert(name.as_str().to_owned(), value).ok()?;
    }
    let output = match deserializer.deserialize_streaming_with_config(&mut response, cfg) {
        Some(output) => output,
        None => deserializer.deserialize_nonstreaming_with_config(&response, cfg),
    };
    output.ok()
}

/// The metadata in the headers of a request.
fn noted(request: &HttpRequest) -> Vec<Vec<u8>> {
    request.headers().get_all_bytes(METADATA).map(<[u8]>::to_vec).collect()
}

/// Whether a request is as it was when it was examined.
fn is_examined(call: &Call, body: &[u8], request: &HttpRequest) -> bool {
    call.body == body && call.notes == noted(request)
}

/// Examines the metadata in the headers of a request whose body may go on; gives the answer to them if they are blocked.
fn notes(
    exchange: &mut Exchange,
    request: &mut HttpRequest,
) -> Result<(Option<BlockedResponse>, Option<GuardrailError>), BoxError> {
    // The SDK writes one; other interceptors may have added more.
    let notes = noted(request);
    request.headers_mut().remove(METADATA);
    for note in notes {
        let note = match exchange.metadata(&note)? {
            Inspected::Unchanged => note,
            Inspected::Rewritten(changed) => changed,
            Inspected::Blocked(reply, assessment) => {
                return Ok((Some(reply), Some(GuardrailError::blocked(exchange.operation(), *assessment))));
            }
        };
        request.headers_mut().try_append(METADATA, String::from_utf8(note)?)?;
    }
    Ok((None, None))
}

/// Puts another body into a request.
fn put(request: &mut HttpRequest, body: Bytes) {
    for name in BODY_DEPENDENT_HEADERS {
        request.headers_mut().remove(name);
    }
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

/// The path of a URI that may be whole, or be a path alone.
fn path(uri: &str) -> &str {
    match uri.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => uri,
    }
}
