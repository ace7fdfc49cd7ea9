use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::guardrail::Guardrail;

/// A guardrail that can be replaced while calls are running. Clones share it.
///
/// Each call uses the guardrail that is current when it begins, until its response or stream has ended. A call never mixes two policies.
///
/// ```
/// use banister::{Guardrail, GuardrailHandle, GuardrailLayer, Policy};
///
/// let handle = GuardrailHandle::new(Guardrail::new(Policy::from_pack("default")?));
/// let layer = GuardrailLayer::new(handle.clone());
/// // Later, for example when the policy file has changed. If it has errors, the old policy stays active.
/// handle.replace(Guardrail::new(Policy::from_pack("banking")?));
/// assert_eq!(handle.current().policy().name(), "banking");
/// # Ok::<(), banister::PolicyError>(())
/// ```
#[derive(Clone)]
pub struct GuardrailHandle {
    current: Arc<RwLock<Guardrail>>,
}

impl GuardrailHandle {
    /// Creates a handle of a guardrail.
    #[must_use]
    pub fn new(guardrail: Guardrail) -> Self {
        Self { current: Arc::new(RwLock::new(guardrail)) }
    }

    /// Returns the current guardrail.
    #[must_use]
    pub fn current(&self) -> Guardrail {
        // Nothing panics while it holds the lock.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the guardrail for all calls that begin from now on, and returns the old one.
    pub fn replace(&self, guardrail: Guardrail) -> Guardrail {
        std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), guardrail)
    }
}

impl From<Guardrail> for GuardrailHandle {
    fn from(guardrail: Guardrail) -> Self {
        Self::new(guardrail)
    }
}

impl fmt::Debug for GuardrailHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GuardrailHandle").field(&self.current()).finish()
    }
}
