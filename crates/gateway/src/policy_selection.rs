//! Selects the policy of a request.

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

/// Returns the policy that the headers name, if any. The layer removes the name, which is unknown to Bedrock.
pub(crate) fn by_header(
    policies: &ActivePolicies,
    operation: Option<Operation>,
    headers: &HeaderMap,
) -> Result<Option<ActivePolicy>, &'static str> {
    let named = |header| {
        only(headers, header).and_then(|name| std::str::from_utf8(name).ok()).and_then(|name| policies.named(name))
    };
    if headers.contains_key(POLICY) {
        return named(POLICY).map(Some).ok_or("The header x-banister-policy must name a policy of this gateway, once.");
    }
    if !matches!(operation, Some(Operation::InvokeModel | Operation::InvokeModelWithResponseStream)) {
        return Ok(None);
    }
    Ok(named(GUARDRAIL))
}

/// The policy of one call. Converse names it in the body, which only the layer reads.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    default: Arc<str>,
    by_body: Arc<OnceLock<Arc<str>>>,
}

impl Selection {
    /// Selects the policy of this name, until a body names another.
    pub(crate) fn new(default: Arc<str>) -> Self {
        Self { default, by_body: Arc::default() }
    }

    /// Returns a selector for the layer of the call, which selects the policy that the body names. It fails with [`OtherPolicy`] if the
    /// client may not use that policy. A name that is no policy of this gateway is that of a guardrail of Bedrock.
    pub(crate) fn by_body(&self, policies: &Arc<ActivePolicies>, access: &Access) -> LayerSelector {
        let (policies, access, selected) = (Arc::clone(policies), access.clone(), Arc::clone(&self.by_body));
        LayerSelector::new(move |identifier| {
            let Some(policy) = policies.named(identifier) else { return Ok(None) };
            if !access.allows(&policy.name) {
                return Err(OtherPolicy.into());
            }
            // A call has one body, so this is the only time.
            let _ = selected.set(policy.name);
            Ok(Some(policy.layer))
        })
    }

    /// Returns the name of the policy.
    pub(crate) fn policy(&self) -> Arc<str> {
        Arc::clone(self.by_body.get().unwrap_or(&self.default))
    }
}

/// The error for a client that names a policy which its key does not allow.
#[derive(Clone, Copy, Debug, Error)]
#[error("the client key does not allow this policy")]
pub(crate) struct OtherPolicy;
