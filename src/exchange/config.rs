//! The settings of the layer, and who observes its assessments.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::assessment::BodyAssessment;
use super::handle::GuardrailHandle;
use crate::audit::AuditLog;
use crate::bedrock::Operation;
use crate::guardrail::Conversation;

/// Bedrock's own limit on InvokeModel bodies: it rejects larger ones.
const MAX_BODY_BYTES: usize = 25_000_000;

type Observer = Arc<dyn Fn(&AssessmentEvent<'_>) + Send + Sync>;

/// The settings of a [`GuardrailLayer`](crate::GuardrailLayer), which documents them.
#[derive(Clone)]
pub(crate) struct LayerConfig {
    pub(crate) guardrail: GuardrailHandle,
    /// `None`: the name of the policy.
    pub(crate) identifier: Option<Arc<str>>,
    /// `None`: each call is a conversation.
    pub(crate) conversation: Option<Conversation>,
    pub(crate) observer: Option<Observer>,
    pub(crate) max_body_bytes: usize,
    pub(crate) traces: bool,
    pub(crate) inspect_unknown_content: bool,
    pub(crate) forward_unknown_operations: bool,
    pub(crate) error_on_block: bool,
    pub(crate) audit: Option<AuditLog>,
    pub(crate) tag_requests: bool,
    /// The caller of calls that name none.
    pub(crate) caller: Option<DecisionCaller>,
}

/// The length of the longest name of a caller, in characters.
const CALLER_CHARS: usize = 128;

/// The caller of a call, as decision records name it: a user of the application, a tenant, a client key.
///
/// The HTTP layer reads it from the extensions of a request, the interceptor from the config bag of a call. It is written as it is, so
/// that it must not be a secret, and need not be a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecisionCaller(pub(super) Arc<str>);

impl DecisionCaller {
    /// Creates a caller with this name, of which the first 128 characters are recorded.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.chars().take(CALLER_CHARS).collect::<String>().into())
    }
}

impl LayerConfig {
    pub(crate) fn new(guardrail: GuardrailHandle) -> Self {
        Self {
            guardrail,
            identifier: None,
            conversation: None,
            observer: None,
            max_body_bytes: MAX_BODY_BYTES,
            traces: true,
            inspect_unknown_content: false,
            forward_unknown_operations: false,
            error_on_block: false,
            audit: None,
            tag_requests: false,
            caller: None,
        }
    }
}

impl fmt::Debug for LayerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardrailLayer")
            .field("guardrail", &self.guardrail)
            .field("identifier", &self.identifier)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("traces", &self.traces)
            .field("inspect_unknown_content", &self.inspect_unknown_content)
            .field("forward_unknown_operations", &self.forward_unknown_operations)
            .field("error_on_block", &self.error_on_block)
            .field("audit", &self.audit)
            .field("tag_requests", &self.tag_requests)
            .finish_non_exhaustive()
    }
}

/// An assessment of a call, as an observer receives it.
///
/// A call has several: one for its request, one for its response or stream, and one for an error message that had findings.
#[derive(Debug)]
pub struct AssessmentEvent<'a> {
    pub(super) operation: Operation,
    pub(super) model_id: Option<&'a str>,
    pub(super) assessment: &'a BodyAssessment,
    pub(super) elapsed: Duration,
}

impl AssessmentEvent<'_> {
    /// Returns the operation.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the model ID that the caller sent.
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.model_id
    }

    /// Returns the time that the inspection took; for a stream the sum over its events, without the time that the model and the caller
    /// took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the assessment. Its [`source`](BodyAssessment::source) distinguishes requests from responses.
    #[must_use]
    pub fn assessment(&self) -> &BodyAssessment {
        self.assessment
    }
}
