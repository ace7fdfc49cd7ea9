use std::fmt;
use std::sync::Arc;

use super::http::is_compressed;
use crate::audit::AuditLog;
use crate::exchange::{AssessmentEvent, DecisionCaller, GuardrailHandle, LayerConfig};
use crate::guardrail::{Conversation, Guardrail};

/// A [`Layer`](tower::Layer) that applies a guardrail to a Bedrock service.
///
/// All settings of a guarded call are here. The layer fails closed: it rejects a body that is not JSON, is nested too deeply or is too
/// large, and content of an unknown kind.
///
/// See the [guide](crate::guide::layer) for the order of layers, retries, and several policies.
///
/// ```no_run
/// use banister::{BedrockService, Guardrail, GuardrailLayer, Policy};
/// use tower::ServiceBuilder;
/// # fn stack<P: Clone>(client: aws_sdk_bedrockruntime::Client, retries: P) -> Result<(), banister::PolicyError> {
///
/// let bedrock = ServiceBuilder::new()
///     .layer(GuardrailLayer::new(Guardrail::new(Policy::from_pack("default")?)))
///     // Inside: repeats failures of the model, and never a blocked call.
///     .retry(retries)
///     .service(BedrockService::new(client));
/// # drop(bedrock);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GuardrailLayer {
    pub(super) config: Arc<LayerConfig>,
}

impl GuardrailLayer {
    /// Creates a layer that applies a guardrail to requests and responses. Pass a [`GuardrailHandle`] to replace it later.
    #[must_use]
    pub fn new(guardrail: impl Into<GuardrailHandle>) -> Self {
        Self { config: Arc::new(LayerConfig::new(guardrail.into())) }
    }

    /// Applies another guardrail, such as that of a tenant, with the settings of this layer. Clone the layer first to keep it.
    ///
    /// See [`GuardrailService::with_guardrail`](crate::GuardrailService::with_guardrail) for one call.
    #[must_use]
    pub fn with_guardrail(mut self, guardrail: impl Into<GuardrailHandle>) -> Self {
        self.change().guardrail = guardrail.into();
        self
    }

    /// Makes all calls part of one conversation, in which `replacement: numbered` gives equal values equal numbers. By default each call
    /// is a conversation.
    ///
    /// See [`GuardrailService::with_conversation`](crate::GuardrailService::with_conversation) for one call.
    #[must_use]
    pub fn with_conversation(mut self, conversation: &Conversation) -> Self {
        self.change().conversation = Some(conversation.clone());
        self
    }

    /// Applies what the extensions of an HTTP request hold for this call.
    pub(super) fn for_request(mut self, extensions: &http::Extensions) -> Self {
        if let Some(guardrail) = extensions.get::<Guardrail>() {
            self = self.with_guardrail(guardrail.clone());
        }
        match extensions.get::<Conversation>() {
            Some(conversation) => self.with_conversation(conversation),
            None => self,
        }
    }

    /// Calls `observer` for every assessment: once for a request, once for a response, for a stream when it ends.
    ///
    /// It runs on the task that makes the call, so it should be quick.
    #[must_use]
    pub fn on_assessment(mut self, observer: impl Fn(&AssessmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.change().observer = Some(Arc::new(observer));
        self
    }

    /// Records every decision in `log`: on requests, responses, streams at their end, error messages, and calls that could not be
    /// inspected. See the [guide](crate::guide::decision_records).
    ///
    /// Unless the log is set to drop records, a call whose decision cannot be recorded fails with
    /// [`GuardrailErrorKind::Unrecorded`](crate::GuardrailErrorKind::Unrecorded), and nothing is forwarded.
    #[must_use]
    pub fn audit(mut self, log: AuditLog) -> Self {
        self.change().audit = Some(log);
        self
    }

    /// Names the caller of calls that do not name one, in decision records. HTTP requests name theirs with a [`DecisionCaller`] in their
    /// extensions.
    #[must_use]
    pub fn caller(mut self, caller: DecisionCaller) -> Self {
        self.change().caller = Some(caller);
        self
    }

    /// Adds two entries to the metadata of requests: `banister-decision` with the ID of the call in decision records, and
    /// `banister-policy` with the digest of the policy. Bedrock writes them into its invocation log, where they show which policy was
    /// enforced, and find the decision records of a call.
    ///
    /// Converse and InvokeModel have metadata, with responses as streams too. Requests with more than 14 entries are not tagged, because
    /// Bedrock accepts 16; the decision record says if a request was.
    #[must_use]
    pub fn tag_requests(mut self) -> Self {
        self.change().tag_requests = true;
        self
    }

    /// Makes blocked calls fail with a [`GuardrailError`](crate::GuardrailError) that carries the assessment, instead of returning a
    /// response that holds the blocked message.
    #[must_use]
    pub fn error_on_block(mut self) -> Self {
        self.change().error_on_block = true;
        self
    }

    /// Sets the identifier by which callers name this guardrail, and under which it appears in traces. The default is the policy's name.
    ///
    /// Callers name it as they would name a guardrail of Bedrock's: in `guardrailConfig` of Converse, or in the guardrail headers of
    /// InvokeModel. A request that names it is forwarded without that name, because Bedrock does not know it. Any other identifier is
    /// Bedrock's, and is forwarded.
    ///
    /// If a request asks for a trace, whichever guardrail it names, the response contains the findings of this guardrail in Bedrock's
    /// format. The `match` members are empty, unless [`Guardrail::dangerous_include_matches`] fills them.
    #[must_use]
    pub fn guardrail_identifier(mut self, identifier: impl Into<Arc<str>>) -> Self {
        self.change().identifier = Some(identifier.into());
        self
    }

    /// Disables traces, and assessments in responses to ApplyGuardrail.
    ///
    /// A trace names the topics and rules that matched and shows the patterns of regexes. A full trace names all topics and entity types.
    /// That helps an application's developer, and also helps its users to evade the policy.
    #[must_use]
    pub fn without_traces(mut self) -> Self {
        self.change().traces = false;
        self
    }

    /// Rejects bodies of more than `limit` bytes. The default is 25,000,000, which is Bedrock's own limit.
    ///
    /// An SDK input without a body, such as that of Converse, has no bytes to count.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.change().max_body_bytes = limit;
        self
    }

    /// Inspects every string of unknown content instead of rejecting the call.
    ///
    /// See [`BodyGuard::dangerous_inspect_unknown_content`](crate::BodyGuard::dangerous_inspect_unknown_content) for what that can miss.
    /// Content that the SDK has already parsed and does not know is lost, so the call is rejected all the same.
    #[must_use]
    pub fn dangerous_inspect_unknown_content(mut self) -> Self {
        self.change().inspect_unknown_content = true;
        self
    }

    /// Forwards HTTP requests for unsupported operations, and their responses, without inspecting them.
    ///
    /// These are lists of models, the bidirectional stream, and operations that are newer than this version. By default they are
    /// rejected. SDK inputs are not affected.
    #[must_use]
    pub fn dangerous_forward_unknown_operations(mut self) -> Self {
        self.change().forward_unknown_operations = true;
        self
    }

    /// Returns `true` if the layer rejects an HTTP request with these headers without reading its body, because they declare it compressed.
    ///
    /// A server that reads bodies before it calls the layer need not read such a one.
    #[must_use]
    pub fn rejects_unread(headers: &http::HeaderMap) -> bool {
        is_compressed(headers)
    }

    fn change(&mut self) -> &mut LayerConfig {
        Arc::make_mut(&mut self.config)
    }
}

impl fmt::Debug for GuardrailLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl From<Guardrail> for GuardrailLayer {
    fn from(guardrail: Guardrail) -> Self {
        Self::new(guardrail)
    }
}

impl From<GuardrailHandle> for GuardrailLayer {
    fn from(guardrail: GuardrailHandle) -> Self {
        Self::new(guardrail)
    }
}
