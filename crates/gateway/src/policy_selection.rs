//! Selects the policy of a request: all that name one must name the same.

use std::sync::{Arc, OnceLock};

use banister::{LayerSelector, Operation};
use http::HeaderMap;
use thiserror::Error;

use crate::access::{Access, only};
use crate::policies::{ActivePolicies, ActivePolicy};

/// The header that names a policy.
const POLICY: &str = "x-banister-policy";

/// The header by which a client names a guardrail.
const GUARDRAIL: &str = "x-amzn-bedrock-guardrailidentifier";

/// Why a request has no policy.
#[derive(Clone, Debug, Error)]
pub(crate) enum NoPolicy {
    /// The client may not use it, or it does not exist and the client may not learn that.
    #[error("The client key does not allow this policy.")]
    NotAllowed,
    /// [`POLICY`] names no policy, or several.
    #[error("The header x-banister-policy must name a policy of this gateway, once.")]
    UnknownPolicy,
    /// ApplyGuardrail names no policy.
    #[error("The gateway has no policy of this name, and does not forward ApplyGuardrail.")]
    UnknownGuardrail,
    /// Two parts of the request name different policies.
    #[error("The request names two policies, `{0}` and `{1}`. Name one of them only.")]
    Two(Arc<str>, Arc<str>),
    /// The gateway has none.
    #[error("The gateway has no policy.")]
    None,
}

/// Returns the policy that the path or the headers name, if any. A guardrail that is no policy of this gateway is Bedrock's. The layer
/// removes the names, which are unknown to Bedrock.
pub(crate) fn by_head(
    policies: &ActivePolicies,
    access: &Access,
    target: Option<(Operation, &str)>,
    headers: &HeaderMap,
) -> Result<Option<ActivePolicy>, NoPolicy> {
    let known = |policy: Option<ActivePolicy>, error| match policy {
        Some(policy) => Ok(policy),
        None if access.is_limited() => Err(NoPolicy::NotAllowed),
        None => Err(error),
    };
    let text = |value| std::str::from_utf8(value).ok();
    let mut named = Vec::new();
    if let Some((Operation::ApplyGuardrail, id)) = target {
        named.push(known(policies.named(id), NoPolicy::UnknownGuardrail)?);
    }
    if headers.contains_key(POLICY) {
        let policy = only(headers, POLICY).and_then(text).and_then(|name| policies.named(name));
        named.push(known(policy, NoPolicy::UnknownPolicy)?);
    }
    let guardrails = headers.get_all(GUARDRAIL).iter().filter_map(|value| text(value.as_bytes()));
    named.extend(guardrails.filter_map(|name| policies.named(name)));
    if named.iter().any(|policy| !access.allows(&policy.name)) {
        return Err(NoPolicy::NotAllowed);
    }
    let mut named = named.into_iter();
    let Some(first) = named.next() else { return Ok(None) };
    match named.find(|other| other.name != first.name) {
        Some(other) => Err(NoPolicy::Two(first.name, other.name)),
        None => Ok(Some(first)),
    }
}

/// The policy of one call. Converse may name it in the body, which only the layer reads.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    default: Arc<str>,
    named: Arc<OnceLock<Arc<str>>>,
}

impl Selection {
    /// Creates the selection of a policy that the path or the headers name.
    pub(crate) fn named(policy: Arc<str>) -> Self {
        Self { named: Arc::new(Arc::clone(&policy).into()), default: policy }
    }

    /// Creates the selection of a default policy, until the body names another.
    pub(crate) fn default(policy: Arc<str>) -> Self {
        Self { default: policy, named: Arc::default() }
    }

    /// Returns a selector for the layer of the call, which selects the policy that the body names. It fails with [`NoPolicy`] if the
    /// client may not use that policy, or if another one is named already.
    pub(crate) fn by_body(&self, policies: &Arc<ActivePolicies>, access: &Access) -> LayerSelector {
        let (policies, access, named) = (Arc::clone(policies), access.clone(), Arc::clone(&self.named));
        LayerSelector::new(move |identifier| {
            let Some(policy) = policies.named(identifier) else { return Ok(None) };
            if !access.allows(&policy.name) {
                return Err(NoPolicy::NotAllowed.into());
            }
            let first = named.get_or_init(|| Arc::clone(&policy.name));
            if *first != policy.name {
                return Err(NoPolicy::Two(Arc::clone(first), policy.name).into());
            }
            Ok(Some(policy.layer))
        })
    }

    /// Returns the name of the policy.
    pub(crate) fn policy(&self) -> Arc<str> {
        Arc::clone(self.named.get().unwrap_or(&self.default))
    }
}
